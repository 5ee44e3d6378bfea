# Roles that jobs of GitHub and GitLab take by OpenID Connect, to publish without a stored secret.
# https://docs.github.com/en/actions/reference/security/oidc
# https://docs.gitlab.com/ci/cloud_services/aws/
locals {
  ci_hosts = {
    github = "token.actions.githubusercontent.com"
    gitlab = trimprefix(var.gitlab_url, "https://")
  }

  ci_audiences = {
    github = "sts.amazonaws.com"
    gitlab = var.gitlab_audience
  }

  # A job of an environment has a subject with the environment, and without its branch or tag.
  ci_subjects = { for ci, subjects in {
    github = [
      for one in var.github_publishers :
      "repo:${one.repository}:${one.environment == null ? "ref:${one.ref}" : "environment:${one.environment}"}"
    ]
    gitlab = [
      for one in var.gitlab_publishers :
      "project_path:${one.project_path}:ref_type:${one.ref_type}:ref:${one.ref}"
    ]
  } : ci => subjects if length(subjects) > 0 }

  ci_providers_made = { for ci in keys(local.ci_subjects) : ci => ci if contains(var.create_oidc_providers, ci) }
  ci_provider_arns = merge(
    { for ci, provider in aws_iam_openid_connect_provider.ci : ci => provider.arn },
    { for ci, provider in data.aws_iam_openid_connect_provider.ci : ci => provider.arn },
  )
}

resource "aws_iam_openid_connect_provider" "ci" {
  for_each = local.ci_providers_made

  url            = "https://${local.ci_hosts[each.key]}"
  client_id_list = [local.ci_audiences[each.key]]
}

data "aws_iam_openid_connect_provider" "ci" {
  for_each = { for ci in keys(local.ci_subjects) : ci => ci if !contains(var.create_oidc_providers, ci) }

  url = "https://${local.ci_hosts[each.key]}"
}

resource "aws_iam_role" "publisher" {
  for_each = local.ci_subjects

  name                 = "s3pypi-${each.key}-${local.name}"
  description          = "Publishes packages of ${var.domain} from ${each.key}"
  max_session_duration = 3600
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRoleWithWebIdentity"
      Principal = { Federated = local.ci_provider_arns[each.key] }
      Condition = {
        StringEquals = { "${local.ci_hosts[each.key]}:aud" = local.ci_audiences[each.key] }
        StringLike   = { "${local.ci_hosts[each.key]}:sub" = each.value }
      }
    }]
  })
}

resource "aws_iam_role_policy_attachment" "publisher" {
  for_each = local.ci_subjects

  role       = aws_iam_role.publisher[each.key].name
  policy_arn = aws_iam_policy.of_use["publish"].arn
}
