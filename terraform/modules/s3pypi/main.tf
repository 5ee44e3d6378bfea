locals {
  hosted_zone = replace(var.domain, "/^[^.]+\\./", "")
  below       = var.prefix == "" ? "" : "${var.prefix}/"
  name        = replace(var.domain, ".", "-")

  # How many characters AWS lets a function, a role and a source of logs have in their names:
  # https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html,
  # https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html,
  # https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutDeliverySource.html
  longest_names = merge(
    { for name in ["s3pypi-basic-auth-${local.name}"] : name => 64 if var.enable_basic_auth },
    { for name in ["s3pypi-tokens-${local.name}"] : name => 64 if var.enable_edge_tokens },
    { for name in ["s3pypi-${local.name}"] : name => 64 if var.choose_pages },
    { for name in ["s3pypi-service-${local.name}"] : name => 64 if var.enable_service },
    { for name in [local.events_name] : name => 64 if var.enable_events },
    { for ci in keys(local.ci_subjects) : "s3pypi-${ci}-${local.name}" => 64 },
    { for name in ["s3pypi-${local.name}"] : name => 60 if var.enable_access_logs },
  )

  # AWS's SecurityHeadersPolicy, for people who read pages in a browser:
  # https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-response-headers-policies.html
  security_headers = "67f7725c-6f97-4210-82d7-5512b31e9d03"
}

data "aws_route53_zone" "dns" {
  name = local.hosted_zone
}

resource "aws_cloudfront_origin_access_control" "s3" {
  name                              = local.name
  origin_access_control_origin_type = "s3"
  signing_behavior                  = "always"
  signing_protocol                  = "sigv4"
}

# Objects say how long they may be kept. Pages are asked for again each time, by their ETag.
resource "aws_cloudfront_cache_policy" "objects" {
  name        = "s3pypi-${local.name}"
  min_ttl     = 0
  default_ttl = 0
  max_ttl     = 31536000

  parameters_in_cache_key_and_forwarded_to_origin {
    enable_accept_encoding_gzip   = true
    enable_accept_encoding_brotli = true

    cookies_config {
      cookie_behavior = "none"
    }

    headers_config {
      header_behavior = "none"
    }

    query_strings_config {
      query_string_behavior = "none"
    }
  }
}

# With passwords or tokens, the function that checks them chooses pages, too: a behavior has one program for viewer
# requests.
resource "aws_cloudfront_function" "choose" {
  count = var.choose_pages && !var.enable_basic_auth && !var.enable_edge_tokens ? 1 : 0

  name    = "s3pypi-${local.name}"
  comment = "Chooses pages by the Accept header"
  runtime = "cloudfront-js-2.0"
  publish = true
  code    = join("\n", [file("${path.module}/pages/choose.js"), file("${path.module}/pages/handler.js")])
}

resource "aws_cloudfront_distribution" "cdn" {
  #checkov:skip=CKV_AWS_68:Objects of a bucket are served, and no application that a firewall could protect
  #checkov:skip=CKV_AWS_86:enable_access_logs turns on standard logging v2, which is no part of this resource
  #checkov:skip=CKV_AWS_310:A copy of the bucket would answer with old pages
  #checkov:skip=CKV_AWS_374:Installers may be anywhere
  #checkov:skip=CKV2_AWS_47:There is no Java behind it
  #checkov:skip=CKV2_AWS_32:It has the policy of AWS, which is no resource here
  aliases             = [var.domain]
  comment             = var.domain
  default_root_object = "index.html" # without one, "/" would list the bucket
  enabled             = true
  http_version        = "http2and3"
  is_ipv6_enabled     = true
  price_class         = var.price_class

  viewer_certificate {
    acm_certificate_arn      = local.certificate_arn
    minimum_protocol_version = "TLSv1.2_2021"
    ssl_support_method       = "sni-only"
  }

  origin {
    domain_name              = aws_s3_bucket.pypi.bucket_regional_domain_name
    origin_id                = "s3"
    origin_path              = var.prefix == "" ? "" : "/${var.prefix}"
    origin_access_control_id = var.keep_oai ? null : aws_cloudfront_origin_access_control.s3.id

    dynamic "s3_origin_config" {
      for_each = aws_cloudfront_origin_access_identity.oai
      content {
        origin_access_identity = s3_origin_config.value.cloudfront_access_identity_path
      }
    }
  }

  dynamic "origin" {
    for_each = length(local.service_paths) == 0 ? [] : ["service"]
    content {
      domain_name = local.service_host
      origin_id   = origin.value

      custom_origin_config {
        http_port              = 80
        https_port             = 443
        origin_protocol_policy = "https-only"
        origin_ssl_protocols   = ["TLSv1.2"]
        origin_read_timeout    = local.service_seconds
      }
    }
  }

  dynamic "ordered_cache_behavior" {
    for_each = local.service_paths
    content {
      path_pattern               = ordered_cache_behavior.value
      target_origin_id           = "service"
      viewer_protocol_policy     = "https-only"
      allowed_methods            = local.every_method
      cached_methods             = ["GET", "HEAD"]
      cache_policy_id            = local.caching_disabled
      origin_request_policy_id   = local.all_but_host
      response_headers_policy_id = local.security_headers
    }
  }

  default_cache_behavior {
    target_origin_id           = "s3"
    viewer_protocol_policy     = "redirect-to-https"
    allowed_methods            = ["GET", "HEAD", "OPTIONS"]
    cached_methods             = ["GET", "HEAD"]
    cache_policy_id            = aws_cloudfront_cache_policy.objects.id
    response_headers_policy_id = local.security_headers
    compress                   = true

    dynamic "function_association" {
      for_each = concat(aws_cloudfront_function.choose, aws_cloudfront_function.tokens)
      content {
        event_type   = "viewer-request"
        function_arn = function_association.value.arn
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

  # A file that was missing a moment ago may have been published since.
  dynamic "custom_error_response" {
    for_each = [403, 404]
    content {
      error_code            = custom_error_response.value
      error_caching_min_ttl = 0
    }
  }

  restrictions {
    geo_restriction {
      restriction_type = "none"
    }
  }

  lifecycle {
    precondition {
      condition     = alltrue([for name, longest in local.longest_names : length(name) <= longest])
      error_message = "The domain is too long: AWS allows ${join(", ", [for name, longest in local.longest_names : "${longest} characters in ${name} (${length(name)})" if length(name) > longest])}."
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

resource "aws_route53_record" "alias_ipv6" {
  zone_id = data.aws_route53_zone.dns.zone_id
  name    = var.domain
  type    = "AAAA"

  alias {
    name                   = aws_cloudfront_distribution.cdn.domain_name
    zone_id                = aws_cloudfront_distribution.cdn.hosted_zone_id
    evaluate_target_health = false
  }
}

module "basic_auth" {
  count = var.enable_basic_auth ? 1 : 0

  source       = "./basic_auth"
  domain       = var.domain
  choose_pages = var.choose_pages

  providers = {
    aws = aws.us_east_1
  }
}
