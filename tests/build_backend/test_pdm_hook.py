"""pdm-backend, with this package among the build's requirements."""

from __future__ import annotations

from importlib.metadata import entry_points
from pathlib import Path

import pytest

from tests.build_backend.projects import call, published

BACKEND = "pdm.backend"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("S3PYPI_TARGET", str(tmp_path / "repository"))
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "hello_world.py").write_text("")
    (folder / "pyproject.toml").write_text(
        '[build-system]\nrequires = ["pdm-backend", "s3pypi-setuptools"]\nbuild-backend = "pdm.backend"\n'
        '[project]\nname = "hello-world"\nversion = "1.0"\n'
    )
    return folder


def test_the_hook_is_registered() -> None:
    (point,) = entry_points(group="pdm.build.hook", name="s3pypi")
    assert callable(point.load().pdm_build_finalize)


@pytest.mark.parametrize("hook", ["build_sdist", "build_wheel"])
def test_it_publishes_when_asked(project: Path, tmp_path: Path, hook: str) -> None:
    assert call(project, hook, str(tmp_path), backend=BACKEND).status == 0
    assert not (tmp_path / "repository").exists()
    called = call(project, hook, str(tmp_path), {"s3pypi-publish": "true"}, backend=BACKEND)
    assert called.status == 0, called.stderr
    assert published(tmp_path / "repository") == {called.result}


def test_an_editable_build_publishes_nothing(project: Path, tmp_path: Path) -> None:
    called = call(project, "build_editable", str(tmp_path), backend=BACKEND, environ={"S3PYPI_PUBLISH": "1"})
    assert called.status == 0
    assert "s3pypi: not published: an editable" in called.stderr
    assert not (tmp_path / "repository").exists()


def test_a_push_that_fails_ends_the_build_with_one_line(project: Path, tmp_path: Path) -> None:
    called = call(
        project, "build_wheel", str(tmp_path), backend=BACKEND, environ={"S3PYPI_PUBLISH": "1", "S3PYPI_TARGET": ""}
    )
    assert called.status == 1
    assert "no target" in called.stderr.splitlines()[-1]
    assert list(tmp_path.glob("*.whl"))
