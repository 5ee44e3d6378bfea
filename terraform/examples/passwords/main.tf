# Readers need a password or a token, which Lambda@Edge checks: s3pypi user add ssm:packages.example.com NAME
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

  bucket            = "example-packages"
  domain            = "packages.example.com"
  prefix            = "simple"
  enable_basic_auth = true
  choose_pages      = true

  providers = {
    aws.us_east_1 = aws.us_east_1
  }
}

output "s3pypi" {
  value       = module.s3pypi
  description = "What to give to installers and publishers"
}
