# Objects are encrypted with a KMS key of the account, and requests are logged.
terraform {
  required_version = ">= 1.5"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100, < 7"
    }
  }
}

provider "aws" {
  region = "eu-central-1"
}

provider "aws" {
  alias  = "us_east_1"
  region = "us-east-1"
}

module "s3pypi" {
  source = "../../modules/s3pypi"

  bucket                   = "example-packages"
  domain                   = "packages.example.com"
  use_wildcard_certificate = true
  kms_key_arn              = aws_kms_key.packages.arn
  old_version_days         = 365
  enable_access_logs       = true
  create_policies          = true

  providers = {
    aws.us_east_1 = aws.us_east_1
  }
}

resource "aws_kms_key" "packages" {
  description         = "Encrypts Python packages"
  enable_key_rotation = true
}

data "aws_caller_identity" "current" {}

resource "aws_kms_key_policy" "packages" {
  key_id = aws_kms_key.packages.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "Account"
        Effect    = "Allow"
        Principal = { AWS = "arn:aws:iam::${data.aws_caller_identity.current.account_id}:root" }
        Action    = "kms:*"
        Resource  = "*"
      },
      {
        Sid       = "Readers"
        Effect    = "Allow"
        Principal = { Service = "cloudfront.amazonaws.com" }
        Action    = "kms:Decrypt"
        Resource  = "*"
        Condition = {
          StringEquals = {
            "AWS:SourceArn" = "arn:aws:cloudfront::${data.aws_caller_identity.current.account_id}:distribution/${module.s3pypi.distribution_id}"
          }
        }
      },
    ]
  })
}

output "s3pypi" {
  value       = module.s3pypi
  description = "What to give to installers and publishers"
}
