"""Read wheels and sdists as archives that nobody has checked."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, BinaryIO, cast

from ..errors import InvalidDistribution
from .metadata import MAX_SIZE

if TYPE_CHECKING:
    import zipfile

_DRIVE = re.compile(r"[A-Za-z]:")
_LONGEST_PATH = 32767
"""Characters of a member's path; Windows takes no longer ones."""
STORED, DEFLATED = 0, 8
"""Compression methods that every installer knows, and that zipfile decompresses in bounded memory.

See https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT, section 4.4.5.
"""
MAX_MEMBERS = 100_000
"""Members of an archive; reading the headers of so many takes seconds, and the largest have a tenth of that."""
_LARGEST_DIRECTORY = 16 * 1024**2
"""Bytes of a zip archive's list of members, which zipfile reads into memory as a whole: with `MAX_MEMBERS` it has that
many if their paths have 100 characters."""
_FEW = 1024**2
"""Bytes that hold fewer than `MAX_MEMBERS` entries, each of which has at least 46."""
_ENTRY = b"PK\x01\x02"
"""How each entry of that list begins (section 4.3.12 of the document above)."""
ENCRYPTED = 1
"""The flag of an encrypted member (section 4.4.4 of the same document)."""


@contextmanager
def corruption_refused() -> Iterator[None]:
    """Turn every exception that a corrupt archive causes in the standard library into `InvalidDistribution`.

    An error of the disk itself is passed on as it is.
    """
    try:
        yield
    except InvalidDistribution:
        raise
    except Exception as error:
        # zipfile, tarfile and the decompressors raise nearly anything on hostile bytes.
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise InvalidDistribution(
            f"the file is no archive, or it is corrupt or cut short ({type(error).__name__}); build it again"
        ) from error


class _Bounded:
    """A file for zipfile, of which it reads at most `_LARGEST_DIRECTORY` bytes, and `MAX_MEMBERS` entries, at once.

    Each entry becomes an object of half a kilobyte, so that a large file of entries alone would take all memory.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.seek = stream.seek
        self.tell = stream.tell
        self.seekable = stream.seekable

    def read(self, size: int = -1) -> bytes:
        """As a file does; raises `InvalidDistribution` for more than zipfile may read."""
        if size < 0:  # up to the end
            position = self._stream.tell()
            size = self._stream.seek(0, os.SEEK_END) - position
            self._stream.seek(position)
        if size > _LARGEST_DIRECTORY:
            raise too_many()
        data = self._stream.read(size)
        if size > _FEW and data.count(_ENTRY) > MAX_MEMBERS:
            raise too_many()
        return data


def zip_archive(stream: BinaryIO) -> zipfile.ZipFile:
    """Open a zip archive for reading, in bounded memory; closing it does not close ``stream``.

    Raises `InvalidDistribution`, without the path, for one with too many members.
    """
    import zipfile  # noqa: PLC0415 - not every run reads a zip archive

    return zipfile.ZipFile(cast("IO[bytes]", _Bounded(stream)))


def too_many() -> InvalidDistribution:
    """Make the error for an archive of more than `MAX_MEMBERS` members."""
    return InvalidDistribution(f"the archive holds more than {MAX_MEMBERS:,} members; leave out what users do not need")


def member_steps(name: str) -> list[str]:
    """Split a member's path into its segments; raises `InvalidDistribution` if it leads out of the archive."""
    path = name.replace("\\", "/")
    if len(path) > _LONGEST_PATH:
        raise InvalidDistribution(f"the archive holds a path of {len(path)} characters; build it again")
    steps = [step for step in path.split("/") if step not in ("", ".")]
    if path.startswith("/") or ".." in steps or "\0" in path or _DRIVE.match(path):
        raise InvalidDistribution(f"the archive holds the path {name!a:.100}, which leads out of it; build it again")
    return steps


def read_member(archive: zipfile.ZipFile, name: str) -> bytes:
    """Read a member of a zip archive, at most `MAX_SIZE` bytes.

    Raises `InvalidDistribution` unless there is exactly one member of that name and every installer can read it.
    """
    members = [info for info in archive.infolist() if info.filename == name]
    if len(members) != 1:
        raise InvalidDistribution(f"the archive holds {len(members) or 'no'} {ascii(name)[1:-1]:.100}; build it again")
    if members[0].flag_bits & ENCRYPTED:
        raise InvalidDistribution("the archive is encrypted; installers cannot read it")
    if members[0].compress_type not in (STORED, DEFLATED):
        raise InvalidDistribution(
            f"its {ascii(name)[1:-1]:.100} is compressed in a way that not all installers know; build it again"
        )
    if members[0].file_size > MAX_SIZE:
        raise too_large(name)
    with archive.open(members[0]) as stream:
        data = stream.read()
    if len(data) != members[0].file_size:
        raise EOFError
    return data


def too_large(name: str) -> InvalidDistribution:
    """Make the error for a metadata file of more than `MAX_SIZE` bytes."""
    return InvalidDistribution(f"its {ascii(name)[1:-1]:.100} is larger than {MAX_SIZE // 2**20} MiB")
