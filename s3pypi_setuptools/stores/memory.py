# ruff: noqa: D102 (the contract, in base.py, says what the methods promise)
"""A store in memory: for tests, and as the simplest example of a store."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from datetime import datetime, timezone
from itertools import count

from ..distribution.local_file import LocalFile
from ..errors import AlreadyExists, NotFound, PreconditionFailed
from .base import (
    ABSENT,
    ANY,
    CHUNK_SIZE,
    Attributes,
    Condition,
    Info,
    Matches,
    Object,
    OnSent,
    Store,
    Token,
    uncounted,
)
from .content_encoding import decode
from .limits import check_key


class MemoryStore(Store):
    """Objects in a dictionary; safe between threads.

    :param content_tokens: tokens are hashes of the content, as on most S3 servers; otherwise they are numbers.
    """

    slash_keys = True
    conditional_writes = True
    keeps_encoding = True

    def __init__(self, url: str = "memory://", *, content_tokens: bool = False) -> None:
        self.url = url
        self._content_tokens = content_tokens
        self._objects: dict[str, Object] = {}
        self._attributes: dict[str, Attributes] = {}
        self._lock = threading.Lock()
        self._tokens = count(1)

    def token_of(self, data: bytes) -> Token | None:
        return Token(hashlib.sha256(data).hexdigest()) if self._content_tokens else None

    def get(self, key: str) -> Object:
        with self._lock:
            found = self._stored(key)
            encoding = self._attributes[key].content_encoding
        return found._replace(data=decode(key, found.data, encoding))

    def stream(self, key: str) -> Iterator[bytes]:
        with self._lock:
            data = self._stored(key).data
        yield from (data[start : start + CHUNK_SIZE] for start in range(0, len(data), CHUNK_SIZE))

    def head(self, key: str) -> Info:
        with self._lock:
            return self._stored(key).info

    def attributes(self, key: str) -> Attributes:
        """The attributes that the object under ``key`` was stored with. Raises `NotFound`."""
        self.head(key)
        return self._attributes[key]

    def put(self, key: str, data: bytes, attributes: Attributes, condition: Condition = ANY) -> Token:
        check_key(key)
        with self._lock:
            self._check(key, condition)
            token = self.token_of(data) or Token(str(next(self._tokens)))
            info = Info(key, token, len(data), datetime.now(timezone.utc), dict(attributes.metadata))
            self._objects[key] = Object(info, bytes(data))
            self._attributes[key] = attributes
            return token

    def put_file(
        self, key: str, file: LocalFile, attributes: Attributes, condition: Condition = ANY, sent: OnSent = uncounted
    ) -> Token:
        data = file.read_parts(0, len(file.part_crc32))
        sent(file.size)
        return self.put(key, data, attributes, condition)

    def delete(self, key: str, condition: Condition = ANY) -> None:
        check_key(key)
        with self._lock:
            if key in self._objects:
                self._check(key, condition)
                del self._objects[key], self._attributes[key]

    def list(self, prefix: str) -> Iterator[Info]:
        with self._lock:
            found = [entry.info._replace(metadata={}) for key, entry in self._objects.items() if key.startswith(prefix)]
        yield from sorted(found, key=lambda info: info.key)

    def _stored(self, key: str) -> Object:
        check_key(key)
        if key not in self._objects:
            raise NotFound(key)
        return self._objects[key]

    def _check(self, key: str, condition: Condition) -> None:
        current = self._objects.get(key)
        if condition is ABSENT and current is not None:
            raise AlreadyExists(key)
        if isinstance(condition, Matches) and (current is None or current.info.token != condition.token):
            raise PreconditionFailed(key)
