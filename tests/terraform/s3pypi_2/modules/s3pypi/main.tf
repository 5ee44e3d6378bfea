terraform {
  required_providers {
    aws = {
      source                = "hashicorp/aws"
      configuration_aliases = [aws.us_east_1]
    }
  }
}

variable "bucket" {
  type = string
}

variable "domain" {
  type = string
}

variable "enable_dynamodb_locking" {
  type = bool
}

variable "enable_basic_auth" {
  type = bool
}

data "aws_acm_certificate" "viewer" {
  provider = aws.us_east_1
  domain   = var.domain
}

data "aws_route53_zone" "dns" {
  name = replace(var.domain, "/^[^.]+\\./", "")
}

resource "aws_s3_bucket" "pypi" {
  bucket = var.bucket
}

resource "aws_cloudfront_origin_access_identity" "oai" {}

resource "aws_s3_bucket_policy" "s3_policy" {
  bucket = aws_s3_bucket.pypi.id
  policy = data.aws_iam_policy_document.s3_policy.json
}

data "aws_iam_policy_document" "s3_policy" {
  statement {
    actions   = ["s3:GetObject", "s3:ListBucket"]
    resources = [aws_s3_bucket.pypi.arn, "${aws_s3_bucket.pypi.arn}/*"]

    principals {
      type        = "AWS"
      identifiers = [aws_cloudfront_origin_access_identity.oai.iam_arn]
    }
  }
}

resource "aws_cloudfront_distribution" "cdn" {
  aliases             = [var.domain]
  comment             = var.domain
  default_root_object = "index.html"
  enabled             = true
  is_ipv6_enabled     = true
  price_class         = "PriceClass_100"

  viewer_certificate {
    acm_certificate_arn      = data.aws_acm_certificate.viewer.arn
    minimum_protocol_version = "TLSv1.2_2021"
    ssl_support_method       = "sni-only"
  }

  origin {
    domain_name = aws_s3_bucket.pypi.bucket_regional_domain_name
    origin_id   = "s3"

    s3_origin_config {
      origin_access_identity = aws_cloudfront_origin_access_identity.oai.cloudfront_access_identity_path
    }
  }

  default_cache_behavior {
    target_origin_id       = "s3"
    viewer_protocol_policy = "redirect-to-https"
    allowed_methods        = ["GET", "HEAD", "OPTIONS"]
    cached_methods         = ["GET", "HEAD"]
    compress               = true
    min_ttl                = 0
    default_ttl            = 0

    forwarded_values {
      query_string = false

      cookies {
        forward = "none"
      }
    }

    dynamic "lambda_function_association" {
      for_each = module.basic_auth
      content {
        event_type = "viewer-request"
        lambda_arn = lambda_function_association.value.lambda_function_arn
      }
    }
  }

  custom_error_response {
    error_code            = 403
    error_caching_min_ttl = 0
  }

  restrictions {
    geo_restriction {
      restriction_type = "none"
    }
  }
}

resource "aws_route53_record" "alias" {
  zone_id = data.aws_route53_zone.dns.zone_id
  name    = var.domain
  type    = "A"

  alias {
    name                   = aws_cloudfront_distribution.cdn.domain_name
    zone_id                = aws_cloudfront_distribution.cdn.hosted_zone_id
    evaluate_target_health = false
  }
}

resource "aws_dynamodb_table" "locks" {
  count = var.enable_dynamodb_locking ? 1 : 0

  name         = "${var.bucket}-locks"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "LockID"

  attribute {
    name = "LockID"
    type = "S"
  }
}

module "basic_auth" {
  count = var.enable_basic_auth ? 1 : 0

  source = "./basic_auth"
  domain = var.domain

  providers = {
    aws = aws.us_east_1
  }
}
