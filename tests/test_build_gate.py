"""Which builds may publish, and why those that asked are refused."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest

from s3pypi_setuptools.build_gate import Frontend, Kind, Verdict, may_publish, without_switches
from s3pypi_setuptools.errors import ConfigurationError

DIST = PurePosixPath("/home/user/project/dist")
UV = PurePosixPath("/home/user/.cache/uv/builds-v0/.tmpQ1w2E3")
ASKED = {"S3PYPI_PUBLISH": "1"}
PIP = {"PIP_BUILD_TRACKER": "/tmp/pip-build-tracker-x"}
TOX = {"TOX_ENV_DIR": "/home/user/project/.tox/.pkg", "TOX_ENV_NAME": ".pkg"}

YES = Verdict(publish=True)
NO = Verdict(publish=False)


def ask(
    frontend: Frontend = Frontend.BACKEND,
    kind: Kind = Kind.WHEEL,
    folder: PurePosixPath = DIST,
    environ: dict[str, str] | None = None,
    settings: dict[str, object] | None = None,
) -> Verdict:
    return may_publish(frontend, kind, folder, environ=environ or {}, config_settings=settings)


@pytest.mark.parametrize("frontend", Frontend)
@pytest.mark.parametrize("kind", Kind)
def test_nobody_asked(frontend: Frontend, kind: Kind) -> None:
    for environ in ({}, PIP, TOX, {"S3PYPI_TARGET": "s3://bucket"}):
        assert ask(frontend, kind, environ=environ) == NO
        assert ask(frontend, kind, UV, environ=environ) == NO


@pytest.mark.parametrize("frontend", Frontend)
@pytest.mark.parametrize("kind", [Kind.WHEEL, Kind.SDIST])
@pytest.mark.parametrize("word", ["1", "true", "yes", "on", "True", "YES", " 1 "])
def test_the_variable_asks_at_every_frontend(frontend: Frontend, kind: Kind, word: str) -> None:
    assert ask(frontend, kind, environ={"S3PYPI_PUBLISH": word}) == YES


@pytest.mark.parametrize("word", ["0", "", " ", "false", "no", "off", "False"])
def test_the_variable_may_say_no(word: str) -> None:
    assert ask(environ={"S3PYPI_PUBLISH": word}) == NO


@pytest.mark.parametrize("word", ["prod", "2", "publish", "1 0"])
def test_a_variable_that_says_neither_is_an_error(word: str) -> None:
    with pytest.raises(ConfigurationError, match="S3PYPI_PUBLISH: must be 1, true, yes or on"):
        ask(environ={"S3PYPI_PUBLISH": word})


@pytest.mark.parametrize("frontend", [Frontend.BACKEND, Frontend.PDM])
@pytest.mark.parametrize(
    ("value", "verdict"),
    [("true", YES), ("1", YES), (True, YES), (["false", "true"], YES), ("false", NO), (False, NO), (["true", "0"], NO)],
)
def test_the_config_setting_wins_over_the_variable(frontend: Frontend, value: object, verdict: Verdict) -> None:
    for environ in ({}, ASKED, {"S3PYPI_PUBLISH": "0"}):
        assert ask(frontend, environ=environ, settings={"s3pypi-publish": value}) == verdict


@pytest.mark.parametrize("value", ["", "maybe", [], None, 3, 1, 0, {"a": "b"}])
def test_a_config_setting_that_says_neither_is_an_error(value: object) -> None:
    with pytest.raises(ConfigurationError, match="s3pypi-publish"):
        ask(settings={"s3pypi-publish": value})


@pytest.mark.parametrize(("word", "verdict"), [("1", YES), ("true", YES), ("0", NO), ("", NO), ("yes", NO)])
def test_hatchlings_own_switch_asks_at_its_hook(word: str, verdict: Verdict) -> None:
    environ = {"HATCH_BUILD_HOOK_ENABLE_S3PYPI": word}
    assert ask(Frontend.HATCH, environ=environ) == verdict
    assert ask(Frontend.BACKEND, environ=environ) == NO
    assert ask(Frontend.PDM, environ=environ) == NO


@pytest.mark.parametrize("frontend", Frontend)
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
    frontend: Frontend, kind: Kind, folder: PurePosixPath, environ: dict[str, str], says: str
) -> None:
    verdict = ask(frontend, kind, folder, {**ASKED, **environ})
    assert not verdict.publish
    assert verdict.reason is not None
    assert says in verdict.reason
    assert "\n" not in verdict.reason
    assert ask(frontend, kind, folder, environ) == NO


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


def test_an_environment_without_the_switches() -> None:
    switches = {"S3PYPI_PUBLISH": "1", "HATCH_BUILD_HOOK_ENABLE_S3PYPI": "1"}
    assert without_switches({**switches, "S3PYPI_TARGET": "x"}) == {"S3PYPI_TARGET": "x"}
