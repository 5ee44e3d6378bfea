"""Targets by name, as a bucket and a prefix, and what is taken for a folder."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from s3pypi_setuptools.config.choices import IfExists
from s3pypi_setuptools.config.connection import Connection
from s3pypi_setuptools.config.target import FolderTarget, S3Target

Refusal = Callable[..., str]


@pytest.mark.parametrize(
    ("command_line", "pyproject", "target"),
    [
        ({"bucket": "one"}, 'target = "s3://two/x"', S3Target("one")),
        ({"bucket": "one", "prefix": "/p/"}, 'target = "s3://two/x"', S3Target("one", "p")),
        ({"target": "s3://one"}, 'bucket = "two"\nprefix = "x"', S3Target("one")),
        ({"bucket": "one"}, 'bucket = "two"\nprefix = "x"', S3Target("one", "x")),
        ({"prefix": "p"}, 'bucket = "two"\nprefix = "x"', S3Target("two", "p")),
        ({"bucket": "one", "prefix": ""}, 'bucket = "two"\nprefix = "x"', S3Target("one")),
    ],
)
def test_bucket_and_prefix(place: Any, command_line: dict[str, object], pyproject: str, target: S3Target) -> None:
    place.write("pyproject.toml", f"[tool.s3pypi]\n{pyproject}\n")
    assert place.resolve(command_line=command_line).target == target


def test_bucket_and_target_contradict_each_other(place: Any, refusal: Refusal) -> None:
    assert "either target or bucket" in refusal(command_line={"bucket": "one", "target": "s3://one"})
    place.write("pyproject.toml", '[tool.s3pypi]\ntarget = "s3://two"\n')
    assert "prefix goes with bucket" in refusal(command_line={"prefix": "p"})


TARGETS = """
[tool.s3pypi]
target = "test"
profile = "general"
region = "general"
[tool.s3pypi.targets]
plain = "s3://plain/simple"
here = "./repo"
[tool.s3pypi.targets.test]
target = "s3://tests"
acl = "bucket-owner-full-control"
profile = "tester"
[tool.s3pypi.targets.prod]
bucket = "prod"
prefix = "simple"
if_exists = "fail"
"""


def test_named_targets_bring_their_own_settings(place: Any) -> None:
    place.write("pyproject.toml", TARGETS)
    place.environ["S3PYPI_REGION"] = "eu-north-1"
    settings = place.resolve()
    assert settings.target == S3Target("tests")
    assert settings.acl == "bucket-owner-full-control"
    assert settings.connection == Connection(profile="tester", region="eu-north-1")
    assert settings.origins["target"] == "pyproject.toml [tool.s3pypi], pyproject.toml [tool.s3pypi.targets.test]"
    assert settings.origins["profile"] == "pyproject.toml [tool.s3pypi.targets.test]"
    settings = place.resolve(command_line={"target": "prod", "profile": "mine"})
    assert settings.target == S3Target("prod", "simple")
    assert (settings.if_exists, settings.connection.profile, settings.acl) == (IfExists.FAIL, "mine", None)
    assert place.resolve(command_line={"target": "plain"}).target == S3Target("plain", "simple")
    assert place.resolve(command_line={"target": "here"}).target == FolderTarget(place.project / "repo")


def test_an_unknown_name_is_refused_with_the_nearest(place: Any, refusal: Refusal) -> None:
    place.write("pyproject.toml", TARGETS)
    (place.project / "prdo").mkdir()
    assert refusal(command_line={"target": "prdo"}) == (
        "command line: no target is named 'prdo' (did you mean 'prod'?); known: here, plain, prod, test; "
        "a bucket is written 's3://prdo', a folder './prdo'"
    )


@pytest.mark.parametrize("where", ["command line", "environment", "pyproject.toml"])
def test_a_bucket_without_its_scheme_is_not_made_a_folder(place: Any, refusal: Refusal, where: str) -> None:
    typed: dict[str, object] = {}
    if where == "command line":
        typed = {"target": "legacy/x"}
    elif where == "environment":
        place.environ["S3PYPI_TARGET"] = "legacy/x"
    else:
        place.write("pyproject.toml", '[tool.s3pypi]\ntarget = "legacy/x"\n')
    text = refusal(command_line=typed)
    assert text.startswith(where)
    assert "there is no folder 'legacy/x': did you mean 's3://legacy/x'?" in text
    assert "'./legacy/x'" in text
    (place.project / "legacy" / "x").mkdir(parents=True)
    assert place.resolve(command_line=typed).target == FolderTarget(place.project / "legacy" / "x")


@pytest.mark.parametrize("text", ["./legacy/x", "../legacy/x", "~/legacy/x", "legacy/", "a/x", "le gacy/x"])
def test_what_can_be_no_bucket_is_a_folder_that_may_be_made(place: Any, text: str) -> None:
    assert isinstance(place.resolve(command_line={"target": text}).target, FolderTarget)


def test_an_access_point_is_no_bucket(refusal: Refusal) -> None:
    text = refusal(command_line={"bucket": "arn:aws:s3:eu-west-1:123456789012:accesspoint/mine", "prefix": "simple"})
    assert "give its alias as the bucket" in text
