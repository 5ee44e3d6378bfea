"""Read the fields of core metadata that an index needs.

The specification is https://packaging.python.org/en/latest/specifications/core-metadata/.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from packaging.version import Version

from ..errors import InvalidDistribution
from ..naming import is_project_name, parse_version
from ..text import literal

MAX_SIZE = 10 * 1024 * 1024
"""Bytes of metadata that are read at most; most files have some kilobytes, the largest a few hundred."""

_MOST_LINES = 200_000
"""Lines of fields that are parsed at most, in half a second; a description of 5 MiB in a field has 65,000."""
_LONGEST_VALUE = 1024
"""Characters of a name, version or specifier; parsing takes more than linear time."""
_BLANK_LINE = re.compile(r"\r?\n\r?\n")
_LINE_END = re.compile(r"\r\n|\r|\n")
_FIELD = re.compile(r"([!-9;-~]+):")
"""The beginning of a field: https://www.rfc-editor.org/rfc/rfc5322#section-2.2."""
_USUAL_SPECIFIERS = re.compile(r"(?:>=|<) ?\d+(?:\.\d+)*(?:, ?(?:>=|<) ?\d+(?:\.\d+)*)*", re.ASCII)
"""Specifiers such as ``>=3.10,<4``, which are valid; `packaging.specifiers` is slow to import, and checks the rest."""


@dataclass(frozen=True, slots=True)
class CoreMetadata:
    """Name, version and Requires-Python, as installers understand them.

    :param name: as written, not normalized.
    :param requires_python: a valid specifier set; None if the field is missing or invalid.
    :param warnings: violations of the specification that installers ignore, one line each.
    """

    name: str
    version: Version
    requires_python: str | None
    warnings: tuple[str, ...] = ()

    @classmethod
    def parse(cls, data: bytes, source: str) -> CoreMetadata:
        """Parse a METADATA or PKG-INFO file as pip and uv do.

        If a field occurs twice, the first counts; a line that is no field ends the fields. A wheel's METADATA must be
        UTF-8 without a byte-order mark; PKG-INFO, which installers do not decode, may have any encoding.

        :param source: the file's name: ``METADATA`` or ``PKG-INFO``.

        Raises `InvalidDistribution`, without the path, for metadata that installers refuse.
        """
        from email.parser import HeaderParser  # noqa: PLC0415 - takes 9 ms, and not every command reads metadata

        warnings: list[str] = []
        text = _decoded(data, source, warnings)
        head = _BLANK_LINE.split(text, 1)[0]
        if (lines := head.count("\n") + head.count("\r")) > _MOST_LINES:
            raise InvalidDistribution(f"its {source} has fields of {lines} lines; build it again")
        message = HeaderParser().parsestr(head)
        if message.defects:
            warnings += _malformed(head, source)
        fields = {
            field: _first(message.get_all(field), field, source, warnings)
            for field in ("Metadata-Version", "Name", "Version", "Requires-Python")
        }
        format_version = fields["Metadata-Version"]
        if format_version is not None and not re.fullmatch(r"[12]\.[0-9]{1,3}", format_version):
            warnings.append(f"its {source} has Metadata-Version {literal(format_version)}, which is not known here")
        name = fields["Name"]
        if name is None or not is_project_name(name):
            reason = "; ".join([f"its {source} has the name {literal(name)}, which is not legal", *warnings])
            raise InvalidDistribution(f"{reason}; build it again")
        version = _version(fields["Version"], source)
        requires_python = _requires_python(fields["Requires-Python"], source, warnings)
        return cls(name, version, requires_python, tuple(warnings))


def _decoded(data: bytes, source: str, warnings: list[str]) -> str:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        if source == "METADATA":
            raise InvalidDistribution(f"its {source} is not UTF-8; build it again") from error
        warnings.append(f"its {source} is not UTF-8")
        text = data.decode("latin-1")
    if text.startswith("\ufeff"):
        if source == "METADATA":
            raise InvalidDistribution(f"its {source} begins with a byte-order mark; build it again")
        text = text[1:]
    return text


def _malformed(head: str, source: str) -> list[str]:
    """Describe the first line that neither begins nor continues a field."""
    field = None
    for number, line in enumerate(_LINE_END.split(head), 1):
        if match := _FIELD.match(line):
            field = match[1]
        elif field is None or not line.startswith((" ", "\t")):
            after = f", after {literal(field)}," if field else ""
            rest = "" if line.startswith((" ", "\t", ":")) else "; installers read no field that follows"
            return [f"line {number} of its {source}{after} is no field: {literal(line)}{rest}"]
    return [f"its {source} is malformed"]


def _first(values: list[str] | None, field: str, source: str, warnings: list[str]) -> str | None:
    if not values:
        return None
    if len(values) > 1:
        warnings.append(f"its {source} states {field} {len(values)} times; installers read the first")
    if field == "Requires-Python":
        return " ".join(values[0].split())
    value = values[0].strip()
    if len(value) > _LONGEST_VALUE:
        raise InvalidDistribution(f"its {source} has a {field} of {len(value)} characters; build it again")
    if not value.isprintable():
        raise InvalidDistribution(f"its {source} has a {field} of several lines; build it again")
    return value


def _version(text: str | None, source: str) -> Version:
    if (version := parse_version(text or "")) is None:
        raise InvalidDistribution(
            f"its {source} has the version {literal(text)}, which is no valid version (PEP 440); "
            "correct it in the project and build again"
        )
    return version


def _requires_python(text: str | None, source: str, warnings: list[str]) -> str | None:
    if not text:
        return None
    if len(text) <= _LONGEST_VALUE and _USUAL_SPECIFIERS.fullmatch(text):
        return text
    from packaging.specifiers import SpecifierSet  # noqa: PLC0415 - see `_USUAL_SPECIFIERS`

    try:
        if len(text) > _LONGEST_VALUE or not text.isprintable():
            raise ValueError
        SpecifierSet(text)
    except ValueError:
        warnings.append(
            f"its {source} has Requires-Python {literal(text)}, which is no version specifier (PEP 440); "
            "it is not listed, and installers ignore it or refuse the file"
        )
        return None
    return text
