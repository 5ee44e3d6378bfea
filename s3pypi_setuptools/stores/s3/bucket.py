"""Requests to one bucket, with the user's parameters and ACL; errors are translated."""

from __future__ import annotations

import io
import logging
from base64 import b64encode
from collections.abc import Mapping
from typing import Any

from ...aws.errors import code_of
from ...errors import ConditionsRefused, Error
from ..base import ABSENT, ANY, Condition, Matches
from ..limits import check_key
from .client import S3Client, S3Options

logger = logging.getLogger(__name__)

_TAKE_LONG = frozenset({"CompleteMultipartUpload", "CopyObject", "ListObjectsV2", "UploadPart", "UploadPartCopy"})
_ANSWERS = {
    "CompleteMultipartUpload": ("ETag",),
    "CopyObject": ("CopyObjectResult",),
    "CreateMultipartUpload": ("UploadId",),
    "GetObject": ("ETag", "ContentLength", "LastModified"),
    "HeadObject": ("ETag", "ContentLength", "LastModified"),
    "ListObjectsV2": ("IsTruncated",),
    "PutObject": ("ETag",),
    "UploadPart": ("ETag",),
    "UploadPartCopy": ("CopyPartResult",),
}
"""What every answer to a request has; one without it came from something else, such as a login page."""

_ACL_REFUSALS = frozenset(("AccessControlListNotSupported", "AccessDenied"))
"""AccessDenied: public ACLs are blocked, or s3:PutObjectAcl is not granted."""
_CONDITIONS = frozenset(("IfMatch", "IfNoneMatch"))
_WHOLE_BODY = 64 * 1024
"""Bytes; a longer body is sent in blocks, each with a time limit of its own."""


class Bucket:
    """The bucket ``name``.

    :param options: how to reach it.
    """

    def __init__(self, name: str, options: S3Options) -> None:
        self.url = f"s3://{name}"
        self.client = S3Client(options)
        self.name = name
        self._acl = options.acl
        self._acl_optional = options.acl_optional
        self._conditions_optional = options.conditions_optional
        self._unconditional: set[str] = set()

    def store(self, operation: str, key: str, condition: Condition, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Send a request that creates an object, with ACL and the user's parameters; raises the errors of `Store.put`.

        If the bucket refuses an ACL that is optional, this request and all later ones are sent without it: ACLs are off
        in new buckets (https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html).
        """
        acl = self._acl
        if acl is None:
            return self.request(operation, key, condition, arguments)
        try:
            return self.request(operation, key, condition, {"ACL": acl, **arguments})
        except Error as error:
            if not self._acl_optional or code_of(error.__cause__) not in _ACL_REFUSALS:
                raise
            _rewind(arguments)
            response = self.request(operation, key, condition, arguments)
        if self._acl is not None:
            self._acl = None
            logger.warning("%s refuses the ACL %s; going on without it: readers need a bucket policy", self.url, acl)
        return response

    def request(
        self, operation: str, key: str | None, condition: Condition = ANY, arguments: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """Send one request and return the answer; raises the errors of `Store`.

        If the store does not implement the condition, and it is optional, this request is sent without one; so are all
        later ones of its kind, if that succeeds. For deletions, that is always so.

        :param operation: of the S3 API, such as ``PutObject``.
        :param key: None for a request on the whole bucket.
        :param arguments: parameters of the operation, with botocore's names.
        """
        arguments = arguments or {}
        if operation not in self._unconditional:
            try:
                return self._send(operation, key, condition, arguments)
            except ConditionsRefused:
                if not (self._conditions_optional or operation == "DeleteObject"):
                    raise
            _rewind(arguments)
        plain = {name: arguments[name] for name in arguments if name not in _CONDITIONS}
        answer = self._send(operation, key, ANY, plain)
        self._unconditional.add(operation)  # it was the condition that the store refused
        return answer

    def _send(
        self, operation: str, key: str | None, condition: Condition, arguments: Mapping[str, Any]
    ) -> dict[str, Any]:
        from botocore import xform_name  # noqa: PLC0415 (botocore is loaded when it is needed)

        if key is not None:
            check_key(key)
        long = operation in _TAKE_LONG or isinstance(arguments.get("Body"), io.BytesIO)
        call = getattr(self.client.get(long=long), xform_name(operation))
        target = {"Bucket": self.name} if key is None else {"Bucket": self.name, "Key": key}
        response: dict[str, Any] = {}
        try:
            response = call(**{**arguments, **self.client.arguments(operation), **target})
            for name in _ANSWERS.get(operation, ()):
                if isinstance(result := response[name], dict):  # CopyObjectResult, CopyPartResult
                    result["ETag"]
        except Error:
            raise
        except Exception as error:
            if "Body" in response:  # it will not be read
                response["Body"].close()
            raise self.client.failure(error, operation, self.object_name(key or ""), condition) from error
        self.client.answered()
        return response

    def object_name(self, key: str) -> str:
        """The URL of the object, for people; of the bucket for the empty key."""
        return f"{self.url}/{key}"


def body_arguments(data: bytes) -> dict[str, Any]:
    """The argument for a body."""
    return {"Body": data if len(data) <= _WHOLE_BODY else io.BytesIO(data)}


def condition_arguments(condition: Condition) -> dict[str, str]:
    """The argument for a condition."""
    if isinstance(condition, Matches):
        return {"IfMatch": condition.token}
    return {"IfNoneMatch": "*"} if condition is ABSENT else {}


def crc32_text(crc32: int) -> str:
    """A CRC-32 as S3 writes it: base64 of four bytes, big-endian.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html
    """
    return b64encode(crc32.to_bytes(4, "big")).decode("ascii")


def _rewind(arguments: Mapping[str, Any]) -> None:
    if isinstance(body := arguments.get("Body"), io.BytesIO):
        body.seek(0)
