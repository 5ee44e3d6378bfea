"""A wrapped backend that lies in the project's own tree."""

from __future__ import annotations

from pathlib import Path

from .projects import call, make_project, published


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
