"""Read the metadata in a wheel (https://peps.python.org/pep-0427/)."""

from __future__ import annotations

import re
from typing import BinaryIO

from ..errors import InvalidDistribution
from .archive import corruption_refused, member_steps, read_member, zip_archive

_WHEEL_VERSION = re.compile(rb"^Wheel-Version:[ \t]*1\.[0-9]+[ \t\r]*$", re.MULTILINE | re.IGNORECASE)


def read_metadata(stream: BinaryIO) -> tuple[str, bytes]:
    """Read the name of a wheel's ``.dist-info`` folder and the bytes of the ``METADATA`` in it.

    Raises `InvalidDistribution`, without the path, unless the wheel has what installers need: exactly one such folder
    at the top, with METADATA, WHEEL (version 1.x) and RECORD.
    """
    import zipfile  # noqa: PLC0415 - not every run reads a wheel

    with corruption_refused(), zip_archive(stream) as archive:
        names = archive.namelist()
        if any(info.header_offset < 0 for info in archive.infolist()):
            raise zipfile.BadZipFile
        folders = {steps[0] for steps in map(member_steps, names) if steps and steps[0].endswith(".dist-info")}
        if len(folders) != 1:
            raise InvalidDistribution(f"the wheel holds {len(folders) or 'no'} .dist-info folders; build it again")
        (folder,) = folders
        metadata = read_member(archive, f"{folder}/METADATA")
        if not _WHEEL_VERSION.search(read_member(archive, f"{folder}/WHEEL")):
            raise InvalidDistribution("the wheel is not of wheel version 1.x; installers cannot read it")
        if f"{folder}/RECORD" not in names:
            raise InvalidDistribution(f"the archive holds no {ascii(folder)[1:-1]:.100}/RECORD; build it again")
        return folder, metadata
