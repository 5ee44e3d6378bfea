locals {
  policies = {
    publish = local.statements[var.publishers_may_delete ? "delete" : "publish"]
    read    = local.statements["read"]
  }
}

resource "aws_iam_policy" "of_use" {
  for_each = { for use, statements in local.policies : use => statements if var.create_policies || length(local.ci_subjects) > 0 }

  name        = "s3pypi-${each.key}-${local.name}"
  description = "What s3pypi needs to ${each.key} packages of ${var.domain}"
  policy      = jsonencode({ Version = "2012-10-17", Statement = each.value })
}
