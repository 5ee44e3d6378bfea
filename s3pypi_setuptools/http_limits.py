"""A time limit for whole HTTP answers.

A socket's own limit begins anew with every byte, so an answer that drips would be waited for without end.
"""

from __future__ import annotations

import http.client
import io
import time
from typing import Any, TypeVar

__all__ = ["limited"]

_LEAST_RATE = 16 * 1024
"""Bytes a second that an answer must bring once its seconds are used up: less than any line has that is of use."""


C = TypeVar("C", bound=type)


def limited(connection: C, seconds: float) -> C:
    """The subclass of an `http.client.HTTPConnection` class whose answers may keep a reader waiting for so long.

    :param seconds: spent waiting for the head and body of an answer, and more for a large one (`_LEAST_RATE`); pauses
        of the reader do not count. Reading raises `TimeoutError` after that.
    """
    response = type("LimitedResponse", (_LimitedResponse,), {"seconds": seconds})
    return type(f"Limited{connection.__name__}", (connection,), {"response_class": response})  # type: ignore[return-value]


class _LimitedResponse(http.client.HTTPResponse):
    seconds = 0.0

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.fp = io.BufferedReader(_Waiting(self.fp.detach(), self.seconds))


class _Waiting(io.RawIOBase):
    """The bytes of ``raw``, with a limit on the time that they keep the reader waiting."""

    def __init__(self, raw: io.RawIOBase, seconds: float) -> None:
        self._raw = raw
        self._left = seconds

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        if self._left < 0:
            raise TimeoutError("the answer takes too long")
        began = time.monotonic()
        count: int | None = self._raw.readinto(buffer)
        self._left += (count or 0) / _LEAST_RATE - (time.monotonic() - began)
        return count

    def close(self) -> None:
        self._raw.close()
        super().close()
