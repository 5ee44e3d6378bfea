"""A file on disk whose bytes have been hashed, and which must not change until they are stored."""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ..errors import InvalidDistribution, StoreError

__all__ = ["PART_SIZE", "LocalFile", "signature", "temporary_folder"]

PART_SIZE = 8 * 1024 * 1024
"""Bytes in every part of a multipart upload but the last; files up to this size are sent in one request."""

_CHUNK_SIZE = 1024 * 1024  # divides PART_SIZE; small enough that both hashes find the bytes in the processor's cache


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

        :param hashed: told the number of bytes each time some have been hashed.

        Raises `InvalidDistribution` when the file is missing, unreadable, empty (unless ``allow_empty``), not a regular
        file, or changes while it is read.
        """
        digest = hashlib.sha256()
        parts: list[int] = []
        size = 0
        try:
            # Asked before it is opened: opening a pipe would wait for its writer.
            if not stat.S_ISREG(path.stat().st_mode):
                raise InvalidDistribution(f"{path}: not a regular file")
            with path.open("rb", buffering=0) as stream:
                before = os.fstat(stream.fileno())
                buffer = memoryview(bytearray(min(before.st_size + 1, _CHUNK_SIZE)))
                # One that grows as fast as it is read would never end.
                while size <= before.st_size and (count := _fill(stream.readinto, buffer)):
                    data = buffer[:count]
                    digest.update(data)
                    if size % PART_SIZE:
                        parts[-1] = zlib.crc32(data, parts[-1])
                    else:
                        parts.append(zlib.crc32(data))
                    size += count
                    hashed(count)
                after = os.fstat(stream.fileno())
        except OSError as error:
            raise _unreadable(path, error) from error
        if signature(before) != signature(after) or size != after.st_size:
            raise InvalidDistribution(f"{path}: changed while it was being read; publish again when it is complete")
        if not size and not allow_empty:
            raise InvalidDistribution(f"{path}: the file is empty")
        return cls(path, size, digest.hexdigest(), tuple(parts))

    def read_all(self) -> bytes:
        """All bytes, for files of at most `PART_SIZE` bytes.

        Raises `InvalidDistribution` when they are no longer those that were hashed.
        """
        data = self._read(0, PART_SIZE + 1)
        if hashlib.sha256(data).hexdigest() != self.sha256:
            raise self._changed()
        return data

    def read_parts(self, first: int, count: int = 1) -> bytes:
        """The bytes of ``count`` parts of `PART_SIZE` bytes, or as many as there are, from number ``first`` (0-based).

        Raises `InvalidDistribution` when they are no longer those that were hashed.
        """
        expected = self.part_crc32[first : first + count]
        is_last = first + len(expected) == len(self.part_crc32)
        # One byte more shows a file that has grown.
        data = self._read(first * PART_SIZE, len(expected) * PART_SIZE + is_last)
        length = min(len(expected) * PART_SIZE, self.size - first * PART_SIZE)
        view = memoryview(data)
        found = tuple(zlib.crc32(view[start : start + PART_SIZE]) for start in range(0, len(data), PART_SIZE))
        if len(data) != length or found != expected:
            raise self._changed()
        return data

    def _read(self, start: int, count: int) -> bytes:
        try:
            with self.path.open("rb", buffering=0) as stream:
                stream.seek(start)
                data = stream.read(count) or b""
                while len(data) < count and (more := stream.read(count - len(data))):
                    data += more
                return data
        except OSError as error:
            raise _unreadable(self.path, error) from error

    def _changed(self) -> InvalidDistribution:
        return InvalidDistribution(
            f"{self.path}: changed while it was being published; publish again when it is complete"
        )


def _fill(read_into: Callable[[memoryview], int | None], buffer: memoryview) -> int:
    filled = 0
    while filled < len(buffer) and (count := read_into(buffer[filled:])):
        filled += count
    return filled


def signature(status: os.stat_result) -> tuple[int, ...]:
    """What another file in its place or other bytes change, and another link to it or other permissions do not."""
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns


def _unreadable(path: Path, error: OSError) -> InvalidDistribution:
    return InvalidDistribution(f"{path}: cannot be read: {error.strerror or error}")


@contextlib.contextmanager
def temporary_folder() -> Iterator[Path]:
    """A new folder, which is removed in the end with all that is in it; raises `StoreError` where none can be made."""
    import tempfile  # noqa: PLC0415 - no upload needs it

    try:
        folder = tempfile.TemporaryDirectory(prefix="s3pypi-")
    except OSError as error:
        reason = error.strerror or error
        raise StoreError("temporary folder", f"cannot be made: {reason}; set TMPDIR to one with free space") from error
    with folder as path:
        yield Path(path)
