# ruff: noqa: D102 (the contract, in base.py, says what the methods promise)
"""A bucket of S3, or of another service with S3's API.

botocore is loaded at the first request, not before. Its errors are translated in this folder.
"""

from __future__ import annotations

import contextlib
import hashlib
import re
import threading
import zlib
from collections.abc import Iterator, Mapping
from http.client import NO_CONTENT, NOT_MODIFIED
from typing import Any

from ...aws.errors import status_of
from ...distribution.local_file import PART_SIZE, LocalFile
from ...errors import Error, NotFound, Unavailable
from ..base import (
    ANY,
    CHUNK_SIZE,
    SMALL_CHUNK_SIZE,
    Attributes,
    Condition,
    Info,
    Marked,
    Matches,
    Object,
    OnSent,
    PartsWrite,
    SignedUrl,
    Store,
    Token,
    uncounted,
)
from ..content_encoding import decode
from ..limits import check_size
from .bucket import Bucket, body_arguments, condition_arguments, crc32_text
from .client import S3Options
from .copies import copy_object
from .errors import is_absent
from .listing import folders_below, objects_below
from .multipart import MultipartUploads
from .presigned import presigned_url
from .urls import key_in_bucket

_MD5 = '"?[0-9a-f]{32}"?'
_BULKY = 256 * 1024
_BULKY_AT_ONCE = 8
"""How many files above `_BULKY` bytes are in memory at once, however many requests are in flight."""


class S3Store(Store):
    """The bucket ``bucket``; keys are whole keys.

    On AWS itself every body has a CRC-32, so it need not be hashed again for the signature
    (https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html). Some other stores refuse or
    ignore checksums: for them, bodies are signed.
    """

    def __init__(self, bucket: str, options: S3Options) -> None:
        self.bucket = Bucket(bucket, options)
        self.url = self.bucket.url
        self._multipart = MultipartUploads(self.bucket)
        self._content_tokens = False
        self._md5_tokens = False  # whether an ETag of this bucket was the MD5 of an object's bytes
        self._bulky = threading.BoundedSemaphore(_BULKY_AT_ONCE)

    def warm(self) -> None:
        """Load botocore and build the client in the background."""
        self.bucket.client.warm()

    def close(self) -> None:
        self.bucket.client.close()

    @property
    def slash_keys(self) -> bool | None:
        return True if self.is_aws else None

    keeps_encoding = conditional_writes = slash_keys  # AWS itself honours all of them

    @property
    def is_aws(self) -> bool:
        """Whether the endpoint is one of AWS itself, whatever configured it."""
        return self.bucket.client.is_aws

    def is_same_place(self, other: Store) -> bool:
        return (
            isinstance(other, S3Store)
            and self.url == other.url
            and self.bucket.client.is_service_of(other.bucket.client)
        )

    def token_of(self, data: bytes) -> Token | None:
        # Whether ETags are MD5s depends on the server and on encryption: the object that was read last shows it.
        # https://docs.aws.amazon.com/AmazonS3/latest/API/API_Object.html
        return _md5_token(data) if self._content_tokens else None

    def get(self, key: str, arguments: Mapping[str, Any] | None = None) -> Object:
        try:
            return self._read(key, arguments)
        except _Damaged:
            pass  # botocore repeats requests, but does not repeat them for bodies that break off
        try:
            return self._read(key, arguments)
        except _Damaged as damaged:
            raise damaged.error from damaged

    def get_if_changed(self, key: str, mark: str | None) -> Marked | None:
        try:
            found = self.get(key, {"IfNoneMatch": mark} if mark else None)
        except Error as error:
            if status_of(error.__cause__) == NOT_MODIFIED:
                return None
            raise
        return Marked(found, found.info.token)

    def stream_range(self, key: str, start: int, count: int) -> Iterator[bytes]:
        return self._stream(key, {"Range": f"bytes={start}-{start + count - 1}"}, SMALL_CHUNK_SIZE)

    def presigned_url(self, key: str, seconds: int) -> SignedUrl | None:
        return presigned_url(self.bucket, key, seconds)

    def _read(self, key: str, arguments: Mapping[str, Any] | None = None) -> Object:
        response, name = self.bucket.request("GetObject", key, ANY, arguments), self.bucket.object_name(key)
        info = _info(key, response)
        with contextlib.closing(response["Body"]) as body:
            check_size(name, info.size)
            try:
                data = body.read()
            except Exception as error:
                raise _Damaged(self.bucket.client.failure(error, "GetObject", name)) from error
        self._content_tokens = _md5_token(data) == info.token
        self._md5_tokens |= self._content_tokens
        if self._md5_tokens and not self._content_tokens and _states_md5(response):
            raise _Damaged(
                Unavailable(name, "cannot be read: what came is not what its ETag says, so it was damaged on the way")
            )
        return Object(info, decode(name, data, response.get("ContentEncoding")))

    def stream(self, key: str) -> Iterator[bytes]:
        return self._stream(key, None, CHUNK_SIZE)

    def _stream(self, key: str, arguments: Mapping[str, Any] | None, size: int) -> Iterator[bytes]:
        body = self.bucket.request("GetObject", key, ANY, arguments)["Body"]
        try:
            yield from body.iter_chunks(size)
        except GeneratorExit:
            raise
        except Exception as error:
            raise self.bucket.client.failure(error, "GetObject", self.bucket.object_name(key)) from error
        finally:
            body.close()

    def head(self, key: str) -> Info:
        return _info(key, self.bucket.request("HeadObject", key))

    def put(self, key: str, data: bytes, attributes: Attributes, condition: Condition = ANY) -> Token:
        arguments = {**body_arguments(data), **_header_arguments(attributes), **condition_arguments(condition)}
        if self.is_aws:
            arguments["ChecksumCRC32"] = crc32_text(zlib.crc32(data))
        token = Token(self.bucket.store("PutObject", key, condition, arguments)["ETag"])
        self._md5_tokens = self._md5_tokens or _md5_token(data) == token
        return token

    def put_file(
        self, key: str, file: LocalFile, attributes: Attributes, condition: Condition = ANY, sent: OnSent = uncounted
    ) -> Token:
        if file.size > PART_SIZE:
            return self._multipart.upload(key, file, _header_arguments(attributes), condition, sent)
        with self._bulky if file.size > _BULKY else contextlib.nullcontext():
            token = self.put(key, file.read_all(), attributes, condition)
        sent(file.size)
        return token

    def begin_parts(self, key: str, data: bytes, attributes: Attributes) -> PartsWrite:
        return self._multipart.begin(key, data, _header_arguments(attributes))

    def copies_from(self, source: Store) -> bool:
        return isinstance(source, S3Store) and self.bucket.client.shares_account(source.bucket.client)

    def copy(
        self, source: Store, original: Info, key: str, attributes: Attributes, condition: Condition = ANY
    ) -> Token:
        if not isinstance(source, S3Store):
            return super().copy(source, original, key, attributes, condition)
        headers = _header_arguments(attributes)
        return copy_object(self._multipart, source.bucket, original, key, headers, condition=condition)

    def delete(self, key: str, condition: Condition = ANY) -> None:
        client_arguments = condition_arguments(condition) if isinstance(condition, Matches) else {}
        try:
            response = self.bucket.request("DeleteObject", key, condition, client_arguments)
            if response["ResponseMetadata"]["HTTPStatusCode"] == NO_CONTENT:
                return
        except Error as error:
            if not is_absent(error.__cause__):
                raise
        # S3 answers 204 (https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObject.html), a login page does not.
        with contextlib.suppress(NotFound):
            self.head(key)
            name = self.bucket.object_name(key)
            raise Unavailable(name, "is still there, though its deletion was answered; check the endpoint")

    def list(self, prefix: str) -> Iterator[Info]:
        return objects_below(self.bucket, prefix)

    def folders(self, prefix: str) -> Iterator[str]:
        return folders_below(self.bucket, prefix)

    def key_of(self, url: str) -> str | None:
        client = self.bucket.client
        return key_in_bucket(url, self.bucket.name, None if self.is_aws else client.get().meta.endpoint_url)


class _Damaged(Exception):
    """The body of an answer broke off or is damaged; ``error`` is what to raise."""

    def __init__(self, error: Error) -> None:
        self.error = error


def _header_arguments(attributes: Attributes) -> dict[str, Any]:
    optional = {"CacheControl": attributes.cache_control, "ContentEncoding": attributes.content_encoding}
    given = {name: value for name, value in optional.items() if value is not None}
    return {"ContentType": attributes.content_type, "Metadata": dict(attributes.metadata), **given}


def _md5_token(data: bytes) -> Token:
    return Token(f'"{hashlib.md5(data, usedforsecurity=False).hexdigest()}"')


def _states_md5(response: Mapping[str, Any]) -> bool:
    """Whether the ETag of an answer should be the MD5 of the object: not of an upload in parts, nor under a KMS key.

    https://docs.aws.amazon.com/AmazonS3/latest/API/API_Object.html
    """
    encrypted = response.get("SSECustomerAlgorithm") or response.get("ServerSideEncryption", "AES256") != "AES256"
    return not encrypted and re.fullmatch(_MD5, response["ETag"]) is not None


def _info(key: str, response: Mapping[str, Any]) -> Info:
    metadata = {name.lower(): value for name, value in response.get("Metadata", {}).items()}
    return Info(key, Token(response["ETag"]), response["ContentLength"], response["LastModified"], metadata)
