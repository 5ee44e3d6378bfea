# ruff: noqa: D102, ARG002 (the contract, in base.py, says what the methods promise)
"""A folder as a store: every key is a path below it.

Objects are written to a temporary file, flushed to the disk, and moved to their place under a lock that all processes
share, so readers (pip with a ``file://`` index, a web server) see whole files only. The lock and temporary files lie in
the folder's own ``.s3pypi``, which is never listed. Content types, cache headers and metadata are not kept.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
import stat
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timezone
from pathlib import Path

from ..errors import AlreadyExists, NotFound, PreconditionFailed, StoreError
from ..local_file import PART_SIZE, LocalFile
from .base import ABSENT, ANY, CHUNK_SIZE, Attributes, Condition, Info, Matches, Object, Store, Token, check_key
from .file_system import flush_folder, make_folders, opened, patiently, refused_by_windows, remove_empty_folders
from .folder_lock import exclusive
from .local_errors import TEMPORARY, translated

__all__ = ["LOCK", "PRIVATE", "LocalStore"]

PRIVATE = ".s3pypi"
"""The folder of locks and temporary files."""
LOCK = "lock"
"""The file in it on which writers exclude one another."""
_ABANDONED_SECONDS = 24 * 3600


class LocalStore(Store):
    """The folder at ``root``, an absolute path; it is made at the first write.

    A token is the content's SHA-256, or for objects above `PART_SIZE` and in listings the file's identity, time of
    writing and size: what is compared and swapped (manifests, pages) is small, and large files are written once.
    """

    slash_keys = False
    conditional_writes = True
    keeps_metadata = False

    def __init__(self, root: Path) -> None:
        self._root = root
        self._ready = False

    @property
    def root(self) -> Path:
        """The folder."""
        return self._root

    @property
    def url(self) -> str:
        return self._root.as_uri()

    def token_of(self, data: bytes) -> Token | None:
        return _content_token(data) if len(data) <= PART_SIZE else None

    def get(self, key: str) -> Object:
        with self._failures(key, "cannot be read"), opened(self._path(key)) as stream:
            status = os.fstat(stream.fileno())
            data = stream.read()
            return Object(_info(key, status, _content_token(data)), data)

    def stream(self, key: str) -> Iterator[bytes]:
        with self._failures(key, "cannot be read"), opened(self._path(key)) as stream:
            while data := stream.read(CHUNK_SIZE):
                yield data

    def head(self, key: str) -> Info:
        with self._failures(key, "cannot be read"), opened(self._path(key)) as stream:
            status = os.fstat(stream.fileno())
            small = status.st_size <= PART_SIZE
            return _info(key, status, _content_token(stream.read()) if small else _file_token(status))

    def put(self, key: str, data: bytes, attributes: Attributes, condition: Condition = ANY) -> Token:
        return self._write(key, iter((data,)), condition)

    def put_file(
        self,
        key: str,
        file: LocalFile,
        attributes: Attributes,
        condition: Condition = ANY,
        sent: Callable[[int], None] = lambda count: None,
    ) -> Token:
        def parts() -> Iterator[bytes]:
            for number in range(len(file.part_crc32)):
                data = file.read_parts(number)
                yield data
                sent(len(data))

        return self._write(key, parts(), condition)

    def delete(self, key: str, condition: Condition = ANY) -> None:
        path = self._path(key)
        with self._failures(key, "cannot be deleted"):
            if not path.is_file():
                return
            with exclusive(self._private() / LOCK):
                if not path.is_file():
                    return
                self._check(key, path, condition)
                patiently(path.unlink)
                flush_folder(path.parent)
                remove_empty_folders(path.parent, self._root)

    def list(self, prefix: str) -> Iterator[Info]:
        folder = prefix.rpartition("/")[0]
        start = self._path(folder) if folder else self._root
        with self._failures(prefix, "cannot be listed"):
            yield from (info for info in _walk(start, f"{folder}/" if folder else "") if info.key.startswith(prefix))

    def _write(self, key: str, chunks: Iterator[bytes], condition: Condition) -> Token:
        path = self._path(key)
        with self._failures(key, "cannot be written"):
            private = self._private()
            if condition is ABSENT and path.is_file():
                raise AlreadyExists(self._name(key))
            temporary = private / f"{secrets.token_hex(8)}{TEMPORARY}"
            try:
                token = _write_file(temporary, chunks)
                with exclusive(private / LOCK):
                    self._check(key, path, condition)
                    make_folders(path.parent)
                    patiently(lambda: temporary.replace(path))
                    flush_folder(path.parent)
                return token
            finally:
                with contextlib.suppress(OSError):
                    temporary.unlink()

    def _check(self, key: str, path: Path, condition: Condition) -> None:
        if condition is ABSENT and path.is_file():
            raise AlreadyExists(self._name(key))
        if isinstance(condition, Matches):
            try:
                current = _file_token(path.stat()) if _is_file_token(condition.token) else self.head(key).token
            except (NotFound, FileNotFoundError):
                raise PreconditionFailed(self._name(key)) from None
            if current != condition.token:
                raise PreconditionFailed(self._name(key))

    def _private(self) -> Path:
        """The folder of locks and temporary files; made, and rid of what crashed writers left, once.

        What is gone once it was made is not made again: what else was written there is gone with it.
        """
        private = self._root / PRIVATE
        if self._ready and not private.is_dir():
            raise StoreError(str(self._root), "was removed or unmounted meanwhile; check it, and try again")
        if not self._ready:
            make_folders(private)
            for path in private.glob(f"*{TEMPORARY}"):
                with contextlib.suppress(OSError):
                    if path.stat().st_mtime < time.time() - _ABANDONED_SECONDS:
                        path.unlink()
            self._ready = True
        return private

    def _path(self, key: str) -> Path:
        check_key(key)
        if key.endswith("/"):
            raise StoreError(self._name(key), "a folder holds no file whose name ends in /")
        parts = key.split("/")
        if parts[0].lower() == PRIVATE:
            raise StoreError(self._name(key), f"the name {PRIVATE} is kept for the folder's own locks")
        if os.name == "nt":  # pragma: no cover
            for part in filter(refused_by_windows, parts):
                raise StoreError(self._name(key), f"Windows cannot have a file named {part!r}")
        return self._root.joinpath(*parts)

    def _name(self, key: str) -> str:
        return str(self._root / key) if key else str(self._root)

    @contextlib.contextmanager
    def _failures(self, key: str, what: str) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise translated(error, self._name(key), what) from error


def _info(key: str, status: os.stat_result, token: Token) -> Info:
    return Info(key, token, status.st_size, datetime.fromtimestamp(status.st_mtime, timezone.utc))


def _content_token(data: bytes) -> Token:
    return Token(hashlib.sha256(data).hexdigest())


def _file_token(status: os.stat_result) -> Token:
    return Token(f"file-{status.st_ino:x}-{status.st_mtime_ns:x}-{status.st_size:x}")


def _is_file_token(token: Token) -> bool:
    return token.startswith("file-")


def _write_file(path: Path, chunks: Iterator[bytes]) -> Token:
    digest, size = hashlib.sha256(), 0
    with path.open("xb", buffering=0) as stream:
        for chunk in chunks:
            view = memoryview(chunk)
            size += len(view)
            if size <= PART_SIZE:
                digest.update(view)
            while view:
                view = view[stream.write(view) :]
        # The kernel's own time of writing may be milliseconds coarse, too coarse to tell two versions apart.
        now = time.time_ns()
        os.utime(path, ns=(now, now))
        os.fsync(stream.fileno())
    return Token(digest.hexdigest()) if size <= PART_SIZE else _file_token(path.stat())


def _walk(folder: Path, prefix: str) -> Iterator[Info]:
    try:
        with os.scandir(folder) as entries:
            # A folder's keys go on with "/", which is what sorts them among the files beside it.
            found = sorted(((entry.name + "/" * entry.is_dir(), entry) for entry in entries), key=lambda pair: pair[0])
    except (FileNotFoundError, NotADirectoryError):
        return
    for name, entry in found:
        if name.endswith("/"):
            if prefix or entry.name != PRIVATE:
                yield from _walk(folder / entry.name, prefix + name)
            continue
        try:
            status = entry.stat()
        except FileNotFoundError:
            continue
        if stat.S_ISREG(status.st_mode):
            yield _info(prefix + name, status, _file_token(status))
