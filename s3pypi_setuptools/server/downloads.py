"""Files: whole or in ranges (RFC 9110, section 14), from the store through here, or by a redirect to the store."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import Callable
from concurrent.futures import Executor
from datetime import timezone
from email.utils import format_datetime
from http import HTTPStatus
from typing import BinaryIO, TypeVar

from ..config.service_options import DownloadStyle
from ..errors import NotFound
from ..repository.reader import ReadableFile, RepositoryReader
from ..stores.base import Info
from .messages import Headers, Reply, Request, redirect
from .problems import Problem, not_found
from .streamed import OpenFileReply, StreamedReply

T = TypeVar("T")

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

    async def file(self, request: Request, file: ReadableFile) -> Reply:
        """The answer to a request for the file. Raises `Problem` where there is none, and what the store raises."""
        with contextlib.ExitStack() as stack:
            try:
                opened = self._reader.open_local(file)
                stream = stack.enter_context(opened[1]) if opened else None
                info = opened[0] if opened else await self._run(self._reader.file_info, file)
                reply = await self._reply(request, file, info, stream)
            except NotFound:
                raise not_found("There is no such file") from None
            if isinstance(reply, OpenFileReply):
                stack.pop_all()
        return reply

    async def _reply(self, request: Request, file: ReadableFile, info: Info, stream: BinaryIO | None) -> Reply:
        tag = b'"' + info.token.strip('"').encode("latin-1", "replace") + b'"'
        modified = format_datetime(info.modified.astimezone(timezone.utc), usegmt=True).encode()
        headers: Headers = [
            (b"etag", tag),
            (b"last-modified", modified),
            (b"cache-control", self._cached + b", max-age=31536000, immutable"),
            (b"accept-ranges", b"bytes"),
        ]
        if _is_known(request, tag, modified):
            return Reply(HTTPStatus.NOT_MODIFIED, headers)
        if self._style is DownloadStyle.REDIRECT and stream is None and not request.is_head:
            signed = await self._run(self._reader.presigned_url, file, _WINDOW_SECONDS)
            if signed is not None:
                age = f"private, max-age={signed.seconds}".encode()
                return redirect(HTTPStatus.FOUND, signed.url, [(b"cache-control", age)])
        headers += [(b"content-type", file.content_type.encode()), (b"x-content-type-options", b"nosniff")]
        unchanged = request.headers.get(b"if-range") in (None, tag, modified)
        found = requested_range(request.header(b"range"), info.size) if unchanged else None
        status, part = HTTPStatus.OK, range(info.size)
        if found is not None:
            status, part = HTTPStatus.PARTIAL_CONTENT, found
            headers.append((b"content-range", f"bytes {part.start}-{part.stop - 1}/{info.size}".encode()))
        headers.append((b"content-length", str(len(part)).encode()))
        if request.is_head or not part:
            return Reply(status, headers)
        if stream is not None:
            return OpenFileReply(status, headers, part, self._pool, file=stream)
        rest = self._reader.chunks(file, part.start, len(part))
        first = await self._run(next, rest, b"")  # an error before it is an answer of its own
        return StreamedReply(status, headers, part, self._pool, first=first, rest=rest)

    async def _run(self, work: Callable[..., T], *arguments: object) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._pool, work, *arguments)


def _is_known(request: Request, tag: bytes, modified: bytes) -> bool:
    """Whether the client has the file already (RFC 9110, section 13.2.2)."""
    if b"if-none-match" in request.headers:
        return request.knows(tag)
    return request.headers.get(b"if-modified-since") == modified


def requested_range(header: str, size: int) -> range | None:
    """The bytes that a ``Range`` header asks for (RFC 9110, section 14.2).

    None for no header, several ranges, or what is no range: the whole is the answer then. Raises `Problem` (416) where
    there are none such.
    """
    match = _RANGE.fullmatch(header.strip().replace(" ", ""))
    if match is None or match[1] == match[2] == "":
        return None
    if match[1] == "":
        count = min(int(match[2]), size)
        first, last = size - count, size - 1
    else:
        first = int(match[1])
        last = min(int(match[2]) if match[2] else size - 1, size - 1)
        if match[2] and int(match[2]) < first:
            return None
    if first > last:
        beyond = ((b"content-range", f"bytes */{size}".encode()),)
        message = f"The file has {size} bytes, and none of those that are asked for"
        raise Problem(HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE, "range-not-satisfiable", message, beyond)
    return range(first, last + 1)
