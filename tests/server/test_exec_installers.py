"""Every installer reads a private bucket under ``s3pypi exec``, and colleagues install from the lock files."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.clients.installers import Environments, LeftOut, python, run
from tests.server.conftest import BUCKETS, Place
from tests.support import samples
from tests.support.markers import case
from tests.support.servers import free_port, program

Make = Callable[[Environments, Path, int], "tuple[list[str | Path], Mapping[str, str]]"]
"""Makes a project in a folder, and says which command installs what it needs there, with which variables."""

PROJECT = """\
[project]
name = "consumer"
version = "1"
requires-python = ">=3.10"
dependencies = ["acme-tools"]

[tool.pdm]
distribution = false

[tool.uv]
package = false

[tool.poetry]
name = "consumer"
version = "1"
description = ""
authors = []
package-mode = false

[tool.poetry.dependencies]
python = ">=3.10"
acme-tools = "*"

[[tool.poetry.source]]
name = "acme"
url = "http://127.0.0.1:{port}/simple/"
"""
PIPFILE = f"""\
[[source]]
name = "public"
url = "https://{".".join(("pypi", "org"))}/simple"
verify_ssl = true

[packages]
acme-tools = "*"
"""


def pip(version: str | None = None, newest: int = 11) -> Make:
    """A version of pip, which runs on Pythons up to 3.``newest``; or the newest."""

    def make(made: Environments, folder: Path, port: int) -> tuple[list[str | Path], Mapping[str, str]]:
        del port
        interpreter = python(newest) if version else sys.executable
        install = [interpreter, "-m", "pip", "install", "--no-cache-dir", "--disable-pip-version-check"]
        library = made.library(f"pip=={version}" if version else "pip")
        return [*install, "--target", folder / "site", "acme-tools"], {"PYTHONPATH": str(library)}

    return make


def uv(version: str | None = None) -> Make:
    def make(made: Environments, folder: Path, port: int) -> tuple[list[str | Path], Mapping[str, str]]:
        del port
        script = made.library(f"uv=={version}") / "bin" / "uv" if version else program("uv")
        options = ["--no-cache", "--python", sys.executable, "--target", folder / "site"]
        return [script, "pip", "install", *options, "acme-tools"], {}

    return make


def poetry(version: str | None = None) -> Make:
    def make(made: Environments, folder: Path, port: int) -> tuple[list[str | Path], Mapping[str, str]]:
        (folder / "pyproject.toml").write_text(PROJECT.format(port=port), encoding="utf-8")
        script = made.scripts(f"poetry=={version}.*") / "poetry" if version else program("poetry")
        environment = {"POETRY_VIRTUALENVS_IN_PROJECT": "true", "POETRY_CACHE_DIR": str(folder / "cache")}
        return [script, "install", "--no-interaction", "--no-ansi", "-vvv"], environment

    return make


def pdm(made: Environments, folder: Path, port: int) -> tuple[list[str | Path], Mapping[str, str]]:
    (folder / "pyproject.toml").write_text(PROJECT.format(port=port), encoding="utf-8")
    return [made.pdm(), "install", "-vv"], {"PDM_CHECK_UPDATE": "0", "PDM_CACHE_DIR": str(folder / "cache")}


def uv_sync(made: Environments, folder: Path, port: int) -> tuple[list[str | Path], Mapping[str, str]]:
    del made
    (folder / "pyproject.toml").write_text(PROJECT.format(port=port), encoding="utf-8")
    return [program("uv"), "sync", "--no-cache", "--python", sys.executable], {}


def pipenv(made: Environments, folder: Path, port: int) -> tuple[list[str | Path], Mapping[str, str]]:
    del port
    (folder / "Pipfile").write_text(PIPFILE, encoding="utf-8")
    environment = {"PIPENV_VENV_IN_PROJECT": "1", "PIPENV_CACHE_DIR": str(folder / "cache"), "PIPENV_NOSPIN": "1"}
    return [made.scripts("pipenv") / "pipenv", "install"], environment


INSTALLERS: dict[str, Make] = {
    "pip": pip(),
    "uv": uv(),
    "pip 9": pip("9.0.3", 9),
    "pip 10": pip("10.0.1", 9),
    "pip 18": pip("18.1", 9),
    "pip 20.3": pip("20.3.4", 9),
    "pip 21.3": pip("21.3.1"),
    "pip 22.2": pip("22.2.2"),
    "pip 23": pip("23.0.1"),
    "pip 24": pip("24.0"),
    "uv 0.2": uv("0.2.37"),
    "uv sync": uv_sync,
    "poetry 1.8": poetry("1.8"),
    "poetry": poetry(),
    "pdm": pdm,
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


def execute(
    place: Place, folder: Path, command: list[str | Path], environment: Mapping[str, str], port: int
) -> subprocess.CompletedProcess[str]:
    """The finished ``s3pypi exec``."""
    connection = {f"S3PYPI_{name.upper()}": value for name, value in place.settings.items()}
    # The command has other libraries than this program.
    own = [f"{name}={value}" for name, value in environment.items()]
    words = [sys.executable, "-m", "s3pypi_setuptools", "exec", place.target, "--port", str(port), "--", "env", *own]
    return run([*words, *command], folder, {**connection, "PYTHONPATH": str(Path(__file__).parents[2])})


def has_installed(folder: Path) -> bool:
    return any(path.parent.name.startswith("acme_tools-1.0") for path in folder.rglob("*.dist-info/METADATA"))


@pytest.mark.parametrize("name", [case(name, slow=name not in QUICK) for name in INSTALLERS])
def test_a_private_bucket_is_read(name: str, place: Place, environments: Environments, tmp_path: Path) -> None:
    folder, port = tmp_path / "consumer", free_port()
    folder.mkdir()
    try:
        command, environment = INSTALLERS[name](environments, folder, port)
    except LeftOut as missing:
        pytest.skip(f"{name}: {missing}")
    done = execute(place, folder, command, environment, port)
    assert done.returncode == 0, done.stdout
    assert has_installed(folder), done.stdout
    assert ("s3pypi-exec-" in done.stdout) == (name == SHOWS_TOKEN)
    for file in ("pyproject.toml", "Pipfile", "uv.lock", "pdm.lock", "poetry.lock", "Pipfile.lock"):
        if (folder / file).exists():
            assert "s3pypi-exec-" not in (folder / file).read_text(encoding="utf-8"), file


def in_project(*words: str) -> Callable[[Environments], list[str | Path]]:
    """A command of an installer that works on a project; the first word names it."""
    name, *arguments = words
    scripts: dict[str, Callable[[Environments], str | Path]] = {
        "uv": lambda made: program("uv"),
        "poetry": lambda made: program("poetry"),
        "pdm": lambda made: made.pdm(),
        "pipenv": lambda made: made.scripts("pipenv") / "pipenv",
    }
    return lambda made: [scripts[name](made), *arguments]


LOCKS = {
    "uv.lock": (in_project("uv", "add", "acme-tools"), in_project("uv", "sync", "--frozen"), True),
    "poetry.lock": (in_project("poetry", "lock"), in_project("poetry", "sync"), True),
    "pdm.lock": (in_project("pdm", "lock"), in_project("pdm", "sync"), False),
    "Pipfile.lock": (in_project("pipenv", "lock"), in_project("pipenv", "sync"), False),
}
"""Which command writes the file, which one installs what it says, and whether it has URLs of the service."""


@pytest.mark.parametrize("file", [case(file, slow=file != "uv.lock") for file in LOCKS])
def test_a_colleague_installs_from_a_lock_file(
    file: str, place: Place, environments: Environments, tmp_path: Path
) -> None:
    write, install, has_urls = LOCKS[file]
    port = free_port()
    folder, colleague = tmp_path / "consumer", tmp_path / "colleague"
    for each in (folder, colleague):
        each.mkdir()
        (each / "pyproject.toml").write_text(PROJECT.format(port=port), encoding="utf-8")
        (each / "Pipfile").write_text(PIPFILE, encoding="utf-8")
    done = execute(place, folder, write(environments), settings(folder), port)
    assert done.returncode == 0, done.stdout
    locked = (folder / file).read_text(encoding="utf-8")
    assert ("127.0.0.1" in locked) == has_urls
    assert "s3pypi-exec-" not in locked
    assert "tool.uv.index" not in (folder / "pyproject.toml").read_text(encoding="utf-8")
    for made in (file, "pyproject.toml"):
        (colleague / made).write_bytes((folder / made).read_bytes())
    done = execute(place, colleague, install(environments), settings(colleague), port if has_urls else free_port())
    assert done.returncode == 0, done.stdout
    assert has_installed(colleague), done.stdout


def settings(folder: Path) -> dict[str, str]:
    """Variables that let every installer work in a folder alone."""
    cache = str(folder / "cache")
    return {
        "UV_NO_CACHE": "1",
        "UV_PYTHON": sys.executable,
        "POETRY_VIRTUALENVS_IN_PROJECT": "true",
        "POETRY_CACHE_DIR": cache,
        "PDM_CHECK_UPDATE": "0",
        "PDM_CACHE_DIR": cache,
        "PIPENV_VENV_IN_PROJECT": "1",
        "PIPENV_CACHE_DIR": cache,
        "PIPENV_NOSPIN": "1",
    }
