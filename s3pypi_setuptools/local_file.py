"""A file on disk whose bytes have been hashed, and which must not change until they are stored."""

from __future__ import annotations

import hashlib
import os
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from .errors import InvalidDistribution

__all__ = ["PART_SIZE", "LocalFile"]

PART_SIZE = 8 * 1024 * 1024
"""Bytes in every part of a multipart upload but the last; files up to this size are sent in one request."""


@dataclass(frozen=True, slots=True)
class LocalFile:
    """A file on disk, hashed once.

    :param size: in bytes.
    :param sha256: of all bytes, in lower-case hexadecimal.
    :param part_crc32: CRC-32 of each `PART_SIZE` bytes, in order.
    """

    path: Path
    size: int
    sha256: str
    part_crc32: tuple[int, ...]

    @classmethod
    def read(cls, path: Path, hashed: Callable[[int], None] = lambda count: None) -> LocalFile:
        """Hash the file at ``path`` in one pass.

        :param hashed: told the number of bytes each time some have been hashed.

        Raises `InvalidDistribution` when the file is missing, unreadable, empty, not a regular file, or changes
        while it is read.
        """
        try:
            with path.open("rb", buffering=0) as stream:
                before = os.fstat(stream.fileno())
                digest = hashlib.sha256()
                parts: list[int] = []
                size = 0
                while data := read_fully(stream, PART_SIZE):
                    digest.update(data)
                    parts.append(zlib.crc32(data))
                    size += len(data)
                    hashed(len(data))
                after = os.fstat(stream.fileno())
        except OSError as error:
            raise InvalidDistribution(f"{path}: cannot be read: {error.strerror or error}") from error
        raise NotImplementedError((before, after, digest, size))
