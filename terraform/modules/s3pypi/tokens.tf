# Tokens that a CloudFront function checks, without Lambda. Only their hashes are here, and in the state.
locals {
  edge_tokens = merge([
    for name, user in var.edge_users : {
      for token in user.tokens : "${name}/${token.name}" => {
        key = replace(replace(trimsuffix(trimprefix(token.record, "sha256$"), "="), "+", "-"), "/", "_")
        value = merge(
          { user = name, projects = user.projects },
          { for time in token.expires[*] : "expires" => replace(time, "+00:00", "Z") }, # all that the function reads
        )
      }
    } if user.role != "none"
  ]...)
}

resource "aws_cloudfront_key_value_store" "tokens" {
  count = var.enable_edge_tokens ? 1 : 0

  name    = "s3pypi-${local.name}"
  comment = "Tokens of readers of ${var.domain}"

  lifecycle {
    precondition {
      condition     = !var.enable_basic_auth
      error_message = "A distribution checks either passwords (enable_basic_auth) or tokens (enable_edge_tokens)."
    }
  }
}

resource "aws_cloudfrontkeyvaluestore_key" "tokens" {
  for_each = { for name, token in local.edge_tokens : name => token if var.enable_edge_tokens }

  key_value_store_arn = aws_cloudfront_key_value_store.tokens[0].arn
  key                 = each.value.key
  value               = jsonencode(each.value.value)
}

resource "aws_cloudfront_function" "tokens" {
  count = var.enable_edge_tokens ? 1 : 0

  name    = "s3pypi-tokens-${local.name}"
  comment = "Checks tokens of readers of ${var.domain}"
  runtime = "cloudfront-js-2.0"
  publish = true
  code = join("\n", [
    file("${path.module}/edge_tokens/check.js"),
    var.choose_pages ? file("${path.module}/pages/choose.js") : file("${path.module}/pages/as_stored.js"),
  ])
  key_value_store_associations = [aws_cloudfront_key_value_store.tokens[0].arn]
}
