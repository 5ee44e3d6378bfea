"""A wrapped backend that lies in the project's own tree."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from s3pypi_setuptools.build_meta.wrapped import load
from s3pypi_setuptools.errors import ConfigurationError
from tests.build_backend.projects import call, make_project, published

IN_TREE = """\
[build-system]
build-backend = "s3pypi_setuptools.build_meta"
[tool.s3pypi]
build-backend = "s3pypi_own_backend:hooks.nested"
backend-path = {path}
"""


@pytest.fixture
def both(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A project with an in-tree backend, of which a module of the same name is installed, too."""
    for place in ("installed", "project/tools", "project/empty"):
        folder = tmp_path / place
        folder.mkdir(parents=True)
        if folder.name != "empty":
            text = f"class hooks:\n    nested = {folder.name!r}\n"
            (folder / "s3pypi_own_backend.py").write_text(text, encoding="utf-8")
    project = tmp_path / "project"
    (project / "pyproject.toml").write_text(IN_TREE.format(path='["empty", "tools"]'), encoding="utf-8")
    monkeypatch.setattr(sys, "path", [str(tmp_path / "installed"), *sys.path])
    yield project
    sys.modules.pop("s3pypi_own_backend", None)
    load.cache_clear()


def test_the_in_tree_backend_wins_over_an_installed_module(both: Path) -> None:
    assert load(both) == "tools"
    assert sys.path[:2] == [str(both / "empty"), str(both / "tools")]


def test_a_module_that_is_installed_is_not_taken_for_a_missing_in_tree_backend(both: Path) -> None:
    (both / "tools" / "s3pypi_own_backend.py").unlink()
    with pytest.raises(ConfigurationError, match="'s3pypi_own_backend' was imported, but not from there"):
        load(both)


def test_an_in_tree_backend_that_was_imported_from_elsewhere_before_is_refused(
    both: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "s3pypi_own_backend", sys)
    with pytest.raises(ConfigurationError, match="but not from there"):
        load(both)


def test_without_a_backend_path_the_installed_module_is_taken(both: Path) -> None:
    (both / "pyproject.toml").write_text(IN_TREE.format(path="[]"), encoding="utf-8")
    assert load(both) == "installed"


@pytest.mark.parametrize("path", ["..", "tools/../..", "/tools"])
def test_a_backend_path_outside_the_project_is_refused(both: Path, path: str) -> None:
    (both / "pyproject.toml").write_text(IN_TREE.format(path=[path]), encoding="utf-8")
    with pytest.raises(ConfigurationError, match="must be a folder within the project"):
        load(both)


def test_a_pipe_in_place_of_the_projects_settings_is_not_waited_for(both: Path) -> None:
    path = both / "pyproject.toml"
    path.unlink()
    os.mkfifo(path)
    with pytest.raises(ConfigurationError, match=r"pyproject\.toml: is a pipe, device or socket"):
        load(both)


def test_an_in_tree_backends_result_is_published(tmp_path: Path) -> None:
    settings = f'backend-path = ["build_tools"]\ntarget = "{(tmp_path / "repo").as_posix()}"'
    project = make_project(tmp_path / "project", "flit", settings=settings)
    (project / "build_tools").mkdir()
    (project / "build_tools" / "own.py").write_text("from flit_core.buildapi import build_sdist, build_wheel\n")
    text = (project / "pyproject.toml").read_text()
    (project / "pyproject.toml").write_text(text.replace('"flit_core.buildapi"', '"own"'))
    called = call(project, "build_wheel", str(tmp_path), {"s3pypi-publish": "true"})
    assert called.status == 0, called.stderr
    assert published(tmp_path / "repo") == {called.result}
