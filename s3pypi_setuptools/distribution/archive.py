"""Read wheels and sdists as archives that nobody has checked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ..errors import InvalidDistribution
from .metadata import MAX_SIZE

if TYPE_CHECKING:
    import zipfile

__all__ = ["DEFLATED", "ENCRYPTED", "STORED", "corruption_refused", "member_steps", "read_member"]

_DRIVE = re.compile(r"[A-Za-z]:")
_LONGEST_PATH = 32767
"""Characters of a member's path; Windows takes no longer ones."""
STORED, DEFLATED = 0, 8
"""Compression methods that every installer knows, and that zipfile decompresses in bounded memory.

See https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT, section 4.4.5.
"""
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
            f"the archive is corrupt or cut short ({type(error).__name__}); build it again"
        ) from error


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
