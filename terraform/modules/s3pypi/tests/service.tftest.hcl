# Plans of the service and the events with a provider that makes no request: terraform test

mock_provider "aws" {
  source = "./tests/mocks"
}

mock_provider "aws" {
  alias  = "us_east_1"
  source = "./tests/mocks"
}

variables {
  bucket            = "example-packages"
  domain            = "packages.example.com"
  functions_package = "s3://example-artifacts/s3pypi/functions.zip"
}

run "neither" {
  command = plan

  assert {
    condition     = output.upload_url == null && output.service_index_url == null && output.dead_letters == null && length(output.functions) == 0
    error_message = "The outputs say that there is no function."
  }

  assert {
    condition     = length(aws_cloudfront_distribution.cdn.ordered_cache_behavior) == 0 && length(aws_cloudfront_distribution.service) == 0
    error_message = "CloudFront asks the bucket alone."
  }
}

run "service_below_a_path" {
  command = plan

  variables {
    enable_service = true
  }

  assert {
    condition     = output.upload_url == "https://packages.example.com/-/legacy/" && output.service_index_url == "https://packages.example.com/-/simple/"
    error_message = "The service is below a path of the domain."
  }

  assert {
    condition     = [for one in aws_cloudfront_distribution.cdn.ordered_cache_behavior : one.path_pattern] == ["/-/*", "/_/oidc/*"]
    error_message = "CloudFront passes the service's paths on, and those of Trusted Publishing."
  }

  assert {
    condition     = alltrue([for one in aws_cloudfront_distribution.cdn.ordered_cache_behavior : length(one.function_association) == 0 && contains(one.allowed_methods, "POST")])
    error_message = "Uploads reach the service, and nothing else checks credentials."
  }

  assert {
    condition     = aws_lambda_function_url.service[0].authorization_type == "NONE" && output.users == "ssm:packages.example.com"
    error_message = "The service itself asks for passwords, of the users of the domain."
  }

  assert {
    condition     = strcontains(aws_cloudformation_stack.service_url[0].template_body, "\"InvokedViaFunctionUrl\":true")
    error_message = "The public may call the function by its URL alone."
  }

  assert {
    condition     = length(aws_sqs_queue.events) == 0 && length(aws_s3_bucket_notification.events) == 0
    error_message = "The bucket sends no events."
  }
}

run "service_with_a_name" {
  command = plan

  variables {
    enable_service          = true
    enable_basic_auth       = true
    service_domain          = "upload.example.com"
    enable_dynamodb_locking = true
  }

  assert {
    condition     = output.upload_url == "https://upload.example.com/legacy/" && output.users == "ssm:packages.example.com"
    error_message = "The service has a name of its own, and the same users."
  }

  assert {
    condition     = length(aws_cloudfront_distribution.cdn.ordered_cache_behavior) == 0 && one(aws_cloudfront_distribution.service["upload.example.com"].aliases) == "upload.example.com"
    error_message = "Its distribution is another one."
  }

  assert {
    condition     = keys(aws_route53_record.service) == ["A", "AAAA"] && data.aws_acm_certificate.service["upload.example.com"].domain == "upload.example.com"
    error_message = "Its name has addresses and a certificate."
  }
}

run "service_with_the_certificate_of_the_zone" {
  command = plan

  variables {
    enable_service           = true
    service_domain           = "upload.example.com"
    use_wildcard_certificate = true
  }

  assert {
    condition     = length(data.aws_acm_certificate.service) == 0 && length(aws_cloudfront_distribution.service) == 1
    error_message = "The certificate is that of the other distribution."
  }
}

run "events" {
  command = plan

  variables {
    enable_events     = true
    prefix            = "simple"
    functions_package = "basic_auth/package.zip"
  }

  assert {
    condition     = one(aws_s3_bucket_notification.events[0].queue).filter_prefix == "simple/"
    error_message = "The events are those of the repository."
  }

  assert {
    condition     = aws_sqs_queue.events[0].visibility_timeout_seconds == 1800 && aws_sqs_queue.events[0].sqs_managed_sse_enabled && aws_sqs_queue.dead_letters[0].message_retention_seconds == 1209600
    error_message = "The queue hides an event for as long as the function may need, and gives it up to another queue."
  }

  assert {
    condition     = aws_lambda_event_source_mapping.events[0].function_response_types == null
    error_message = "The function fails for a whole batch."
  }

  assert {
    condition     = output.functions["events"].log_group == "/aws/lambda/s3pypi-events-packages-example-com"
    error_message = "The log is the function's."
  }
}

run "bad_values" {
  command = plan

  variables {
    service_domain     = "example.com"
    service_path       = "service/"
    service_memory     = 128
    functions_settings = { "s3pypi-fallback" = "pip" }
    log_retention_days = 8
  }

  expect_failures = [var.service_domain, var.service_path, var.service_memory, var.functions_settings, var.log_retention_days]
}
