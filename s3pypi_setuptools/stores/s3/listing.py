"""List objects and folders of a bucket.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

from ...errors import Unavailable
from ..base import ANY, Info, Token
from .bucket import Bucket

T = TypeVar("T")

_MOST_EMPTY_ANSWERS = 1000
"""Pages of a listing without entries, after which it counts as endless."""


def objects_below(bucket: Bucket, prefix: str) -> Iterator[Info]:
    """The objects whose keys begin with ``prefix``, in key order. Raises `StoreError`."""
    return _entries(bucket, prefix, "Contents", _info)


def folders_below(bucket: Bucket, prefix: str) -> Iterator[str]:
    """The names of the folders directly below ``prefix``. Raises `StoreError`."""
    found = _entries(bucket, prefix, "CommonPrefixes", lambda entry: str(entry["Prefix"]), Delimiter="/")
    return (folder[len(prefix) :].removesuffix("/") for folder in found)


def _entries(
    bucket: Bucket, prefix: str, kind: str, read: Callable[[Mapping[str, Any]], T], **arguments: str
) -> Iterator[T]:
    """The entries of that ``kind`` in all pages of a listing."""
    begun: set[str] = set()
    token: dict[str, str] = {}
    while True:
        response = bucket.request("ListObjectsV2", None, ANY, {"Prefix": prefix, **arguments, **token})
        entries = response.get(kind, ())
        try:
            found = [read(entry) for entry in entries]
            more = response["IsTruncated"]
            token = {"ContinuationToken": response["NextContinuationToken"]} if more else {}
        except KeyError as error:
            raise _failure(bucket, prefix, f"its answer states no {error.args[0]}") from error
        yield from found
        if not more:
            return
        begins = {*token.values(), *(f"entry {entry}" for entry in entries[:1])}
        if begins & begun:
            raise _failure(bucket, prefix, "its answers repeat themselves")
        begun |= begins
        if len(begun) > _MOST_EMPTY_ANSWERS and not entries:
            raise _failure(bucket, prefix, "its answers hold nothing, and do not end")


def _failure(bucket: Bucket, prefix: str, why: str) -> Unavailable:
    name = bucket.object_name(prefix)
    return Unavailable(name, f"cannot be listed: {why}; check that the endpoint is that of an S3 store")


def _info(entry: Mapping[str, Any]) -> Info:
    return Info(entry["Key"], Token(entry["ETag"]), entry["Size"], entry["LastModified"])
