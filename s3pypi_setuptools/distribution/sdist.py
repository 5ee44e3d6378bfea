"""Read the metadata in an sdist (https://peps.python.org/pep-0625/, https://peps.python.org/pep-0643/)."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import IO, BinaryIO, cast

from ..errors import InvalidDistribution
from .archive import MAX_MEMBERS, corruption_refused, member_steps, read_member, too_large, too_many, zip_archive
from .metadata import MAX_SIZE

_NAME = "PKG-INFO"
MAX_UNPACKED = 4 * 1024**3
"""Bytes that are unpacked at most while looking for the metadata, since a small archive may unpack to anything."""
_MAX_CHECKED = 64 * 1024**2
"""Bytes after the metadata that are unpacked at most to see whether the archive is complete."""
_LARGEST_HEADER = 256 * 1024
"""Bytes of a header, which tarfile reads into memory as a whole; most have a few hundred bytes."""
_MAX_HEADERS = 16
"""Global headers, which tarfile copies into every member; `git archive` writes one."""


def read_metadata(stream: BinaryIO, filename: str) -> bytes:
    """Read ``PKG-INFO`` in the only folder at the top of an sdist, in bounded memory and without writing to disk.

    Raises `InvalidDistribution`, without the path.
    """
    with corruption_refused():
        if filename.endswith(".zip"):
            return _from_zip(stream)
        with decompressed(stream, filename) as unpacked:
            return _from_tar(unpacked)


def decompressed(stream: BinaryIO, filename: str) -> IO[bytes]:
    """Open the tar archive in an sdist for reading; ``filename`` says how it is compressed."""
    if filename.endswith(".bz2"):
        import bz2  # noqa: PLC0415 - rare

        return bz2.BZ2File(stream)
    if filename.endswith(".xz"):
        import lzma  # noqa: PLC0415 - rare

        return lzma.LZMAFile(stream)
    import gzip  # noqa: PLC0415 - not every run reads an sdist

    return cast("IO[bytes]", gzip.GzipFile(fileobj=stream))


def _from_zip(stream: BinaryIO) -> bytes:
    with zip_archive(stream) as archive:
        if len(archive.filelist) > MAX_MEMBERS:
            raise too_many()
        folders = {steps[0] for steps in map(member_steps, archive.namelist()) if steps}
        return read_member(archive, f"{_single(folders)}/{_NAME}")


def _from_tar(unpacked: IO[bytes]) -> bytes:
    import tarfile  # noqa: PLC0415 - not every run reads an sdist

    data: bytes | None = None
    folders: set[str] = set()
    members = 0
    source = Forward(unpacked, MAX_UNPACKED)
    with tarfile.open(fileobj=source, mode="r:") as archive:
        while (data is None or source.tell() < source.limit) and (member := archive.next()):
            archive.members.clear()  # type: ignore[attr-defined]  # else it keeps every member
            members += 1
            if members > MAX_MEMBERS:
                raise too_many()
            steps = member_steps(member.name)
            folders.update(steps[:1])
            if len(folders) > 1:
                break
            if len(archive.pax_headers) > _MAX_HEADERS:
                raise InvalidDistribution(f"the archive has more than {_MAX_HEADERS} global headers; build it again")
            if len(steps) != 2 or steps[1] != _NAME:  # noqa: PLR2004
                continue
            if data is not None or member.type not in (tarfile.REGTYPE, tarfile.AREGTYPE) or member.issparse():
                raise InvalidDistribution(f"the archive holds more than one {_NAME}, or a special file; build it again")
            if member.size > MAX_SIZE:
                raise too_large(_NAME)
            content = archive.extractfile(member)
            source.most = MAX_SIZE
            data = content.read() if content else b""
            source.most = _LARGEST_HEADER
            if len(data) != member.size:
                raise EOFError
            source.limit = source.tell() + _MAX_CHECKED
    _single(folders)
    if data is None:
        raise InvalidDistribution(f"the archive holds no {_NAME}; build it again")
    while source.tell() < source.limit and unpacked.read(io.DEFAULT_BUFFER_SIZE):
        pass
    return data


def _single(folders: set[str]) -> str:
    if len(folders) != 1:
        raise InvalidDistribution(f"the archive holds {len(folders) or 'no'} folders at its top; build it again")
    return next(iter(folders))


class Forward(io.RawIOBase):
    """A stream on which tarfile can only go forward, and reads a bounded number of bytes at once.

    :param limit: the position up to which the caller means to read; it may be changed.
    :param check: called before each read; an exception that it raises ends the reading.
    """

    def __init__(self, stream: IO[bytes], limit: int, check: Callable[[], None] = lambda: None) -> None:
        self._stream = stream
        self._check = check
        self.limit = limit
        self.most = _LARGEST_HEADER

    def read(self, size: int = -1) -> bytes:
        """Read up to ``size`` bytes; raises `InvalidDistribution` if more are asked for than are allowed at once."""
        self._check()
        if not 0 <= size <= self.most:
            raise InvalidDistribution(f"the archive has a header larger than {self.most // 2**10} KiB; build it again")
        return self._stream.read(size)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go forward to ``offset``; raises `InvalidDistribution` for going back or beyond `MAX_UNPACKED`."""
        if whence != io.SEEK_SET or offset < self.tell():
            raise InvalidDistribution("the archive leads back into itself; build it again")
        if offset > MAX_UNPACKED:
            raise InvalidDistribution(f"the archive unpacks to more than {MAX_UNPACKED // 2**30} GiB")
        return self._stream.seek(offset)

    def tell(self) -> int:
        """The position: how many bytes were read or skipped."""
        return self._stream.tell()

    def seekable(self) -> bool:
        """True."""
        return True
