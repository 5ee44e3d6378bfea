"""A hashed file on disk, whose bytes must not change until they are stored."""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path

from ..errors import InvalidDistribution, StoreError
from ..text import printable

PART_SIZE = 8 * 1024 * 1024
"""Bytes of every part of a multipart upload but the last; files up to this size are sent in one request."""

_CHUNK_SIZE = 1024 * 1024
"""Bytes that are hashed at once: a divisor of `PART_SIZE`, and few enough to stay in the processor's cache."""


@dataclass(frozen=True, slots=True)
class LocalFile:
    """A file on disk, hashed once.

    :param size: in bytes.
    :param sha256: of all bytes, in lower-case hexadecimal.
    :param part_crc32: CRC-32 of each `PART_SIZE` bytes, in order; none for an empty file.
    """

    path: Path
    size: int
    sha256: str
    part_crc32: tuple[int, ...]

    @classmethod
    def read(
        cls, path: Path, hashed: Callable[[int], None] = lambda count: None, *, allow_empty: bool = False
    ) -> LocalFile:
        """Hash the file at ``path`` in one pass.

        :param hashed: called with the number of bytes that were hashed since the last call.

        Raises `InvalidDistribution` if the file is missing, unreadable, empty (unless ``allow_empty``) or not a regular
        file, or changes while it is read.
        """
        digest = hashlib.sha256()
        parts: list[int] = []
        size = 0
        with opened(path) as stream:
            before = os.fstat(stream.fileno())
            buffer = memoryview(bytearray(min(before.st_size + 1, _CHUNK_SIZE)))
            # Not until the end of the file: one that grows as fast as it is read has none.
            while size <= before.st_size and (count := stream.readinto(buffer)):
                data = buffer[:count]
                digest.update(data)
                if size % PART_SIZE:
                    parts[-1] = zlib.crc32(data, parts[-1])
                else:
                    parts.append(zlib.crc32(data))
                size += count
                hashed(count)
            after = os.fstat(stream.fileno())
        if signature(before) != signature(after) or size != after.st_size:
            raise InvalidDistribution(f"{path}: changed while it was being read; publish again when it is complete")
        if not size and not allow_empty:
            raise InvalidDistribution(f"{path}: the file is empty")
        return cls(path, size, digest.hexdigest(), tuple(parts))

    def read_all(self) -> bytes:
        """Read a file of at most `PART_SIZE` bytes; raises `InvalidDistribution` if it changed since it was hashed."""
        data = self._read(0, PART_SIZE + 1)
        if hashlib.sha256(data).hexdigest() != self.sha256:
            raise self._changed()
        return data

    def read_parts(self, first: int, count: int = 1) -> bytes:
        """Read ``count`` parts of `PART_SIZE` bytes, or fewer at the end of the file.

        :param first: the number of the first part; parts are counted from 0.

        Raises `InvalidDistribution` if the bytes are not those that were hashed.
        """
        expected = self.part_crc32[first : first + count]
        is_last = first + len(expected) == len(self.part_crc32)
        # One more byte than expected shows that the file has grown.
        data = self._read(first * PART_SIZE, len(expected) * PART_SIZE + is_last)
        length = min(len(expected) * PART_SIZE, self.size - first * PART_SIZE)
        view = memoryview(data)
        found = tuple(zlib.crc32(view[start : start + PART_SIZE]) for start in range(0, len(data), PART_SIZE))
        if len(data) != length or found != expected:
            raise self._changed()
        return data

    def _read(self, start: int, count: int) -> bytes:
        with opened(self.path) as stream:
            stream.seek(start)
            return stream.read(count)

    def _changed(self) -> InvalidDistribution:
        return InvalidDistribution(
            f"{self.path}: changed while it was being published; publish again when it is complete"
        )


@contextlib.contextmanager
def opened(path: Path) -> Iterator[BufferedReader]:
    """Open a file for reading, and close it in the end.

    Raises `InvalidDistribution` if it is not a regular file, or cannot be opened or read.
    """
    try:
        # Checked before opening, since opening a pipe waits for its writer.
        if not stat.S_ISREG(path.stat().st_mode):
            raise InvalidDistribution(f"{printable(str(path))}: not a regular file")
        with path.open("rb") as stream:
            yield stream
    except OSError as error:
        raise unreadable(path, error) from error


def signature(status: os.stat_result) -> tuple[int, ...]:
    """What identifies the contents of a file: it changes if another file takes its place or it is written to.

    A new link to the file or other permissions do not change it.
    """
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns


def unreadable(path: Path, error: OSError) -> InvalidDistribution:
    """Make the error for a file or folder that the system does not let us read."""
    return InvalidDistribution(f"{printable(str(path))}: cannot be read: {error.strerror or error}")


@contextlib.contextmanager
def temporary_folder() -> Iterator[Path]:
    """Make a temporary folder and delete it in the end; raises `StoreError` if it cannot be made."""
    import tempfile  # noqa: PLC0415 - no upload needs it

    try:
        folder = tempfile.TemporaryDirectory(prefix="s3pypi-")
    except OSError as error:
        reason = error.strerror or error
        raise StoreError("temporary folder", f"cannot be made: {reason}; set TMPDIR to one with free space") from error
    with folder as path:
        yield Path(path)
