# Objects that somebody puts into the bucket or deletes there by hand: the bucket's events, through a queue, to a
# function that indexes them.
locals {
  events_name    = "s3pypi-events-${local.name}"
  events_seconds = 300
}

module "events" {
  count = var.enable_events ? 1 : 0

  source             = "./function"
  name               = local.events_name
  description        = "Indexes what is put into ${var.bucket} by hand"
  handler            = "s3pypi_setuptools.server.s3_events.handler"
  package            = var.functions_package
  memory_size        = 1024
  timeout            = local.events_seconds
  log_retention_days = var.log_retention_days
  settings           = merge(local.common_settings, var.functions_settings)

  permissions = {
    index = jsonencode({ Version = "2012-10-17", Statement = local.statements["delete"] })
    queue = jsonencode({
      Version = "2012-10-17"
      Statement = [{
        Sid      = "Queue"
        Effect   = "Allow"
        Action   = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]
        Resource = [aws_sqs_queue.events[0].arn]
      }]
    })
  }
}

resource "aws_sqs_queue" "events" {
  count = var.enable_events ? 1 : 0

  name                       = local.events_name
  sqs_managed_sse_enabled    = true
  visibility_timeout_seconds = 6 * local.events_seconds # as AWS advises, for calls that have to wait

  redrive_policy = jsonencode({
    deadLetterTargetArn = aws_sqs_queue.dead_letters[0].arn
    maxReceiveCount     = 5
  })
}

resource "aws_sqs_queue" "dead_letters" {
  count = var.enable_events ? 1 : 0

  name                      = "${local.events_name}-dead"
  sqs_managed_sse_enabled   = true
  message_retention_seconds = 14 * 24 * 60 * 60
}

resource "aws_sqs_queue_policy" "events" {
  count = var.enable_events ? 1 : 0

  queue_url = aws_sqs_queue.events[0].id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "Bucket"
      Effect    = "Allow"
      Action    = "sqs:SendMessage"
      Resource  = aws_sqs_queue.events[0].arn
      Principal = { Service = "s3.amazonaws.com" }
      Condition = {
        ArnEquals    = { "aws:SourceArn" = aws_s3_bucket.pypi.arn }
        StringEquals = { "aws:SourceAccount" = data.aws_caller_identity.current.account_id }
      }
    }]
  })
}

# A bucket has one configuration of notifications: this replaces any other.
resource "aws_s3_bucket_notification" "events" {
  count = var.enable_events ? 1 : 0

  bucket = aws_s3_bucket.pypi.id

  queue {
    queue_arn     = aws_sqs_queue.events[0].arn
    events        = ["s3:ObjectCreated:*", "s3:ObjectRemoved:*"]
    filter_prefix = local.below == "" ? null : local.below
  }

  depends_on = [aws_sqs_queue_policy.events]
}

resource "aws_lambda_event_source_mapping" "events" {
  count = var.enable_events ? 1 : 0

  event_source_arn = aws_sqs_queue.events[0].arn
  function_name    = module.events[0].arn
  batch_size       = 10
}
