# The resources of s3pypi 2's Terraform, under the same addresses and with what matters for taking them over.
variable "region" {
  type = string
}

variable "bucket" {
  type = string
}

variable "domain" {
  type = string
}

variable "enable_dynamodb_locking" {
  type    = bool
  default = false
}

variable "enable_basic_auth" {
  type    = bool
  default = false
}

terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

provider "aws" {
  region = var.region
}

provider "aws" {
  alias  = "us_east_1"
  region = "us-east-1"
}

module "s3pypi" {
  source = "./modules/s3pypi"

  bucket                  = var.bucket
  domain                  = var.domain
  enable_dynamodb_locking = var.enable_dynamodb_locking
  enable_basic_auth       = var.enable_basic_auth

  providers = {
    aws.us_east_1 = aws.us_east_1
  }
}
