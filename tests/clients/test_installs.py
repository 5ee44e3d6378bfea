"""Every installer installs a project by any spelling of its name, from every place."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from s3pypi_setuptools import open_repository
from tests.clients.installers import HTML, INSTALLERS, JSON, Environments, Installer, LeftOut
from tests.support import samples
from tests.support.markers import case

QUICK = {("pip 9.0.3", HTML), ("pip 23.0.1", "folder"), ("pip", JSON), ("uv", JSON), ("poetry", JSON)}
"""What is not slow: the oldest pip, the one that rejected wheels, and what is in use today."""

SPELLINGS = ("acme-core-lib", "ZETA_core.LIB")
OTHER_SPELLINGS = ("ACME_core.lib", "zeta-core-lib")


def cases() -> Iterator[Any]:
    for installer in INSTALLERS:
        for place in (*installer.reads, "nginx", *(["folder"] if installer.folders else [])):
            yield case(installer, place, slow=(installer.name, place) not in QUICK)


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


@pytest.fixture
def index(request: pytest.FixtureRequest) -> str:
    """The URL of the repository at the place that the parameter names."""
    if request.param == "folder":
        folder: Path = request.getfixturevalue("folder")
        return folder.as_uri()
    url: str = (
        request.getfixturevalue("nginx")
        if request.param == "nginx"
        else request.getfixturevalue("buckets")[request.param]
    )
    return url


@pytest.mark.parametrize("names", [SPELLINGS, case(OTHER_SPELLINGS, slow=True)], ids=" ".join)
@pytest.mark.parametrize(("installer", "index"), list(cases()), indirect=["index"], ids=str)
def test_any_spelling_is_installed(
    installer: Installer, index: str, names: tuple[str, ...], environments: Environments, tmp_path: Path
) -> None:
    done = attempt(installer, environments, index, tmp_path / "consumer", names)
    assert done.returncode == 0, done.stdout
    assert installed(tmp_path / "consumer") == {"Acme.Core_Lib 1.1", "Zeta.Core_Lib 1.1"}, done.stdout


@pytest.mark.parametrize("version", [case("pip 22.3.1", slow=True), "pip 23.0.1"])
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
    assert {check.name: check.result.value for check in repository.doctor(read_only=True).checks}["old pip"] == "failed"

    assert repository.reindex().ok
    taken = attempt(installer, environments, index, tmp_path / "taken", ("acme-core-lib",))
    assert taken.returncode == 0, taken.stdout
    assert {check.name: check.result.value for check in repository.doctor(read_only=True).checks}["old pip"] == "ok"
