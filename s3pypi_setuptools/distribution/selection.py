"""Which files on disk are meant: globs, folders, and the distributions of one project and version."""

from __future__ import annotations

import glob
import logging
import os
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from ..errors import InvalidDistribution
from ..naming import ATTESTATION_SUFFIX, SDIST_SUFFIXES

__all__ = ["distributions_of", "is_distribution", "select_distributions", "select_files"]

log = logging.getLogger(__name__)
_COMPANIONS = (
    *(".asc", ".sig", ".sigstore", ".sigstore.json"),  # signatures
    *(".md5", ".sha1", ".sha256", ".sha384", ".sha512", ".b2", "sums", "sums.txt", "checksums.txt"),
    *(".egg", ".exe", ".msi", ".rpm"),  # what bdist commands of setuptools make or made
)
"""How files end that build and signing tools put beside distributions, and that no index lists."""
_SHOWN = 5


def is_distribution(filename: str) -> bool:
    """Whether ``filename`` is spelt like a wheel or an sdist (older sdist formats included)."""
    return filename.endswith((".whl", *SDIST_SUFFIXES))


def select_files(patterns: Iterable[str]) -> list[Path]:
    """The files that ``patterns`` name, in that order and each once; within a glob, sorted.

    A pattern is a path, or a glob as in `glob.glob` (``**`` any folders; a leading ``~`` is the home folder). A path
    that exists is taken as it is, whatever characters it holds.

    Raises `InvalidDistribution` for a pattern that matches nothing, and for a folder.
    """
    selected: dict[Path, None] = {}
    for pattern in patterns:
        for path in _matches(pattern):
            if path.is_dir():
                raise InvalidDistribution(f"{path}: is a folder; name the files in it")
            selected.setdefault(path)
    return list(selected)


def select_distributions(patterns: Iterable[str]) -> list[Path]:
    """As `select_files`, but a folder means the wheels and sdists that lie in it.

    Files that were named themselves are taken whatever they are: publishing says whether they can be published.
    Attestations (``FILE.publish.attestation``) are left out: they go with the distribution beside them. Beside at least
    one distribution, signatures, checksums and eggs are passed over, with one warning: a shell's ``dist/*`` names them.

    Raises `InvalidDistribution` for a pattern that matches nothing, for a folder that holds no distribution, and for an
    attestation whose distribution is not among the files.
    """
    selected: dict[Path, None] = {}
    for pattern in patterns:
        for path in _matches(pattern):
            if not path.is_dir():
                selected.setdefault(path)
                continue
            found = _files_in(path)
            if not any(is_distribution(file.name) for file in found):
                raise InvalidDistribution(f"{path}: the folder holds no wheel (.whl) and no sdist (.tar.gz)")
            selected.update(dict.fromkeys(file for file in found if is_distribution(file.name) or _is_companion(file)))
    attestations = [path for path in selected if path.name.endswith(ATTESTATION_SUFFIX)]
    for path in attestations:
        if path.with_name(path.name.removesuffix(ATTESTATION_SUFFIX)) not in selected:
            raise InvalidDistribution(f"{path}: its distribution is not among the files to publish; name both")
        del selected[path]
    if any(is_distribution(path.name) for path in selected):
        passed_over = [path for path in selected if _is_companion(path)]
        for path in passed_over:
            del selected[path]
        if passed_over:
            names = ", ".join(path.name for path in passed_over[:_SHOWN])
            more = f" and {len(passed_over) - _SHOWN} more" if len(passed_over) > _SHOWN else ""
            log.warning("passed over, since only wheels and sdists are published: %s%s", names, more)
    return list(selected)


def distributions_of(folder: Path, project: str, version: str) -> list[Path]:
    """The wheels and sdists in ``folder`` whose filename says that they are ``project``'s at ``version``, sorted.

    Names are compared normalized (PEP 503), versions by value (PEP 440): ``1.0`` finds ``1.0.0``.

    Raises `InvalidDistribution` when the folder cannot be read or holds none.
    """
    from packaging.utils import canonicalize_name  # noqa: PLC0415
    from packaging.version import InvalidVersion, Version  # noqa: PLC0415

    name = canonicalize_name(project)
    try:
        wanted = Version(version)
    except InvalidVersion:
        raise InvalidDistribution(f"{version!r} is not a version (PEP 440)") from None

    def has_version(text: str) -> bool:
        try:
            return Version(text) == wanted
        except InvalidVersion:
            return False

    found = [
        path
        for path in _files_in(folder)
        if is_distribution(path.name)
        and any(canonicalize_name(head) == name and has_version(tail) for head, tail in _splits(path.name))
    ]
    if not found:
        raise InvalidDistribution(f"{folder}: holds no distribution of {project} {version}")
    return found


def _matches(pattern: str) -> Sequence[Path]:
    if "\0" in pattern:
        raise InvalidDistribution(f"{pattern}: no such file")
    expanded = os.path.expanduser(pattern)  # noqa: PTH111  a pattern is no path
    path = Path(expanded)
    if os.path.lexists(expanded):
        return [path]
    if glob.has_magic(expanded):
        found = sorted(glob.glob(expanded, recursive=True))  # noqa: PTH207  patterns may be absolute
        if found:
            return [Path(match) for match in found]
        raise InvalidDistribution(f"{pattern}: matches no file")
    raise InvalidDistribution(f"{pattern}: no such file")


def _is_companion(path: Path) -> bool:
    return path.name.lower().endswith(_COMPANIONS)


def _files_in(folder: Path) -> list[Path]:
    try:
        return sorted(path for path in folder.iterdir() if not path.is_dir())
    except FileNotFoundError:
        raise InvalidDistribution(f"{folder}: no such folder; build the distributions first") from None
    except OSError as error:
        raise InvalidDistribution(f"{folder}: cannot be read: {error.strerror or error}") from error


def _splits(filename: str) -> list[tuple[str, str]]:
    """The (name, version) pairs that a filename can stand for; an older sdist's has several."""
    if filename.endswith(".whl"):
        parts = filename.split("-")
        return [(parts[0], parts[1])] if len(parts) in (5, 6) else []
    stem = re.sub(r"(\.tar\.(gz|bz2|xz)|\.tgz|\.zip)$", "", filename)
    return [(stem[: dash.start()], stem[dash.end() :]) for dash in re.finditer("-", stem)]
