"""A project that hatchling builds, in an environment where hatch and this package are installed."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.forked_programs import ForkedPrograms, forked_programs
from tests.support.programs import Ended, execute

PYPROJECT = """\
[build-system]
requires = ["hatchling", "s3pypi-setuptools"]
build-backend = "hatchling.build"

[project]
name = "demo-project"
version = "1.0"
"""
HOOK = "[tool.hatch.build.hooks.s3pypi]\n"
LATE = ("hatch.publish.plugin", "hatchling.builders.sdist", "hatchling.builders.wheel", "rich.spinner", "rich.table")
"""What ``hatch publish`` imports when it runs."""
SDIST, WHEEL = "demo_project-1.0.tar.gz", "demo_project-1.0-py3-none-any.whl"


@dataclass
class Project:
    """The project's folder, and a repository beside it."""

    folder: Path
    repository: Path
    programs: Callable[[], ForkedPrograms]

    def configure(self, *tables: str) -> None:
        """Write pyproject.toml with these tables."""
        (self.folder / "pyproject.toml").write_text("\n".join((PYPROJECT, *tables)), encoding="utf-8")

    @property
    def target(self) -> str:
        """A table that names the repository."""
        return f"[tool.s3pypi]\ntarget = {str(self.repository)!r}\n"

    def run(self, module: str, *arguments: str, **environment: str) -> Ended:
        """``python -m module``, and what came of it."""
        return self.execute([sys.executable, "-m", module, *arguments], **environment)

    def execute(self, command: Sequence[str], folder: Path | None = None, **environment: str) -> Ended:
        """What came of a command; never a traceback."""
        done = execute(command, cwd=folder or self.folder, environ=environment)
        assert "Traceback" not in done.output, done.output
        return done

    def hatch(self, *arguments: str, folder: Path | None = None, **environment: str) -> Ended:
        """``hatch`` in a fork of a process that has imported it; never a traceback."""
        done = self.programs().run("hatch", *arguments, cwd=folder or self.folder, environ=environment)
        assert "Traceback" not in done.output, done.output
        return done

    def build(self, *arguments: str, **environment: str) -> Ended:
        """``python -m build`` with what is installed here, so that nothing is fetched."""
        return self.run("build", "--no-isolation", *arguments, **environment)

    @property
    def published(self) -> list[str]:
        """The distributions that the repository holds."""
        return sorted(path.name for path in self.repository.rglob("*") if path.name.endswith((".whl", ".tar.gz")))

    @property
    def built(self) -> list[str]:
        """The distributions in ``dist``."""
        return sorted(path.name for path in (self.folder / "dist").glob("*.*"))


@pytest.fixture(scope="session")
def hatch_programs() -> Iterator[ForkedPrograms]:
    with forked_programs("hatch.cli", *LATE) as programs:
        yield programs


@pytest.fixture
def project(tmp_path: Path, request: pytest.FixtureRequest) -> Project:
    folder = tmp_path / "project"
    package = folder / "src" / "demo_project"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("")
    made = Project(folder, tmp_path / "repository", lambda: request.getfixturevalue("hatch_programs"))
    made.configure()
    return made
