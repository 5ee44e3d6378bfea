terraform {
  required_version = ">= 1.5"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100, < 7"
    }
  }
}

variable "domain" {
  type        = string
  description = "Host name of the index, whose users may read."
}

variable "choose_pages" {
  type        = bool
  description = "Also give JSON pages to the installers that ask for them."
}

output "lambda_function_arn" {
  value       = aws_lambda_function.basic_auth.qualified_arn
  description = "ARN of the function's version, for a distribution"
}

data "aws_partition" "current" {}

locals {
  name = "s3pypi-basic-auth-${replace(var.domain, ".", "-")}"
}

resource "aws_lambda_function" "basic_auth" {
  #checkov:skip=CKV_AWS_50:Lambda@Edge has no X-Ray
  #checkov:skip=CKV_AWS_115:Lambda@Edge has no limit of a function's own
  #checkov:skip=CKV_AWS_116:Lambda@Edge has no dead letters, and viewers' requests are answered at once
  #checkov:skip=CKV_AWS_117:Lambda@Edge runs in no VPC
  #checkov:skip=CKV_AWS_272:The package is in this module, and its hash in the state
  function_name = local.name
  description   = "Checks user names and passwords of readers of ${var.domain}"

  # At the edge, a function that answers viewers has 128 MB, 5 seconds, and no environment variables.
  runtime     = "python3.13"
  timeout     = 5
  memory_size = 128
  publish     = true

  filename         = "${path.module}/package.zip"
  source_code_hash = filebase64sha256("${path.module}/package.zip")
  handler          = var.choose_pages ? "edge.authenticate_and_choose" : "edge.authenticate"

  role = aws_iam_role.basic_auth.arn
}

resource "aws_iam_role" "basic_auth" {
  assume_role_policy = data.aws_iam_policy_document.assume_role.json
}

data "aws_iam_policy_document" "assume_role" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["lambda.amazonaws.com", "edgelambda.amazonaws.com"]
    }
  }
}

resource "aws_iam_policy" "basic_auth" {
  policy = data.aws_iam_policy_document.basic_auth.json
}

data "aws_iam_policy_document" "basic_auth" {
  statement {
    sid       = "Users"
    actions   = ["ssm:GetParametersByPath"]
    resources = ["arn:${data.aws_partition.current.partition}:ssm:us-east-1:*:parameter/s3pypi/${var.domain}/users"]
  }

  # As the function of s3pypi 2 reads them, which answers until CloudFront has deployed this one.
  statement {
    sid       = "User"
    actions   = ["ssm:GetParameter"]
    resources = ["arn:${data.aws_partition.current.partition}:ssm:us-east-1:*:parameter/s3pypi/${var.domain}/users/*"]
  }

  # A function at the edge writes its log in the region where it runs, with a region's name before its own:
  # https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/edge-functions-logs.html
  statement {
    sid       = "Log"
    actions   = ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"]
    resources = ["arn:${data.aws_partition.current.partition}:logs:*:*:log-group:/aws/lambda/*${local.name}:*"]
  }
}

resource "aws_iam_role_policy_attachment" "basic_auth" {
  role       = aws_iam_role.basic_auth.name
  policy_arn = aws_iam_policy.basic_auth.arn
}
