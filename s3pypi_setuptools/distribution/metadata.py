"""The fields of core metadata that an index needs."""

from __future__ import annotations

import re
from dataclasses import dataclass

from packaging.version import Version

from ..errors import InvalidDistribution
from ..layout import is_project_name

__all__ = ["MAX_SIZE", "CoreMetadata"]

MAX_SIZE = 10 * 1024 * 1024
"""Bytes of metadata that are read at most; real ones hold some kilobytes, the largest a few hundred."""

_LONGEST_FIELDS = 1024 * 1024
_LONGEST_VALUE = 1024
_BLANK_LINE = re.compile(rb"\r?\n\r?\n")


@dataclass(frozen=True, slots=True)
class CoreMetadata:
    """Name, version and requires-python, checked to be what installers understand."""

    name: str
    version: Version
    requires_python: str | None

    @classmethod
    def parse(cls, data: bytes, source: str) -> CoreMetadata:
        """Read a METADATA or PKG-INFO file (core metadata specification), in UTF-8.

        :param source: what the file is called in messages.

        Raises `InvalidDistribution`, without the path.
        """
        from email.parser import HeaderParser  # noqa: PLC0415 - 9 ms, which a help text need not wait for

        fields = _BLANK_LINE.split(data, 1)[0]
        if len(fields) > _LONGEST_FIELDS:
            raise InvalidDistribution(f"its {source} has fields of {len(fields)} bytes; build it again")
        try:
            head = fields.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise InvalidDistribution(f"its {source} is not UTF-8; build it again") from error
        message = HeaderParser().parsestr(head)
        if message.defects:
            raise InvalidDistribution(f"its {source} is malformed; build it again")
        format_version = _single(message.get_all("Metadata-Version"), "Metadata-Version", source)
        if format_version is not None and not re.fullmatch(r"[12]\.[0-9]{1,3}", format_version):
            raise InvalidDistribution(
                f"its {source} has Metadata-Version {_shown(format_version)}, which is not known here"
            )
        name = _single(message.get_all("Name"), "Name", source)
        if name is None or not is_project_name(name):
            raise InvalidDistribution(f"its {source} has the name {_shown(name)}, which is not legal; build it again")
        version = _single(message.get_all("Version"), "Version", source)
        requires_python = _single(message.get_all("Requires-Python"), "Requires-Python", source)
        return cls(name, _version(version, source), _requires_python(requires_python, source))


def _single(values: list[str] | None, field: str, source: str) -> str | None:
    if not values:
        return None
    if len(values) > 1:
        raise InvalidDistribution(f"its {source} states {field} {len(values)} times; build it again")
    value = values[0].strip()
    if len(value) > _LONGEST_VALUE:
        raise InvalidDistribution(f"its {source} has a {field} of {len(value)} characters; build it again")
    if not value.isprintable():
        raise InvalidDistribution(f"its {source} has a {field} of several lines; build it again")
    return value or None


def _version(text: str | None, source: str) -> Version:
    try:
        return Version(text or "")
    except ValueError as error:
        raise InvalidDistribution(
            f"its {source} has the version {_shown(text)}, which installers do not take (PEP 440); "
            "correct it in the project and build again"
        ) from error


def _requires_python(text: str | None, source: str) -> str | None:
    if text is None:
        return None
    from packaging.specifiers import SpecifierSet  # noqa: PLC0415 - as above

    try:
        SpecifierSet(text)
    except ValueError as error:
        raise InvalidDistribution(
            f"its {source} has Requires-Python {_shown(text)}, which installers cannot read (PEP 440); "
            "correct it in the project and build again"
        ) from error
    return text


def _shown(value: str | None) -> str:
    text = ascii(value)
    return text if len(text) <= 80 else f"{text[:77]}..."  # noqa: PLR2004
