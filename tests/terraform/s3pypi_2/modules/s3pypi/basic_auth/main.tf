terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

variable "domain" {
  type = string
}

output "lambda_function_arn" {
  value = aws_lambda_function.basic_auth.qualified_arn
}

# s3pypi 2 has the archive provider make this file. What it does is not what the tests are about.
resource "aws_lambda_function" "basic_auth" {
  function_name    = "s3pypi-basic-auth-${replace(var.domain, ".", "-")}"
  filename         = "${path.module}/handler.zip"
  source_code_hash = filebase64sha256("${path.module}/handler.zip")
  handler          = "handler.handle"
  runtime          = "python3.12"
  timeout          = 5
  publish          = true
  role             = aws_iam_role.basic_auth.arn
}

resource "aws_iam_role" "basic_auth" {
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = ["lambda.amazonaws.com", "edgelambda.amazonaws.com"] }
    }]
  })
}

resource "aws_iam_policy" "basic_auth" {
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = "arn:aws:logs:*:*:*"
      },
      {
        Effect   = "Allow"
        Action   = "ssm:GetParameter"
        Resource = "arn:aws:ssm:*:*:parameter/s3pypi/${var.domain}/users/*"
      },
    ]
  })
}

resource "aws_iam_role_policy_attachment" "basic_auth" {
  role       = aws_iam_role.basic_auth.name
  policy_arn = aws_iam_policy.basic_auth.arn
}
