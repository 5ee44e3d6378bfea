"""What uvicorn can do with the connection of a response, beyond ASGI: send a file without copying it, and break off.

ASGI has no way to end a response that cannot be completed, and uvicorn does not offer its extension for files
(https://asgi.readthedocs.io/en/latest/extensions.html#path-send). `UvicornConnection.of` finds uvicorn's connection
behind the ``send`` that it gives to applications; behind other servers, and behind middleware, it finds none.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from concurrent.futures import Executor
from typing import Any

from .messages import Send

_AT_ONCE = 1024 * 1024
"""Bytes for one call of the system: others get their turn after that."""
_MOST_TURNS = 10
"""Turns of the event loop after which a connection that was aborted is not waited for."""


class UvicornConnection:
    """The connection of one response.

    :param cycle: uvicorn's.
    """

    def __init__(self, cycle: Any) -> None:
        self._cycle = cycle
        self._transport = cycle.transport

    @classmethod
    def of(cls, send: Send) -> UvicornConnection | None:
        """The connection behind ``send``; None where it is not uvicorn's."""
        cycle = getattr(send, "__self__", None)
        return cls(cycle) if type(cycle).__module__.startswith("uvicorn.protocols.http.") else None

    @property
    def sends_files(self) -> bool:
        """Whether `send_file` works: the system has ``sendfile``, and nothing is encrypted."""
        plain = self._transport.get_extra_info("sslcontext") is None
        return plain and hasattr(os, "sendfile") and hasattr(self._cycle, "expected_content_length")

    async def send_file(
        self, send: Send, descriptor: int, part: range, pool: Executor, progress: Callable[[int], None]
    ) -> None:
        """Send a part of an open file as the whole body, after ``http.response.start``.

        :param progress: called with the number of bytes each time some were sent.

        Raises `ConnectionError` where the client goes away, and `EOFError` where the file is shorter.
        """
        await self._flush(send)
        loop = asyncio.get_running_loop()
        out = os.dup(self._transport.get_extra_info("socket").fileno())
        try:
            at = part.start
            while left := part.stop - at:
                count = min(left, _AT_ONCE)
                try:
                    if _is_in_memory(descriptor, at + count - 1):
                        sent = os.sendfile(out, descriptor, at, count)
                    else:
                        sent = await _completed(loop.run_in_executor(pool, os.sendfile, out, descriptor, at, count))
                except BlockingIOError:
                    await _until_writable(loop, out)
                    continue
                if not sent:
                    raise EOFError
                at += sent
                progress(sent)
        finally:
            os.close(out)
        self._cycle.expected_content_length = 0
        await send({"type": "http.response.body", "body": b""})

    async def _flush(self, send: Send) -> None:
        """Wait until the system has what was sent before."""
        self._transport.set_write_buffer_limits(0)
        try:
            while self._transport.get_write_buffer_size() and not self._transport.is_closing():
                await send({"type": "http.response.body", "body": b"", "more_body": True})  # waits while paused
                await asyncio.sleep(0)
        finally:
            self._transport.set_write_buffer_limits()
        if self._transport.is_closing():
            raise ConnectionError("the client went away")

    async def abort(self) -> None:
        """Close the connection at once: the client sees that the response is not complete."""
        self._transport.abort()
        for _ in range(_MOST_TURNS):
            if self._cycle.disconnected:  # uvicorn complains of a response that ends before that
                return
            await asyncio.sleep(0)


def _is_in_memory(descriptor: int, at: int) -> bool:
    """Whether the system surely has that byte of a file in memory, so that reading it waits for no disk."""
    try:
        return bool(os.preadv(descriptor, [bytearray(1)], at, os.RWF_NOWAIT))
    except (AttributeError, OSError):  # another system than Linux; it is not in memory, or the disk does not tell
        return False


async def _completed(work: asyncio.Future[int]) -> int:
    """The result of ``work``; it is waited for even if the waiting task is cancelled, as it uses open files."""
    try:
        return await asyncio.shield(work)
    except asyncio.CancelledError:
        await asyncio.wait([work])
        raise


async def _until_writable(loop: asyncio.AbstractEventLoop, descriptor: int) -> None:
    writable = asyncio.Event()
    loop.add_writer(descriptor, writable.set)
    try:
        await writable.wait()
    finally:
        loop.remove_writer(descriptor)
