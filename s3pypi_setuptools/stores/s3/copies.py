"""Copy objects within S3, without a download.

AWS has conditions on ``CopyObject`` (https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html); other stores
ignore them (Ceph and MiniStack do). There, a copy that must not overwrite anything is an upload of one part or more,
whose completion is conditional.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...errors import Error, NotFound, StoreError
from ..base import ANY, Condition, Info, Matches, Token
from .bucket import Bucket, condition_arguments
from .errors import is_absent
from .multipart import COPIED_AT_ONCE, MultipartUploads


def copy_object(
    uploads: MultipartUploads,
    source: Bucket,
    original: Info,
    key: str,
    headers: Mapping[str, Any],
    *,
    condition: Condition,
) -> Token:
    """Store the bytes of ``original``, an object of ``source``, under ``key``; errors as `Store.copy`."""
    bucket, name = uploads.bucket, source.object_name(original.key)
    conditional = bucket.client.is_aws and bucket.client.knows("CopyObject", "IfNoneMatch")
    try:
        if original.size <= COPIED_AT_ONCE and (condition is ANY or conditional):
            arguments = {
                **headers,
                **condition_arguments(condition),
                "CopySource": {"Bucket": source.name, "Key": original.key},
                "MetadataDirective": "REPLACE",
                "TaggingDirective": "REPLACE",
            }
            token = Token(bucket.store("CopyObject", key, condition, arguments)["CopyObjectResult"]["ETag"])
        else:
            token = uploads.copy(source.name, original, key, headers, condition)
    except Error as error:
        if is_absent(error.__cause__):
            raise NotFound(name) from error
        raise
    # Several stores ignore the condition on the source of a copy.
    if source.request("HeadObject", original.key)["ETag"] != original.token:
        bucket.request("DeleteObject", key, ANY, condition_arguments(Matches(token)))
        raise StoreError(name, "was overwritten while it was being copied; nothing lists the copy: try again")
    return token
