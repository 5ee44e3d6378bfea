"""Names of projects and files: normalized names, versions in filenames, media types."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from packaging.version import InvalidVersion, Version

from .errors import UsageError
from .text import quoted

SUFFIXES = (
    *(".whl", ".tar.gz", ".zip", ".tar.bz2", ".tar.xz", ".tgz", ".tar.Z", ".tar", ".tbz", ".tbz2", ".txz"),
    *(".egg", ".exe", ".msi", ".rpm", ".deb", ".dmg"),
)
"""Suffixes of all files that any index has ever listed as distributions."""

ATTESTATION_SUFFIX = ".publish.attestation"
"""Suffix of an attestation, behind the distribution's filename, as PyPI's publish action and twine use it."""

_WHEEL_TAGS = re.compile(r"-[^-]+-[^-]+-[^-]+\.whl\Z")
_BUILD_TAG = re.compile(r"-\d[^-]*")
_EGG_TAGS = re.compile(r"-py\d[^-]*(?:-.+)?\.egg\Z")
_NONE = Version("0")


@lru_cache(maxsize=16384)
def parse_version(text: str) -> Version | None:
    """Parse a version (https://peps.python.org/pep-0440/); None if ``text`` is not one."""
    try:
        return Version(text)
    except (InvalidVersion, ValueError):  # more digits than int() converts
        return None


@lru_cache(maxsize=256)
def _name_pattern(project: str) -> re.Pattern[str]:
    return re.compile("[-_.]+".join(map(re.escape, project.split("-"))) + r"[-_.]*-", re.IGNORECASE | re.ASCII)


def _version(project: str, filename: str) -> Version | None:
    name = _name_pattern(project).match(filename)
    if name is None:
        return None
    rest = filename[name.end() :]
    if tags := _WHEEL_TAGS.search(rest):
        rest = rest[: tags.start()]
        parsed = parse_version(rest)
        if (build := _BUILD_TAG.search(rest)) and build.end() == len(rest):
            parsed = parse_version(rest[: build.start()]) or parsed
        return parsed
    if tags := _EGG_TAGS.search(rest):
        return parse_version(rest[: tags.start()])
    suffix = next((suffix for suffix in SUFFIXES if rest.endswith(suffix)), "")
    return parse_version(rest.removesuffix(suffix)) if suffix else None


def version_of(project: str, filename: str) -> str | None:
    """Find the version in a filename, as `packaging.version.Version` writes it: ``1.0.0`` does not become ``1.0``.

    :param project: normalized name of the project that the file belongs to.

    None if the filename does not begin with the project's name, or no version (PEP 440) follows.
    """
    version = _version(project, filename)
    return None if version is None else str(version)


def guess_project(filename: str) -> str | None:
    """Find the normalized name of the project in a filename; None if there is none."""
    if filename.endswith(".whl"):
        name = filename.partition("-")[0]
        return normalize_name(name) if is_project_name(name) else None
    stem = next((filename.removesuffix(suffix) for suffix in SDIST_SUFFIXES if filename.endswith(suffix)), "")
    for dash in re.finditer("-", stem):
        if parse_version(stem[dash.end() :]) and is_project_name(stem[: dash.start()]):
            return normalize_name(stem[: dash.start()])
    return None


def sort_key(project: str, filename: str) -> tuple[int, Version, str]:
    """Sort key of listed files: version, then filename; files without a version come last."""
    version = _version(project, filename)
    return (1, _NONE, filename) if version is None else (0, version, filename)


SDIST_SUFFIXES = (".tar.gz", ".zip", ".tar.bz2", ".tar.xz", ".tgz")
"""Suffixes of sdists; https://peps.python.org/pep-0625/ allows only the first, older tools wrote the others."""

_CONTENT_TYPES = {
    ".whl": "application/zip",
    ".zip": "application/zip",
    ".egg": "application/zip",
    ".tar.gz": "application/gzip",
    ".tgz": "application/gzip",
    ".tar.bz2": "application/x-bzip2",
    ".tar.xz": "application/x-xz",
}
_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")
_SEPARATORS = re.compile(r"[-_.]+")
_LONGEST_NAME = 255
"""Characters; a project is a folder, and file systems allow no longer names."""


def is_project_name(name: str) -> bool:
    """Whether ``name`` is a legal project name, normalized or not, and short enough for a folder.

    See https://packaging.python.org/en/latest/specifications/name-normalization/.
    """
    return len(name) <= _LONGEST_NAME and _NAME.fullmatch(name) is not None


def is_glob(text: str) -> bool:
    """Whether ``text`` has the wildcards of a glob, which no project's name has."""
    return not set(text).isdisjoint("*?[")


def normalize_name(name: str) -> str:
    """Normalize a project's name (https://peps.python.org/pep-0503/#normalized-names)."""
    return _SEPARATORS.sub("-", name).lower()


def project_name(text: str) -> str:
    """The normalized form of a name that a user gives; raises `UsageError` if no project can have that name."""
    if not is_project_name(text):
        raise UsageError(f"{quoted(text)} is not the name of a project")
    return normalize_name(text)


def project_names(texts: Iterable[str]) -> tuple[str, ...]:
    """The `project_name` of each, once; raises `UsageError` if no project can have one of these names."""
    return tuple(dict.fromkeys(map(project_name, texts)))


def project_pattern(text: str) -> str:
    """A glob in lower case, or else the `project_name`; raises `UsageError` if no project can have that name."""
    return text.lower() if is_glob(text) else project_name(text)


def content_type(filename: str) -> str:
    """The media type to store a file with; metadata files and unknown files are ``application/octet-stream``.

    A compressed distribution has no ``Content-Encoding``, since clients would decompress it and find another hash.
    """
    name = filename.lower()
    return next((kind for suffix, kind in _CONTENT_TYPES.items() if name.endswith(suffix)), "application/octet-stream")
