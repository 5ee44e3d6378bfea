"""Select files on disk: by path, by glob, by folder, or by project and version."""

from __future__ import annotations

import glob
import logging
import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from ..errors import InvalidDistribution
from ..naming import ATTESTATION_SUFFIX, SDIST_SUFFIXES, normalize_name, parse_version, version_of
from ..text import listed
from .local_file import unreadable

log = logging.getLogger(__name__)
_COMPANIONS = (
    *(".asc", ".sig", ".sigstore", ".sigstore.json"),  # signatures
    *(".md5", ".sha1", ".sha256", ".sha384", ".sha512", ".b2", "sums", "sums.txt", "checksums.txt"),
    *(".egg", ".exe", ".msi", ".rpm"),  # what bdist commands of setuptools make or made
)
"""Endings of the files that build and signing tools put beside distributions, and that no index lists."""
_SHOWN = 5
"""Filenames in a warning at most."""


def is_distribution(filename: str) -> bool:
    """Whether ``filename`` ends like a wheel or an sdist, older sdist formats included."""
    return filename.endswith((".whl", *SDIST_SUFFIXES))


def select_files(patterns: Iterable[str]) -> list[Path]:
    """Select the files that ``patterns`` name, each once, in the order of the patterns; those of a glob are sorted.

    A pattern is a path, or a glob as of `glob.glob` (``**`` means any folders); a leading ``~`` is the home folder. The
    path of an existing file is never taken for a glob.

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
    """Select files as `select_files` does, except that a folder means the wheels and sdists in it.

    A file that is named itself is selected whatever it is: publishing says whether it is a distribution. There are two
    exceptions, since a shell turns ``dist/*`` into every name. Attestations (``FILE.publish.attestation``) are left
    out, as they are read together with the distribution beside them. If at least one distribution is selected,
    signatures, checksums and eggs are left out with one warning.

    Raises `InvalidDistribution` for a pattern that matches nothing, for a folder without distributions, and for an
    attestation whose distribution is not selected.
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
            names = listed([path.name for path in passed_over], _SHOWN)
            log.warning("left out, since only wheels and sdists are published: %s", names)
    return list(selected)


def distributions_of(folder: Path, project: str, version: str) -> list[Path]:
    """Select the wheels and sdists in ``folder`` that belong to a version of a project by their filenames; sorted.

    Names are compared normalized (https://peps.python.org/pep-0503/#normalized-names), versions by value
    (https://peps.python.org/pep-0440/): ``1.0`` finds ``1.0.0``.

    Raises `InvalidDistribution` if ``version`` is not a version, or the folder cannot be read or has no such file.
    """
    wanted = parse_version(version)
    if wanted is None:
        raise InvalidDistribution(f"{version!r} is not a version (PEP 440)")
    name = normalize_name(project)
    found = [
        path
        for path in _files_in(folder)
        if is_distribution(path.name) and parse_version(version_of(name, path.name) or "") == wanted
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
        raise unreadable(folder, error) from error
