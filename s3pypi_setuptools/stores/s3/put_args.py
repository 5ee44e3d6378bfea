"""The user's parameters of ``PutObject`` (``s3-put-args``), as botocore takes them.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import Any

from ...errors import ConfigurationError

_OWN_ARGUMENTS = frozenset(
    {"Body", "Bucket", "ContentEncoding", "ContentLength", "ContentMD5", "ContentType", "IfMatch", "IfNoneMatch", "Key"}
)
"""Parameters that this package sets."""
_EVERY_REQUEST = ("ExpectedBucketOwner", "RequestPayer", "SSECustomer")
"""How parameters begin that requests which read need, too."""
_DIGITS = 18
"""The most digits of a decimal number that surely fits 64 bits."""


def select(
    put_args: Mapping[str, str], operation: str, members: Mapping[str, Any], put_members: Mapping[str, Any]
) -> dict[str, Any]:
    """Those of ``put_args`` that apply to ``operation``; raises `ConfigurationError` for an unknown or invalid one.

    :param members: the parameters of the operation, and ``put_members`` those of ``PutObject``: botocore's shapes.
    """
    stores = operation in {"PutObject", "CreateMultipartUpload", "CopyObject"}
    return {
        name: value
        for name, value in _converted(put_args, put_members).items()
        if name in members and (stores or name.startswith(_EVERY_REQUEST))
    }


def _converted(put_args: Mapping[str, str], put_members: Mapping[str, Any]) -> dict[str, Any]:
    known = {name: shape for name, shape in put_members.items() if name not in _OWN_ARGUMENTS}
    converted: dict[str, Any] = {}
    for name, text in put_args.items():
        if name not in known or name.startswith("Checksum"):
            near = difflib.get_close_matches(name, known, 1, 0.4)
            hint = f"; did you mean {near[0]}?" if near and near[0] != name else ""
            raise ConfigurationError(f"s3-put-args: {name} is not a parameter that can be given{hint}")
        converted[name] = _value(name, str(text), known[name].type_name)
    return converted


def _value(name: str, text: str, kind: str) -> Any:
    if kind == "boolean":
        if text.lower() not in {"true", "false"}:
            raise ConfigurationError(f"s3-put-args: {name} must be true or false")
        return text.lower()  # as in a header; older botocore would send Python's True
    if kind in {"integer", "long"}:
        if not (text.isascii() and text.isdecimal() and len(text) <= _DIGITS):
            raise ConfigurationError(f"s3-put-args: {name} must be a number")
        return int(text)
    if kind in {"string", "timestamp"}:
        return text
    raise ConfigurationError(f"s3-put-args: {name} cannot be given as text")
