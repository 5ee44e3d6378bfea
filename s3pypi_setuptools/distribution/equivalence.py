"""Compare the contents of two archives: their members' names, bytes and modes.

A rebuild from the same source differs in timestamps, owners, the order of members, compression and comments, so these
are ignored. Members are read in bounded memory. An archive that installers read in different ways (a member twice, a
special file, an unknown compression) is equivalent to no other.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Generator
from contextlib import closing
from pathlib import Path
from typing import IO, TYPE_CHECKING, TypeAlias

from ..errors import InvalidDistribution
from .archive import DEFLATED, ENCRYPTED, MAX_MEMBERS, STORED, corruption_refused, member_steps, zip_archive
from .sdist import MAX_UNPACKED, Forward, decompressed

if TYPE_CHECKING:
    import tarfile
    import zipfile

_CHUNK_SIZE = 256 * 1024
"""Bytes of a member that are in memory at once."""
_LARGEST_RECORD = 32 * 1024**2
"""Bytes; the RECORD of a wheel with `MAX_MEMBERS` members has about half of that."""
_PATIENCE = 120.0
"""Seconds; comparing 4 GiB takes about 30."""

_Facts: TypeAlias = tuple[object, ...]


def equivalent(first: Path, second: Path, filename: str, check_cancelled: Callable[[], None] = lambda: None) -> bool:
    """Whether the wheels or sdists at both paths have the same contents.

    Also false if comparing takes more than two minutes, or an archive has more than 100,000 members or 4 GiB unpacked.

    :param filename: of both, wherever they are stored; it says which kind of archive they are.
    :param check_cancelled: called often; an exception that it raises ends the comparison.

    Raises `OSError` if a file cannot be read.
    """
    deadline = time.monotonic() + _PATIENCE

    def check() -> None:
        check_cancelled()
        if time.monotonic() > deadline:
            raise InvalidDistribution("takes too long to compare")

    try:
        with corruption_refused():
            if filename.endswith((".whl", ".zip")):
                return _equivalent_zips(first, second, check, wheel=filename.endswith(".whl"))
            return _tar_facts(first, filename, check) == _tar_facts(second, filename, check)
    except InvalidDistribution:
        return False


def _equivalent_zips(first: Path, second: Path, check: Callable[[], None], *, wheel: bool) -> bool:
    with (
        first.open("rb") as our_stream,
        second.open("rb") as their_stream,
        zip_archive(our_stream) as one,
        zip_archive(their_stream) as other,
    ):
        ours, theirs = _zip_members(one), _zip_members(other)
        if ours.keys() != theirs.keys():
            return False
        records = {name for name in ours if wheel and _is_record(name)}
        pairs = [(ours[name], theirs[name]) for name in ours if name not in records]
        if any(_mode(ours[name]) != _mode(theirs[name]) for name in records):
            return False
        if any((_mode(a), a.file_size, a.CRC) != (_mode(b), b.file_size, b.CRC) for a, b in pairs):
            return False  # nothing had to be unpacked
        return all(_record(one, ours[name], check) == _record(other, theirs[name], check) for name in records) and all(
            _same_bytes(one, a, other, b, check) for a, b in pairs
        )


def _zip_members(archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    infos = archive.infolist()
    members = {info.filename: info for info in infos}
    if len(infos) > MAX_MEMBERS or len(members) != len(infos):
        raise InvalidDistribution("holds too many members, or one of them twice")
    if sum(info.file_size for info in infos) > MAX_UNPACKED:
        raise InvalidDistribution("unpacks to too much")
    for info in infos:
        member_steps(info.filename)
        if info.flag_bits & ENCRYPTED or info.compress_type not in (STORED, DEFLATED) or info.header_offset < 0:
            raise InvalidDistribution("holds members that not all installers read")
    return members


def _mode(info: zipfile.ZipInfo) -> int:
    """The member's type and permissions as on Unix; the lower bits are attributes of MS-DOS."""
    return info.external_attr >> 16


def _is_record(name: str) -> bool:
    folder, _, rest = name.partition("/")
    return folder.endswith(".dist-info") and rest == "RECORD"


def _record(archive: zipfile.ZipFile, info: zipfile.ZipInfo, check: Callable[[], None]) -> list[bytes]:
    """The sorted lines of a wheel's RECORD, since their order depends on the order of the members."""
    if info.file_size > _LARGEST_RECORD:
        raise InvalidDistribution("has too large a RECORD")
    return sorted(b"".join(_chunks(archive, info, check)).splitlines())


def _same_bytes(
    one: zipfile.ZipFile, a: zipfile.ZipInfo, other: zipfile.ZipFile, b: zipfile.ZipInfo, check: Callable[[], None]
) -> bool:
    # Both are closed here, since a member that is still open keeps its archive open.
    with closing(_chunks(one, a, check)) as ours, closing(_chunks(other, b, check)) as theirs:
        # The members have the same size, and every chunk but the last is full.
        return all(x == y for x, y in zip(ours, theirs, strict=True))


def _chunks(archive: zipfile.ZipFile, info: zipfile.ZipInfo, check: Callable[[], None]) -> Generator[bytes]:
    left = info.file_size
    with archive.open(info) as stream:
        while left:
            check()
            wanted = min(left, _CHUNK_SIZE)
            data = b""
            while len(data) < wanted:
                more = stream.read(wanted - len(data))
                if not more:
                    raise EOFError
                data += more
            left -= wanted
            yield data


def _tar_facts(path: Path, filename: str, check: Callable[[], None]) -> dict[str, _Facts]:
    """The compared facts of each member of a tar archive, by the member's name."""
    import tarfile  # noqa: PLC0415 - as in `sdist`

    facts: dict[str, _Facts] = {}
    with path.open("rb") as stream, decompressed(stream, filename) as unpacked:
        source = Forward(unpacked, MAX_UNPACKED, check)
        with tarfile.open(fileobj=source, mode="r:") as archive:
            while member := archive.next():
                archive.members.clear()  # type: ignore[attr-defined]  # or it keeps every member it has seen
                member_steps(member.name)
                if member.name in facts or len(facts) >= MAX_MEMBERS:
                    raise InvalidDistribution("holds too many members, or one of them twice")
                if source.tell() + member.size > MAX_UNPACKED:
                    raise InvalidDistribution("unpacks to too much")
                facts[member.name] = _facts(archive, member)
    return facts


def _facts(archive: tarfile.TarFile, member: tarfile.TarInfo) -> _Facts:
    mode = member.mode & 0o7777
    if member.isdir():
        return "folder", mode
    if member.issym() or member.islnk():
        return member.type, mode, member.linkname
    if not member.isreg() or member.issparse():
        raise InvalidDistribution("holds a special file")
    content = archive.extractfile(member)
    return "file", mode, member.size, _digest(content, member.size)


def _digest(content: IO[bytes] | None, size: int) -> bytes:
    digest = hashlib.sha256()
    while size and content and (data := content.read(min(size, _CHUNK_SIZE))):
        digest.update(data)
        size -= len(data)
    if size:
        raise EOFError
    return digest.digest()
