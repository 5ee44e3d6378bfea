"""What a store really honours: asked by racing writes, since one lucky answer proves nothing."""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from ..errors import AccessDenied, Contended, Error, NotFound, PreconditionFailed, StoreError, Unavailable
from .base import ABSENT, ANY, Attributes, Matches, Store, Token

__all__ = ["Capabilities", "probe"]

_RACERS = 8
_ROUNDS = 3
_ATTEMPTS = 5
_PLAIN = Attributes("text/plain", "no-store")


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a store was found to do.

    :param conditional_writes: conditional creation and replacement are honoured, also when they race.
    :param slash_keys: objects may have keys that end in ``/``.
    :param conditional_delete: a deletion on a stale token leaves the object alone.
    """

    conditional_writes: bool
    slash_keys: bool
    conditional_delete: bool


def probe(store: Store, prefix: str) -> Capabilities:
    """Find out, by objects below ``prefix`` (empty, or without ``/`` at its end), which are gone again after.

    Nothing is asked of a store that knows. Raises `AccessDenied` and `Unavailable` when the store cannot be asked.
    """
    if store.conditional_writes is not None and store.slash_keys is not None:
        return Capabilities(store.conditional_writes, store.slash_keys, store.conditional_writes)
    folder = "/".join(filter(None, (prefix, f".s3pypi-probe-{secrets.token_hex(8)}")))
    keys = [f"{folder}/{number}" for number in range(_ROUNDS)]
    try:
        # The threads are more than a round needs, so that the rounds and the other questions run side by side.
        with ThreadPoolExecutor(_RACERS * _ROUNDS + 2) as threads, ThreadPoolExecutor(_ROUNDS + 1) as rounds:
            slash_keys = rounds.submit(_keeps_slash_key, store, f"{folder}/")
            raced = list(rounds.map(lambda key: _honours_conditions(store, key, threads), keys))
            return Capabilities(
                conditional_writes=all(writes for writes, _ in raced),
                slash_keys=slash_keys.result(),
                conditional_delete=all(deletes for _, deletes in raced),
            )
    finally:
        for key in (*keys, f"{folder}/"):
            with contextlib.suppress(Error):
                store.delete(key)


def _honours_conditions(store: Store, key: str, threads: ThreadPoolExecutor) -> tuple[bool, bool]:
    created = _winners(threads, lambda number: store.put(key, b"%d" % number, _PLAIN, ABSENT))
    if len(created) != 1:
        return False, False
    replaced = _winners(threads, lambda number: store.put(key, b"%d replaced" % number, _PLAIN, Matches(created[0])))
    stale = Matches(created[0])
    writes = len(replaced) == 1 and not _succeeds(lambda: store.put(key, b"stale", _PLAIN, stale))
    return writes, writes and not _succeeds(lambda: store.delete(key, stale)) and _exists(store, key)


def _winners(threads: ThreadPoolExecutor, write: Callable[[int], Token]) -> list[Token]:
    """The tokens of the racing writes that took effect; raced again while all were told to try again."""

    def attempt(number: int) -> Token | None:
        with contextlib.suppress(PreconditionFailed, Contended):
            return write(number)
        return None

    for _ in range(_ATTEMPTS):
        if tokens := [token for token in threads.map(attempt, range(_RACERS)) if token is not None]:
            return tokens
    return []


def _succeeds(write: Callable[[], object]) -> bool:
    try:
        write()
    except (AccessDenied, Unavailable):
        raise
    except StoreError:
        return False
    return True


def _exists(store: Store, key: str) -> bool:
    try:
        store.head(key)
    except NotFound:
        return False
    return True


def _keeps_slash_key(store: Store, key: str) -> bool:
    data = secrets.token_bytes(16)
    try:
        store.put(key, data, _PLAIN, ANY)
        return store.get(key).data == data
    except (AccessDenied, Unavailable):
        raise
    except StoreError:
        return False
