# CloudFront takes certificates from us-east-1 alone.
locals {
  certificate_domain = var.use_wildcard_certificate ? "*.${local.hosted_zone}" : var.domain
  certificate_arn = (
    var.create_certificate
    ? aws_acm_certificate_validation.viewer[0].certificate_arn
    : data.aws_acm_certificate.viewer[0].arn
  )
}

data "aws_acm_certificate" "viewer" {
  count    = var.create_certificate ? 0 : 1
  provider = aws.us_east_1

  domain      = local.certificate_domain
  most_recent = true
}

resource "aws_acm_certificate" "viewer" {
  count    = var.create_certificate ? 1 : 0
  provider = aws.us_east_1

  domain_name       = local.certificate_domain
  validation_method = "DNS"

  lifecycle {
    create_before_destroy = true
  }
}

locals {
  # A certificate for one name has one record, whose values are known only after the certificate is made.
  validation_record = one([
    for certificate in aws_acm_certificate.viewer : one(certificate.domain_validation_options)
  ])
}

resource "aws_route53_record" "validation" {
  count = var.create_certificate ? 1 : 0

  zone_id = data.aws_route53_zone.dns.zone_id
  name    = local.validation_record.resource_record_name
  type    = local.validation_record.resource_record_type
  records = [local.validation_record.resource_record_value]
  ttl     = 300

  # In one account, every certificate for a name is validated by the same record, which may be there already.
  allow_overwrite = true
}

resource "aws_acm_certificate_validation" "viewer" {
  count    = var.create_certificate ? 1 : 0
  provider = aws.us_east_1

  certificate_arn         = aws_acm_certificate.viewer[0].arn
  validation_record_fqdns = [aws_route53_record.validation[0].fqdn]
}
