"""Check the filename of a distribution against the rules, and against the metadata in the file."""

from __future__ import annotations

import re
from typing import Literal, TypeAlias

from packaging.version import Version

from ..errors import InvalidDistribution
from ..naming import SDIST_SUFFIXES, normalize_name, parse_version
from .metadata import CoreMetadata

FileType: TypeAlias = Literal["bdist_wheel", "sdist"]
_LEGAL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+!-]*")
_USUAL_WHEEL = re.compile(
    r"([A-Za-z0-9]+(?:[._][A-Za-z0-9]+)*)-([^-]+)(?:-\d\w*)?-[a-z]+\d+(?:\.[a-z]+\d+)*-\w+-\w+(?:\.\w+)*\.whl",
    re.ASCII,
)
"""The filenames of nearly all wheels; `packaging.utils`, which is slow to import, parses the others.

See https://peps.python.org/pep-0427/#file-name-convention.
"""
_LONGEST_FOLDER = 255
"""Characters of a folder's name that file systems allow."""


def check(filename: str) -> FileType:
    """Find the kind of distribution by its filename; raises `InvalidDistribution` for an illegal filename."""
    is_wheel = filename.endswith(".whl")
    if not is_wheel and not filename.endswith(SDIST_SUFFIXES):
        raise InvalidDistribution(
            f"not a distribution; publish wheels (.whl) and sdists ({', '.join(SDIST_SUFFIXES[:-1])})"
        )
    if not _LEGAL.fullmatch(filename) or ".." in filename:
        raise InvalidDistribution("its name has characters that a distribution's name cannot have; build it again")
    return "bdist_wheel" if is_wheel else "sdist"


def check_wheel(filename: str, folder: str, fields: CoreMetadata) -> None:
    """Check a wheel's filename (PEP 427) as strictly as installers do.

    :param folder: the name of the ``.dist-info`` folder in the wheel.

    Raises `InvalidDistribution`.
    """
    name, version = _parse_wheel(filename)
    if name != normalize_name(fields.name) or version != fields.version:
        raise _disagreement("METADATA", fields)
    folder_name, _, folder_version = folder.removesuffix(".dist-info").rpartition("-")
    too_long = len(folder) > _LONGEST_FOLDER
    if too_long or normalize_name(folder_name) != name or parse_version(folder_version) != version:
        raise InvalidDistribution(f"its folder {folder!a:.100} disagrees with its filename; build it again")


def _parse_wheel(filename: str) -> tuple[str, Version]:
    """Normalized name and version in a wheel's filename; raises `InvalidDistribution`."""
    usual = _USUAL_WHEEL.fullmatch(filename)
    if usual and (version := parse_version(usual[2])):
        return normalize_name(usual[1]), version
    from packaging.utils import InvalidWheelFilename, parse_wheel_filename  # noqa: PLC0415 - see `_USUAL_WHEEL`

    try:
        name, version, _, _ = parse_wheel_filename(filename)
    except (InvalidWheelFilename, ValueError) as error:
        raise InvalidDistribution("installers refuse a wheel with that name (PEP 427); build it again") from error
    return name, version


def check_sdist(filename: str, fields: CoreMetadata) -> None:
    """Check that an sdist's filename is the project's name, ``-`` and the version, each in any spelling.

    ``name-1.0-1.tar.gz`` may be version 1.0.post1 of ``name`` or version 1 of ``name-1-0``: the metadata says which.

    Raises `InvalidDistribution`.
    """
    stem = next(filename.removesuffix(suffix) for suffix in SDIST_SUFFIXES if filename.endswith(suffix))
    project = normalize_name(fields.name)
    dashes = [index for index, char in enumerate(stem) if char == "-"]
    if not any(
        normalize_name(stem[:dash]) == project and parse_version(stem[dash + 1 :]) == fields.version for dash in dashes
    ):
        raise _disagreement("PKG-INFO", fields)


def _disagreement(source: str, fields: CoreMetadata) -> InvalidDistribution:
    return InvalidDistribution(
        f"its {source} says {fields.name:.60} {fields.version!s:.60}, which disagrees with its filename; "
        "build it again, and do not rename it"
    )
