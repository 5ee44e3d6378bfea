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

output "key_value_store_arn" {
  value       = one(aws_cloudfront_key_value_store.tokens[*].arn)
  description = "For aws cloudfront-keyvaluestore put-key and delete-key; null without tokens at the edge"
}

output "policy_arns" {
  value       = { for use, policy in aws_iam_policy.of_use : use => policy.arn }
  description = "ARNs of the IAM policies by use, publish and read; empty without policies"
}

output "ci_role_arns" {
  value       = { for ci, role in aws_iam_role.publisher : ci => role.arn }
  description = "ARNs of the publishers' roles by github and gitlab, for the job's configuration"
}

output "access_log_bucket" {
  value       = one(aws_s3_bucket.access_logs[*].id)
  description = "Bucket of the access logs; null without them"
}
