"""Answers with a file, which is read while it is sent, as fast as the client takes it."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from abc import abstractmethod
from collections.abc import Iterator
from concurrent.futures import Executor
from typing import Any, BinaryIO

from ..errors import Error
from ..stores.base import SMALL_CHUNK_SIZE
from .replies import Headers, Receive, Reply, Request, Send
from .uvicorn_connection import UvicornConnection

__all__ = ["OpenFileReply", "StreamedReply"]

log = logging.getLogger(__name__)


class FileReply(Reply):
    """An answer whose body is not in memory.

    :param part: the bytes of the file that are its body.
    :param pool: where they are read.
    """

    __slots__ = ("_sent", "part", "pool")

    def __init__(self, status: int, headers: Headers, part: range, pool: Executor) -> None:
        super().__init__(status, headers)
        self.part = part
        self.pool = pool
        self._sent = 0

    @property
    def size(self) -> int:
        """Bytes of the body that were sent."""
        return self._sent

    def count(self, sent: int) -> None:
        """Count bytes that were sent."""
        self._sent += sent

    @abstractmethod
    async def next_chunk(self, left: int) -> bytes:
        """The next bytes, ``left`` at most; empty where there are none, although there should be."""

    async def send(self, request: Request, send: Send) -> None:
        """Send it, each chunk when the client has taken those before it: a slow client holds one in memory.

        Where the file cannot be read to its end, a line is logged and the connection closed, so that the client does
        not take what it has for the whole. Raises `ConnectionError` where the client goes away.
        """
        await send({"type": "http.response.start", "status": self.status, "headers": self.headers})
        if request.is_head or not self.part:
            await send({"type": "http.response.body", "body": b""})
            return
        try:
            await self.send_body(request, send)
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
                len(self.part),
                reason if known else f"internal error {request.id}",
                exc_info=None if known else error,
            )
            await _abort(send)

    async def send_body(self, request: Request, send: Send) -> None:
        """Send the body in chunks; raises what reading raises, and `EOFError`."""
        gone = asyncio.create_task(_until_gone(request.receive))
        try:
            while left := len(self.part) - self._sent:
                chunk = await self.next_chunk(left)
                if not chunk:
                    raise EOFError
                if gone.done():
                    raise ConnectionError("the client went away")
                await send({"type": "http.response.body", "body": chunk[:left], "more_body": len(chunk) < left})
                self.count(min(len(chunk), left))
        finally:
            gone.cancel()


class StreamedReply(FileReply):
    """An answer with bytes that a store sends.

    :param first: the first of them, which were waited for before it was known that there is an answer.
    :param rest: reads the others.
    """

    __slots__ = ("_first", "_rest")

    def __init__(
        self, status: int, headers: Headers, part: range, pool: Executor, *, first: bytes, rest: Iterator[bytes]
    ) -> None:
        super().__init__(status, headers, part, pool)
        self._first = first
        self._rest = rest

    async def next_chunk(self, left: int) -> bytes:
        """As `FileReply.next_chunk`."""
        del left
        if self._first:
            chunk, self._first = self._first, b""
            return chunk
        return await asyncio.get_running_loop().run_in_executor(self.pool, next, self._rest, b"")

    async def send(self, request: Request, send: Send) -> None:
        """As `FileReply.send`."""
        try:
            await super().send(request, send)
        finally:
            close: Any = getattr(self._rest, "close", None)
            if close is not None:
                with contextlib.suppress(RuntimeError):  # the service has ended
                    self.pool.submit(_close, close)


class OpenFileReply(FileReply):
    """An answer with a file of a folder; it closes the file."""

    __slots__ = ("_stream",)

    def __init__(self, status: int, headers: Headers, part: range, pool: Executor, *, stream: BinaryIO) -> None:
        super().__init__(status, headers, part, pool)
        self._stream = stream

    async def next_chunk(self, left: int) -> bytes:
        """As `FileReply.next_chunk`."""
        count = min(left, SMALL_CHUNK_SIZE)
        return await asyncio.get_running_loop().run_in_executor(self.pool, self._stream.read, count)

    async def send(self, request: Request, send: Send) -> None:
        """As `FileReply.send`."""
        with self._stream:
            await super().send(request, send)

    async def send_body(self, request: Request, send: Send) -> None:
        """As `FileReply.send_body`, by way of the system alone where that is possible."""
        connection = UvicornConnection.of(send)
        if connection is not None and connection.sends_files:
            await connection.send_file(send, self._stream.fileno(), self.part, self.pool, self.count)
            return
        self._stream.seek(self.part.start)
        await super().send_body(request, send)


async def _abort(send: Send) -> None:
    if (connection := UvicornConnection.of(send)) is not None:
        await connection.abort()


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _close(close: Any) -> None:
    with contextlib.suppress(Exception):  # a connection that is broken already
        close()
