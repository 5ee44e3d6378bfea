"""Tools that upload, each as a command line for a project with a distribution in `dist`, or one that it builds."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.clients.installers import Call, Environments
from tests.support import samples
from tests.support.servers import program

NAME, PASSWORD = "alice", "p:$ %ä"
OLD_NAME, OLD_PASSWORD = "bob", "p:$ %20"
"""For setuptools, which sends nothing but ASCII."""
PASSWORDS = {NAME: PASSWORD, OLD_NAME: OLD_PASSWORD}
QUOTED = "alice:p%3A%24%20%25%C3%A4"

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
PYPIRC = f"""\
[distutils]
index-servers = acme

[acme]
repository: {{url}}
username: {OLD_NAME}
password: {OLD_PASSWORD}
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
class Tool:
    """One version of one tool.

    :param words: its command line, with fields of `upload_with`.
    :param variables: likewise.
    :param refused: what it says of a conflict; empty if a conflict is no failure for it.
    :param requirements: of an environment of its own; without, it is installed with the tests.
    """

    name: str
    words: str
    variables: Mapping[str, str]
    refused: str = "409"
    requirements: tuple[str, ...] = ()

    def __str__(self) -> str:
        return self.name


def upload_with(tool: Tool, url: str, project: Project, environments: Environments) -> subprocess.CompletedProcess[str]:
    """Run the tool; it must show no password."""
    (project.folder / ".pypirc").write_text(PYPIRC.format(url=url), encoding="utf-8")
    fields = {
        "url": url,
        "index": "/".join(url.split("/")[:3]).replace("://", f"://{QUOTED}@") + "/simple/",
        "wheel": project.wheel,
        "name": project.name,
        "version": project.version,
        "folder": project.folder,
        "user": f"{NAME}:{PASSWORD}",
    }
    name, *words = (word.format(**fields) for word in tool.words.split())
    script = environments.script(*tool.requirements, name=name) if tool.requirements else program(name)
    variables = {name: value.format(**fields) for name, value in tool.variables.items()}
    keyring = {"PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring"}
    done = Call([script, *words], {**keyring, **variables}).run(project.folder)
    assert PASSWORD not in done.stdout
    assert OLD_PASSWORD not in done.stdout
    return done


def user(name: str, password: str) -> dict[str, str]:
    """The user, in variables of these names."""
    return {name: NAME, password: PASSWORD}


UV, UV_USER = "uv publish --publish-url {url} {wheel}", user("UV_PUBLISH_USERNAME", "UV_PUBLISH_PASSWORD")
POETRY = "poetry publish --no-interaction --no-ansi -r acme"
POETRY_USER = {
    "POETRY_REPOSITORIES_ACME_URL": "{url}",
    **user("POETRY_HTTP_BASIC_ACME_USERNAME", "POETRY_HTTP_BASIC_ACME_PASSWORD"),
}
TWINE = "twine upload --non-interactive --disable-progress-bar --repository-url {url} {wheel}"
TWINE_USER = user("TWINE_USERNAME", "TWINE_PASSWORD")
CURL = (
    "curl --fail-with-body -sS -u {user} -F :action=file_upload -F name={name} -F version={version} "
    "-F filetype=bdist_wheel -F content=@{wheel} {url}"
)
ALWAYS = (
    Tool("uv", UV, UV_USER, "Server says: 409 File already exists"),
    Tool("uv --check-url", UV + " --check-url {index}", UV_USER, "do not match"),
    Tool(
        "hatch",
        "hatch publish --no-prompt --repo {url} {wheel}",
        user("HATCH_INDEX_USER", "HATCH_INDEX_AUTH"),
        refused="",
    ),
    Tool("poetry", POETRY, POETRY_USER, "already exists"),
    Tool("twine", TWINE + " --verbose", TWINE_USER, "File already exists"),
    Tool("curl", CURL, {}, "File already exists"),
)
"""Those that are installed with the tests."""
OTHERS = (
    Tool("poetry --skip-existing", POETRY + " --skip-existing", POETRY_USER, refused=""),
    # It runs on each current Python, with what it needs of its time.
    Tool("twine 3", TWINE, TWINE_USER, "409", ("twine==3.8.0", "requests-toolbelt<1", "urllib3<2", "packaging")),
    Tool(
        "flit",
        "flit publish --format wheel",
        {"FLIT_INDEX_URL": "{url}", **user("FLIT_USERNAME", "FLIT_PASSWORD")},
        requirements=("flit",),
    ),
    Tool(
        "pdm",
        "pdm publish --no-build -r {url}",
        {"PDM_CHECK_UPDATE": "0", **user("PDM_PUBLISH_USERNAME", "PDM_PUBLISH_PASSWORD")},
        requirements=("pdm[locked]",),
    ),
    # The last setuptools that has ``upload``, which must come behind what is uploaded.
    Tool(
        "setuptools 41",
        "python -W ignore setup.py -q sdist upload -r acme --show-response",
        {"HOME": "{folder}"},
        requirements=("setuptools==41.6.0",),
    ),
)
"""Those with an environment of their own, or a rare option."""
