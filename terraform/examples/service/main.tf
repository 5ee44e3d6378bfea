# twine uploads to the service on Lambda, which installers may use, too; what is put into the bucket by hand is indexed.
# Lambda@Edge and the service check the passwords of the same users: s3pypi user add ssm:packages.example.com NAME
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
  enable_service    = true
  enable_events     = true
  enable_basic_auth = true
  choose_pages      = true
  functions_package = "s3://example-artifacts/s3pypi-functions-2.0.zip" # by terraform/build_functions.py

  functions_settings = {
    S3PYPI_FALLBACK = "https://mirror.example.com/simple"
  }

  providers = {
    aws.us_east_1 = aws.us_east_1
  }
}

output "s3pypi" {
  value       = module.s3pypi
  description = "What to give to installers and publishers"
}
