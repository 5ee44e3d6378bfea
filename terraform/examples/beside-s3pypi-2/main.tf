# As s3pypi 2 and its Terraform have it: locks, because that publishes here, too, and passwords.
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
  enable_dynamodb_locking  = true
  enable_basic_auth        = true
  publishers_may_delete    = true
  create_policies          = true

  providers = {
    aws.us_east_1 = aws.us_east_1
  }
}

output "s3pypi" {
  value       = module.s3pypi
  description = "What to give to installers and publishers"
}
