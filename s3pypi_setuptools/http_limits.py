"""Limits on the time of whole HTTP responses, and on the size of those that are read into memory.

The timeout of a socket begins anew with every byte, so a response that trickles in would never end.
"""

from __future__ import annotations

import functools
import http.client
import io
import time
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

_LEAST_RATE = 16 * 1024
"""Bytes a second that a response must have once its seconds are used up: slower lines are of no use."""

_LARGEST = 16 * 1024 * 1024
"""Bytes of an S3 response that is no object; a listing has at most 1,000 keys of 1,024 bytes each, so below 4 million
(https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html,
https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html)."""

C = TypeVar("C", bound=type)


def limited(connection: C, seconds: float) -> C:
    """A subclass of an `http.client.HTTPConnection` class that limits how long a reader waits for a response.

    :param seconds: how long to wait for head and body; a large body gets more (`_LEAST_RATE`), and pauses of the reader
        do not count. Reading raises `TimeoutError` after that.
    """
    response = type("LimitedResponse", (_LimitedResponse,), {"seconds": seconds})
    return type(f"Limited{connection.__name__}", (connection,), {"response_class": response})  # type: ignore[return-value]


class AnswerTooLarge(Exception):
    """A response is larger than a correct one can be."""


def limited_pool(pool: C, seconds: float) -> C:
    """A subclass of a urllib3 connection pool class, with `limited` connections.

    ``stream`` of its responses, with which botocore reads listings and errors into memory, but no object, raises
    `AnswerTooLarge` after `_LARGEST` bytes.
    """

    def urlopen(self: Any, *arguments: Any, **named: Any) -> Any:
        response = pool.urlopen(self, *arguments, **named)  # type: ignore[attr-defined]
        response.stream = functools.partial(_bounded, response, response.stream)
        return response

    members = {"ConnectionCls": limited(pool.ConnectionCls, seconds), "urlopen": urlopen}  # type: ignore[attr-defined]
    return type(pool.__name__, (pool,), members)  # type: ignore[return-value]


def _bounded(response: Any, stream: Callable[..., Iterator[bytes]], *arguments: Any) -> Iterator[bytes]:
    remaining = _LARGEST
    for chunk in stream(*arguments):
        remaining -= len(chunk)
        if remaining < 0:
            response.close()
            raise AnswerTooLarge("the answer is too large")
        yield chunk


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
