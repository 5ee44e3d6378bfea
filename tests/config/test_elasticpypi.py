"""elasticpypi's variables: they count together, and only where they are meant."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from s3pypi_setuptools.config.elasticpypi import USERS_OF_VARIABLES, credentials_of, with_elasticpypi
from s3pypi_setuptools.config.settings import Settings
from s3pypi_setuptools.config.target import FolderTarget, S3Target
from s3pypi_setuptools.errors import ConfigurationError

ALL = {
    "SERVICE": "serverless-pypi",
    "STAGE": "/dev",
    "BUCKET": "my-packages",
    "TABLE": "elasticpypi",
    "OVERWRITE": "true",
    "USERNAME": "elasticpypi",
    "PASSWORD": "something-secretive",
}


def found(place: Any, variables: Mapping[str, str], **command_line: object) -> Settings:
    return with_elasticpypi(place.resolve(command_line=command_line), variables)


def test_all_of_them_say_how_the_service_runs(place: Any) -> None:
    settings = found(place, ALL)
    assert settings.target == S3Target("my-packages")
    service = settings.service
    assert (service.users, service.overwrite, service.root_path) == (USERS_OF_VARIABLES, True, "/dev")
    assert settings.origins["overwrite"] == "environment OVERWRITE"
    (note,) = settings.notes
    assert "BUCKET, USERNAME, OVERWRITE, STAGE" in note
    for setting in ("S3PYPI_TARGET=s3://BUCKET", "S3PYPI_USERS", "S3PYPI_OVERWRITE", "S3PYPI_ROOT_PATH"):
        assert setting in note
    assert settings.redactor.redact("x something-secretive y") == "x *** y"


def test_users_win_over_one_user_and_may_hold_colons() -> None:
    assert credentials_of({**ALL, "USERS": "a:b:c, d:e"}) == {"a": "b:c", "d": "e"}
    assert credentials_of(ALL) == {"elasticpypi": "something-secretive"}
    assert credentials_of({"USERNAME": "windows"}) == {}


@pytest.mark.parametrize(
    "variables",
    [
        {},
        {"USERNAME": "windows"},
        {"USERNAME": "windows", "PASSWORD": "x"},
        {"USERNAME": "windows", "USERS": "a:b"},
        {"USERNAME": "windows", "BUCKET": "stray"},
        {"PASSWORD": "x", "BUCKET": "stray"},
        {"OVERWRITE": "true", "STAGE": "/dev", "BUCKET": "stray"},
        {"USERS": "/home", "OVERWRITE": "true", "STAGE": "/dev"},
    ],
)
@pytest.mark.parametrize("target", [None, "s3://stray/simple", "./repo"])
def test_some_of_them_change_nothing(place: Any, variables: Mapping[str, str], target: str | None) -> None:
    settings = place.resolve(command_line={"target": target})
    assert with_elasticpypi(settings, variables) is settings


@pytest.mark.parametrize("target", ["s3://other/simple", "./repo"])
def test_all_of_them_change_nothing_about_another_place(place: Any, target: str) -> None:
    settings = place.resolve(command_line={"target": target})
    assert with_elasticpypi(settings, ALL) is settings
    assert isinstance(settings.target, S3Target | FolderTarget)


def test_settings_of_ours_win(place: Any) -> None:
    place.environ |= {"S3PYPI_USERS": "ssm:x", "S3PYPI_ROOT_PATH": "/mine"}
    settings = found(place, ALL, target="s3://my-packages/simple")
    assert settings.target == S3Target("my-packages", "simple")
    assert (settings.service.users, settings.service.root_path, settings.service.overwrite) == ("ssm:x", "/mine", True)
    assert settings.notes == ("variables of elasticpypi are used: OVERWRITE; replace them by S3PYPI_OVERWRITE",)
    assert found(place, {**ALL, "OVERWRITE": ""}, target="s3://my-packages/simple").notes == ()


@pytest.mark.parametrize(("text", "expected"), [("false", False), ("False", False), ("true", True)])
def test_overwrite_is_a_flag(place: Any, text: str, expected: bool) -> None:
    assert found(place, {**ALL, "OVERWRITE": text}).service.overwrite is expected


def test_a_stage_that_is_no_path_is_none(place: Any) -> None:
    assert found(place, {**ALL, "STAGE": "dev"}).service.root_path == ""


@pytest.mark.parametrize(
    ("variables", "reason"),
    [
        ({"USERS": "planted"}, "environment USERS: entry 1 is not NAME:PASSWORD"),
        ({"USERS": "a:b,:planted"}, "environment USERS: entry 2 is not NAME:PASSWORD"),
        ({"USERS": "a:b,"}, "environment USERS: entry 2 is not NAME:PASSWORD"),
        ({"OVERWRITE": "maybe"}, "environment OVERWRITE: must be"),
        ({"BUCKET": "a/b"}, "environment BUCKET: "),
        ({"STAGE": "/a b"}, "environment STAGE: must be a path"),
    ],
)
def test_what_they_cannot_mean_is_an_error_that_names_the_variable(
    place: Any, variables: Mapping[str, str], reason: str
) -> None:
    with pytest.raises(ConfigurationError) as caught:
        found(place, {**ALL, **variables})
    assert str(caught.value).startswith(reason)
    assert "planted" not in str(caught.value)
