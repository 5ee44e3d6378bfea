# Plans with a provider that makes no request: terraform test

mock_provider "aws" {
  source = "./tests/mocks"
}

mock_provider "aws" {
  alias  = "us_east_1"
  source = "./tests/mocks"
}

variables {
  bucket = "example-packages"
  domain = "packages.example.com"
}

run "plain" {
  command = plan

  assert {
    condition     = length(aws_dynamodb_table.locks) == 0 && length(module.basic_auth) == 0 && length(aws_cloudfront_function.choose) == 0
    error_message = "Nothing that was not asked for is made."
  }

  assert {
    condition     = length(aws_iam_policy.of_use) == 0 && length(aws_iam_role.publisher) == 0 && length(aws_s3_bucket.access_logs) == 0 && length(aws_acm_certificate.viewer) == 0
    error_message = "No roles, logs or certificate are made unless asked for."
  }

  assert {
    condition     = output.index_url == "https://packages.example.com/" && output.locks_table == null && output.users == null
    error_message = "The outputs say what there is."
  }

  assert {
    condition     = data.aws_acm_certificate.viewer[0].domain == "packages.example.com" && data.aws_route53_zone.dns.name == "example.com"
    error_message = "The certificate is the domain's, and the zone is what follows the first dot."
  }

  assert {
    condition     = aws_s3_bucket_public_access_block.pypi.block_public_policy && aws_s3_bucket_public_access_block.pypi.restrict_public_buckets
    error_message = "The bucket is private."
  }
}

run "everything" {
  command = plan

  variables {
    use_wildcard_certificate = true
    enable_dynamodb_locking  = true
    enable_basic_auth        = true
    choose_pages             = true
    prefix                   = "simple"
  }

  assert {
    condition     = data.aws_acm_certificate.viewer[0].domain == "*.example.com"
    error_message = "The certificate is the zone's."
  }

  assert {
    condition     = aws_dynamodb_table.locks[0].name == "example-packages-locks" && aws_dynamodb_table.locks[0].hash_key == "LockID"
    error_message = "The lock table is the one that s3pypi 2 expects."
  }

  assert {
    condition     = length(module.basic_auth) == 1 && length(aws_cloudfront_function.choose) == 0
    error_message = "One program answers viewer requests."
  }

  assert {
    condition     = one(aws_cloudfront_distribution.cdn.origin).origin_path == "/simple" && output.users == "ssm:packages.example.com"
    error_message = "The prefix is the origin's path."
  }
}

run "pages_without_passwords" {
  command = plan

  variables {
    choose_pages = true
  }

  assert {
    condition     = length(aws_cloudfront_function.choose) == 1
    error_message = "A CloudFront function chooses pages."
  }
}

run "tokens" {
  command = plan

  variables {
    enable_edge_tokens = true
    choose_pages       = true

    edge_users = {
      ci = {
        tokens = [
          { name = "old", record = "sha256$+/8AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", expires = "2027-01-31T00:00:00Z" },
          { name = "new", record = "sha256$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=" },
        ]
      }
      former = {
        role   = "none"
        tokens = [{ name = "ci", record = "sha256$BAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=" }]
      }
    }
  }

  assert {
    condition     = length(aws_cloudfront_function.tokens) == 1 && length(aws_cloudfront_function.choose) == 0 && length(module.basic_auth) == 0
    error_message = "One program answers viewer requests."
  }

  assert {
    condition     = aws_cloudfrontkeyvaluestore_key.tokens["ci/old"].key == "-_8AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
    error_message = "The key is the hash as base64url."
  }

  assert {
    condition     = jsondecode(aws_cloudfrontkeyvaluestore_key.tokens["ci/old"].value) == { expires = "2027-01-31T00:00:00Z", projects = ["*"], user = "ci" }
    error_message = "The value says whose token it is, and until when."
  }

  assert {
    condition     = !contains(keys(jsondecode(aws_cloudfrontkeyvaluestore_key.tokens["ci/new"].value)), "expires")
    error_message = "A token without an end has none in the store."
  }

  assert {
    condition     = toset(keys(aws_cloudfrontkeyvaluestore_key.tokens)) == toset(["ci/old", "ci/new"])
    error_message = "Users who may not read have no tokens in the store."
  }
}

run "tokens_and_passwords" {
  command = plan

  variables {
    enable_basic_auth  = true
    enable_edge_tokens = true
  }

  expect_failures = [aws_cloudfront_key_value_store.tokens]
}

run "certificate" {
  command = plan

  variables {
    create_certificate       = true
    use_wildcard_certificate = true
  }

  assert {
    condition     = aws_acm_certificate.viewer[0].domain_name == "*.example.com" && length(data.aws_acm_certificate.viewer) == 0 && length(aws_route53_record.validation) == 1
    error_message = "The certificate is made and validated."
  }
}

run "access_logs" {
  command = plan

  variables {
    enable_access_logs = true
    access_log_days    = 30
  }

  assert {
    condition     = aws_s3_bucket.access_logs[0].bucket == "example-packages-logs" && aws_s3_bucket_lifecycle_configuration.access_logs[0].rule[0].expiration[0].days == 30
    error_message = "Logs have a bucket of their own, and expire."
  }

  assert {
    condition     = aws_cloudwatch_log_delivery_source.access_logs[0].log_type == "ACCESS_LOGS"
    error_message = "The distribution's requests are logged."
  }
}

run "logs_of_a_bucket_with_a_long_name" {
  command = plan

  variables {
    bucket             = "a-bucket-whose-name-has-sixty-three-characters-and-is-the-longe"
    enable_access_logs = true
  }

  expect_failures = [aws_s3_bucket.access_logs]
}

run "publishers" {
  command = plan

  variables {
    github_publishers     = [{ repository = "acme/tools", environment = "release" }]
    create_oidc_providers = ["github"]
  }

  assert {
    condition     = aws_iam_openid_connect_provider.ci["github"].url == "https://token.actions.githubusercontent.com" && contains(aws_iam_openid_connect_provider.ci["github"].client_id_list, "sts.amazonaws.com")
    error_message = "The provider is made."
  }

  assert {
    condition     = length(aws_iam_policy.of_use) == 2 && keys(aws_iam_role_policy_attachment.publisher) == ["github"]
    error_message = "The role has the publisher's policy."
  }
}

run "state_of_s3pypi_2" {
  command = plan

  variables {
    keep_oai = true
  }

  assert {
    condition     = length(aws_cloudfront_origin_access_identity.oai) == 1 && length(one(aws_cloudfront_distribution.cdn.origin).s3_origin_config) == 1
    error_message = "CloudFront goes on reading as the identity."
  }
}

run "bad_values" {
  command = plan

  variables {
    bucket                = "Bucket"
    domain                = "example.com"
    prefix                = "/simple/"
    price_class           = "all"
    old_version_days      = 0
    kms_key_arn           = "alias/packages"
    access_log_days       = 0
    gitlab_url            = "http://gitlab.example.com/"
    gitlab_audience       = "*"
    create_oidc_providers = ["bitbucket"]
  }

  expect_failures = [
    var.bucket, var.domain, var.prefix, var.price_class, var.old_version_days, var.kms_key_arn, var.access_log_days,
    var.gitlab_url, var.gitlab_audience, var.create_oidc_providers,
  ]
}

run "a_long_domain" {
  command = plan

  variables {
    domain            = "a-name-of-packages-with-46-letters.example.com"
    enable_basic_auth = true
  }
}

run "a_domain_that_is_too_long" {
  command = plan

  variables {
    domain            = "a-name-of-packages-with-47-letters1.example.com"
    enable_basic_auth = true
  }

  expect_failures = [aws_cloudfront_distribution.cdn]
}

run "a_domain_that_is_long_and_makes_no_long_names" {
  command = plan

  variables {
    domain = "a-name-of-packages-with-47-letters1.example.com"
  }
}

run "publishers_without_a_ref" {
  command = plan

  variables {
    github_publishers = [{ repository = "acme/*" }]
    gitlab_publishers = [{ project_path = "acme" }]
  }

  expect_failures = [var.github_publishers, var.gitlab_publishers]
}

run "pull_requests" {
  command = plan

  variables {
    github_publishers = [{ repository = "acme/tools", ref = "refs/pull/1/merge" }]
    gitlab_publishers = [{ project_path = "acme/tools", ref_type = "merge_request" }]
  }

  expect_failures = [var.github_publishers, var.gitlab_publishers]
}

run "damaged_users" {
  command = plan

  variables {
    enable_edge_tokens = true
    edge_users         = { ci = { tokens = [{ name = "ci", record = "sha256$x" }] } }
  }

  expect_failures = [var.edge_users]
}

run "a_time_that_is_none" {
  command = plan

  variables {
    enable_edge_tokens = true
    edge_users         = { ci = { tokens = [{ name = "ci", record = "sha256$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", expires = "soon" }] } }
  }

  expect_failures = [var.edge_users]
}
