"""The push that follows a build: what it prints, which settings it uses, and how it fails."""

from __future__ import annotations

import dataclasses
import signal
from pathlib import Path

import pytest

from s3pypi_setuptools.api import PackageRepository
from s3pypi_setuptools.build_gate import Frontend, Kind
from s3pypi_setuptools.build_push import PushFailed, abort, admit, push, split_config_settings
from s3pypi_setuptools.config.resolve import resolve
from s3pypi_setuptools.errors import ConfigurationError
from tests.support import samples


def test_a_refusal_is_said_on_stderr(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("S3PYPI_PUBLISH", "1")
    assert not admit(Frontend.BACKEND, Kind.EDITABLE, "dist")
    output = capsys.readouterr()
    assert output.out == ""
    assert output.err.startswith("s3pypi: not published: ")
    assert output.err.count("\n") == 1


def test_each_part_of_the_package_has_its_own_switch(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HATCH_BUILD_HOOK_ENABLE_S3PYPI", "1")
    assert [frontend for frontend in Frontend if admit(frontend, Kind.WHEEL, tmp_path)] == [Frontend.HATCH]


def test_own_config_settings_are_divided_from_the_backends() -> None:
    given = {
        "--build-option": ["-v"],
        "s3pypi-publish": "true",
        "s3pypi-target": ["a", "prod"],
        "s3pypi-if_exists": "skip",
    }
    assert split_config_settings(given) == ({"target": "prod", "if-exists": "skip"}, {"--build-option": ["-v"]})
    twice = {"s3pypi-s3-put-args": ["ACL=private", "StorageClass=GLACIER_IR"]}
    settings = resolve(command_line=split_config_settings(twice)[0])
    assert settings.s3_put_args == {"StorageClass": "GLACIER_IR"}
    assert settings.origins["acl"] == "command line"
    assert split_config_settings({}) == ({}, {})
    assert split_config_settings(None) == ({}, None)


@pytest.mark.parametrize(
    ("key", "hint"),
    [
        ("s3pypi-publsh", "s3pypi-publish"),
        ("s3pypi-tagret", "s3pypi-target"),
        ("s3pypi-file-mask", ""),
        ("s3pypi-", ""),
    ],
)
def test_unknown_config_settings_are_errors(key: str, hint: str) -> None:
    with pytest.raises(ConfigurationError, match=f"there is no config setting '{key}'.*{hint}"):
        split_config_settings({key: "x"})


def test_a_push_uses_the_built_projects_configuration(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    project = tmp_path / "project"
    project.mkdir()
    (project / "pyproject.toml").write_text(f'[tool.s3pypi]\ntarget = "{(tmp_path / "repo").as_posix()}"\n')
    wheel = samples.wheel(tmp_path / "dist")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    report = push(wheel, project=project)
    assert report.ok
    assert (tmp_path / "repo" / "demo" / wheel.name).exists()
    assert f"published {wheel.name}  " in capsys.readouterr().out
    other = push(wheel, project=project, command_line={"target": str(tmp_path / "other")})
    assert other.target == (tmp_path / "other").as_uri()


@pytest.mark.parametrize(
    ("target", "says"),
    [("", "no target"), ("./repo", "relative path"), ("prod", "prod"), ("s3://bucket/x", "s3://bucket")],
)
def test_a_push_that_cannot_says_why_and_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, target: str, says: str
) -> None:
    monkeypatch.setenv("S3PYPI_TARGET", target)
    monkeypatch.setenv("S3PYPI_ENDPOINT_URL", "http://127.0.0.1:9")
    wheel = samples.wheel(tmp_path / "dist")
    content = wheel.read_bytes()
    with pytest.raises(PushFailed) as caught:
        push(wheel, project=tmp_path)
    line = str(caught.value)
    assert says in line
    assert "s3pypi upload dist/*" in line
    assert "\n" not in line
    assert wheel.read_bytes() == content


def test_a_failure_names_the_folder_that_holds_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("S3PYPI_TARGET", "./relative")
    with pytest.raises(PushFailed, match="relative path") as caught:
        push(samples.wheel(tmp_path / "out"), project=tmp_path)
    assert f"'s3pypi upload {tmp_path / 'out'}/*'" in str(caught.value)


def test_a_conflict_advises_nothing_that_conflicts_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("S3PYPI_TARGET", str(tmp_path / "repo"))
    push(samples.wheel(tmp_path / "dist"), project=tmp_path)
    with pytest.raises(PushFailed, match="other contents") as caught:
        push(samples.wheel(tmp_path / "out", salt="2"), project=tmp_path)
    assert str(caught.value).endswith(": raise the version, or replace it with S3PYPI_IF_EXISTS=replace")


def test_a_build_that_is_aborted_shows_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="1"):
        abort(ConfigurationError("no\ntarget"))
    assert capsys.readouterr().err == "s3pypi: error: no target\n"


def test_the_folder_is_looked_at_from_the_root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Build tools may name it relative to the working folder, which is in uv's cache where uv builds a dependency."""
    folder = tmp_path / "builds-v0" / ".tmpQ1w2E3"
    folder.mkdir(parents=True)
    monkeypatch.setenv("S3PYPI_PUBLISH", "1")
    monkeypatch.chdir(folder)
    assert not admit(Frontend.BACKEND, Kind.WHEEL, "dist")
    monkeypatch.chdir(tmp_path)
    assert admit(Frontend.BACKEND, Kind.WHEEL, "dist")
    assert not admit(Frontend.BACKEND, Kind.WHEEL, "dist", {"s3pypi-publish": "false"})


def test_a_push_takes_a_project_relative_to_the_working_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "project").mkdir()
    text = '[tool.s3pypi]\ntarget = "prod"\n[tool.s3pypi.targets]\nprod = "{}"\n'
    (tmp_path / "project" / "pyproject.toml").write_text(text.format((tmp_path / "repo").as_posix()))
    monkeypatch.chdir(tmp_path)
    assert push(samples.wheel(tmp_path / "dist"), project=Path("project")).ok
    assert capsys.readouterr().err == ""


def test_notes_about_settings_are_said_as_warnings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def noting(**arguments: object) -> object:
        settings = resolve(**arguments)  # type: ignore[arg-type]
        return dataclasses.replace(settings, notes=("one note",))

    monkeypatch.setattr("s3pypi_setuptools.config.resolve.resolve", noting)
    push(samples.wheel(tmp_path / "dist"), project=tmp_path, command_line={"target": str(tmp_path / "r")})
    assert capsys.readouterr().err == "s3pypi: warning: one note\n"


def test_a_push_that_is_interrupted_says_what_it_published(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    publish = PackageRepository.publish

    def interrupted(*arguments: object, **options: object) -> None:
        publish(*arguments, **options)  # type: ignore[arg-type]
        signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(PackageRepository, "publish", interrupted)
    wheel = samples.wheel(tmp_path / "dist")
    with pytest.raises(SystemExit, match="130"):
        push(wheel, project=tmp_path, command_line={"target": str(tmp_path / "repo")})
    line = f"s3pypi: interrupted: published {wheel.name}; push what was built with 's3pypi upload dist/*'\n"
    assert capsys.readouterr().err == line
