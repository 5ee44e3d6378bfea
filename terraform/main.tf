terraform {
  required_version = ">= 1.5"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100, < 7"
    }
  }
}

variable "region" {
  type        = string
  description = "Region of the bucket."
}

variable "bucket" {
  type        = string
  description = "Name of the bucket, which is made."
}

variable "domain" {
  type        = string
  description = "Host name of the index, such as packages.example.com."
}

variable "use_wildcard_certificate" {
  type        = bool
  default     = false
  description = "Use the certificate of *.ZONE in us-east-1."
}

variable "create_certificate" {
  type        = bool
  default     = false
  description = "Make the certificate, and validate it by a record in the zone."
}

variable "enable_dynamodb_locking" {
  type        = bool
  default     = false
  description = "Make a DynamoDB table for locks."
}

variable "enable_basic_auth" {
  type        = bool
  default     = false
  description = "Ask readers for a user name and a password."
}

variable "choose_pages" {
  type        = bool
  default     = false
  description = "Give JSON pages to the installers that ask for them."
}

variable "keep_oai" {
  type        = bool
  default     = false
  description = "For the first apply on the state of s3pypi 2's Terraform."
}

variable "enable_service" {
  type        = bool
  default     = false
  description = "Run the service on Lambda, with an upload URL."
}

variable "enable_events" {
  type        = bool
  default     = false
  description = "Index what is put into the bucket by hand."
}

variable "functions_package" {
  type        = string
  default     = null
  description = "The zip file of build_functions.py, for the service and the events."
}

variable "service_domain" {
  type        = string
  default     = null
  description = "Host name of the service; by default, it is below /-/ of the domain."
}

variable "functions_settings" {
  type        = map(string)
  default     = {}
  description = "More settings of the service and the events, such as S3PYPI_FALLBACK."
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

  bucket                   = var.bucket
  domain                   = var.domain
  use_wildcard_certificate = var.use_wildcard_certificate
  create_certificate       = var.create_certificate
  enable_dynamodb_locking  = var.enable_dynamodb_locking
  enable_basic_auth        = var.enable_basic_auth
  choose_pages             = var.choose_pages
  keep_oai                 = var.keep_oai
  enable_service           = var.enable_service
  enable_events            = var.enable_events
  functions_package        = var.functions_package
  service_domain           = var.service_domain
  functions_settings       = var.functions_settings

  providers = {
    aws.us_east_1 = aws.us_east_1
  }
}

output "s3pypi" {
  value       = module.s3pypi
  description = "What to give to installers and publishers"
}
