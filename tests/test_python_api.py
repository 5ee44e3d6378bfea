"""The exported names, and what the pages on looking after a repository show."""

from __future__ import annotations

import doctest
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

import s3pypi_setuptools
from s3pypi_setuptools import ConfigurationError, RepositoryError, open_repository
from tests.support import samples
from tests.support.programs import run
from tests.test_readme import sessions

DOCS = Path(__file__).parents[1] / "docs"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder, whose ``dist`` holds demo 1.0 (wheel, sdist) and 1.1 (wheel)."""
    monkeypatch.chdir(tmp_path)
    samples.wheel(tmp_path / "dist", "demo", "1.0")
    samples.sdist(tmp_path / "dist", "demo", "1.0")
    samples.wheel(tmp_path / "dist", "demo", "1.1")
    return tmp_path


@pytest.mark.program
def test_the_examples_of_the_python_api_are_true(folder: Path) -> None:
    results = doctest.testfile(str(DOCS / "python-api.md"), module_relative=False, encoding="utf-8")
    assert results.attempted > 35
    assert results.failed == 0


@pytest.mark.program
def test_the_commands_of_the_page_on_looking_after_print_what_it_shows(folder: Path) -> None:
    samples.wheel(folder / "dist", "other", "0.1")
    assert run("s3pypi", "dist", "-t", "./repo", cwd=folder).status == 0
    shown = 0
    for line, output in sessions((DOCS / "look-after.md").read_text(encoding="utf-8")):
        program, *arguments = shlex.split(line)
        done = run(program, *arguments, cwd=folder)
        warned = "--all" in arguments  # of a name that becomes free
        assert (done.status, done.stderr.count("\n")) == (0, warned), line
        assert ("dependency confusion" in done.stderr) is warned
        pattern = "\n".join(re.escape(text).replace("…", ".*") for text in output)
        assert re.fullmatch(pattern, done.stdout.rstrip("\n")), f"{line}\n{done.stdout}"
        shown += 1
    assert shown >= 9


def test_every_exported_name_is_there_and_listed() -> None:
    for name in s3pypi_setuptools.__all__:
        assert getattr(s3pypi_setuptools, name) is not None
    assert set(s3pypi_setuptools.__all__) <= set(dir(s3pypi_setuptools))
    assert not hasattr(s3pypi_setuptools, "nothing_of_that_name")


@pytest.mark.program
def test_importing_the_package_loads_nothing_of_it() -> None:
    probe = "import sys, s3pypi_setuptools; print([m for m in sys.modules if m.startswith('s3pypi_setuptools.')])"
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


@pytest.mark.program
def test_type_checkers_see_what_is_exported(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    names = [name for name in s3pypi_setuptools.__all__ if name != "__version__"]
    script.write_text(
        f"from s3pypi_setuptools import {', '.join(names)}\n"
        "repository = open_repository('./repo')\n"
        "reveal_type(repository.show('demo').files[0].filename)\n"
    )
    home = Path(s3pypi_setuptools.__file__).parents[1]
    # mypy finds installed packages by itself; a checkout has to be named.
    path = {} if home.name == "site-packages" else {"MYPYPATH": str(home)}
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--follow-imports=silent", "--cache-dir", tmp_path / "cache", script],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        env={**os.environ, **path},
    )
    assert 'Revealed type is "builtins.str"' in done.stdout or 'Revealed type is "str"' in done.stdout, done.stdout
    assert "Success" in done.stdout


def test_settings_are_those_of_the_command_line(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert open_repository(folder / "repo").target == (folder / "repo").as_uri()
    assert open_repository("s3://bucket/a", profile=None, region="eu-west-1").target == "s3://bucket/a"
    with pytest.raises(ConfigurationError, match="no target"):
        open_repository()
    monkeypatch.setenv("S3PYPI_TARGET", "s3://bucket/b")
    assert repr(open_repository()) == "<PackageRepository s3://bucket/b>"
    with pytest.raises(ConfigurationError, match="profil"):
        open_repository("./repo", profil="work")


def test_a_project_is_not_deleted_by_naming_no_files(folder: Path) -> None:
    repository = open_repository("./repo")
    repository.publish("dist")
    with pytest.raises(ValueError, match="name the files"):
        repository.delete_files("demo", [])
    for ambiguous in ({}, {"version": "1.0", "whole": True}, {"version": "1.0", "filenames": ["demo-1.0.tar.gz"]}):
        with pytest.raises(ValueError, match="name the files to delete, or a version, or the whole project"):
            repository.delete("demo", **ambiguous)  # type: ignore[arg-type]
    assert repository.show("demo").versions == ("1.0", "1.1")
    with pytest.raises(RepositoryError, match="there is no project"):
        repository.yank("dmo", "1.0")


def test_lists_are_sequences_and_reports(folder: Path) -> None:
    repository = open_repository("./repo")
    repository.publish("dist")
    projects = repository.list()
    assert (projects.ok, len(projects), projects[0].name, projects[-1] in projects) == (True, 1, "demo", True)
    assert list(projects) == list(projects.projects)
    assert repository.list(names_only=True)[0].latest is None


def test_the_newest_stable_release_goes_only_if_that_is_asked_for(folder: Path) -> None:
    repository = open_repository("./repo")
    repository.publish("dist")
    assert [one.version for one in repository.prune(keep_last=0, dry_run=True).pruned] == ["1.0", "1.0"]
    pruned = repository.prune(keep_last=0, last_stable=True, dry_run=True).pruned
    assert {one.version for one in pruned} == {"1.0", "1.1"}
