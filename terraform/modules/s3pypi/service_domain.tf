# The service's own name: a distribution that passes every request on to it.
locals {
  service_names = var.enable_service ? toset(var.service_domain[*]) : toset([])
  service_zone  = replace(coalesce(var.service_domain, var.domain), "/^[^.]+\\./", "")

  # Names in one zone have its certificate together.
  service_certificate_domain  = var.use_wildcard_certificate ? "*.${local.service_zone}" : var.service_domain
  service_has_own_certificate = local.service_certificate_domain != local.certificate_domain
}

data "aws_acm_certificate" "service" {
  for_each = { for name in local.service_names : name => local.service_certificate_domain if local.service_has_own_certificate }

  provider = aws.us_east_1

  domain      = each.value
  most_recent = true
}

data "aws_route53_zone" "service" {
  for_each = local.service_names

  name = local.service_zone
}

resource "aws_cloudfront_distribution" "service" {
  #checkov:skip=CKV_AWS_68:The service limits wrong passwords itself
  #checkov:skip=CKV_AWS_86:The service logs each request
  #checkov:skip=CKV_AWS_305:The service answers at /
  #checkov:skip=CKV_AWS_310:There is one service
  #checkov:skip=CKV_AWS_374:Publishers may be anywhere
  #checkov:skip=CKV2_AWS_47:There is no Java behind it
  #checkov:skip=CKV2_AWS_32:It has the policy of AWS, which is no resource here
  for_each = local.service_names

  aliases         = [each.key]
  comment         = each.key
  enabled         = true
  http_version    = "http2and3"
  is_ipv6_enabled = true
  price_class     = var.price_class

  viewer_certificate {
    acm_certificate_arn      = local.service_has_own_certificate ? data.aws_acm_certificate.service[each.key].arn : local.certificate_arn
    minimum_protocol_version = "TLSv1.2_2021"
    ssl_support_method       = "sni-only"
  }

  origin {
    domain_name = local.service_host
    origin_id   = "service"

    custom_origin_config {
      http_port              = 80
      https_port             = 443
      origin_protocol_policy = "https-only"
      origin_ssl_protocols   = ["TLSv1.2"]
      origin_read_timeout    = local.service_seconds
    }
  }

  default_cache_behavior {
    target_origin_id           = "service"
    viewer_protocol_policy     = "https-only"
    allowed_methods            = local.every_method
    cached_methods             = ["GET", "HEAD"]
    cache_policy_id            = local.caching_disabled
    origin_request_policy_id   = local.all_but_host
    response_headers_policy_id = local.security_headers
  }

  restrictions {
    geo_restriction {
      restriction_type = "none"
    }
  }
}

resource "aws_route53_record" "service" {
  for_each = { for pair in setproduct(local.service_names, ["A", "AAAA"]) : pair[1] => pair[0] }

  zone_id = data.aws_route53_zone.service[each.value].zone_id
  name    = each.value
  type    = each.key

  alias {
    name                   = aws_cloudfront_distribution.service[each.value].domain_name
    zone_id                = aws_cloudfront_distribution.service[each.value].hosted_zone_id
    evaluate_target_health = false
  }
}
