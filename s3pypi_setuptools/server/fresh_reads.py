"""Read small documents of a store again and again, never stale, without a request for each reader.

A reader gets what the store held at a time after the reader asked. The bytes come from memory where the store has
confirmed, by a conditional read that began after that time, that they are unchanged. Readers who ask at the same time
share such a read: at most two reads of one document are on their way, however many ask.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from cachetools import LRUCache

from ..errors import NotFound
from ..repository.reader import RepositoryReader
from ..stores.base import Object

T = TypeVar("T")

_AT_ONCE = 2
_MEMORY = 64 * 1024 * 1024
"""Bytes of documents that are remembered: the pages of some thousand projects."""
_OVERHEAD = 1024
"""Bytes that one remembered document takes beside its own."""


@dataclass(frozen=True, slots=True)
class _Known(Generic[T]):
    mark: str
    value: T
    size: int


@dataclass(slots=True)
class _Reads:
    """The reads of one document that are on their way, and the one that begins when the first of them ends."""

    running: set[asyncio.Task[Any]] = field(default_factory=set)
    next: asyncio.Task[Any] | None = None


class FreshReads(Generic[T]):
    """Documents that ``reader`` reads, as values that ``make`` makes of them, once for each version.

    :param pool: where requests to the store run.
    """

    def __init__(self, reader: RepositoryReader, pool: ThreadPoolExecutor, make: Callable[[str, Object], T]) -> None:
        self._reader = reader
        self._pool = pool
        self._make = make
        self._known: LRUCache[str, _Known[T]] = LRUCache(_MEMORY, getsizeof=lambda known: known.size)
        self._reads: dict[str, _Reads] = {}

    async def read(self, key: str) -> T | None:
        """What the document under ``key`` is now; None where there is none.

        Raises what `RepositoryReader.document` raises, but for `NotFound`, and what ``make`` raises.
        """
        known = self._known.get(key)
        if known is not None and self._reader.is_unchanged(key, known.mark):
            return known.value
        reads = self._reads.setdefault(key, _Reads())
        if len(reads.running) < _AT_ONCE:
            task = asyncio.create_task(self._ask(key, reads))
            reads.running.add(task)
        else:
            task = reads.next or asyncio.create_task(self._ask_next(key, reads))
            reads.next = task
        return await asyncio.shield(task)  # a reader who goes away takes no answer from the others

    async def _ask_next(self, key: str, reads: _Reads) -> T | None:
        if reads.running:
            await asyncio.wait(reads.running, return_when=asyncio.FIRST_COMPLETED)
        if reads.next is not None:
            reads.running.add(reads.next)
            reads.next = None
        return await self._ask(key, reads)

    async def _ask(self, key: str, reads: _Reads) -> T | None:
        known = self._known.get(key)
        mark = known.mark if known else None
        try:
            found = await asyncio.get_running_loop().run_in_executor(self._pool, self._read, key, mark)
        except NotFound:
            self._known.pop(key, None)
            return None
        finally:
            reads.running.discard(asyncio.current_task())
            if not reads.running and reads.next is None:
                self._reads.pop(key, None)
        if found is not None:
            self._known[key] = found
            return found.value
        return known.value if known else None

    def _read(self, key: str, mark: str | None) -> _Known[T] | None:
        found = self._reader.document(key, mark)
        if found is None:
            return None
        return _Known(found.mark, self._make(key, found.object), len(found.object.data) + _OVERHEAD)
