# Jobs of GitHub and GitLab publish, without a stored secret.
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

  bucket                = "example-packages"
  domain                = "packages.example.com"
  create_oidc_providers = ["github", "gitlab"]

  github_publishers = [
    { repository = "acme/tools", environment = "release" },
    { repository = "acme@1234567/library@7654321", ref = "refs/tags/v*" },
  ]

  gitlab_publishers = [
    { project_path = "acme/backend/service", ref_type = "tag", ref = "v*" },
  ]

  providers = {
    aws.us_east_1 = aws.us_east_1
  }
}

output "s3pypi" {
  value       = module.s3pypi
  description = "What to give to installers and publishers"
}
