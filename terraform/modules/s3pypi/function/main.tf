# A function of s3pypi-setuptools on AWS Lambda, with its log and its role.
terraform {
  required_version = ">= 1.5"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100, < 7"
    }
  }
}

variable "name" {
  type        = string
  description = "Name of the function."
}

variable "description" {
  type        = string
  description = "What the function does."
}

variable "handler" {
  type        = string
  description = "The Python function that Lambda calls, as MODULE.NAME."
}

variable "package" {
  type        = string
  description = "The package: the path of a zip file, or s3://BUCKET/KEY."
}

variable "settings" {
  type        = map(string)
  description = "Environment variables of the function."
}

variable "memory_size" {
  type        = number
  description = "Memory in MB."
}

variable "timeout" {
  type        = number
  description = "Seconds after which Lambda ends a call."
}

variable "log_retention_days" {
  type        = number
  description = "Days for which the log is kept."
}

variable "permissions" {
  type        = map(string)
  description = "Policy documents of the function's role, in JSON, by name."
}

output "name" {
  value       = aws_lambda_function.this.function_name
  description = "Name of the function"
}

output "arn" {
  value       = aws_lambda_function.this.arn
  description = "ARN of the function"
}

output "log_group" {
  value       = aws_cloudwatch_log_group.this.name
  description = "Name of the group of its logs"
}

output "role" {
  value       = aws_iam_role.this.name
  description = "Name of its role"
}

locals {
  # BUCKET and KEY; null if the package is a file
  in_s3 = try(regex("^s3://([^/]+)/(.+)$", var.package), null)
}

resource "aws_lambda_function" "this" {
  #checkov:skip=CKV_AWS_50:The log has the time of each call
  #checkov:skip=CKV_AWS_115:A limit of its own would be taken from the account's; installers come in bursts
  #checkov:skip=CKV_AWS_116:Nobody calls the service without waiting; the events' queue has dead letters
  #checkov:skip=CKV_AWS_117:It calls AWS alone, by its role, and reaches nothing in a VPC
  #checkov:skip=CKV_AWS_173:Its variables hold no secret
  #checkov:skip=CKV_AWS_272:The package's hash is in the state
  function_name = var.name
  description   = var.description
  handler       = var.handler
  runtime       = "python3.13"
  memory_size   = var.memory_size
  timeout       = var.timeout
  role          = aws_iam_role.this.arn

  filename         = local.in_s3 == null ? var.package : null
  source_code_hash = local.in_s3 == null ? filebase64sha256(var.package) : null
  s3_bucket        = try(local.in_s3[0], null)
  s3_key           = try(local.in_s3[1], null)

  environment {
    variables = var.settings
  }

  # The function's first call may come as soon as it exists.
  depends_on = [aws_cloudwatch_log_group.this, aws_iam_role_policy.this]

  lifecycle {
    precondition {
      condition     = var.package != null
      error_message = "The functions need a package: set functions_package to the zip file that terraform/build_functions.py makes, or to s3://BUCKET/KEY."
    }
  }
}

resource "aws_cloudwatch_log_group" "this" {
  #checkov:skip=CKV_AWS_158:CloudWatch encrypts with its own keys; the log has no secret
  #checkov:skip=CKV_AWS_338:log_retention_days says how long
  name              = "/aws/lambda/${var.name}"
  retention_in_days = var.log_retention_days
}

resource "aws_iam_role" "this" {
  name_prefix = "s3pypi-"
  description = "Role of the function ${var.name}"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "lambda.amazonaws.com" }
    }]
  })
}

resource "aws_iam_role_policy" "this" {
  for_each = merge(var.permissions, {
    log = jsonencode({
      Version = "2012-10-17"
      Statement = [{
        Sid      = "Log"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = ["${aws_cloudwatch_log_group.this.arn}:*"]
      }]
    })
  })

  name   = each.key
  role   = aws_iam_role.this.id
  policy = each.value
}
