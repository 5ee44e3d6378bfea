"""Installers, each in an environment of its own, which is made once in a session."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.end_to_end import old_tools
from tests.support.servers import program
from tests.support.session_folders import made_once

HTML, JSON = "HTML", "JSON"


class LeftOut(Exception):
    """This machine lacks what the installer needs; the text says what."""


class Environments:
    """Folders below ``folder`` that hold installers, however many processes run the tests."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def library(self, requirement: str) -> Path:
        """A folder for ``PYTHONPATH`` that holds one package without its requirements."""
        return made_once(
            self._folder / requirement.replace("==", "-"),
            lambda folder: old_tools.run_uv("pip", "install", "--no-deps", "--target", folder, requirement),
        )

    def script(self, *requirements: str, name: str = "") -> Path:
        """A script of an environment that has these requirements: that of the first one unless ``name`` is given."""
        first = re.sub(r"\W+", "-", requirements[0])
        folder = made_once(self._folder / f"env-{first}", lambda folder: old_tools.install(folder, *requirements))
        return folder / "bin" / (name or first.partition("-")[0])

    def pdm(self) -> Path:
        """pdm, with the versions that its makers tested."""
        return self.script("pdm[locked]")


@dataclass(frozen=True)
class Call:
    """A command line of a tool, and variables for it."""

    command: Sequence[str | Path]
    variables: Mapping[str, str] = field(default_factory=dict)

    def run(self, folder: Path) -> subprocess.CompletedProcess[str]:
        """Run it in a folder; ``stdout`` has what it prints to either stream."""
        folder.mkdir(parents=True, exist_ok=True)
        return subprocess.run(
            self.command,
            cwd=folder,
            env={**os.environ, **self.variables},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=300,
        )


Make = Callable[[Environments, Path, Sequence[str], str], Call]
"""Makes the call that installs requirements in an empty folder, from an index or, if its URL is empty, from wherever
the environment says."""


@dataclass(frozen=True)
class Installer:
    """One version of one installer.

    :param reads: the forms of pages that it takes.
    :param folders: whether it reads ``file://``.
    """

    name: str
    make: Make
    reads: tuple[str, ...] = (HTML, JSON)
    folders: bool = True

    def __str__(self) -> str:
        return self.name

    def run(
        self, made: Environments, index: str, names: Sequence[str], folder: Path
    ) -> subprocess.CompletedProcess[str]:
        """Install requirements from an index into a new folder."""
        folder.mkdir(parents=True)
        return self.make(made, folder, names, index).run(folder)


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


def pip(version: str | None = None, *options: str, newest: int = 11) -> Make:
    """A version of pip, which runs on Pythons up to 3.``newest``; or the newest pip."""

    def make(made: Environments, folder: Path, names: Sequence[str], index: str) -> Call:
        interpreter = python(newest) if version else sys.executable
        command = [interpreter, "-m", "pip", "install", "--no-cache-dir", "--disable-pip-version-check"]
        library = made.library(f"pip=={version}" if version else "pip")
        return Call([*command, *into(folder, index), *options, *names], {"PYTHONPATH": str(library)})

    return make


def uv(version: str | None = None, *options: str) -> Make:
    def make(made: Environments, folder: Path, names: Sequence[str], index: str) -> Call:
        script = made.script(f"uv=={version}") if version else program("uv")
        command = [script, "pip", "install", "--no-cache", "--python", sys.executable]
        return Call([*command, *into(folder, index), *options, *names])

    return make


def into(folder: Path, index: str) -> list[str | Path]:
    """The options that name the index and the folder to install into."""
    return [*(["--index-url", index] if index else []), "--target", folder / "site"]


PROJECT = """\
[project]
name = "consumer"
version = "1"
requires-python = ">=3.10"
dependencies = {dependencies}

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
{packages}
"""
PDM_SOURCE = '\n[[tool.pdm.source]]\nname = "pypi"\nurl = "{index}"\nverify_ssl = true\n'
POETRY_SOURCE = '\n[[tool.poetry.source]]\nname = "company"\nurl = "{index}"\npriority = "primary"\n'
PIPFILE = """\
[[source]]
name = "company"
url = "{index}"
verify_ssl = true

[packages]
{packages}
"""


def write_project(folder: Path, names: Sequence[str], sources: str = "") -> None:
    """Write ``pyproject.toml`` of a project that needs ``names``, from ``sources``."""
    text = PROJECT.format(dependencies=list(names), packages=any_version(names)) + sources
    (folder / "pyproject.toml").write_text(text, encoding="utf-8")


def write_pipfile(folder: Path, names: Sequence[str], index: str) -> None:
    """Write ``Pipfile`` of a project that needs ``names``, from an index."""
    text = PIPFILE.format(index=index, packages=any_version(names))
    (folder / "Pipfile").write_text(text, encoding="utf-8")


def any_version(names: Sequence[str]) -> str:
    return "\n".join(f'"{name}" = "*"' for name in names)


def private(folder: Path) -> dict[str, str]:
    """Variables that let every installer of projects work in a folder alone."""
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


def poetry(version: str | None = None, *options: str, **variables: str) -> Make:
    def make(made: Environments, folder: Path, names: Sequence[str], index: str) -> Call:
        write_project(folder, names, POETRY_SOURCE.format(index=index))
        script = made.script(f"poetry=={version}.*") if version else program("poetry")
        return Call([script, "install", "--no-interaction", "--no-ansi", *options], {**private(folder), **variables})

    return make


def pdm(*commands: str) -> Make:
    """pdm, with these commands after one another."""

    def make(made: Environments, folder: Path, names: Sequence[str], index: str) -> Call:
        write_project(folder, names, PDM_SOURCE.format(index=index) if index else "")
        line = " && ".join(f'"$0" {command}' for command in commands)
        return Call(["sh", "-c", line, made.pdm()], private(folder))

    return make


def pipenv(made: Environments, folder: Path, names: Sequence[str], index: str) -> Call:
    write_pipfile(folder, names, index)
    return Call([made.script("pipenv"), "install"], private(folder))


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
    Installer("pdm", pdm("lock", "sync"), folders=False),
    Installer("pipenv", pipenv, folders=False),
)
