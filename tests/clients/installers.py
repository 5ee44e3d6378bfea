"""Installers, each in an environment of its own, which is made once in a session."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.end_to_end import old_tools
from tests.support.servers import program
from tests.support.session_folders import made_once

__all__ = ["INSTALLERS", "Environments", "Installer", "LeftOut", "run"]

HTML, JSON = "HTML", "JSON"


class LeftOut(Exception):
    """This machine lacks what the installer needs; the text says what."""


def run(
    command: list[str | Path], folder: Path, environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    folder.mkdir(parents=True, exist_ok=True)
    return subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, **(environment or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=300,
    )


class Environments:
    """Folders below ``folder`` that hold installers, however many processes run the tests."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def of(self, name: str, make: Callable[[Path], object]) -> Path:
        """The folder of that name, made now if it is not there yet."""
        return made_once(self._folder / name, make)

    def library(self, requirement: str) -> Path:
        """A folder for ``PYTHONPATH`` that holds one package without its requirements."""
        return self.of(
            requirement.replace("==", "-"),
            lambda folder: old_tools.run_uv("pip", "install", "--no-deps", "--target", folder, requirement),
        )

    def scripts(self, requirement: str) -> Path:
        """The scripts of a virtual environment that holds one package and its requirements."""
        folder = self.of(
            f"env-{requirement.replace('==', '-').replace('*', 'x')}",
            lambda folder: old_tools.install(folder, requirement),
        )
        return folder / "bin"

    def pdm(self) -> Path:
        """pdm, with the versions that its makers tested."""
        return self.scripts("pdm[locked]") / "pdm"


Run = Callable[[Environments, str, tuple[str, ...], Path], "subprocess.CompletedProcess[str]"]


@dataclass(frozen=True)
class Installer:
    """One version of one installer.

    :param run: installs requirements from an index into a new folder, and returns the finished process.
    :param reads: the forms of pages that it takes.
    :param folders: whether it reads ``file://``.
    """

    name: str
    run: Run
    reads: tuple[str, ...] = (HTML, JSON)
    folders: bool = True

    def __str__(self) -> str:
        return self.name


def python(newest: int) -> str:
    """A Python from 3.8 to 3.``newest``; raises `LeftOut`."""
    if sys.version_info[:2] <= (3, newest):
        return sys.executable
    pyenv = (
        Path(old_tools.MACHINE.get("PYENV_ROOT") or Path(old_tools.MACHINE.get("HOME", "/")) / ".pyenv") / "versions"
    )
    for minor in range(newest, 7, -1):
        for found in (*pyenv.glob(f"3.{minor}.*/bin/python"), shutil.which(f"python3.{minor}")):
            if found and subprocess.run([found, "-c", ""], capture_output=True, check=False).returncode == 0:
                return str(found)
    raise LeftOut(f"LEFT OUT: needs a Python from 3.8 to 3.{newest}, and none is installed")


def pip(version: str | None = None, *options: str, newest: int = 11) -> Run:
    """A version of pip, which runs on Pythons up to 3.``newest``; or the newest pip."""

    def install(
        made: Environments, index: str, names: tuple[str, ...], folder: Path
    ) -> subprocess.CompletedProcess[str]:
        interpreter = python(newest) if version else sys.executable
        library = made.library(f"pip=={version}" if version else "pip")
        return run(
            [
                *(interpreter, "-m", "pip", "install", "--no-cache-dir", "--disable-pip-version-check"),
                *("--index-url", index, "--target", folder / "site"),
                *options,
                *names,
            ],
            folder,
            {"PYTHONPATH": str(library)},
        )

    return install


def uv(version: str | None = None, *options: str) -> Run:
    def install(
        made: Environments, index: str, names: tuple[str, ...], folder: Path
    ) -> subprocess.CompletedProcess[str]:
        script = made.library(f"uv=={version}") / "bin" / "uv" if version else program("uv")
        return run(
            [
                *(script, "pip", "install", "--no-cache", "--python", sys.executable),
                *("--index-url", index, "--target", folder / "site"),
                *options,
                *names,
            ],
            folder,
        )

    return install


PYPROJECT = """\
[project]
name = "consumer"
version = "1"
requires-python = ">=3.10"
dependencies = {dependencies}

[tool.pdm]
distribution = false

[[tool.pdm.source]]
name = "pypi"
url = "{index}"
verify_ssl = true

[tool.poetry]
name = "consumer"
version = "1"
description = ""
authors = []
package-mode = false

[tool.poetry.dependencies]
python = ">=3.10"
{poetry}

[[tool.poetry.source]]
name = "company"
url = "{index}"
priority = "primary"
"""
PIPFILE = """\
[[source]]
name = "company"
url = "{index}"
verify_ssl = true

[packages]
{packages}
"""


def poetry(version: str | None = None, *options: str, **environment: str) -> Run:
    def install(
        made: Environments, index: str, names: tuple[str, ...], folder: Path
    ) -> subprocess.CompletedProcess[str]:
        script = made.scripts(f"poetry=={version}.*") / "poetry" if version else program("poetry")
        return consumer(
            [script, "install", "--no-interaction", "--no-ansi", *options],
            folder,
            index,
            names,
            {"POETRY_VIRTUALENVS_IN_PROJECT": "true", "POETRY_CACHE_DIR": str(folder / "cache"), **environment},
        )

    return install


def pdm(*options: str) -> Run:
    def install(
        made: Environments, index: str, names: tuple[str, ...], folder: Path
    ) -> subprocess.CompletedProcess[str]:
        script = made.pdm()
        environment = {"PDM_CHECK_UPDATE": "0", "PDM_CACHE_DIR": str(folder / "cache")}
        locked = consumer([script, "lock", *options], folder, index, names, environment)
        return locked if locked.returncode else run([script, "sync"], folder, environment)

    return install


def pipenv(made: Environments, index: str, names: tuple[str, ...], folder: Path) -> subprocess.CompletedProcess[str]:
    folder.mkdir(parents=True)
    packages = "\n".join(f'"{name}" = "*"' for name in names)
    (folder / "Pipfile").write_text(PIPFILE.format(index=index, packages=packages), encoding="utf-8")
    environment = {"PIPENV_VENV_IN_PROJECT": "1", "PIPENV_CACHE_DIR": str(folder / "cache"), "PIPENV_NOSPIN": "1"}
    return run([made.scripts("pipenv") / "pipenv", "install"], folder, environment)


def consumer(
    command: list[str | Path], folder: Path, index: str, names: tuple[str, ...], environment: Mapping[str, str]
) -> subprocess.CompletedProcess[str]:
    """Run ``command`` in a new project that needs ``names``."""
    folder.mkdir(parents=True)
    poetry = "\n".join(f'"{name}" = "*"' for name in names)
    text = PYPROJECT.format(index=index, dependencies=list(names), poetry=poetry)
    (folder / "pyproject.toml").write_text(text, encoding="utf-8")
    return run(command, folder, environment)


INSTALLERS = (
    Installer("pip 9.0.3", pip("9.0.3", newest=9), reads=(HTML,)),
    Installer("pip 20.3", pip("20.3", newest=9), reads=(HTML,)),
    Installer("pip 22.3.1", pip("22.3.1")),
    Installer("pip 23.0.1", pip("23.0.1")),
    Installer("pip 24.0", pip("24.0")),
    Installer("pip", pip()),
    Installer("uv 0.2", uv("0.2.37")),
    Installer("uv", uv()),
    Installer("poetry 1.8", poetry("1.8"), reads=(HTML,), folders=False),
    Installer("poetry", poetry(), folders=False),
    Installer("pdm", pdm(), folders=False),
    Installer("pipenv", pipenv, folders=False),
)
