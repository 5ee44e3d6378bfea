"""Find out what a store honours, by racing writes: one request that is refused as it should be proves nothing."""

from __future__ import annotations

import contextlib
import logging
import re
import secrets
from collections.abc import Callable, Collection, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from functools import partial
from typing import TypeVar

from ..errors import AccessDenied, ConditionsRefused, Error, NotFound, NotWritten, StoreError, Unavailable
from .base import ABSENT, ANY, Attributes, Condition, Matches, PartsWrite, Store, Token
from .capabilities import Capabilities
from .content_encoding import GZIP, encode

T = TypeVar("T")

log = logging.getLogger(__name__)

_RACERS = 8
_ATTEMPTS = 5
_PLAIN = Attributes("text/plain", "no-store")
_FOLDER = r"\.s3pypi-probe-[0-9a-f]{16}"

QUICK, THOROUGH = 3, 6
"""How often each race is held: during a first publication, and by ``s3pypi doctor``."""


def probe_folder(prefix: str) -> str:
    """A new folder for a probe's objects, without ``/`` at its end; below ``prefix``, which may be empty."""
    return "/".join(filter(None, (prefix, f".s3pypi-probe-{secrets.token_hex(8)}")))


def is_probe_folder(name: str) -> bool:
    """Whether `probe_folder` makes folders with names like this."""
    return re.fullmatch(_FOLDER, name) is not None


def _warn(where: str) -> None:
    log.warning("%s/: these objects of a probe stay, as deleting is denied; delete them", where)


def probe(
    store: Store, folder: str, rounds: int = QUICK, left: Callable[[str], None] = _warn, *, parts: bool = True
) -> Capabilities:
    """Find out what ``store`` honours, with objects below ``folder`` that are deleted again.

    :param folder: one of `probe_folder`.
    :param rounds: how often each race is held.
    :param left: called with the URL of the folder if objects stay because deleting is denied.
    :param parts: race uploads in parts, too; more than half of all requests are for that.

    Raises `AccessDenied` and `Unavailable` if that cannot be found out.
    """
    keys = [f"{folder}/{number}" for number in range(rounds)]
    parts_keys = _parts_keys(folder, rounds) if parts else []
    slash_key, encoded_key = f"{folder}/", f"{folder}/encoded"
    with _asking(store, folder, [*keys, *parts_keys, slash_key, encoded_key], left) as (threads, questions):
        slash_keys = questions.submit(_keeps_slash_key, store, slash_key)
        encoding = questions.submit(_keeps_encoding, store, encoded_key)
        honours_parts = _parts_questions(store, folder, parts_keys, threads, questions)
        raced = list(questions.map(lambda key: _honours_conditions(store, key, threads), keys))
        return Capabilities(
            conditional_create=all(creates for creates, _, _ in raced),
            conditional_replace=all(replaces for _, replaces, _ in raced),
            conditional_delete=all(deletes for _, _, deletes in raced),
            conditional_multipart=_all_honour(honours_parts) if parts else None,
            slash_keys=slash_keys.result(),
            content_encoding=encoding.result(),
        )


def probe_parts(store: Store, folder: str) -> bool:
    """Whether, of uploads in parts that are completed at the same time, one succeeds; as `probe`."""
    keys = _parts_keys(folder, QUICK)
    with _asking(store, folder, keys) as (threads, questions):
        return all(found.result() for found in _parts_questions(store, folder, keys, threads, questions))


def probe_encoding(store: Store, folder: str) -> bool:
    """Whether the store keeps ``Content-Encoding``; as `probe`."""
    key = f"{folder}/encoded"
    with _asking(store, folder, [key] if store.keeps_encoding is None else []):
        return _keeps_encoding(store, key)


@contextlib.contextmanager
def _asking(
    store: Store, folder: str, keys: Collection[str], left: Callable[[str], None] = _warn
) -> Iterator[tuple[ThreadPoolExecutor, ThreadPoolExecutor]]:
    """Threads for races and for questions; in the end, the objects under ``keys`` are deleted.

    When interrupted, the questions that have not begun are dropped; the others delete their own objects.
    """
    try:
        # The threads are more than a round needs, so that the rounds and the other questions run side by side.
        with ThreadPoolExecutor(2 * _RACERS * QUICK) as threads, ThreadPoolExecutor(2 * QUICK + 2) as questions:
            try:
                yield threads, questions
            except (KeyboardInterrupt, SystemExit):
                questions.shutdown(wait=False, cancel_futures=True)
                raise
    finally:
        if _remove(store, keys):
            left(store.url_of(folder))


def _all_honour(questions: list[Future[bool]]) -> bool:
    """Whether the answer to all is yes; a denied request counts as no."""
    try:
        return all(found.result() for found in questions)
    except AccessDenied:
        return False


def _parts_keys(folder: str, rounds: int) -> list[str]:
    return [f"{folder}/parts-{number}" for number in range(rounds)]


def _parts_questions(
    store: Store, folder: str, keys: Collection[str], threads: ThreadPoolExecutor, questions: ThreadPoolExecutor
) -> list[Future[bool]]:
    if not keys:
        return []
    abandoned = questions.submit(_abandons_parts, store, f"{folder}/abandoned")
    return [questions.submit(_honours_on_parts, store, key, threads, abandoned) for key in keys]


def _remove(store: Store, keys: Collection[str]) -> bool:
    """Delete the objects as far as possible; whether that was denied."""

    def is_denied(key: str) -> bool:
        try:
            store.delete(key)
        except Error as error:
            return isinstance(error, AccessDenied)
        return False

    with ThreadPoolExecutor(_RACERS) as threads:
        return any(list(threads.map(is_denied, keys)))


def _honours_conditions(store: Store, key: str, threads: ThreadPoolExecutor) -> tuple[bool, bool, bool]:
    """Whether creation, replacement and deletion heed their conditions; False for what cannot be found out."""
    created: list[Token] = []
    try:
        created = _put_winners(store, key, b"created", ABSENT, threads)
        if not created:
            return False, False, False
        stale = Matches(created[0] if len(created) == 1 else store.head(key).token)
        replaced = _put_winners(store, key, b"replaced", stale, threads)
    except ConditionsRefused:
        return len(created) == 1, False, False
    deletes = bool(replaced) and _spares(store, key, stale)
    return (
        len(created) == 1,
        len(replaced) == 1 and not _succeeds(lambda: store.put(key, b"stale", _PLAIN, stale)),
        deletes,
    )


def _abandons_parts(store: Store, key: str) -> bool:
    """Whether an upload in parts can be begun and abandoned; otherwise the losers of a race would leave their parts."""
    begun = _unless_refused(lambda: store.begin_parts(key, b"abandoned", _PLAIN))
    with contextlib.suppress(AccessDenied):
        return begun is not None and _succeeds(begun.abandon)
    return False


def _honours_on_parts(store: Store, key: str, threads: ThreadPoolExecutor, abandoned: Future[bool]) -> bool:
    """Whether, of uploads in parts that are completed at the same time, one succeeds, and a later one fails."""
    if not abandoned.result():
        return False
    for _ in range(_ATTEMPTS):
        if not (begun := _unless_refused(lambda: _begun(store, key, threads))):
            return False
        *racers, late = begun
        try:
            # The losers have to send all parts again.
            if winners := _winners(threads, [partial(racer.complete, ABSENT) for racer in racers]):
                return len(winners) == 1 and not _succeeds(partial(late.complete, ABSENT))
        except ConditionsRefused:
            return False
        finally:
            with contextlib.suppress(Error):
                late.abandon()
    return False


def _begun(store: Store, key: str, threads: ThreadPoolExecutor) -> list[PartsWrite]:
    """Uploads in parts, of which all but the last step is done: the racers, and a late one."""
    begun = [threads.submit(store.begin_parts, key, b"%d" % number, _PLAIN) for number in range(_RACERS + 1)]
    wait(begun)
    if any(future.exception() for future in begun):
        for future in begun:
            if future.exception() is None:
                with contextlib.suppress(Error):
                    future.result().abandon()
    return [future.result() for future in begun]


def _put_winners(store: Store, key: str, data: bytes, condition: Condition, threads: ThreadPoolExecutor) -> list[Token]:
    """`_winners` of puts; the race is repeated while the store asks all of them to try again."""
    for _ in range(_ATTEMPTS):
        writes = [partial(store.put, key, b"%d %b" % (number, data), _PLAIN, condition) for number in range(_RACERS)]
        if tokens := _winners(threads, writes):
            return tokens
    return []


def _winners(threads: ThreadPoolExecutor, writes: Iterable[Callable[[], Token]]) -> list[Token]:
    """The tokens of the racing writes that took effect."""

    def attempt(write: Callable[[], Token]) -> Token | None:
        with contextlib.suppress(NotWritten):
            return write()
        return None

    return [token for token in threads.map(attempt, writes) if token is not None]


def _unless_refused(ask: Callable[[], T]) -> T | None:
    """What ``ask`` returns; None if the store refuses it. Raises `AccessDenied` and `Unavailable`."""
    try:
        return ask()
    except (AccessDenied, Unavailable):
        raise
    except StoreError:
        return None


def _succeeds(write: Callable[[], object]) -> bool:
    return _unless_refused(lambda: (write(),)) is not None


def _spares(store: Store, key: str, stale: Matches) -> bool:
    """Whether a deletion on an old token is refused; False if deletions are denied."""
    try:
        return not _succeeds(lambda: store.delete(key, stale)) and _exists(store, key)
    except AccessDenied:
        return False


def _exists(store: Store, key: str) -> bool:
    try:
        store.head(key)
    except NotFound:
        return False
    return True


def _keeps_encoding(store: Store, key: str) -> bool:
    """Whether a gzip-encoded object is read as it was before: the store keeps the encoding, or decodes it itself."""
    if store.keeps_encoding is not None:
        return store.keeps_encoding
    data = secrets.token_hex(16).encode()
    return _comes_back(store, key, data, encode(data), _PLAIN._replace(content_encoding=GZIP))


def _keeps_slash_key(store: Store, key: str) -> bool:
    data = secrets.token_bytes(16)
    return _comes_back(store, key, data, data, _PLAIN)


def _comes_back(store: Store, key: str, data: bytes, stored: bytes, attributes: Attributes) -> bool:
    """Whether an object that is stored as ``stored`` is read as ``data``; False if the store refuses it."""

    def ask() -> bool:
        store.put(key, stored, attributes, ANY)
        return store.get(key).data == data

    return _unless_refused(ask) or False
