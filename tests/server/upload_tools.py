"""Tools that upload, each as a command line for a project with a distribution in `dist`, or one that it builds."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.clients.installers import Environments
from tests.end_to_end import old_tools
from tests.support import samples

__all__ = ["ALWAYS", "OTHERS", "PASSWORDS", "Project", "Tool", "upload_with"]

NAME, PASSWORD = "alice", "p:$ %ä"
OLD_NAME, OLD_PASSWORD = "bob", "p:$ %20"
"""For setuptools, which sends nothing but ASCII."""
PASSWORDS = {NAME: PASSWORD, OLD_NAME: OLD_PASSWORD}
QUOTED = "alice:p%3A%24%20%25%C3%A4"
BIN = Path(sys.executable).parent

PYPROJECT = """\
[build-system]
requires = ["flit_core"]
build-backend = "flit_core.buildapi"

[project]
name = "{name}"
version = "{version}"
description = "a demo"
"""
SETUP = """\
from setuptools import setup
setup(name="{name}", version="{version}", py_modules=["{name}"], url="https://packages.example.com", author="a")
"""
PYPIRC = """\
[distutils]
index-servers = acme

[acme]
repository: {url}
username: {name}
password: {password}
"""


class Project:
    """A project in a folder of its own, with a wheel in `dist`."""

    def __init__(self, folder: Path, name: str = "demo", version: str = "1.0") -> None:
        self.folder = folder
        self.name = name
        self.version = version
        folder.mkdir(parents=True)
        self.write("first")

    def write(self, salt: str) -> None:
        """Write the project, and its wheel; other ``salt``, other contents."""
        self.wheel = samples.wheel(self.folder / "dist", self.name, self.version, salt=salt)
        facts = {"name": self.name, "version": self.version}
        (self.folder / f"{self.name}.py").write_text(f"SALT = {salt!r}\n", encoding="utf-8")
        (self.folder / "pyproject.toml").write_text(PYPROJECT.format(**facts), encoding="utf-8")
        (self.folder / "setup.py").write_text(SETUP.format(**facts), encoding="utf-8")


@dataclass(frozen=True)
class Call:
    """A command line, and variables for it."""

    command: list[str | Path]
    variables: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Tool:
    """One version of one tool.

    :param call: makes the command line for an upload URL.
    :param refused: what it says of a conflict; empty if a conflict is no failure for it.
    """

    name: str
    call: Callable[[str, Project, Environments], Call]
    refused: str = "409"

    def __str__(self) -> str:
        return self.name


def upload_with(tool: Tool, url: str, project: Project, environments: Environments) -> subprocess.CompletedProcess[str]:
    """Run the tool; it must show no password."""
    call = tool.call(url, project, environments)
    keyring = {"PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring"}
    done = subprocess.run(
        call.command,
        cwd=project.folder,
        env={**os.environ, **keyring, **call.variables},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert PASSWORD not in done.stdout + done.stderr
    assert OLD_PASSWORD not in done.stdout + done.stderr
    return done


def uv(url: str, project: Project, made: Environments) -> Call:
    return Call(
        [BIN / "uv", "publish", "--publish-url", url, project.wheel],
        {"UV_PUBLISH_USERNAME": NAME, "UV_PUBLISH_PASSWORD": PASSWORD},
    )


def uv_that_checks(url: str, project: Project, made: Environments) -> Call:
    """Uv, which looks whether the file is there already, and with the same bytes."""
    call = uv(url, project, made)
    address = "/".join(url.split("/")[:3]).replace("://", f"://{QUOTED}@")
    return Call([*call.command, "--check-url", f"{address}/simple/"], call.variables)


def hatch(url: str, project: Project, made: Environments) -> Call:
    command = [BIN / "hatch", "publish", "--no-prompt", "--repo", url, project.wheel]
    return Call(command, {"HATCH_INDEX_USER": NAME, "HATCH_INDEX_AUTH": PASSWORD})


def poetry(url: str, project: Project, made: Environments) -> Call:
    return Call(
        [BIN / "poetry", "publish", "--no-interaction", "--no-ansi", "-r", "acme"],
        {
            "POETRY_REPOSITORIES_ACME_URL": url,
            "POETRY_HTTP_BASIC_ACME_USERNAME": NAME,
            "POETRY_HTTP_BASIC_ACME_PASSWORD": PASSWORD,
        },
    )


def poetry_that_skips(url: str, project: Project, made: Environments) -> Call:
    call = poetry(url, project, made)
    return Call([*call.command, "--skip-existing"], call.variables)


TWINE = ("upload", "--non-interactive", "--disable-progress-bar", "--repository-url")
AS_TWINE = {"TWINE_USERNAME": NAME, "TWINE_PASSWORD": PASSWORD}


def twine(url: str, project: Project, made: Environments) -> Call:
    return Call([sys.executable, "-m", "twine", *TWINE, url, "--verbose", project.wheel], AS_TWINE)


def old_twine(url: str, project: Project, made: Environments) -> Call:
    """Twine 3, with what it needs of its time; it runs on each current Python."""
    needs = ("twine==3.8.0", "requests-toolbelt<1", "urllib3<2", "packaging")
    folder = made.of("env-twine-3", lambda folder: old_tools.install(folder, *needs))
    return Call([folder / "bin" / "twine", *TWINE, url, project.wheel], AS_TWINE)


def curl(url: str, project: Project, made: Environments) -> Call:
    facts = (f"name={project.name}", f"version={project.version}", "filetype=bdist_wheel")
    forms = [word for one in (":action=file_upload", *facts, f"content=@{project.wheel}") for word in ("-F", one)]
    return Call(["curl", "--fail-with-body", "-sS", "-u", f"{NAME}:{PASSWORD}", *forms, url])


def flit(url: str, project: Project, made: Environments) -> Call:
    command: list[str | Path] = [made.scripts("flit") / "flit", "publish", "--format", "wheel"]
    return Call(command, {"FLIT_INDEX_URL": url, "FLIT_USERNAME": NAME, "FLIT_PASSWORD": PASSWORD})


def pdm(url: str, project: Project, made: Environments) -> Call:
    variables = {"PDM_PUBLISH_USERNAME": NAME, "PDM_PUBLISH_PASSWORD": PASSWORD, "PDM_CHECK_UPDATE": "0"}
    return Call([made.pdm(), "publish", "--no-build", "-r", url], variables)


def old_setuptools(url: str, project: Project, made: Environments) -> Call:
    """``setup.py upload`` of the last setuptools that has it; it must come behind what is uploaded."""
    folder = made.of("env-setuptools-41", lambda folder: old_tools.install(folder, "setuptools==41.6.0"))
    home = project.folder / "home"
    home.mkdir(exist_ok=True)
    pypirc = PYPIRC.format(url=url, name=OLD_NAME, password=OLD_PASSWORD)
    (home / ".pypirc").write_text(pypirc, encoding="utf-8")
    python = folder / "bin" / "python"
    command = [python, "-W", "ignore", "setup.py", "-q", "sdist", "upload", "-r", "acme", "--show-response"]
    return Call(command, {"HOME": str(home)})


ALWAYS = (
    Tool("uv", uv, refused="Server says: 409 File already exists"),
    Tool("uv --check-url", uv_that_checks, refused="do not match"),
    Tool("hatch", hatch, refused=""),
    Tool("poetry", poetry, refused="already exists"),
    Tool("twine", twine, refused="File already exists"),
    Tool("curl", curl, refused="File already exists"),
)
"""Those that are installed with the tests."""
OTHERS = (
    Tool("poetry --skip-existing", poetry_that_skips, refused=""),
    Tool("twine 3", old_twine),
    Tool("flit", flit),
    Tool("pdm", pdm),
    Tool("setuptools 41", old_setuptools),
)
"""Those with an environment of their own, or a rare option."""
