"""The gate: which builds may publish, and what is said of those that asked and may not."""

from __future__ import annotations

import dataclasses
import signal
from pathlib import Path, PurePosixPath

import pytest

from s3pypi_setuptools import after_build
from s3pypi_setuptools.after_build import Door, Kind, Verdict, may_publish
from s3pypi_setuptools.api import PackageRepository
from s3pypi_setuptools.config.resolve import resolve
from s3pypi_setuptools.errors import ConfigurationError
from tests.support import samples

DIST = PurePosixPath("/home/user/project/dist")
UV = PurePosixPath("/home/user/.cache/uv/builds-v0/.tmpQ1w2E3")
ASKED = {"S3PYPI_PUBLISH": "1"}
PIP = {"PIP_BUILD_TRACKER": "/tmp/pip-build-tracker-x"}
TOX = {"TOX_ENV_DIR": "/home/user/project/.tox/.pkg", "TOX_ENV_NAME": ".pkg"}

YES = Verdict(publish=True)
NO = Verdict(publish=False)


def ask(
    door: Door = Door.BACKEND,
    kind: Kind = Kind.WHEEL,
    folder: PurePosixPath = DIST,
    environ: dict[str, str] | None = None,
    settings: dict[str, object] | None = None,
) -> Verdict:
    return may_publish(door, kind, folder, environ=environ or {}, config_settings=settings)


@pytest.mark.parametrize("door", Door)
@pytest.mark.parametrize("kind", Kind)
def test_nobody_asked(door: Door, kind: Kind) -> None:
    for environ in ({}, PIP, TOX, {"S3PYPI_TARGET": "s3://bucket"}):
        assert ask(door, kind, environ=environ) == NO
        assert ask(door, kind, UV, environ=environ) == NO


@pytest.mark.parametrize("door", Door)
@pytest.mark.parametrize("kind", [Kind.WHEEL, Kind.SDIST])
@pytest.mark.parametrize("word", ["1", "true", "yes", "on", "True", "YES", " 1 "])
def test_the_variable_asks_at_every_door(door: Door, kind: Kind, word: str) -> None:
    assert ask(door, kind, environ={"S3PYPI_PUBLISH": word}) == YES


@pytest.mark.parametrize("word", ["0", "", " ", "false", "no", "off", "False"])
def test_the_variable_may_say_no(word: str) -> None:
    assert ask(environ={"S3PYPI_PUBLISH": word}) == NO


@pytest.mark.parametrize("word", ["prod", "2", "publish", "1 0"])
def test_a_variable_that_says_neither_is_an_error(word: str) -> None:
    with pytest.raises(ConfigurationError, match="S3PYPI_PUBLISH: must be 1, true, yes or on"):
        ask(environ={"S3PYPI_PUBLISH": word})


@pytest.mark.parametrize("door", [Door.BACKEND, Door.PDM])
@pytest.mark.parametrize(
    ("value", "verdict"),
    [("true", YES), ("1", YES), (True, YES), (["false", "true"], YES), ("false", NO), (False, NO), (["true", "0"], NO)],
)
def test_the_config_setting_wins_over_the_variable(door: Door, value: object, verdict: Verdict) -> None:
    for environ in ({}, ASKED, {"S3PYPI_PUBLISH": "0"}):
        assert ask(door, environ=environ, settings={"s3pypi-publish": value}) == verdict


@pytest.mark.parametrize("value", ["", "maybe", [], None, 3, 1, 0, {"a": "b"}])
def test_a_config_setting_that_says_neither_is_an_error(value: object) -> None:
    with pytest.raises(ConfigurationError, match="s3pypi-publish"):
        ask(settings={"s3pypi-publish": value})


@pytest.mark.parametrize(("word", "verdict"), [("1", YES), ("true", YES), ("0", NO), ("", NO), ("yes", NO)])
def test_hatchlings_own_switch_asks_at_its_hook(word: str, verdict: Verdict) -> None:
    environ = {"HATCH_BUILD_HOOK_ENABLE_S3PYPI": word}
    assert ask(Door.HATCH, environ=environ) == verdict
    assert ask(Door.BACKEND, environ=environ) == NO
    assert ask(Door.PDM, environ=environ) == NO


@pytest.mark.parametrize("door", Door)
@pytest.mark.parametrize(
    ("kind", "folder", "environ", "says"),
    [
        (Kind.EDITABLE, DIST, {}, "editable"),
        (Kind.METADATA, DIST, {}, "metadata"),
        (Kind.WHEEL, DIST, PIP, "pip builds"),
        (Kind.SDIST, DIST, PIP, "pip builds"),
        (Kind.WHEEL, UV, {}, "uv builds"),
        (Kind.WHEEL, UV / "inner", {}, "uv builds"),
        (Kind.WHEEL, PurePosixPath("/c/builds-v1/.tmp"), {}, "uv builds"),
        (Kind.WHEEL, PurePosixPath("/c/sdists-v5/path/c77d4d1d861a2820/ss18EXd5uPfLYmbJKlpW7/.tmpDs"), {}, "uv builds"),
        (Kind.WHEEL, PurePosixPath("/c/built-wheels-v3/git/4c828d158702e6ea/1cd5e2ef/.tmpEq"), {}, "uv builds"),
        (Kind.WHEEL, PurePosixPath("/home/user/project/.tox/.pkg/dist"), TOX, "tox builds"),
    ],
)
def test_refusals_say_why_in_one_line(
    door: Door, kind: Kind, folder: PurePosixPath, environ: dict[str, str], says: str
) -> None:
    verdict = ask(door, kind, folder, {**ASKED, **environ})
    assert not verdict.publish
    assert verdict.reason is not None
    assert says in verdict.reason
    assert "\n" not in verdict.reason
    assert ask(door, kind, folder, environ) == NO


@pytest.mark.parametrize(
    ("folder", "environ"),
    [
        (DIST, TOX),
        (PurePosixPath("/home/user/project/.tox/release/tmp/dist"), {"TOX_ENV_DIR": "/home/user/project/.tox/release"}),
        (PurePosixPath("/srv/my-builds-v0"), {}),
        (PurePosixPath("/srv/builds"), {}),
        (PurePosixPath("/srv/sdists-v/x"), {}),
        (PurePosixPath("/srv/built-wheels-v3-old"), {}),
    ],
)
def test_folders_that_only_look_like_those_of_a_tool(folder: PurePosixPath, environ: dict[str, str]) -> None:
    assert ask(folder=folder, environ={**ASKED, **environ}) == YES


def test_a_refusal_is_said_on_stderr(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("S3PYPI_PUBLISH", "1")
    assert not after_build.admit(Door.BACKEND, Kind.EDITABLE, "dist")
    output = capsys.readouterr()
    assert output.out == ""
    assert output.err.startswith("s3pypi: not published: ")
    assert output.err.count("\n") == 1


def test_each_part_of_the_package_has_its_own_switch(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HATCH_BUILD_HOOK_ENABLE_S3PYPI", "1")
    assert [door for door in Door if after_build.admit(door, Kind.WHEEL, tmp_path)] == [Door.HATCH]


def test_own_config_settings_are_divided_from_the_backends() -> None:
    given = {
        "--build-option": ["-v"],
        "s3pypi-publish": "true",
        "s3pypi-target": ["a", "prod"],
        "s3pypi-if_exists": "skip",
    }
    assert after_build.divide(given) == ({"target": "prod", "if-exists": "skip"}, {"--build-option": ["-v"]})
    twice = {"s3pypi-s3-put-args": ["ACL=private", "StorageClass=GLACIER_IR"]}
    settings = resolve(command_line=after_build.divide(twice)[0])
    assert settings.s3_put_args == {"StorageClass": "GLACIER_IR"}
    assert settings.origins["acl"] == "command line"
    assert after_build.divide({}) == ({}, {})
    assert after_build.divide(None) == ({}, None)


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
        after_build.divide({key: "x"})


def test_a_push_uses_the_built_projects_configuration(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    project = tmp_path / "project"
    project.mkdir()
    (project / "pyproject.toml").write_text(f'[tool.s3pypi]\ntarget = "{(tmp_path / "repo").as_posix()}"\n')
    wheel = samples.wheel(tmp_path / "dist")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    report = after_build.push(wheel, project=project)
    assert report.ok
    assert (tmp_path / "repo" / "demo" / wheel.name).exists()
    assert f"published {wheel.name}  " in capsys.readouterr().out
    other = after_build.push(wheel, project=project, command_line={"target": str(tmp_path / "other")})
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
    with pytest.raises(after_build.PushFailed) as caught:
        after_build.push(wheel, project=tmp_path)
    line = str(caught.value)
    assert says in line
    assert "s3pypi upload dist/*" in line
    assert "\n" not in line
    assert wheel.read_bytes() == content


def test_a_failure_names_the_folder_that_holds_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("S3PYPI_TARGET", "./relative")
    with pytest.raises(after_build.PushFailed, match="relative path") as caught:
        after_build.push(samples.wheel(tmp_path / "out"), project=tmp_path)
    assert f"'s3pypi upload {tmp_path / 'out'}/*'" in str(caught.value)


def test_a_conflict_advises_nothing_that_conflicts_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("S3PYPI_TARGET", str(tmp_path / "repo"))
    after_build.push(samples.wheel(tmp_path / "dist"), project=tmp_path)
    with pytest.raises(after_build.PushFailed, match="other contents") as caught:
        after_build.push(samples.wheel(tmp_path / "out", salt="2"), project=tmp_path)
    assert str(caught.value).endswith(": raise the version, or replace it with S3PYPI_IF_EXISTS=replace")


def test_a_build_that_is_aborted_shows_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="1"):
        after_build.abort(ConfigurationError("no\ntarget"))
    assert capsys.readouterr().err == "s3pypi: error: no target\n"


def test_the_environment_of_a_build_that_is_not_to_publish() -> None:
    switches = {"S3PYPI_PUBLISH": "1", "HATCH_BUILD_HOOK_ENABLE_S3PYPI": "1"}
    assert after_build.without_switches({**switches, "S3PYPI_TARGET": "x"}) == {"S3PYPI_TARGET": "x"}


def test_the_folder_is_looked_at_from_the_root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Front ends may name it relative to the working folder, which is in uv's cache where uv builds a dependency."""
    folder = tmp_path / "builds-v0" / ".tmpQ1w2E3"
    folder.mkdir(parents=True)
    monkeypatch.setenv("S3PYPI_PUBLISH", "1")
    monkeypatch.chdir(folder)
    assert not after_build.admit(Door.BACKEND, Kind.WHEEL, "dist")
    monkeypatch.chdir(tmp_path)
    assert after_build.admit(Door.BACKEND, Kind.WHEEL, "dist")
    assert not after_build.admit(Door.BACKEND, Kind.WHEEL, "dist", {"s3pypi-publish": "false"})


def test_a_push_takes_a_project_relative_to_the_working_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "project").mkdir()
    text = '[tool.s3pypi]\ntarget = "prod"\n[tool.s3pypi.targets]\nprod = "{}"\n'
    (tmp_path / "project" / "pyproject.toml").write_text(text.format((tmp_path / "repo").as_posix()))
    monkeypatch.chdir(tmp_path)
    assert after_build.push(samples.wheel(tmp_path / "dist"), project=Path("project")).ok
    assert capsys.readouterr().err == ""


def test_notes_about_settings_are_said_as_warnings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def noting(**arguments: object) -> object:
        settings = resolve(**arguments)  # type: ignore[arg-type]
        return dataclasses.replace(settings, notes=("one note",))

    monkeypatch.setattr("s3pypi_setuptools.config.resolve.resolve", noting)
    after_build.push(samples.wheel(tmp_path / "dist"), project=tmp_path, command_line={"target": str(tmp_path / "r")})
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
        after_build.push(wheel, project=tmp_path, command_line={"target": str(tmp_path / "repo")})
    line = f"s3pypi: interrupted: published {wheel.name}; push what was built with 's3pypi upload dist/*'\n"
    assert capsys.readouterr().err == line
