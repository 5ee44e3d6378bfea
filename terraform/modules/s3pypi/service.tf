# The service on Lambda: index, files and uploads, for the service's own users.
locals {
  service_url        = "https://${var.service_domain == null ? "${var.domain}${var.service_path}" : var.service_domain}"
  service_overwrites = contains(["1", "true", "yes", "on"], lower(lookup(var.functions_settings, "S3PYPI_OVERWRITE", "")))
  service_host       = one([for url in aws_lambda_function_url.service : trimsuffix(trimprefix(url.function_url, "https://"), "/")])
  service_seconds    = 60

  # uv and pdm ask for the upload tokens of Trusted Publishing at the top of the host.
  service_paths = var.enable_service && var.service_domain == null ? ["${var.service_path}/*", "/_/oidc/*"] : []

  # CloudFront's own policies. One keeps nothing; the other passes everything on but the host's name, by which Lambda
  # finds the function:
  # https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-origin-request-policies.html
  caching_disabled = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
  all_but_host     = "b689b0a8-53d0-40ab-baf2-68738e2966ac"
  every_method     = ["GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE"]

  common_settings = merge(
    { S3PYPI_TARGET = "s3://${join("/", compact([var.bucket, var.prefix]))}" },
    { for table in local.locks_table[*] : "S3PYPI_LOCKS_TABLE" => table },
  )
}

module "service" {
  count = var.enable_service ? 1 : 0

  source             = "./function"
  name               = "s3pypi-service-${local.name}"
  description        = "Serves ${var.bucket} to installers, and takes uploads"
  handler            = "s3pypi_setuptools.server.aws_lambda.handler"
  package            = var.functions_package
  memory_size        = var.service_memory
  timeout            = local.service_seconds
  log_retention_days = var.log_retention_days
  permissions        = { serve = jsonencode({ Version = "2012-10-17", Statement = local.statements["serve"] }) }

  settings = merge(
    local.common_settings,
    {
      S3PYPI_USERS      = "ssm:${var.domain}"
      S3PYPI_LOG_FORMAT = "json"
    },
    { for path in [var.service_path] : "S3PYPI_ROOT_PATH" => path if var.service_domain == null },
    var.functions_settings,
  )
}

# The service itself asks for passwords. IAM cannot: it wants the header in which clients send them.
resource "aws_lambda_function_url" "service" {
  #checkov:skip=CKV_AWS_258:The service asks for passwords itself
  count = var.enable_service ? 1 : 0

  function_name      = module.service[0].name
  authorization_type = "NONE"
}

# The second of the two permissions that a function URL needs; the provider gives the first. aws_lambda_permission knows
# InvokedViaFunctionUrl only since 6.29, and without it anybody could call the function with events of their own.
# https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html
resource "aws_cloudformation_stack" "service_url" {
  #checkov:skip=CKV_AWS_124:Terraform waits for the stack, and says what failed
  count = var.enable_service ? 1 : 0

  name = "${module.service[0].name}-url"

  template_body = jsonencode({
    Resources = {
      InvokeByUrl = {
        Type = "AWS::Lambda::Permission"
        Properties = {
          Action                = "lambda:InvokeFunction"
          FunctionName          = module.service[0].name
          InvokedViaFunctionUrl = true
          Principal             = "*"
        }
      }
    }
  })

  depends_on = [aws_lambda_function_url.service]
}
