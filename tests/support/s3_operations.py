"""Which operation of S3 an HTTP request is."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qs, unquote

OF_SERVICE = {"GET": "ListBuckets"}
OF_BUCKET = {"PUT": "CreateBucket", "DELETE": "DeleteBucket", "HEAD": "HeadBucket", "GET": "ListObjects"}
OF_OBJECT = {"GET": "GetObject", "HEAD": "HeadObject", "PUT": "PutObject", "DELETE": "DeleteObject"}
BY_QUERY = {
    ("GET", "list-type"): "ListObjectsV2",
    ("GET", "versions"): "ListObjectVersions",
    ("GET", "location"): "GetBucketLocation",
    ("POST", "delete"): "DeleteObjects",
    ("GET", "uploads"): "ListMultipartUploads",
    ("POST", "uploads"): "CreateMultipartUpload",
    ("GET", "acl"): "GetObjectAcl",
    ("PUT", "acl"): "PutObjectAcl",
    ("PUT", "partNumber"): "UploadPart",
    ("GET", "uploadId"): "ListParts",
    ("POST", "uploadId"): "CompleteMultipartUpload",
    ("DELETE", "uploadId"): "AbortMultipartUpload",
}
COPIES = {"PutObject": "CopyObject", "UploadPart": "UploadPartCopy"}


def operation_of(method: str, target: str, headers: Mapping[str, str]) -> tuple[str, str, str, str]:
    """The operation's name, the bucket, the key (percent-decoded; empty where there is none) and the query.

    :param target: path and query of a path-style request.
    :param headers: by lower-case name.
    """
    path, _, query = target.partition("?")
    bucket, _, key = path.removeprefix("/").partition("/")
    return _name(method, bucket, key, query, headers), unquote(bucket), unquote(key), query


def _name(method: str, bucket: str, key: str, query: str, headers: Mapping[str, str]) -> str:
    parameters = parse_qs(query, keep_blank_values=True)
    by_query = (name for (verb, parameter), name in BY_QUERY.items() if verb == method and parameter in parameters)
    level = OF_OBJECT if key else OF_BUCKET if bucket else OF_SERVICE
    name = next(by_query, level.get(method, method))
    return COPIES.get(name, name) if "x-amz-copy-source" in headers else name
