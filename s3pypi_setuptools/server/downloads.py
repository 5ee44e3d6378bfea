"""Files: whole or in ranges (RFC 9110, section 14), from the store through here, or by a redirect to the store."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import Executor
from datetime import timezone
from email.utils import format_datetime
from http import HTTPStatus

from ..config.service import DownloadStyle
from ..errors import NotFound
from ..repository.reader import ReadableFile, RepositoryReader
from .replies import Headers, Reply, Request, StreamedReply, redirect
from .simple_api import matches_etag

__all__ = ["Downloads"]

_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")
_WINDOW_SECONDS = 30 * 60
"""For how long all replicas give the same redirect for one file, and clients' caches find it again."""


class Downloads:
    """The files of a repository.

    :param pool: where the store is asked.
    """

    def __init__(self, reader: RepositoryReader, pool: Executor, style: DownloadStyle, *, private: bool) -> None:
        self._reader = reader
        self._pool = pool
        self._style = style
        self._cached = b"private" if private else b"public"

    async def file(self, request: Request, file: ReadableFile) -> Reply | None:
        """The answer to a request for the file; None where there is none. Raises what the store raises."""
        loop = asyncio.get_running_loop()
        try:
            info = await loop.run_in_executor(self._pool, self._reader.file_info, file)
        except NotFound:
            return None
        tag = b'"' + info.token.strip('"').encode("latin-1", "replace") + b'"'
        headers: Headers = [
            (b"etag", tag),
            (b"last-modified", format_datetime(info.modified.astimezone(timezone.utc), usegmt=True).encode()),
            (b"cache-control", self._cached + b", max-age=31536000, immutable"),
            (b"accept-ranges", b"bytes"),
        ]
        if (known := request.headers.get(b"if-none-match")) is not None and matches_etag(known, tag):
            return Reply(HTTPStatus.NOT_MODIFIED, headers)
        if self._style is DownloadStyle.REDIRECT and not request.is_head:
            signed = await loop.run_in_executor(self._pool, self._reader.presigned_url, file, _WINDOW_SECONDS)
            if signed is not None:
                age = f"private, max-age={signed.seconds}".encode()
                return redirect(HTTPStatus.FOUND, signed.url, [(b"cache-control", age)])
        headers += [(b"content-type", file.content_type.encode()), (b"x-content-type-options", b"nosniff")]
        asked = request.header(b"range")
        unchanged = request.headers.get(b"if-range") in (None, tag)
        found = requested_range(asked, info.size) if asked and unchanged else None
        if found is not None and found.start >= info.size:
            refused = (b"content-range", f"bytes */{info.size}".encode())
            return Reply(HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE, [refused, (b"content-length", b"0")])
        if found is None:
            return self._streamed(HTTPStatus.OK, headers, file, range(info.size))
        told = f"bytes {found.start}-{found.stop - 1}/{info.size}".encode()
        return self._streamed(HTTPStatus.PARTIAL_CONTENT, [*headers, (b"content-range", told)], file, found)

    def _streamed(self, status: int, headers: Headers, file: ReadableFile, found: range) -> Reply:
        headers = [*headers, (b"content-length", str(len(found)).encode())]
        if not found:
            return Reply(status, headers)
        chunks = self._chunks(self._reader.chunks(file, found.start, len(found)))
        return StreamedReply(status, headers, chunks, len(found))

    async def _chunks(self, chunks: Iterator[bytes]) -> AsyncIterator[bytes]:
        """The chunks, each read when the one before was taken: a slow client holds one in memory."""
        loop = asyncio.get_running_loop()
        try:
            while chunk := await loop.run_in_executor(self._pool, next, chunks, b""):
                yield chunk
        finally:
            close = getattr(chunks, "close", None)
            if close is not None:
                await loop.run_in_executor(self._pool, close)


def requested_range(header: str, size: int) -> range | None:
    """The bytes that a ``Range`` header asks for; beyond ``size`` where there are none such.

    None for several ranges, or what is no range: the whole is the answer then.
    """
    match = _RANGE.fullmatch(header.strip().replace(" ", ""))
    if match is None or match[1] == match[2] == "":
        return None
    if match[1] == "":
        count = min(int(match[2]), size)
        return range(size - count, size) if count else range(size, size)
    first = int(match[1])
    last = int(match[2]) if match[2] else size - 1
    if match[2] and last < first:
        return None
    return range(first, min(last + 1, size)) if first < size else range(first, first)
