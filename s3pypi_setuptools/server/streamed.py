"""Answers with a file, which is read while it is sent, as fast as the client takes it."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from typing import Any, BinaryIO

from ..errors import Error
from ..stores.base import SMALL_CHUNK_SIZE
from .messages import Headers, Receive, Reply, Request, Send
from .uvicorn_connection import UvicornConnection

log = logging.getLogger(__name__)


class StreamedReply(Reply):
    """An answer whose body a store sends, piece by piece.

    :param part: the bytes of the file that are its body.
    :param pool: where they are read.
    :param rest: reads them; after ``first``, which was waited for before it was known that there is an answer.
    """

    __slots__ = ("_first", "_part", "_pool", "_rest", "_sent")

    def __init__(
        self, status: int, headers: Headers, part: range, pool: Executor, *, first: bytes = b"", rest: Iterator[bytes]
    ) -> None:
        super().__init__(status, headers)
        self._part = part
        self._pool = pool
        self._first = first
        self._rest = rest
        self._sent = 0

    @property
    def size(self) -> int:
        """Bytes of the body that were sent."""
        return self._sent

    async def send(self, request: Request, send: Send) -> None:
        """Send it, each chunk when the client has taken those before it: a slow client holds one in memory.

        Where the file cannot be read to its end, a line is logged and the connection closed, so that the client does
        not take what it has for the whole. Raises `ConnectionError` where the client goes away.
        """
        try:
            await send({"type": "http.response.start", "status": self.status, "headers": self.headers})
            await self._send_part(request, send)
        finally:
            self._close()

    async def _send_part(self, request: Request, send: Send) -> None:
        try:
            await self._send_body(request, send)
        except asyncio.CancelledError:
            raise
        except ConnectionError:
            await _abort(send)
            raise
        except Exception as error:
            reason = error if isinstance(error, Error) else "the file is shorter than it was"
            known = isinstance(error, Error | EOFError)
            log.error(
                "%s %r: broken off after %d of %d bytes: %s",
                request.method,
                request.path,
                self._sent,
                len(self._part),
                reason if known else f"internal error {request.id}",
                exc_info=None if known else error,
            )
            await _abort(send)

    async def _send_body(self, request: Request, send: Send) -> None:
        """Send the body in chunks; raises what reading raises, and `EOFError`."""
        loop = asyncio.get_running_loop()
        gone = asyncio.create_task(_until_gone(request.receive))
        chunk = self._first
        try:
            while left := len(self._part) - self._sent:
                chunk = chunk or await loop.run_in_executor(self._pool, next, self._rest, b"")
                if not chunk:
                    raise EOFError
                if gone.done():
                    raise ConnectionError("the client went away")
                await send({"type": "http.response.body", "body": chunk[:left], "more_body": len(chunk) < left})
                self._sent += min(len(chunk), left)
                chunk = b""
        finally:
            gone.cancel()

    def _close(self) -> None:
        close: Any = getattr(self._rest, "close", None)
        if close is not None:
            with contextlib.suppress(RuntimeError):  # the service has ended
                self._pool.submit(_call, close)


class OpenFileReply(StreamedReply):
    """An answer with a file of a folder; it closes the file."""

    __slots__ = ("_file",)

    def __init__(self, status: int, headers: Headers, part: range, pool: Executor, *, file: BinaryIO) -> None:
        super().__init__(status, headers, part, pool, rest=_chunks(file, part.start))
        self._file = file

    async def _send_body(self, request: Request, send: Send) -> None:
        """As `StreamedReply`, by way of the system alone where that is possible."""
        connection = UvicornConnection.of(send)
        if connection is None or not connection.sends_files:
            await super()._send_body(request, send)
            return
        await connection.send_file(send, self._file.fileno(), self._part, self._pool, self._count)

    def _count(self, sent: int) -> None:
        self._sent += sent

    def _close(self) -> None:
        self._file.close()


def _chunks(file: BinaryIO, start: int) -> Iterator[bytes]:
    file.seek(start)
    while chunk := file.read(SMALL_CHUNK_SIZE):
        yield chunk


async def _abort(send: Send) -> None:
    if (connection := UvicornConnection.of(send)) is not None:
        await connection.abort()


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _call(close: Callable[[], None]) -> None:
    with contextlib.suppress(Exception):  # a connection that is broken already
        close()
