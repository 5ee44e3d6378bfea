# Plans with a provider that makes no request: terraform test

mock_provider "aws" {
  mock_data "aws_iam_policy_document" {
    defaults = {
      json = "{\"Version\": \"2012-10-17\", \"Statement\": []}"
    }
  }

  mock_data "aws_acm_certificate" {
    defaults = {
      arn = "arn:aws:acm:us-east-1:111122223333:certificate/example"
    }
  }

  mock_data "aws_partition" {
    defaults = {
      partition = "aws"
    }
  }
}

mock_provider "aws" {
  alias = "us_east_1"

  mock_data "aws_iam_policy_document" {
    defaults = {
      json = "{\"Version\": \"2012-10-17\", \"Statement\": []}"
    }
  }

  mock_data "aws_acm_certificate" {
    defaults = {
      arn = "arn:aws:acm:us-east-1:111122223333:certificate/example"
    }
  }

  mock_data "aws_partition" {
    defaults = {
      partition = "aws"
    }
  }
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
    condition     = output.index_url == "https://packages.example.com/" && output.locks_table == null && output.users == null
    error_message = "The outputs say what there is."
  }

  assert {
    condition     = data.aws_acm_certificate.viewer.domain == "packages.example.com" && data.aws_route53_zone.dns.name == "example.com"
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
    condition     = data.aws_acm_certificate.viewer.domain == "*.example.com"
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

run "bad_values" {
  command = plan

  variables {
    bucket           = "Bucket"
    domain           = "example.com"
    prefix           = "/simple/"
    price_class      = "all"
    old_version_days = 0
  }

  expect_failures = [var.bucket, var.domain, var.prefix, var.price_class, var.old_version_days]
}
