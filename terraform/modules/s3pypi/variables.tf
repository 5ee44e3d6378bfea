variable "bucket" {
  type        = string
  description = "Name of the bucket, which is made."

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", var.bucket))
    error_message = "The bucket's name must have 3 to 63 lower-case letters, digits, dots and hyphens."
  }
}

variable "domain" {
  type        = string
  description = "Host name of the index, such as packages.example.com. Its zone in Route 53 is what follows the first dot."

  validation {
    condition     = can(regex("^[a-z0-9-]+(\\.[a-z0-9-]+){2,}$", var.domain))
    error_message = "The domain must be a host name in a zone, such as packages.example.com."
  }
}

variable "use_wildcard_certificate" {
  type        = bool
  default     = false
  description = "Use the certificate of *.ZONE in us-east-1, instead of that of the domain."
}

variable "enable_dynamodb_locking" {
  type        = bool
  default     = false
  description = "Make a DynamoDB table for locks, BUCKET-locks. Only s3pypi 2 needs it: S3 has conditional writes."
}

variable "enable_basic_auth" {
  type        = bool
  default     = false
  description = "Ask readers for a user name and a password at the edge. `s3pypi user add ssm:DOMAIN NAME` makes users."
}

variable "prefix" {
  type        = string
  default     = ""
  description = "What the repository's keys begin with; it is not in URLs. Empty for the whole bucket."

  validation {
    condition     = can(regex("^([A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*)?$", var.prefix))
    error_message = "The prefix must have no slash at either end."
  }
}

variable "choose_pages" {
  type        = bool
  default     = false
  description = "Give JSON pages to the installers that ask for them. Every project must have them: `s3pypi reindex` makes them for a repository that another tool made."
}

variable "kms_key_arn" {
  type        = string
  default     = null
  description = "KMS key that encrypts objects; by default S3's own keys do. Its key policy must let CloudFront decrypt."
}

variable "old_version_days" {
  type        = number
  default     = 90
  description = "Days after which versions of objects that were replaced or deleted are removed for good."

  validation {
    condition     = var.old_version_days >= 1
    error_message = "Old versions must be kept for a day or more."
  }
}

variable "price_class" {
  type        = string
  default     = "PriceClass_100"
  description = "Where CloudFront serves from."

  validation {
    condition     = contains(["PriceClass_100", "PriceClass_200", "PriceClass_All"], var.price_class)
    error_message = "The price class must be PriceClass_100, PriceClass_200 or PriceClass_All."
  }
}
