# Statements of IAM policies: those that `s3pypi policy` prints.
data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_region" "current" {}

locals {
  partition   = data.aws_partition.current.partition
  locks_table = var.enable_dynamodb_locking ? "${var.bucket}-locks" : null

  read_actions    = ["s3:GetObject"]
  publish_actions = ["s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload"]

  actions = {
    read    = local.read_actions
    publish = local.publish_actions
    delete  = concat(local.publish_actions, ["s3:DeleteObject"])
    serve   = concat(local.publish_actions, [for action in ["s3:DeleteObject"] : action if local.service_overwrites])
  }

  # A missing object is 404, and not 403, only for those who may list.
  list_statement = merge(
    { Sid = "List", Effect = "Allow", Action = ["s3:ListBucket"], Resource = ["arn:${local.partition}:s3:::${var.bucket}"] },
    { for prefix in compact([var.prefix]) : "Condition" => { StringLike = { "s3:prefix" = ["${prefix}/*"] } } },
  )

  # What `s3pypi policy USE` prints, with --delete for "delete", and with --users ssm:DOMAIN for "serve"
  statements = {
    for use, actions in local.actions : use => concat(
      [
        { Sid = "Objects", Effect = "Allow", Action = actions, Resource = ["arn:${local.partition}:s3:::${var.bucket}/${local.below}*"] },
        local.list_statement,
      ],
      [
        for key in var.kms_key_arn[*] : {
          Sid      = "Key"
          Effect   = "Allow"
          Action   = concat(["kms:Decrypt"], [for action in ["kms:GenerateDataKey"] : action if use != "read"])
          Resource = [key]
        }
      ],
      [
        for table in local.locks_table[*] : {
          Sid      = "Locks"
          Effect   = "Allow"
          Action   = ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem"]
          Resource = ["arn:${local.partition}:dynamodb:${data.aws_region.current.id}:*:table/${table}"]
        } if use != "read"
      ],
      [
        for host in [var.domain] : {
          Sid      = "Users"
          Effect   = "Allow"
          Action   = ["ssm:GetParametersByPath"]
          Resource = ["arn:${local.partition}:ssm:us-east-1:*:parameter/s3pypi/${host}/users"]
        } if use == "serve"
      ],
    )
  }
}
