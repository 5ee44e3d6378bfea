"""AWS clients, credentials and errors, for S3 and DynamoDB alike."""
