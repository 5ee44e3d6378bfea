"""What a distribution may be called, and whether its name says the same as its metadata."""

from __future__ import annotations

import re
from typing import Literal

from packaging.version import Version

from ..errors import InvalidDistribution
from ..naming import SDIST_SUFFIXES, normalize_name
from .metadata import CoreMetadata

__all__ = ["check", "check_sdist", "check_wheel"]

_LEGAL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+!-]*")


def check(filename: str) -> Literal["bdist_wheel", "sdist"]:
    """What kind of distribution bears such a name; raises `InvalidDistribution`."""
    is_wheel = filename.endswith(".whl")
    if not is_wheel and not filename.endswith(SDIST_SUFFIXES):
        raise InvalidDistribution(
            f"not a distribution; publish wheels (.whl) and sdists ({', '.join(SDIST_SUFFIXES[:-1])})"
        )
    if not _LEGAL.fullmatch(filename) or ".." in filename:
        raise InvalidDistribution("its name has characters that a distribution's name cannot have; build it again")
    return "bdist_wheel" if is_wheel else "sdist"


def check_wheel(filename: str, folder: str, fields: CoreMetadata) -> None:
    """Check a wheel's name as strictly as installers do (PEP 427).

    :param folder: the ``.dist-info`` folder within the wheel.

    Raises `InvalidDistribution`.
    """
    from packaging.utils import InvalidWheelFilename, parse_wheel_filename  # noqa: PLC0415 - 5 ms, for wheels alone

    try:
        name, version, _, _ = parse_wheel_filename(filename)
    except (InvalidWheelFilename, ValueError) as error:
        raise InvalidDistribution("installers do not take a wheel of that name (PEP 427); build it again") from error
    if name != normalize_name(fields.name) or version != fields.version:
        raise _disagreement("METADATA", fields)
    folder_name, _, folder_version = folder.removesuffix(".dist-info").rpartition("-")
    if normalize_name(folder_name) != name or not _is_version(folder_version, version):
        raise InvalidDistribution(f"its folder {folder!a:.100} disagrees with its filename; build it again")


def check_sdist(filename: str, fields: CoreMetadata) -> None:
    """Check that an sdist's name is its project's name, ``-`` and its version, in any spelling.

    ``name-1.0-1.tar.gz`` may be version 1.0.post1 of ``name`` or version 1 of ``name-1-0``: the metadata says which.
    Raises `InvalidDistribution`.
    """
    stem = next(filename.removesuffix(suffix) for suffix in SDIST_SUFFIXES if filename.endswith(suffix))
    project = normalize_name(fields.name)
    hyphens = [index for index, char in enumerate(stem) if char == "-"]
    if not any(
        normalize_name(stem[:index]) == project and _is_version(stem[index + 1 :], fields.version) for index in hyphens
    ):
        raise _disagreement("PKG-INFO", fields)


def _is_version(text: str, version: Version) -> bool:
    try:
        return Version(text) == version
    except ValueError:
        return False


def _disagreement(source: str, fields: CoreMetadata) -> InvalidDistribution:
    return InvalidDistribution(
        f"its {source} says {fields.name:.60} {fields.version!s:.60}, which disagrees with its filename; "
        "build it again, and do not rename it"
    )
