"""Store any files under a target, under their own names, without an index."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ..concurrency import side_by_side
from ..config.choices import IfExists
from ..distribution.local_file import LocalFile
from ..errors import AlreadyExists, ConditionsRefused, Error, InvalidDistribution
from ..monitor import Monitor, Stage
from ..naming import content_type
from ..repository.upload import SHA256, holds
from ..stores.base import ABSENT, ANY, Attributes, Store
from ..transaction import create, update

_AT_ONCE = 8
"""How many files are sent at the same time."""


@dataclass(frozen=True, slots=True)
class UploadedFile:
    """The result for one file.

    :param url: the URL of its object.
    :param size: in bytes.
    :param stored: whether it was stored; False if it was there already, was skipped, or failed.
    :param error: why it failed; None otherwise.
    """

    path: Path
    url: str
    size: int
    stored: bool
    error: Error | None = None


@dataclass(frozen=True, slots=True)
class UploadReport:
    """The result of `upload`, in the order of the files.

    :param dry_run: whether nothing was written, and ``stored`` says what would have been.
    """

    target: str
    files: tuple[UploadedFile, ...]
    dry_run: bool = False

    @property
    def ok(self) -> bool:
        """Whether every file is stored."""
        return all(file.error is None for file in self.files)


def upload(
    store: Store, prefix: str, files: Sequence[LocalFile], *, if_exists: IfExists, dry_run: bool, monitor: Monitor
) -> tuple[UploadedFile, ...]:
    """Store each of ``files`` in parallel; an error of one file is in its result.

    :param prefix: of the keys; empty, or without ``/`` at either end.
    :param if_exists: ``REPLACE`` overwrites an object that exists; ``SAME`` accepts one with the same bytes, ``SKIP``
        any, and ``FAIL`` none.

    Raises `InvalidDistribution` if two files have the same name.
    """
    names: dict[str, Path] = {}
    for file in files:
        if names.setdefault(file.path.name, file.path) != file.path:
            raise InvalidDistribution(f"{file.path}: would be stored under the same name as {names[file.path.name]}")
    if not dry_run:
        monitor.observer.on_stage(Stage.PENDING, "", names)

    def one(file: LocalFile) -> UploadedFile:
        key = f"{prefix}/{file.path.name}" if prefix else file.path.name
        url = store.url_of(key)
        try:
            stored = _store(store, key, file, if_exists=if_exists, dry_run=dry_run, monitor=monitor)
        except Error as error:
            return UploadedFile(file.path, url, file.size, stored=False, error=error)
        if not dry_run:
            monitor.observer.on_stage(Stage.PUBLISHED, "", [file.path.name])
        return UploadedFile(file.path, url, file.size, stored)

    return tuple(side_by_side(files, one, _AT_ONCE))


def _store(store: Store, key: str, file: LocalFile, *, if_exists: IfExists, dry_run: bool, monitor: Monitor) -> bool:
    """Store ``file``; False if an object that exists is accepted in its place."""
    name, replaces = file.path.name, if_exists is IfExists.REPLACE
    attributes = Attributes(content_type(name), metadata={SHA256: file.sha256})
    if not replaces and (dry_run or store.conditional_writes is not True):
        # If the store may ignore conditions, or nothing may be written, look first at what is there.
        if holds(store, key, file.size, file.sha256):
            return _accept(key, if_exists, same=True)
        if any(info.key == key for info in store.list(key)):
            return _accept(key, if_exists, same=False)
    if dry_run:
        return True
    monitor.observer.check_cancelled()
    monitor.progress.sending(name, file.size)

    def sent(count: int) -> None:
        monitor.progress.sent(name, count)
        monitor.observer.check_cancelled()

    if not replaces:
        try:
            if create(lambda: store.put_file(key, file, attributes, ABSENT, sent)):
                return True
            return _accept(key, if_exists, same=holds(store, key, file.size, file.sha256))
        except ConditionsRefused:  # nothing was there a moment ago
            pass
    update(lambda: store.put_file(key, file, attributes, ANY, sent))
    return True


def _accept(key: str, if_exists: IfExists, *, same: bool) -> bool:
    """False if an object that exists is accepted; raises `AlreadyExists` otherwise."""
    if if_exists is IfExists.SKIP or (same and if_exists is IfExists.SAME):
        return False
    state = "the same" if same else "other"
    raise AlreadyExists(key, f"exists already, with {state} bytes; rename the file, or overwrite it with --force")
