# ruff: noqa: D102, ARG002 (the contract, in base.py, says what the methods promise)
"""A folder as a store: every key is a path below it.

Objects are written to a temporary file, flushed to the disk, and moved to their place under a lock that all processes
share, so readers (pip with a ``file://`` index, a web server) see whole files only. The lock and temporary files lie in
the folder's own ``.s3pypi``, which is never listed. Content types, cache headers and metadata are not kept.

The root may be a symbolic link. Below it, a link is no object: no listing, read, write or deletion follows one, and a
request for a key behind a link fails, so that it is never taken for an absent one.
"""

from __future__ import annotations

import contextlib
import logging
import os
import secrets
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import BinaryIO
from urllib.parse import unquote, urlsplit

from ...distribution.local_file import PART_SIZE, LocalFile
from ...errors import AlreadyExists, NotFound, PreconditionFailed, StoreError
from ...index.model import LARGEST_DOCUMENT
from ..base import (
    ABSENT,
    ANY,
    CHUNK_SIZE,
    SMALL_CHUNK_SIZE,
    Attributes,
    Condition,
    Info,
    Marked,
    Matches,
    Object,
    OnSent,
    Store,
    Token,
    uncounted,
)
from ..limits import check_key, check_size
from .errors import require_folder, translated
from .files import make_folders, refused_by_windows
from .lock import exclusive
from .open_folder import OpenFolder, files_below, open_folder
from .written_files import TEMPORARY, content_token, file_token, is_file_token, remove_abandoned, write_file

log = logging.getLogger(__name__)

PRIVATE = ".s3pypi"
"""The folder of locks and temporary files."""
LOCK = "lock"
"""The file in it on which writers exclude one another."""


class LocalStore(Store):
    """The folder at ``root``, an absolute path; it is made at the first write.

    A token is the SHA-256 of the content; for objects above `PART_SIZE`, and in listings, it is the number, time of
    writing and size of the file. Manifests and pages, which are compared and swapped, are small, and large files are
    written once.
    """

    slash_keys = False
    conditional_writes = True
    keeps_metadata = False
    cheap_reads = True

    def __init__(self, root: Path) -> None:
        self.root = root
        self.url = root.as_uri()
        self._ready = False
        self._links: set[Path] = set()

    @property
    def outer(self) -> tuple[Store, str] | None:
        parent = self.root.parent
        return None if parent == self.root else (LocalStore(parent), self.root.name)

    def is_same_place(self, other: Store) -> bool:
        if not isinstance(other, LocalStore):
            return False
        try:
            return self.root.samefile(other.root)
        except OSError:  # one does not exist yet
            return self.root.resolve() == other.root.resolve()

    def token_of(self, data: bytes) -> Token | None:
        return content_token(data) if len(data) <= PART_SIZE else None

    def get(self, key: str) -> Object:
        return self._read(key).object

    def get_if_changed(self, key: str, mark: str | None) -> Marked | None:
        return None if mark is not None and self.is_unchanged(key, mark) else self._read(key)

    def _read(self, key: str) -> Marked:
        with self._reading(key) as (stream, status):
            check_size(self._name(key), status.st_size)
            data = stream.read(LARGEST_DOCUMENT)
        return Marked(Object(_info(key, status, content_token(data)), data), file_token(status))

    def is_unchanged(self, key: str, mark: str) -> bool:
        try:
            return file_token(os.lstat(f"{self.root}/{key}")) == mark
        except (OSError, ValueError):
            return False

    def stream_range(self, key: str, start: int, count: int) -> Iterator[bytes]:
        with self._reading(key) as (stream, _):
            stream.seek(start)
            while count and (data := stream.read(min(count, SMALL_CHUNK_SIZE))):
                count -= len(data)
                yield data

    def stream(self, key: str) -> Iterator[bytes]:
        with self._reading(key) as (stream, _):
            while data := stream.read(CHUNK_SIZE):
                yield data

    def head(self, key: str) -> Info:
        with self._reading(key) as (stream, status):
            small = status.st_size <= PART_SIZE
            return _info(key, status, content_token(stream.read()) if small else file_token(status))

    def file_info(self, key: str) -> Info:
        with self._reading(key) as (_, status):
            return _info(key, status, file_token(status))

    def open_local(self, key: str) -> tuple[Info, BinaryIO]:
        with self._failures(key, "cannot be read"):
            stream = self._open(key)
            status = os.fstat(stream.fileno())
            return _info(key, status, file_token(status)), stream

    def put(self, key: str, data: bytes, attributes: Attributes, condition: Condition = ANY) -> Token:
        return self._write(key, iter((data,)), condition)

    def put_file(
        self, key: str, file: LocalFile, attributes: Attributes, condition: Condition = ANY, sent: OnSent = uncounted
    ) -> Token:
        def parts() -> Iterator[bytes]:
            for number in range(len(file.part_crc32)):
                data = file.read_parts(number)
                yield data
                sent(len(data))

        return self._write(key, parts(), condition)

    def delete(self, key: str, condition: Condition = ANY) -> None:
        steps = self._steps(key)
        with self._failures(key, "cannot be deleted"):
            if not self._is_file(steps):
                return
            with self._private() as private, exclusive(private.path / LOCK, folder=private.descriptor):
                if not self._is_file(steps):
                    return
                self._check(key, steps, condition)
                with open_folder(self.root, steps[:-1]) as folder:
                    folder.unlink(steps[-1])
                    folder.flush()
                self._remove_empty_folders(steps[:-1])

    def list(self, prefix: str) -> Iterator[Info]:
        folder = prefix.rpartition("/")[0]
        steps = self._steps(folder) if folder else ()
        with self._failures(prefix, "cannot be listed"):
            require_folder(self.root)
            for found, status in files_below(self.root, steps, skip=PRIVATE, on_link=self._warn_of_link):
                if (name := "/".join(found)).startswith(prefix):
                    yield _info(name, status, file_token(status))

    def _warn_of_link(self, path: Path) -> None:
        if path not in self._links:
            self._links.add(path)
            log.warning("%s: is a symbolic link, which is not followed: what it leads to is left alone", path)

    def key_of(self, url: str) -> str | None:
        parts, start = urlsplit(url), f"{urlsplit(self.url).path.rstrip('/')}/"
        here = parts.scheme == "file" and parts.netloc in ("", "localhost") and parts.path.startswith(start)
        return unquote(parts.path[len(start) :]) or None if here else None

    def _write(self, key: str, chunks: Iterator[bytes], condition: Condition) -> Token:
        steps = self._steps(key)
        with self._failures(key, "cannot be written"), self._private() as private:
            if self._is_file(steps) and condition is ABSENT:  # called for every condition: it raises for a link
                raise AlreadyExists(self._name(key))
            temporary = f"{secrets.token_hex(8)}{TEMPORARY}"
            try:
                token = write_file(private, temporary, chunks)
                with exclusive(private.path / LOCK, folder=private.descriptor):
                    self._check(key, steps, condition)
                    with open_folder(self.root, steps[:-1], make=True) as folder:
                        folder.status(steps[-1])  # raises for a link, which would be replaced
                        private.replace(temporary, folder, steps[-1])
                        folder.flush()
                return token
            finally:
                with contextlib.suppress(OSError):
                    private.unlink(temporary)

    def _check(self, key: str, steps: tuple[str, ...], condition: Condition) -> None:
        if condition is ABSENT and self._is_file(steps):
            raise AlreadyExists(self._name(key))
        if isinstance(condition, Matches):
            read = self.file_info if is_file_token(condition.token) else self.head
            with contextlib.suppress(NotFound):
                if read(key).token == condition.token:
                    return
            raise PreconditionFailed(self._name(key))

    @contextlib.contextmanager
    def _private(self) -> Iterator[OpenFolder]:
        """The folder of the lock and of temporary files; the first call creates it, and deletes abandoned files.

        A folder that disappears later is not created again: all that was written there has disappeared with it.
        """
        if not self._ready:
            make_folders(self.root)
        elif not (self.root / PRIVATE).is_dir():
            raise StoreError(str(self.root), "was removed or unmounted meanwhile; check it, and try again")
        with open_folder(self.root, (PRIVATE,), make=not self._ready) as private:
            if not self._ready:
                remove_abandoned(private)
                self._ready = True
            yield private

    def _remove_empty_folders(self, steps: tuple[str, ...]) -> None:
        """Remove the folder, and those above it below the root, as far as they are empty."""
        with contextlib.suppress(OSError):
            for depth in range(len(steps) - 1, -1, -1):
                with open_folder(self.root, steps[:depth]) as folder:
                    folder.rmdir(steps[depth])

    @contextlib.contextmanager
    def _reading(self, key: str) -> Iterator[tuple[BinaryIO, os.stat_result]]:
        with self._failures(key, "cannot be read"), self._open(key) as stream:
            yield stream, os.fstat(stream.fileno())

    def _open(self, key: str) -> BinaryIO:
        *above, name = self._steps(key)
        with open_folder(self.root, above) as folder:
            return folder.read(name)

    def _is_file(self, steps: tuple[str, ...]) -> bool:
        try:
            with open_folder(self.root, steps[:-1]) as folder:
                return folder.is_file(steps[-1])
        except (FileNotFoundError, NotADirectoryError):
            return False

    def _steps(self, key: str) -> tuple[str, ...]:
        check_key(key)
        if key.endswith("/"):
            raise StoreError(self._name(key), "a folder holds no file whose name ends in /")
        steps = tuple(key.split("/"))
        if steps[0].lower() == PRIVATE:
            raise StoreError(self._name(key), f"the name {PRIVATE} is kept for the folder's own locks")
        if os.name == "nt":  # pragma: no cover
            for step in filter(refused_by_windows, steps):
                raise StoreError(self._name(key), f"Windows cannot have a file named {step!r}")
        return steps

    def _name(self, key: str) -> str:
        return str(self.root / key)

    @contextlib.contextmanager
    def _failures(self, key: str, what: str) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            require_folder(self.root)
            raise translated(error, self._name(key), what) from error


def _info(key: str, status: os.stat_result, token: Token) -> Info:
    return Info(key, token, status.st_size, datetime.fromtimestamp(status.st_mtime, timezone.utc))
