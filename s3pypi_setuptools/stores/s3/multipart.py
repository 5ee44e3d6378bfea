"""Upload large files in parts: in parallel, in bounded memory, with one conditional completion.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html
"""

from __future__ import annotations

import contextlib
import zlib
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from typing import Any

from ...aws.errors import code_of
from ...distribution.local_file import PART_SIZE, LocalFile
from ...errors import Error
from ..base import ANY, Condition, Info, OnSent, PartsWrite, Token
from .bucket import Bucket, body_arguments, condition_arguments, crc32_text

_MOST_PARTS = 10_000
"""S3's limit (https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html)."""
_PARTS_IN_FLIGHT = 4

COPIED_AT_ONCE = 1024**3
"""Bytes that one request copies at most: S3 copies up to 5 GiB at once, which takes longer than connections stay open.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_UploadPartCopy.html
"""


class MultipartUploads:
    """Multipart uploads to one bucket.

    The parts of all files share a few threads, each of which holds one part at a time. A part has `PART_SIZE` bytes, or
    the smallest multiple of it that keeps a file within S3's 10,000 parts.
    """

    def __init__(self, bucket: Bucket) -> None:
        self.bucket = bucket
        self._threads = ThreadPoolExecutor(_PARTS_IN_FLIGHT, thread_name_prefix="s3-part")

    def upload(
        self, key: str, file: LocalFile, headers: Mapping[str, Any], condition: Condition, sent: OnSent
    ) -> Token:
        """Store ``file`` under ``key``; errors as `Store.put_file`. An upload that fails leaves nothing behind."""
        checksums = {"ChecksumAlgorithm": "CRC32"} if self.bucket.client.is_aws else {}
        with self._begun(key, {**headers, **checksums}) as upload:
            return self._complete(key, self._send_parts(key, file, upload, sent), upload, condition, headers)

    def begin(self, key: str, data: bytes, headers: Mapping[str, Any]) -> PartsWrite:
        """Send ``data`` as the one part of an upload; errors as `Store.begin_parts`."""
        with self._begun(key, headers) as upload:
            arguments = {**upload, **body_arguments(data), "PartNumber": 1}
            parts = [{"ETag": self.bucket.request("UploadPart", key, ANY, arguments)["ETag"], "PartNumber": 1}]

        def complete(condition: Condition) -> Token:
            with self._abandoned_on_failure(key, upload):
                return self._complete(key, parts, upload, condition, headers)

        return PartsWrite(complete, lambda: self._abandon(key, upload))

    def copy(self, bucket: str, original: Info, key: str, headers: Mapping[str, Any], condition: Condition) -> Token:
        """Store the bytes of ``original``, an object of ``bucket``, under ``key``; errors as `Store.copy`."""
        with self._begun(key, headers) as upload:
            parts = list(self._copy_parts(bucket, original, key, upload))
            return self._complete(key, parts, upload, condition, headers)

    @contextlib.contextmanager
    def _begun(self, key: str, headers: Mapping[str, Any]) -> Iterator[dict[str, str]]:
        """The arguments that name a new upload; it is abandoned if the context fails."""
        upload = {"UploadId": self.bucket.store("CreateMultipartUpload", key, ANY, headers)["UploadId"]}
        with self._abandoned_on_failure(key, upload):
            yield upload

    @contextlib.contextmanager
    def _abandoned_on_failure(self, key: str, upload: Mapping[str, str]) -> Iterator[None]:
        try:
            yield
        except BaseException:
            with contextlib.suppress(Error):
                self._abandon(key, upload)
            raise

    def _abandon(self, key: str, upload: Mapping[str, str]) -> None:
        try:
            self.bucket.request("AbortMultipartUpload", key, ANY, upload)
        except Error as error:
            if code_of(error.__cause__) != "NoSuchUpload":
                raise

    def _copy_parts(self, bucket: str, original: Info, key: str, upload: Mapping[str, str]) -> Iterator[dict[str, Any]]:
        for number, first in enumerate(range(0, original.size, COPIED_AT_ONCE), 1):
            last = min(first + COPIED_AT_ONCE, original.size) - 1
            whole = not first and last == original.size - 1
            source = {"Bucket": bucket, "Key": original.key}
            arguments = {
                **upload,
                "CopySource": source,
                "PartNumber": number,
                **({} if whole else {"CopySourceRange": f"bytes={first}-{last}"}),
            }
            copied = self.bucket.request("UploadPartCopy", key, ANY, arguments)["CopyPartResult"]
            yield {"ETag": copied["ETag"], "PartNumber": number}

    def _send_parts(self, key: str, file: LocalFile, upload: Mapping[str, str], sent: OnSent) -> list[dict[str, Any]]:
        pieces = len(file.part_crc32)
        step = -(-pieces // _MOST_PARTS)
        futures: dict[Future[dict[str, Any]], int] = {}
        try:
            for first in range(0, pieces, step):
                size = min(step * PART_SIZE, file.size - first * PART_SIZE)
                futures[self._threads.submit(self._send_part, key, file, first, step, upload)] = size
            for future in as_completed(futures):
                future.result()
                sent(futures[future])
        finally:
            # Parts that arrive after the abort would stay
            # (https://docs.aws.amazon.com/AmazonS3/latest/API/API_AbortMultipartUpload.html).
            for future in futures:
                future.cancel()
            for future in futures:
                if not future.cancelled():
                    future.exception()
        return [future.result() for future in futures]

    def _send_part(self, key: str, file: LocalFile, first: int, step: int, upload: Mapping[str, str]) -> dict[str, Any]:
        data = file.read_parts(first, step)
        number = first // step + 1
        checksum: dict[str, str] = {}
        if self.bucket.client.is_aws:
            checksum["ChecksumCRC32"] = crc32_text(file.part_crc32[first] if step == 1 else zlib.crc32(data))
        arguments = {**upload, **checksum, **body_arguments(data), "PartNumber": number}
        response = self.bucket.request("UploadPart", key, ANY, arguments)
        return {"ETag": response["ETag"], "PartNumber": number, **checksum}

    def _complete(
        self,
        key: str,
        parts: list[dict[str, Any]],
        upload: Mapping[str, str],
        condition: Condition,
        headers: Mapping[str, Any],
    ) -> Token:
        arguments = {**upload, "MultipartUpload": {"Parts": parts}, **condition_arguments(condition)}
        try:
            return Token(self.bucket.request("CompleteMultipartUpload", key, condition, arguments)["ETag"])
        except Error as error:
            if code_of(error.__cause__) != "NoSuchUpload" or not headers["Metadata"]:
                raise
            # botocore repeats a request whose answer was lost: then the upload may be complete already.
            stored = self.bucket.request("HeadObject", key)
            if stored["Metadata"] != headers["Metadata"]:
                raise
            return Token(stored["ETag"])
