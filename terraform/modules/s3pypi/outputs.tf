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
  value       = var.enable_basic_auth || var.enable_service ? "ssm:${var.domain}" : null
  description = "For s3pypi user add; null without passwords and without the service"
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

output "upload_url" {
  value       = var.enable_service ? "${local.service_url}/legacy/" : null
  description = "For publishers: twine upload --repository-url; null without the service"
}

output "service_index_url" {
  value       = var.enable_service ? "${local.service_url}/simple/" : null
  description = "For installers that the service asks for a password: pip install --index-url; null without the service"
}

output "function_url" {
  value       = one(aws_lambda_function_url.service[*].function_url)
  description = "URL of the service's function, without CloudFront; null without the service"
}

output "functions" {
  value = {
    for name, function in { service = module.service, events = module.events } :
    name => { name = function[0].name, log_group = function[0].log_group, role = function[0].role } if length(function) > 0
  }
  description = "Names of the functions, of the groups of their logs, and of their roles"
}

output "dead_letters" {
  value       = one(aws_sqs_queue.dead_letters[*].url)
  description = "URL of the queue of events that could not be indexed; null without the function for events"
}
