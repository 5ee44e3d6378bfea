"""What isolated builds install, gathered once a session: this package's wheel, the backends, and all they need."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[2]
SOURCES = ("s3pypi_setuptools", "setup.cfg", "pyproject.toml", "README.md", "LICENSE")
BACKENDS = ("setuptools", "wheel", "hatchling", "editables", "flit_core", "poetry-core")
OLD_UV = ("uv==0.3.5", "uv==0.4.30")
"""Versions that build what they install in other folders of the cache than newer ones, and than each other."""
# Gathering needs whatever leads this machine's pip to a package index.
MACHINE = dict(os.environ)
PATIENCE = 300.0
"""Seconds that a process waits for another to gather."""


def once(folder: Path, make: Callable[[Path], None]) -> Path:
    """``folder``, made by the first process of this session that asks for it."""
    done = folder.with_name(f"{folder.name}.done")
    try:
        folder.mkdir()
    except FileExistsError:
        patient_until = time.monotonic() + PATIENCE
        while not done.exists():
            assert time.monotonic() < patient_until, f"{folder} is not complete"
            time.sleep(0.1)
    else:
        make(folder)
        done.touch()
    return folder


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of this session, common to all processes of pytest-xdist."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


@pytest.fixture(scope="session")
def wheelhouse(shared: Path) -> Path:
    """The folder of every wheel that isolated environments are given."""
    return once(shared / "wheelhouse", gather)


def gather(folder: Path) -> None:
    checkout = folder.with_name("checkout")
    checkout.mkdir()
    for name in SOURCES:
        source = CHECKOUT / name
        if source.is_dir():
            shutil.copytree(source, checkout / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, checkout / name)
    pip(folder, "wheel", "--no-deps", "--no-build-isolation", str(checkout))
    (own,) = folder.glob("s3pypi_setuptools-*.whl")
    pip(folder, "download", "--only-binary=:all:", str(own), *BACKENDS)
    for version in OLD_UV:
        pip(folder, "download", "--only-binary=:all:", "--no-deps", version)


def pip(folder: Path, command: str, *arguments: str) -> None:
    into = "--wheel-dir" if command == "wheel" else "--dest"
    done = subprocess.run(
        [sys.executable, "-m", "pip", command, "--quiet", into, str(folder), *arguments],
        env=MACHINE,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


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
        "PIP_NO_COMPILE": "1",
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
