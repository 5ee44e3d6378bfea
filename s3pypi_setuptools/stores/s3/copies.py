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

__all__ = ["Copies"]


class Copies:
    """Copies into the bucket ``bucket``."""

    def __init__(self, bucket: Bucket, multipart: MultipartUploads) -> None:
        self._bucket = bucket
        self._multipart = multipart

    def copy(self, source: Bucket, original: Info, key: str, headers: Mapping[str, Any], condition: Condition) -> Token:
        """Store the bytes of ``original``, an object of ``source``, under ``key``; errors as `Store.copy`."""
        name = source.object_name(original.key)
        try:
            if original.size <= COPIED_AT_ONCE and (condition is ANY or self._copies_conditionally()):
                token = self._copy_object(source, original, key, headers, condition)
            else:
                token = self._multipart.copy(source.name, original, key, headers, condition)
        except Error as error:
            if is_absent(error.__cause__):
                raise NotFound(name) from error
            raise
        # Several stores ignore the condition on the source of a copy.
        if source.request("HeadObject", original.key)["ETag"] != original.token:
            self._bucket.request("DeleteObject", key, ANY, condition_arguments(Matches(token)))
            raise StoreError(name, "was overwritten while it was being copied; nothing lists the copy: try again")
        return token

    def _copies_conditionally(self) -> bool:
        return self._bucket.client.is_aws and self._bucket.client.knows("CopyObject", "IfNoneMatch")

    def _copy_object(
        self, source: Bucket, original: Info, key: str, headers: Mapping[str, Any], condition: Condition
    ) -> Token:
        arguments = {
            **headers,
            **condition_arguments(condition),
            "CopySource": {"Bucket": source.name, "Key": original.key},
            "MetadataDirective": "REPLACE",
            "TaggingDirective": "REPLACE",
        }
        return Token(self._bucket.store("CopyObject", key, condition, arguments)["CopyObjectResult"]["ETag"])
