# The names of resources that s3pypi 2 has, too, are the same, so that its state can be taken over.
resource "aws_s3_bucket" "pypi" {
  #checkov:skip=CKV_AWS_18:Readers are in CloudFront's logs (enable_access_logs); publishers in CloudTrail, where an account wants them
  #checkov:skip=CKV_AWS_144:A second bucket is for each account to decide; versions restore what was deleted
  #checkov:skip=CKV2_AWS_62:Publishers index what they store, so nobody has to be told
  bucket = var.bucket
}

# The order lets readers read on while an existing bucket is taken over: the distribution changes first, and only when
# CloudFront has deployed the change is the bucket closed to all others.
resource "aws_s3_bucket_public_access_block" "pypi" {
  bucket     = aws_s3_bucket.pypi.id
  depends_on = [aws_cloudfront_distribution.cdn]

  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_versioning" "pypi" {
  bucket = aws_s3_bucket.pypi.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "pypi" {
  bucket = aws_s3_bucket.pypi.id

  rule {
    bucket_key_enabled = var.kms_key_arn != null

    apply_server_side_encryption_by_default {
      sse_algorithm     = var.kms_key_arn == null ? "AES256" : "aws:kms"
      kms_master_key_id = var.kms_key_arn
    }
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "pypi" {
  bucket     = aws_s3_bucket.pypi.id
  depends_on = [aws_s3_bucket_versioning.pypi]

  rule {
    id     = "unfinished-uploads-and-old-versions"
    status = "Enabled"

    filter {}

    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }

    noncurrent_version_expiration {
      noncurrent_days = var.old_version_days
    }
  }
}

resource "aws_s3_bucket_policy" "s3_policy" {
  bucket = aws_s3_bucket.pypi.id
  policy = data.aws_iam_policy_document.s3_policy.json

  depends_on = [aws_s3_bucket_public_access_block.pypi]
}

data "aws_iam_policy_document" "s3_policy" {
  statement {
    sid       = "Read"
    actions   = ["s3:GetObject"]
    resources = ["${aws_s3_bucket.pypi.arn}/${local.below}*"]

    principals {
      type        = "Service"
      identifiers = ["cloudfront.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "AWS:SourceArn"
      values   = [aws_cloudfront_distribution.cdn.arn]
    }
  }

  dynamic "statement" {
    for_each = aws_cloudfront_origin_access_identity.oai
    content {
      sid       = "ReadAndListByIdentity"
      actions   = ["s3:GetObject", "s3:ListBucket"]
      resources = [aws_s3_bucket.pypi.arn, "${aws_s3_bucket.pypi.arn}/*"]

      principals {
        type        = "AWS"
        identifiers = [statement.value.iam_arn]
      }
    }
  }

  # A missing object is 404, and not 403, only for those who may list.
  statement {
    sid       = "List"
    actions   = ["s3:ListBucket"]
    resources = [aws_s3_bucket.pypi.arn]

    principals {
      type        = "Service"
      identifiers = ["cloudfront.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "AWS:SourceArn"
      values   = [aws_cloudfront_distribution.cdn.arn]
    }
  }

  statement {
    sid       = "OnlyTLS"
    effect    = "Deny"
    actions   = ["s3:*"]
    resources = [aws_s3_bucket.pypi.arn, "${aws_s3_bucket.pypi.arn}/*"]

    principals {
      type        = "*"
      identifiers = ["*"]
    }

    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }
}

# By this identity, the distribution of s3pypi 2 reads the bucket. It is deleted after the distribution has changed.
resource "aws_cloudfront_origin_access_identity" "oai" {
  count = var.keep_oai ? 1 : 0

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_dynamodb_table" "locks" {
  #checkov:skip=CKV_AWS_28:Locks last for minutes, and there is nothing to recover
  #checkov:skip=CKV_AWS_119:It has names of publishers and hashes of projects' names, which DynamoDB encrypts with its own key
  count = var.enable_dynamodb_locking ? 1 : 0

  name         = "${var.bucket}-locks"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "LockID"

  attribute {
    name = "LockID"
    type = "S"
  }
}
