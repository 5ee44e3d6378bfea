output "index_url" {
  value       = "https://${var.domain}/"
  description = "For installers: pip install --index-url"
}

output "target" {
  value       = "s3://${aws_s3_bucket.pypi.id}${var.prefix == "" ? "" : "/${var.prefix}"}"
  description = "For publishers: s3pypi upload --target"
}

output "locks_table" {
  value       = one(aws_dynamodb_table.locks[*].name)
  description = "For publishers: s3pypi upload --locks-table; null without locks"
}

output "users" {
  value       = var.enable_basic_auth ? "ssm:${var.domain}" : null
  description = "For s3pypi user add; null without passwords"
}

output "distribution_id" {
  value       = aws_cloudfront_distribution.cdn.id
  description = "Id of the distribution"
}

output "distribution_domain_name" {
  value       = aws_cloudfront_distribution.cdn.domain_name
  description = "Host name that CloudFront gave to the distribution"
}
