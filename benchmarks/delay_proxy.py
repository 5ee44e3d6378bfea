"""A TCP proxy that makes a near server far, and keeps a record of the HTTP requests that passed.

Every chunk on its way back to the client is held for the delay, independently of the others: the latency of a network,
not its bandwidth. As a program: ``delay_proxy.py LISTEN-PORT UPSTREAM-PORT MILLISECONDS``, until interrupted.
"""

from __future__ import annotations

import asyncio
import sys
import threading
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType


@dataclass(slots=True)
class Request:
    """One HTTP/1.1 request; times are seconds of ``time.perf_counter``.

    :param line: method and path, without the query.
    :param status: of the final response; 0 while none came.
    :param received: bytes from client to server, head included; ``returned`` those of the response.
    :param continued: whether the client waited for ``100 Continue``, which costs a round trip more.
    """

    line: str
    start: float
    end: float
    status: int = 0
    received: int = 0
    returned: int = 0
    continued: bool = False


def wave_count(requests: Sequence[Request]) -> int:
    """The length of the longest chain of requests in which each began after the one before had ended.

    Where the client waited for ``100 Continue``, a wave is two round trips.
    """
    waves = 0
    last_end = float("-inf")
    for request in sorted(requests, key=lambda each: each.end):
        if request.start >= last_end:
            waves += 1
            last_end = request.end
    return waves


class _Upstream(asyncio.Protocol):
    """The connection to the server."""

    def __init__(self, client: _Client) -> None:
        self.client = client
        self.transport: asyncio.Transport | None = None
        self.held: deque[bytes] = deque()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        for chunk in self.client.early:
            transport.write(chunk)

    def data_received(self, data: bytes) -> None:
        self.held.append(data)
        asyncio.get_running_loop().call_later(self.client.proxy.delay, self.release)

    def release(self) -> None:
        # Timers that fall due together may fire in any order, so each takes the oldest chunk, not one of its own.
        data = self.held.popleft()
        self.client.answered(data)

    def pause_writing(self) -> None:
        self.client.transport.pause_reading()

    def resume_writing(self) -> None:
        self.client.transport.resume_reading()

    def connection_lost(self, error: Exception | None) -> None:
        asyncio.get_running_loop().call_later(self.client.proxy.delay, self.client.transport.close)


class _Client(asyncio.Protocol):
    """The connection from the client, and the request it is in."""

    transport: asyncio.Transport

    def __init__(self, proxy: DelayProxy) -> None:
        self.proxy = proxy
        self.upstream = _Upstream(self)
        self.early: list[bytes] = []
        self.request: Request | None = None
        self.connecting: asyncio.Task[object] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        loop = asyncio.get_running_loop()
        self.connecting = loop.create_task(loop.create_connection(lambda: self.upstream, *self.proxy.upstream))
        self.connecting.add_done_callback(self.connected)

    def connected(self, task: asyncio.Task[object]) -> None:
        if task.cancelled() or task.exception() is not None:
            self.transport.close()

    def data_received(self, data: bytes) -> None:
        now = time.perf_counter()
        # HTTP clients do not pipeline: what follows a final response is the next request.
        if self.request is None or self.request.status:
            line = data.split(b"\r\n", 1)[0].decode("latin-1").rsplit(" ", 1)[0].split("?", 1)[0]
            self.request = Request(line, now, now)
            self.proxy.requests.append(self.request)
        self.request.received += len(data)
        self.request.end = now
        if self.upstream.transport is None:
            self.early.append(data)
        else:
            self.upstream.transport.write(data)

    def answered(self, data: bytes) -> None:
        request = self.request
        if request is not None:
            request.end = time.perf_counter()
            request.returned += len(data)
            if not request.status and data.startswith(b"HTTP/1."):
                status = int(data[9:12])
                if status == 100:
                    request.continued = True
                else:
                    request.status = status
        if not self.transport.is_closing():
            self.transport.write(data)

    def connection_lost(self, error: Exception | None) -> None:
        if self.upstream.transport is not None:
            self.upstream.transport.close()


class DelayProxy:
    """The proxy, on a thread of its own, as a context manager.

    :param upstream: host and port of the server.
    :param delay: seconds that every chunk from the server is held.
    :param port: on 127.0.0.1; 0 picks a free one, which ``port`` then holds.
    """

    def __init__(self, upstream: tuple[str, int], delay: float, port: int = 0) -> None:
        self.upstream = upstream
        self.delay = delay
        self.port = port
        self.requests: list[Request] = []
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    @property
    def url(self) -> str:
        """What clients are given as the endpoint."""
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> DelayProxy:
        self._thread.start()
        listening = self._loop.create_server(lambda: _Client(self), "127.0.0.1", self.port, backlog=1000)
        self._server = asyncio.run_coroutine_threadsafe(listening, self._loop).result()
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._server.close)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def take(self) -> list[Request]:
        """The requests since the last call, in the order in which they began."""
        taken, self.requests = self.requests, []
        return taken


if __name__ == "__main__":
    listen, server_port, milliseconds = sys.argv[1:]
    with DelayProxy(("127.0.0.1", int(server_port)), float(milliseconds) / 1000, int(listen)):
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            sys.exit()
