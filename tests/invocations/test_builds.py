"""What reaches an isolated build, and how a build that is to publish and cannot ends."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.build_backend.projects import distributions, make_project, published
from tests.support.markers import case
from tests.support.programs import execute
from tests.support.servers import S3Server

FRONT_ENDS = {
    "build": (sys.executable, "-m", "build", "--installer=uv"),
    "uv-build": (sys.executable, "-m", "uv", "build"),
}
BOTH = set(distributions().values())

pytestmark = pytest.mark.usefixtures("build_environment")


@pytest.fixture(params=[case(name, slow=name != "build") for name in FRONT_ENDS])
def front_end(request: pytest.FixtureRequest) -> tuple[str, ...]:
    return FRONT_ENDS[request.param]


def test_the_configuration_is_the_built_projects(front_end: tuple[str, ...], tmp_path: Path) -> None:
    target = (tmp_path / "repository").as_posix()
    project = make_project(
        tmp_path / "project",
        settings=f'target = "prod"\n[tool.s3pypi.targets]\nprod = "{target}"',
    )
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "pyproject.toml").write_text('[tool.s3pypi]\ntarget = "/must/not/be/used"\n')
    done = execute([*front_end, "-C", "s3pypi-publish=true", str(project)], cwd=tmp_path / "elsewhere")
    assert done.status == 0, done.output
    assert published(tmp_path / "repository") == BOTH


@pytest.mark.parametrize(
    ("front_end", "credentials"), [("build", "profile"), ("uv-build", "keys")], indirect=["front_end"]
)
def test_target_and_credentials_reach_isolated_builds(
    *,
    front_end: tuple[str, ...],
    credentials: str,
    tmp_path: Path,
    ministack: S3Server,
    own_environment: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bucket = ministack.new_bucket()
    monkeypatch.setenv("S3PYPI_TARGET", f"s3://{bucket}/simple")
    monkeypatch.setenv("S3PYPI_PUBLISH", "1")
    monkeypatch.setenv("AWS_ENDPOINT_URL", ministack.endpoint_url)
    monkeypatch.setenv("AWS_DEFAULT_REGION", ministack.region)
    if credentials == "keys":
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", ministack.access_key)
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", ministack.secret_key)
    else:
        monkeypatch.setenv("S3PYPI_PROFILE", "release")
        (own_environment / ".aws").mkdir()
        (own_environment / ".aws" / "credentials").write_text(
            f"[release]\naws_access_key_id = {ministack.access_key}\naws_secret_access_key = {ministack.secret_key}\n"
        )
    done = execute([*front_end], cwd=make_project(tmp_path / "project"))
    assert done.status == 0, done.output
    assert ministack.secret_key not in done.output
    assert {f"simple/hello-world/{name}" for name in BOTH} <= {*ministack.keys(bucket)}


@pytest.mark.parametrize(("target", "says"), [("./repository", "relative path"), ("s3://bucket/simple", "credentials")])
def test_a_build_that_cannot_publish_fails_and_keeps_the_file(
    front_end: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, target: str, says: str
) -> None:
    monkeypatch.setenv("S3PYPI_TARGET", target)
    monkeypatch.setenv("S3PYPI_PUBLISH", "1")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    project = make_project(tmp_path / "project")
    done = execute([*front_end], cwd=project)
    assert done.status != 0
    (line,) = [line for line in done.output.splitlines() if line.strip().startswith("s3pypi: error: ")]
    assert says in line
    assert "s3pypi upload dist/*" in line
    assert "Traceback" not in done.output
    assert [path.name for path in (project / "dist").glob("hello_world-*")] == [distributions()["sdist"]]


def test_what_is_kept_can_be_pushed(
    front_end: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = make_project(tmp_path / "project")
    monkeypatch.setenv("S3PYPI_PUBLISH", "1")
    assert execute([*front_end, "--sdist"], cwd=project).status != 0
    target = str(tmp_path / "repository")
    done = execute([sys.executable, "-m", "s3pypi_setuptools", "upload", "dist/*", "--target", target], cwd=project)
    assert done.status == 0, done.stderr
    assert published(tmp_path / "repository") == {distributions()["sdist"]}


def test_a_chained_command_that_fails_says_that_no_wheel_is_kept(tmp_path: Path) -> None:
    project = make_project(tmp_path / "project")
    done = execute([*FRONT_ENDS["build"], "--wheel", "-C--build-option=s3pypi"], cwd=project)
    assert done.status != 0
    assert "no target" in done.output
    assert "keeps no wheel" in done.output
    assert "s3pypi upload dist/*" in done.output
    assert not list((project / "dist").glob("*.whl"))
