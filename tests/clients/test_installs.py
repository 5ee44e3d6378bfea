"""Every installer installs a project by any spelling of its name, from every place."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from s3pypi_setuptools import open_repository
from tests.clients.installers import HTML, INSTALLERS, JSON, Environments, Installer, LeftOut
from tests.support import samples

EVERYTHING = os.environ.get("S3PYPI_TEST_CLIENTS") == "all"
FEW = {"pip 9.0.3": (HTML,), "pip 23.0.1": (HTML, "folder"), "pip": (JSON,), "uv": (JSON,), "poetry": (JSON,)}
"""What is run by default: the oldest, the one that rejected wheels, and what is in use today."""

SPELLINGS = ("acme-core-lib", "ZETA_core.LIB")


def cases() -> list[tuple[Installer, str]]:
    found = []
    for installer in INSTALLERS:
        places = [*installer.reads, "nginx", *(["folder"] if installer.folders else [])]
        found += [(installer, place) for place in places if EVERYTHING or place in FEW.get(installer.name, ())]
    return found


def attempt(
    installer: Installer, made: Environments, index: str, folder: Path, names: tuple[str, ...] = SPELLINGS
) -> subprocess.CompletedProcess[str]:
    try:
        return installer.run(made, index, names, folder)
    except LeftOut as missing:
        pytest.skip(f"{installer}: {missing}")


def installed(folder: Path) -> set[str]:
    """The versions that lie there, as their metadata states name and version."""
    found = set()
    for path in folder.rglob("*.dist-info/METADATA"):
        lines = dict(line.split(": ", 1) for line in path.read_text(encoding="utf-8").splitlines()[:4] if ": " in line)
        if lines["Name"] in ("Acme.Core_Lib", "Zeta.Core_Lib"):
            found.add(f"{lines['Name']} {lines['Version']}")
    return found


@pytest.mark.parametrize(("installer", "place"), cases(), ids=str)
def test_any_spelling_is_installed(
    installer: Installer,
    place: str,
    environments: Environments,
    tmp_path: Path,
    request: pytest.FixtureRequest,
) -> None:
    if place == "folder":
        index = request.getfixturevalue("folder").as_uri()
    elif place == "nginx":
        index = request.getfixturevalue("nginx")
    else:
        index = request.getfixturevalue("buckets")[place]
    for number, names in enumerate([SPELLINGS, ("ACME_core.lib", "zeta-core-lib")]):
        done = attempt(installer, environments, index, tmp_path / str(number), names)
        assert done.returncode == 0, done.stdout
        assert installed(tmp_path / str(number)) == {"Acme.Core_Lib 1.1", "Zeta.Core_Lib 1.1"}, done.stdout
        if not EVERYTHING:
            break


@pytest.mark.parametrize("version", ["pip 22.3.1", "pip 23.0.1"] if EVERYTHING else ["pip 23.0.1"])
def test_doctor_says_what_an_old_pip_rejects(version: str, environments: Environments, tmp_path: Path) -> None:
    """Of a page as early versions rendered it; after a reindex, both are content."""
    [installer] = [installer for installer in INSTALLERS if installer.name == version]
    repository = open_repository(tmp_path / "repository")
    assert repository.publish(samples.wheel(tmp_path / "dist", "Acme.Core_Lib")).ok
    page = tmp_path / "repository" / "acme-core-lib" / "index.html"
    page.write_bytes(samples.page_old_pip_rejects(page.read_bytes()))
    index = (tmp_path / "repository").as_uri()

    rejected = attempt(installer, environments, index, tmp_path / "rejected", ("acme-core-lib",))
    assert rejected.returncode != 0
    assert "inconsistent Name" in rejected.stdout
    assert {check.name: check.result.value for check in repository.doctor(read_only=True).checks}["old pip"] == "no"

    assert repository.reindex().ok
    taken = attempt(installer, environments, index, tmp_path / "taken", ("acme-core-lib",))
    assert taken.returncode == 0, taken.stdout
    assert {check.name: check.result.value for check in repository.doctor(read_only=True).checks}["old pip"] == "ok"
