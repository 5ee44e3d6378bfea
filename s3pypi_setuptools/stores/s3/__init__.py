"""The store for S3 buckets."""
