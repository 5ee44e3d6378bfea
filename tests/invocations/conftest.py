"""What isolated builds install, gathered once a session: this package's wheel, the backends, and all they need."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tests.support import own_wheel
from tests.support.own_wheel import NOT_COMPILED
from tests.support.programs import output_of
from tests.support.session_folders import common_folder, made_once

BACKENDS = ("setuptools", "wheel", "hatchling", "editables", "flit_core", "poetry-core")
OLD_UV = ("uv==0.3.5", "uv==0.4.30")
"""Versions that build what they install in other folders of the cache than newer ones, and than each other."""
# Gathering needs whatever leads this machine's pip to a package index.
MACHINE = dict(os.environ)


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of this session, common to all processes of pytest-xdist."""
    return common_folder(tmp_path_factory)


@pytest.fixture(scope="session")
def wheelhouse(shared: Path) -> Path:
    """The folder of every wheel that isolated environments are given."""
    return made_once(shared / "wheelhouse", gather)


def gather(folder: Path) -> None:
    own_wheel.build(folder)
    (own,) = folder.glob("s3pypi_setuptools-*.whl")
    download(folder, str(own), *BACKENDS)
    for version in OLD_UV:
        download(folder, "--no-deps", version)


def download(folder: Path, *arguments: str) -> None:
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--only-binary=:all:", "--dest", str(folder)]
    output_of([*command, *arguments], environ=MACHINE)


@pytest.fixture
def links(tmp_path: Path) -> Path:
    """A folder of this test's own, in which installers find distributions besides `wheelhouse`."""
    folder = tmp_path / "links"
    folder.mkdir()
    return folder


@pytest.fixture
def build_environment(
    own_environment: Path, wheelhouse: Path, shared: Path, links: Path, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """Installers find what `wheelhouse` and `links` hold, and nothing else; `links` is the result."""
    for name in os.environ:
        if name.startswith("TOX"):
            monkeypatch.delenv(name)
    for name, value in {
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": f"{wheelhouse} {links}",
        "PIP_NO_COMPILE": NOT_COMPILED,
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "UV_OFFLINE": "1",
        "UV_NO_INDEX": "1",
        "UV_FIND_LINKS": f"{wheelhouse},{links}",
        "UV_CACHE_DIR": str(shared / "uv-cache"),
        "UV_LINK_MODE": "hardlink",
        "UV_PYTHON": sys.executable,
        "UV_PYTHON_DOWNLOADS": "never",
        "VIRTUALENV_NO_PERIODIC_UPDATE": "1",
    }.items():
        monkeypatch.setenv(name, value)
    return links
