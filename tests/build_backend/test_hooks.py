"""The backend's hooks, called as front ends call them."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest

from tests.build_backend.projects import OURS, WRAPPED, call, distributions, hook_names, make_project, published
from tests.support.markers import case
from tests.support.programs import output_of

ASKED = {"S3PYPI_PUBLISH": "1"}
SPY = """\
import sys
from flit_core import buildapi

def say(*words):
    print("spy:", *words, file=sys.stderr)

def get_requires_for_build_wheel(config_settings=None):
    say("requires", config_settings)
    return ["spy-requirement"]

def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    say("wheel", config_settings)
    return buildapi.build_wheel(wheel_directory, config_settings, metadata_directory)

def build_sdist(sdist_directory, config_settings=None):
    say("sdist", config_settings)
    return buildapi.build_sdist(sdist_directory, config_settings)
"""


QUICK = ("setuptools", "flit")
"""Backends that are tried in every run: one with an interface of its own beside PEP 517, and one that is small."""
each_backend = pytest.mark.parametrize("backend", [case(backend, slow=backend not in QUICK) for backend in WRAPPED])


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("S3PYPI_TARGET", str(tmp_path / "repository"))
    return tmp_path / "repository"


@pytest.fixture
def in_tree(tmp_path: Path) -> Path:
    """A project that wraps a module of its own, which offers no editable and no metadata hooks."""
    project = make_project(tmp_path / "project", "flit")
    (project / "build_tools").mkdir()
    (project / "build_tools" / "spy.py").write_text(SPY)
    text = (project / "pyproject.toml").read_text()
    (project / "pyproject.toml").write_text(
        text.replace('build-backend = "flit_core.buildapi"', 'build-backend = "spy"\nbackend-path = ["build_tools"]')
    )
    return project


@each_backend
def test_exactly_the_wrapped_backends_hooks_are_offered(tmp_path: Path, backend: str) -> None:
    project = make_project(tmp_path / "project", backend)
    assert hook_names(project, OURS) == hook_names(project, WRAPPED[backend] or "setuptools.build_meta") != set()


def test_an_in_tree_backend_is_wrapped(in_tree: Path, tmp_path: Path) -> None:
    assert hook_names(in_tree, OURS) == {"get_requires_for_build_wheel", "build_wheel", "build_sdist"}
    assert call(in_tree, "get_requires_for_build_wheel").result == ["spy-requirement"]
    assert call(in_tree, "get_requires_for_build_sdist").result == []
    called = call(in_tree, "build_wheel", str(tmp_path))
    assert called.result == distributions()["wheel"]


def test_an_object_in_a_module_may_be_the_backend(tmp_path: Path) -> None:
    project = make_project(tmp_path, settings='build-backend = "setuptools.build_meta:__legacy__"')
    assert hook_names(project, OURS) == hook_names(project, "setuptools.build_meta:__legacy__")


@pytest.mark.parametrize("hook", ["build_wheel", "build_sdist", "get_requires_for_build_wheel"])
def test_the_wrapped_backend_sees_no_settings_of_ours(in_tree: Path, tmp_path: Path, hook: str) -> None:
    folder = [str(tmp_path)] if hook.startswith("build") else []
    given = {"s3pypi-publish": "false", "s3pypi-target": "prod", "--build-option": "-v"}
    called = call(in_tree, hook, *folder, given)
    assert called.status == 0, called.stderr
    assert "{'--build-option': '-v'}" in called.stderr
    assert "s3pypi-" not in called.stderr
    assert "None" in call(in_tree, hook, *folder, None).stderr


@pytest.mark.parametrize(
    ("backend", "kind"),
    [
        case(backend, kind, slow=kind == "sdist" and backend not in QUICK, id=f"{kind}-{backend}")
        for kind in ("wheel", "sdist")
        for backend in WRAPPED
    ],
)
def test_what_was_built_is_published_at_its_final_place(
    tmp_path: Path, repository: Path, backend: str, kind: str
) -> None:
    project = make_project(tmp_path / "project", backend)
    (tmp_path / "dist").mkdir()
    called = call(project, f"build_{kind}", str(tmp_path / "dist"), environ=ASKED)
    assert called.status == 0, called.stderr
    assert isinstance(called.result, str)
    assert published(repository) == {called.result} == {path.name for path in (tmp_path / "dist").iterdir()}
    assert f"published {called.result}  " in called.stdout
    assert (repository / "hello-world" / called.result).read_bytes() == (tmp_path / "dist" / called.result).read_bytes()


@each_backend
def test_nothing_is_published_or_said_unasked(tmp_path: Path, repository: Path, backend: str) -> None:
    project = make_project(tmp_path / "project", backend)
    called = call(project, "build_wheel", str(tmp_path))
    assert called.status == 0
    assert not repository.exists()
    assert "s3pypi:" not in called.stdout + called.stderr


@each_backend
@pytest.mark.parametrize("hook", ["build_editable", "prepare_metadata_for_build_wheel"])
def test_editable_and_metadata_builds_work_and_publish_nothing(
    tmp_path: Path, repository: Path, backend: str, hook: str
) -> None:
    project = make_project(tmp_path / "project", backend)
    called = call(project, hook, str(tmp_path), {"s3pypi-publish": "true"})
    assert called.status == 0, called.stderr
    assert isinstance(called.result, str)
    assert (tmp_path / called.result).exists()
    assert not repository.exists()
    said = [line for line in called.stderr.splitlines() if line.startswith("s3pypi: ")]
    assert len(said) == 1
    assert said[0].startswith("s3pypi: not published: ")


def test_arguments_may_be_passed_by_name(tmp_path: Path) -> None:
    project = make_project(tmp_path / "project")
    probe = (
        f"from s3pypi_setuptools import build_meta as b; out = {str(tmp_path)!r}\n"
        "b.get_requires_for_build_wheel(config_settings=None)\n"
        "b.prepare_metadata_for_build_wheel(metadata_directory=out, config_settings={})\n"
        "b.build_sdist(sdist_directory=out, config_settings=None)\n"
        "b.build_wheel(wheel_directory=out, config_settings=None, metadata_directory=None)\n"
    )
    output_of([sys.executable, "-c", probe], cwd=project)
    assert len([*tmp_path.glob("hello?world-1.0.tar.gz"), *tmp_path.glob("hello_world-1.0-*.whl")]) == 2


def test_config_settings_are_settings(tmp_path: Path, repository: Path) -> None:
    project = make_project(tmp_path / "project", "flit")
    settings = {"s3pypi-publish": "true", "s3pypi-target": str(tmp_path / "other"), "s3pypi-if-exists": "fail"}
    assert call(project, "build_sdist", str(tmp_path), settings).status == 0
    assert published(tmp_path / "other") == {"hello_world-1.0.tar.gz"}
    assert not repository.exists()
    assert call(project, "build_sdist", str(tmp_path), settings).status == 1  # exists


def test_the_projects_own_configuration_counts(tmp_path: Path) -> None:
    project = make_project(tmp_path / "project", "flit", settings=f'target = "{(tmp_path / "repo").as_posix()}"')
    assert call(project, "build_sdist", str(tmp_path), environ=ASKED).status == 0
    assert published(tmp_path / "repo") == {"hello_world-1.0.tar.gz"}


@pytest.mark.parametrize(
    ("settings", "environ", "says"),
    [
        ({"s3pypi-publsh": "true"}, {}, "did you mean 's3pypi-publish'?"),
        ({"s3pypi-publish": "perhaps"}, {}, "s3pypi-publish: must be"),
        ({}, {"S3PYPI_PUBLISH": "perhaps"}, "S3PYPI_PUBLISH: must be"),
    ],
)
def test_bad_switches_fail_before_anything_is_built(
    tmp_path: Path, settings: dict[str, str], environ: dict[str, str], says: str
) -> None:
    project = make_project(tmp_path / "project", "flit")
    (tmp_path / "dist").mkdir()
    called = call(project, "build_sdist", str(tmp_path / "dist"), settings, environ=environ)
    assert called.status == 1
    assert says in called.stderr.splitlines()[-1]
    assert not list((tmp_path / "dist").iterdir())


@pytest.mark.parametrize(
    ("target", "says"), [("", "no target"), ("./repo", "relative path"), ("prod", "prod"), ("/dev/null/x", "/dev/null")]
)
def test_a_build_that_cannot_publish_fails_and_keeps_the_file(tmp_path: Path, target: str, says: str) -> None:
    project = make_project(tmp_path / "project", "flit")
    (tmp_path / "dist").mkdir()
    called = call(project, "build_sdist", str(tmp_path / "dist"), environ={**ASKED, "S3PYPI_TARGET": target})
    assert called.status == 1
    last = called.stderr.splitlines()[-1]
    assert last.startswith("s3pypi: error: built but not published: ")
    assert says in last
    assert "s3pypi upload dist/*" in last
    assert (tmp_path / "dist" / "hello_world-1.0.tar.gz").stat().st_size


@pytest.mark.parametrize("kind", ["sdist", "wheel"])
def test_a_rebuild_is_present(tmp_path: Path, repository: Path, kind: str) -> None:
    project = make_project(tmp_path / "project", "setuptools")
    first = call(project, f"build_{kind}", str(tmp_path), environ=ASKED)
    assert first.status == 0, first.stderr
    os.utime(project / "hello_world" / "__init__.py", (1_700_000_000, 1_700_000_000))
    time.sleep(2.1)  # times in a zip archive have steps of two seconds
    again = call(project, f"build_{kind}", str(tmp_path), environ=ASKED)
    assert again.status == 0, again.stderr
    [line] = [line for line in again.stdout.splitlines() if line.startswith("present ")]
    assert line.endswith(f"/{again.result} (same contents, built again)")
    assert published(repository) == {again.result}


def test_a_conflict_fails_the_build(tmp_path: Path, repository: Path) -> None:
    project = make_project(tmp_path / "project", "flit")
    assert call(project, "build_sdist", str(tmp_path), environ=ASKED).status == 0
    (project / "hello_world" / "__init__.py").write_text('"""Says goodbye."""\n')
    called = call(project, "build_sdist", str(tmp_path), environ=ASKED)
    assert called.status == 1
    last = called.stderr.splitlines()[-1]
    assert "is published already with other contents" in last
    assert last.endswith("raise the version, or replace it with S3PYPI_IF_EXISTS=replace")
    by_variable = call(project, "build_sdist", str(tmp_path), environ={**ASKED, "S3PYPI_IF_EXISTS": "replace"})
    assert "replaced hello_world-1.0.tar.gz" in by_variable.stdout
    (project / "hello_world" / "__init__.py").write_text('"""Says good night."""\n')
    forced = call(project, "build_sdist", str(tmp_path), {"s3pypi-force": "true"}, environ=ASKED)
    assert "replaced hello_world-1.0.tar.gz" in forced.stdout


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ('build-backend = "no_such_backend.api"', "requires"),
        ('build-backend = "flit_core.buildapi:nothing"', "does not exist"),
        ('build-backend = "s3pypi_setuptools.build_meta"', "itself"),
        ('build-backend = "not a name"', "build-backend"),
        ("build-backend = 3", "build-backend"),
        ('build-backend = "spy"\nbackend-path = ["../outside"]', "within the project"),
        ('build-backend = "flit_core.buildapi"\nbackend-path = ["."]', "not from there"),
        ('build-backend = "spy"\nbackend-path = "."', "list of folders"),
        ('build-backend = "spy"\nbackend-path = ["."]', "look at backend-path"),
        ('build-backend = "spy', "pyproject.toml"),
    ],
)
@pytest.mark.parametrize("hook", [case("get_requires_for_build_wheel", slow=True), "build_wheel"])
def test_a_backend_that_cannot_be_wrapped_is_one_line(tmp_path: Path, settings: str, says: str, hook: str) -> None:
    project = make_project(tmp_path / "project", settings=settings)
    called = call(project, hook, *([str(tmp_path)] if hook == "build_wheel" else []))
    assert called.status == 1
    assert len(called.stderr.splitlines()) == 1
    assert called.stderr.startswith("s3pypi: error: ")
    assert says in called.stderr
