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

variable "create_certificate" {
  type        = bool
  default     = false
  description = "Make the certificate in us-east-1, and validate it by a record in the zone. By default, the newest one that is there is used."
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

  validation {
    condition     = can(regex("^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/", coalesce(var.kms_key_arn, "arn:aws:kms:us-east-1:111122223333:key/")))
    error_message = "The KMS key must be the ARN of a key: arn:aws:kms:REGION:ACCOUNT:key/ID."
  }
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

variable "enable_edge_tokens" {
  type        = bool
  default     = false
  description = "Ask readers for a token, which a CloudFront function checks, without Lambda. Passwords need enable_basic_auth instead."
}

variable "edge_users" {
  type = map(object({
    role     = optional(string, "read")
    projects = optional(list(string), ["*"])
    tokens = optional(list(object({
      name    = string
      record  = string
      expires = optional(string)
    })), [])
  }))
  default     = {}
  description = "Who may read with a token: jsondecode(file(\"users.json\")).users, where `s3pypi user token users.json NAME` made the file. Passwords in it are ignored."

  validation {
    condition     = alltrue([for name in keys(var.edge_users) : can(regex("^[A-Za-z0-9._-]{1,128}$", name))])
    error_message = "Names of users must have letters, digits, dots, underscores and hyphens only."
  }

  validation {
    condition     = alltrue([for user in values(var.edge_users) : contains(["none", "read", "upload", "admin"], user.role)])
    error_message = "Roles of users must be none, read, upload or admin."
  }

  validation {
    condition = alltrue(flatten([
      for user in values(var.edge_users) : [for token in user.tokens : can(regex("^sha256\\$[A-Za-z0-9+/]{43}=$", token.record))]
    ]))
    error_message = "Records of tokens must be sha256$HASH, as `s3pypi user token` writes them."
  }

  validation {
    condition = alltrue(flatten([
      for user in values(var.edge_users) : [
        for time in compact(user.tokens[*].expires) : can(timeadd(time, "0s")) && can(regex("[0-9](Z|\\+00:00)$", time))
      ]
    ]))
    error_message = "Times must have the form 2027-01-31T00:00:00Z, as `s3pypi user token --expires` writes them."
  }

  validation {
    condition = alltrue(flatten([
      for user in values(var.edge_users) : [for pattern in user.projects : can(regex("^[A-Za-z0-9._*?-]+$", pattern))]
    ]))
    error_message = "Patterns of projects must have letters, digits, dots, underscores, hyphens, * and ? only."
  }

  validation {
    condition     = alltrue([for name, user in var.edge_users : length(jsonencode([name, user.projects])) <= 900])
    error_message = "A user's name and patterns of projects must fit in 900 bytes: CloudFront stores 1 KB for each token."
  }
}

variable "enable_access_logs" {
  type        = bool
  default     = false
  description = "Write CloudFront's access logs, as JSON, to a bucket of their own, BUCKET-logs."
}

variable "access_log_days" {
  type        = number
  default     = 90
  description = "Days after which access logs are deleted."

  validation {
    condition     = var.access_log_days >= 1
    error_message = "Access logs must be kept for a day or more."
  }
}

variable "create_policies" {
  type        = bool
  default     = false
  description = "Make IAM policies for a publisher and a reader, as `s3pypi policy` prints them. Roles for CI make them, too."
}

variable "publishers_may_delete" {
  type        = bool
  default     = false
  description = "Let the publisher's policy delete, too: for s3pypi upload --force, delete and prune."
}

variable "github_publishers" {
  type = list(object({
    repository  = string
    environment = optional(string)
    ref         = optional(string, "refs/heads/main")
  }))
  default     = []
  description = "GitHub repositories whose jobs may publish: in an environment, or else for a ref, which may have * (refs/tags/v*). Repositories whose subjects have ids are OWNER@ID/NAME@ID."

  validation {
    condition = alltrue([
      for one in var.github_publishers : can(regex("^[A-Za-z0-9_-]+(@[0-9]+)?/[A-Za-z0-9._-]+(@[0-9]+)?$", one.repository))
    ])
    error_message = "Repositories must be OWNER/NAME or OWNER@ID/NAME@ID."
  }

  validation {
    condition     = alltrue([for one in var.github_publishers : can(regex("^[^:*?]+$", coalesce(one.environment, "-")))])
    error_message = "Names of environments must have no *, ? or colon."
  }

  validation {
    condition     = alltrue([for one in var.github_publishers : can(regex("^refs/(heads|tags)/[^:?]+$", one.ref))])
    error_message = "Refs must begin with refs/heads/ or refs/tags/: jobs of pull requests may not publish."
  }
}

variable "gitlab_publishers" {
  type = list(object({
    project_path = string
    ref_type     = optional(string, "branch")
    ref          = optional(string, "main")
  }))
  default     = []
  description = "GitLab projects (GROUP/PROJECT) whose jobs may publish for a branch or tag, which may have * (v*)."

  validation {
    condition     = alltrue([for one in var.gitlab_publishers : can(regex("^[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)+$", one.project_path))])
    error_message = "Paths of projects must be GROUP/PROJECT."
  }

  validation {
    condition     = alltrue([for one in var.gitlab_publishers : contains(["branch", "tag"], one.ref_type)])
    error_message = "The type of a ref must be branch or tag."
  }

  validation {
    condition     = alltrue([for one in var.gitlab_publishers : can(regex("^[^:?]+$", one.ref))])
    error_message = "Refs must have no ? or colon."
  }
}

variable "gitlab_url" {
  type        = string
  default     = "https://gitlab.com"
  description = "Address of GitLab, which AWS must reach."

  validation {
    condition     = can(regex("^https://[a-z0-9.-]+(:[0-9]+)?(/[A-Za-z0-9._/-]*[A-Za-z0-9])?$", var.gitlab_url))
    error_message = "The address of GitLab must be https:// and a host, without a slash at the end."
  }
}

variable "gitlab_audience" {
  type        = string
  default     = "sts.amazonaws.com"
  description = "Audience (aud) that jobs of GitLab give to their id_tokens."

  validation {
    condition     = can(regex("^[^ *]+$", var.gitlab_audience))
    error_message = "The audience must have no space or *."
  }
}

variable "create_oidc_providers" {
  type        = set(string)
  default     = []
  description = "Which OpenID Connect providers to make: github, gitlab. An account has one of each; by default, the one that is there is used."

  validation {
    condition     = length(setsubtract(var.create_oidc_providers, ["github", "gitlab"])) == 0
    error_message = "Providers must be github or gitlab."
  }
}

variable "keep_oai" {
  type        = bool
  default     = false
  description = "For the first apply on the state of s3pypi 2's Terraform: CloudFront still reads as its origin access identity, and the bucket's policy allows both ways. Without it, the next apply changes the distribution and deletes the identity, and readers notice nothing."
}

variable "enable_service" {
  type        = bool
  default     = false
  description = "Run the service on Lambda: an index and an upload URL for the users of `s3pypi user … ssm:DOMAIN`. The index at the domain itself is for everybody, unless enable_basic_auth or enable_edge_tokens protects it."
}

variable "enable_events" {
  type        = bool
  default     = false
  description = "Index what is put into the bucket, or deleted there, by hand. The bucket has no other notifications then."
}

variable "functions_package" {
  type        = string
  default     = null
  description = "Package of the functions of enable_service and enable_events, for Python 3.13 on x86: the path of a zip file that terraform/build_functions.py makes, or s3://BUCKET/KEY. Another package needs another key."
}

variable "service_domain" {
  type        = string
  default     = null
  description = "Host name of the service, such as upload.example.com. By default, the service is below service_path of the domain."

  validation {
    condition     = var.service_domain == null || can(regex("^[a-z0-9-]+(\\.[a-z0-9-]+){2,}$", var.service_domain))
    error_message = "The service's domain must be a host name in a zone, such as upload.example.com."
  }
}

variable "service_path" {
  type        = string
  default     = "/-"
  description = "What the service's paths begin with, if it has no host name of its own. No project can have the default as its name."

  validation {
    condition     = can(regex("^(/[A-Za-z0-9._~-]+)+$", var.service_path)) && var.service_path != "/_"
    error_message = "The service's path must begin with a slash and end without one."
  }
}

variable "functions_settings" {
  type        = map(string)
  default     = {}
  description = "More settings of the functions, as environment variables: S3PYPI_FALLBACK, S3PYPI_ANONYMOUS_READ, ..."

  validation {
    condition     = alltrue([for name in keys(var.functions_settings) : can(regex("^[A-Z][A-Z0-9_]*$", name))])
    error_message = "The settings must be named as environment variables, such as S3PYPI_FALLBACK."
  }
}

variable "service_memory" {
  type        = number
  default     = 1024
  description = "Memory of the service in MB. Its share of a processor grows with it: a password takes 50 ms of a whole one."

  validation {
    condition     = var.service_memory >= 512 && var.service_memory <= 10240
    error_message = "The service needs 512 MB or more, and Lambda gives 10240 at most."
  }
}

variable "log_retention_days" {
  type        = number
  default     = 90
  description = "Days for which the logs of the functions are kept."

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.log_retention_days)
    error_message = "Logs are kept for 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365 days, or one of the longer times that CloudWatch knows."
  }
}
