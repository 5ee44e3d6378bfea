"""``s3pypi release``: both distributions built in isolation and published in one commit, or nothing."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.build_backend.projects import distributions, make_project, published
from tests.support.markers import case
from tests.support.programs import run

BOTH = set(distributions().values())
NO_WHEEL = """\
import flit_core.buildapi
build_sdist = flit_core.buildapi.build_sdist

def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    print("the compiler is missing")
    raise SystemExit(1)
"""

pytestmark = pytest.mark.usefixtures("build_environment")


def generation(repository: Path) -> int:
    manifest = json.loads((repository / "hello-world" / "manifest.json").read_text())
    return int(manifest["generation"])


@pytest.mark.parametrize("backend", ["setuptools", case("hatchling", slow=True)])
def test_a_release_is_one_commit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, backend: str) -> None:
    # The switch is for builds by other front ends: here, the build itself publishes nothing.
    monkeypatch.setenv("S3PYPI_PUBLISH", "1")
    target = (tmp_path / "repository").as_posix()
    project = make_project(tmp_path / "project", backend, settings=f'target = "{target}"')
    done = run("s3pypi", "release", str(project), cwd=tmp_path)
    assert done.status == 0, done.stderr
    assert published(tmp_path / "repository") == BOTH
    assert {path.name for path in (project / "dist").glob("hello_world-*")} == BOTH
    assert generation(tmp_path / "repository") == 1
    outcomes = [line.split()[:2] for line in done.stdout.splitlines() if line.startswith("published ")]
    assert sorted(outcomes) == sorted(["published", name] for name in BOTH)


@pytest.mark.slow
def test_config_settings_reach_the_backend_and_options_are_uploads(tmp_path: Path) -> None:
    project = make_project(tmp_path / "project", build_backend="setuptools.build_meta")
    done = run(
        "s3pypi", "release", "-C--build-option=--build-number=7", f"--outdir={tmp_path / 'out'}", "--target=./repo",
        "--dry-run", "--json", cwd=project,
    )  # fmt: skip
    assert done.status == 0, done.stderr
    report = json.loads(done.stdout)
    wheel = "hello_world-1.0-7-py3-none-any.whl"
    assert {file["filename"] for file in report["files"]} == {wheel, distributions()["sdist"]}
    assert (tmp_path / "out" / wheel).exists()
    assert not (project / "repo").exists()


def test_a_wheel_alone(tmp_path: Path) -> None:
    project = make_project(tmp_path / "project", "flit", build_backend="flit_core.buildapi")
    done = run("s3pypi", "release", "--wheel", "--target=./repo", cwd=project)
    assert done.status == 0, done.stderr
    assert published(project / "repo") == {distributions()["wheel"]}
    assert {path.name for path in (project / "dist").iterdir()} == {distributions()["wheel"]}
    assert "sdist" not in done.stderr
    steps = [line for line in done.stderr.splitlines() if line.startswith(("wheel: ", "publishing "))]
    assert steps == [
        "wheel: making an isolated environment",
        *(line for line in steps if line.startswith("wheel: installing flit_core")),
        "wheel: running the build backend",
        f"wheel: built {distributions()['wheel']}",
        f"publishing {distributions()['wheel']} to {(project / 'repo').as_uri()}",
    ]
    assert len(steps) > 4


@pytest.mark.parametrize("quiet", [(), case(("--quiet",), slow=True)])
def test_nothing_is_published_when_the_wheel_cannot_be_built(tmp_path: Path, quiet: tuple[str, ...]) -> None:
    project = make_project(tmp_path / "project", "flit", build_backend="no_wheel")
    (project / "no_wheel.py").write_text(NO_WHEEL)
    text = (project / "pyproject.toml").read_text()
    (project / "pyproject.toml").write_text(
        text.replace('build-backend = "no_wheel"', 'build-backend = "no_wheel"\nbackend-path = ["."]')
        + '\n[tool.flit.sdist]\ninclude = ["no_wheel.py"]\n'
    )
    done = run("s3pypi", "release", "--target=./repo", *quiet, cwd=project)
    assert done.status == 1
    last = done.stderr.splitlines()[-1]
    assert last.startswith("s3pypi: error: nothing was published: wheel: ")
    assert "the compiler is missing" in done.stderr
    assert not (project / "repo").exists()


@pytest.mark.slow
def test_a_second_release_of_the_same_source_is_present(tmp_path: Path) -> None:
    project = make_project(tmp_path / "project", build_backend="setuptools.build_meta")
    assert run("s3pypi", "release", "--target=./repo", cwd=project).status == 0
    os.utime(project / "hello_world" / "__init__.py", (1_700_000_000, 1_700_000_000))
    done = run("s3pypi", "release", "--target=./repo", cwd=project)
    assert done.status == 0, done.stderr
    said = [line.split()[1] for line in done.stdout.splitlines() if line.endswith(" (same contents, built again)")]
    assert set(said) == BOTH
    assert generation(project / "repo") == 1


def test_a_conflict_advises_nothing_that_conflicts_again(tmp_path: Path) -> None:
    project = make_project(tmp_path / "project", "flit", build_backend="flit_core.buildapi")
    assert run("s3pypi", "release", "--target=./repo", cwd=project).status == 0
    (project / "hello_world" / "__init__.py").write_text('"""Says goodbye."""\n')
    done = run("s3pypi", "release", "--target=./repo", cwd=project)
    assert done.status == 1
    assert "is published already with other contents" in done.stderr
    assert done.stderr.splitlines()[-1].endswith("raise the version, or replace it with --force")
    assert "s3pypi upload" not in done.stderr
    assert generation(project / "repo") == 1


@pytest.mark.parametrize(
    ("arguments", "says", "status"),
    [
        ([], "no target", 1),
        (["nowhere", "--target=./repo"], "nowhere: no such folder", 1),
        ([".", "--target=./repo"], "could not be built", 1),
        (["--target=./repo", "-Cs3pypi-publish=true"], "publishes by itself", 2),
    ],
)
def test_errors_are_one_line_before_anything_is_built(
    tmp_path: Path, arguments: list[str], says: str, status: int
) -> None:
    done = run("s3pypi", "release", *arguments, cwd=tmp_path)
    assert done.status == status
    assert says in done.stderr.splitlines()[-1]
    assert not list(tmp_path.rglob("*.whl"))
