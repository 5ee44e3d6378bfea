"""What README and the pages of docs/ show is true: links lead somewhere, commands do what is printed below them."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import venv
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.servers import S3Server

CHECKOUT = Path(__file__).parents[1]
PAGES = [CHECKOUT / "README.md", *sorted(CHECKOUT.glob("*/**/*.md"))]
PAGES = [path for path in PAGES if not any(part.startswith(".") for part in path.relative_to(CHECKOUT).parts)]
EXAMPLE_TARGET = "s3://my-company-packages/simple"
README = (CHECKOUT / "README.md").read_text(encoding="utf-8")
QUICKSTART = (CHECKOUT / "docs" / "quickstart.md").read_text(encoding="utf-8")


def page_id(path: Path) -> str:
    return path.relative_to(CHECKOUT).as_posix()


@pytest.mark.parametrize("page", PAGES, ids=page_id)
def test_links_lead_to_files(page: Path) -> None:
    text = re.sub(r"```.*?```|`[^`]*`", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    for link in re.findall(r"\]\(([^)\s]+)\)", text):
        if "://" not in link and not link.startswith("#"):
            assert (page.parent / link.partition("#")[0]).exists(), link


def test_the_two_commands_are_those_that_are_tested() -> None:
    indented = re.findall(r"^ {4}(python3 .*)$", README, flags=re.MULTILINE)
    assert indented == [
        "python3 examples/demo.py",
        "python3 -m venv .venv && .venv/bin/pip install --quiet tox-uv && .venv/bin/tox",
    ]


def sessions(text: str) -> Iterator[tuple[str, list[str]]]:
    """Each command of the text's ``console`` blocks, with the lines that it shows below it."""
    for block in re.findall(r"^```console\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, *shown = part.splitlines()
            yield command, [line for line in shown if line != "…"]


class Shell:
    """A shell in a copy of the example project."""

    def __init__(self, folder: Path, home: Path) -> None:
        self.folder = folder
        self.project = folder / "project"
        shutil.copytree(CHECKOUT / "examples" / "setup-py", self.project)
        path = (Path(sys.executable).parent, os.environ["PATH"])
        self.environment = {**os.environ, "HOME": str(home), "PATH": os.pathsep.join(map(str, path))}

    def make_client(self) -> None:
        """Let ``pip`` install into an environment of its own, whose programs come last."""
        client, scripts = self.folder / "client", self.folder / "scripts"
        venv.create(client, with_pip=True)
        scripts.mkdir()
        (scripts / "pip").symlink_to(client / "bin" / "pip")
        self.environment["PATH"] = os.pathsep.join((str(scripts), self.environment["PATH"], str(client / "bin")))

    def run(self, command: str) -> str:
        """Everything that the command prints; it must succeed."""
        done = subprocess.run(
            ["bash", "-c", command],
            cwd=self.project,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"$ {command}\n{done.stdout}"
        # setuptools before 69.3 keeps the hyphen of the project's name.
        return done.stdout.replace("hello-s3pypi-1.0.0.tar.gz", "hello_s3pypi-1.0.0.tar.gz")


@pytest.mark.skipif(os.name == "nt", reason="the pages show a POSIX shell")
def test_the_quick_start_prints_what_it_shows(tmp_path: Path, own_environment: Path, s3_server: S3Server) -> None:
    shell = Shell(tmp_path, own_environment)
    shell.make_client()
    shell.environment |= s3_server.environment
    target = f"s3://{s3_server.new_bucket()}/simple"
    setup = shell.project / "setup.cfg"
    setup.write_text(setup.read_text(encoding="utf-8").replace(EXAMPLE_TARGET, target), encoding="utf-8")
    commands = 0
    for command, shown in sessions(QUICKSTART):
        printed = shell.run(command).replace(target, EXAMPLE_TARGET).replace(str(own_environment), "/home/me")
        for line in shown:
            assert line in printed.splitlines(), f"$ {command}\n{line}\nnot in\n{printed}"
        commands += 1
    assert commands == 5


@pytest.mark.skipif(os.name == "nt", reason="the pages show a POSIX shell")
def test_the_commands_of_the_readme_publish_to_s3(tmp_path: Path, own_environment: Path, s3_server: S3Server) -> None:
    shell = Shell(tmp_path, own_environment)
    shell.environment |= s3_server.environment
    target = f"s3://{s3_server.new_bucket()}/simple"
    (shell.project / "setup.cfg").write_text(
        (shell.project / "setup.cfg").read_text(encoding="utf-8").replace(EXAMPLE_TARGET, target), encoding="utf-8"
    )
    build = "python setup.py sdist bdist_wheel s3pypi"
    upload = f"s3pypi upload dist/* --target {EXAMPLE_TARGET}"
    assert f"    {build}\n" in README
    assert f"    {upload}\n" in README
    assert f"published hello_s3pypi-1.0.0.tar.gz  {target}/" in shell.run(build)
    assert f"present hello_s3pypi-1.0.0.tar.gz  {target}/" in shell.run(upload.replace(EXAMPLE_TARGET, target))
