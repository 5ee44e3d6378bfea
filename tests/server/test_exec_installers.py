"""Every installer reads a private bucket under ``s3pypi exec``, and colleagues install from the lock files."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from tests.clients.installers import (
    POETRY_SOURCE,
    Call,
    Environments,
    LeftOut,
    Make,
    pdm,
    pip,
    pipenv,
    poetry,
    private,
    uv,
    write_pipfile,
    write_project,
)
from tests.server.conftest import BUCKETS, Place
from tests.support import samples
from tests.support.markers import case
from tests.support.servers import free_port, program

PUBLIC = "https://" + ".".join(("pypi", "org")) + "/simple"


def uv_sync(made: Environments, folder: Path, names: Sequence[str], index: str) -> Call:
    del made, index
    write_project(folder, names)
    return Call([program("uv"), "sync"], private(folder))


INSTALLERS: dict[str, Make] = {
    "pip": pip(),
    "uv": uv(),
    "pip 9": pip("9.0.3", newest=9),
    "pip 10": pip("10.0.1", newest=9),
    "pip 18": pip("18.1", newest=9),
    "pip 20.3": pip("20.3.4", newest=9),
    "pip 21.3": pip("21.3.1"),
    "pip 22.2": pip("22.2.2"),
    "pip 23": pip("23.0.1"),
    "pip 24": pip("24.0"),
    "uv 0.2": uv("0.2.37"),
    "uv sync": uv_sync,
    "poetry 1.8": poetry("1.8", "-vvv"),
    "poetry": poetry(None, "-vvv"),
    "pdm": pdm("install -vv"),
    "pipenv": pipenv,
}
QUICK = {"pip", "uv"}
SHOWS_TOKEN = "pip 10"
"""The one version that shows the password in the index's URL."""


@pytest.fixture(params=BUCKETS[-1:])
def place(place: Place, tmp_path: Path) -> Place:
    """A private bucket with one project, on Ceph where it is there."""
    place.open().publish(samples.wheel(tmp_path / "dist", "acme-tools"))
    return place


def execute(place: Place, folder: Path, call: Call, port: int) -> subprocess.CompletedProcess[str]:
    """The finished ``s3pypi exec``."""
    connection = {f"S3PYPI_{name.upper()}": value for name, value in place.settings.items()}
    # The command has other libraries than this program.
    own = [f"{name}={value}" for name, value in call.variables.items()]
    words = [sys.executable, "-m", "s3pypi_setuptools", "exec", place.target, "--port", str(port), "--", "env", *own]
    return Call([*words, *call.command], {**connection, "PYTHONPATH": str(Path(__file__).parents[2])}).run(folder)


def own_index(port: int) -> str:
    """What ``s3pypi exec`` serves."""
    return f"http://127.0.0.1:{port}/simple/"


def has_installed(folder: Path) -> bool:
    return any(path.parent.name.startswith("acme_tools-1.0") for path in folder.rglob("*.dist-info/METADATA"))


@pytest.mark.parametrize("name", [case(name, slow=name not in QUICK) for name in INSTALLERS])
def test_a_private_bucket_is_read(name: str, place: Place, environments: Environments, tmp_path: Path) -> None:
    folder, port = tmp_path / "consumer", free_port()
    folder.mkdir()
    # poetry takes indexes from its project alone, and a Pipfile names one.
    named = {"poetry 1.8": own_index(port), "poetry": own_index(port), "pipenv": PUBLIC}
    try:
        call = INSTALLERS[name](environments, folder, ["acme-tools"], named.get(name, ""))
    except LeftOut as missing:
        pytest.skip(f"{name}: {missing}")
    done = execute(place, folder, call, port)
    assert done.returncode == 0, done.stdout
    assert has_installed(folder), done.stdout
    assert ("s3pypi-exec-" in done.stdout) == (name == SHOWS_TOKEN)
    for file in ("pyproject.toml", "Pipfile", "uv.lock", "pdm.lock", "poetry.lock", "Pipfile.lock"):
        if (folder / file).exists():
            assert "s3pypi-exec-" not in (folder / file).read_text(encoding="utf-8"), file


SCRIPTS: dict[str, Callable[[Environments], str | Path]] = {
    "uv": lambda made: program("uv"),
    "poetry": lambda made: program("poetry"),
    "pdm": lambda made: made.pdm(),
    "pipenv": lambda made: made.script("pipenv"),
}
LOCKS = {
    "uv.lock": ("uv add acme-tools", "uv sync --frozen", True),
    "poetry.lock": ("poetry lock", "poetry sync", True),
    "pdm.lock": ("pdm lock", "pdm sync", False),
    "Pipfile.lock": ("pipenv lock", "pipenv sync", False),
}
"""Which command writes the file, which one installs what it says, and whether it has URLs of the service."""


def in_project(words: str, made: Environments, folder: Path) -> Call:
    """A command of an installer that works on the project in a folder; the first word names it."""
    name, *arguments = words.split()
    return Call([SCRIPTS[name](made), *arguments], private(folder))


@pytest.mark.parametrize("file", [case(file, slow=file != "uv.lock") for file in LOCKS])
def test_a_colleague_installs_from_a_lock_file(
    file: str, place: Place, environments: Environments, tmp_path: Path
) -> None:
    write, install, has_urls = LOCKS[file]
    port = free_port()
    folder, colleague = tmp_path / "consumer", tmp_path / "colleague"
    for each in (folder, colleague):
        each.mkdir()
        write_project(each, ["acme-tools"], POETRY_SOURCE.format(index=own_index(port)))
        write_pipfile(each, ["acme-tools"], PUBLIC)
    done = execute(place, folder, in_project(write, environments, folder), port)
    assert done.returncode == 0, done.stdout
    locked = (folder / file).read_text(encoding="utf-8")
    assert ("127.0.0.1" in locked) == has_urls
    assert "s3pypi-exec-" not in locked
    assert "tool.uv.index" not in (folder / "pyproject.toml").read_text(encoding="utf-8")
    for made in (file, "pyproject.toml"):
        (colleague / made).write_bytes((folder / made).read_bytes())
    call = in_project(install, environments, colleague)
    done = execute(place, colleague, call, port if has_urls else free_port())
    assert done.returncode == 0, done.stdout
    assert has_installed(colleague), done.stdout
