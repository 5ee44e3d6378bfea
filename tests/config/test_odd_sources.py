"""Sources that say something unusual."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from s3pypi_setuptools.config.options import find
from s3pypi_setuptools.config.pip_conf import files
from s3pypi_setuptools.config.target import FolderTarget
from s3pypi_setuptools.text import plain

Refusal = Callable[..., str]


def test_a_relative_path_in_the_table_of_setuptools_starts_at_the_project(place: Any) -> None:
    place.write("pyproject.toml", '[tool.distutils.s3pypi]\ntarget = "./repo"\n')
    assert place.resolve().target == FolderTarget(place.project / "repo")


def test_a_target_and_a_bucket(place: Any, refusal: Refusal) -> None:
    assert refusal(command_line={"bucket": "one", "target": "s3://one"}) == (
        "command line: give either target or bucket and prefix, not both"
    )


@pytest.mark.parametrize("target", ["s3://planted@bucket/x", "s3://user:plan/ted@bucket/x"])
def test_credentials_in_a_target(refusal: Refusal, target: str) -> None:
    assert refusal(command_line={"target": target}) == (
        "command line: the target 's3://***@bucket/x' holds credentials; they belong in the AWS profile or environment"
    )


def test_half_a_pair_of_keys(refusal: Refusal) -> None:
    for given, missing in (("id", "secret-access-key"), ("secret-access-key", "access-key-id")):
        name = "aws-access-key-id" if given == "id" else f"aws-{given}"
        assert (
            refusal(command_line={name: "planted"})
            == f"command line: half a pair of AWS keys: aws-{missing} is missing"
        )


def test_a_bucket_is_shown_as_the_target(place: Any) -> None:
    settings = place.resolve(command_line={"bucket": "bucket", "prefix": "simple"})
    assert settings.origins == {"target": "command line"}


@pytest.mark.parametrize(
    ("name", "shown"), [("if-exists", "if-exists"), ("a b", "'a b'"), ("é", "'\\xe9'"), ("", "''")]
)
def test_a_name_that_is_no_word_is_quoted(name: str, shown: str) -> None:
    assert plain(name) == shown


def test_a_refusal_hides_the_secrets_of_every_source(refusal: Refusal) -> None:
    keys = {"aws-access-key-id": "nowhere", "aws-secret-access-key": "planted-secret"}
    assert "no target is named '***'" in refusal(command_line={"target": "planted-secret"} | keys)
    assert "no target is named 'nowhere'" in refusal(command_line={"target": "nowhere"} | keys)
    assert "replace, not 'nowhere'" in refusal(command_line={"if-exists": "nowhere"} | keys)


def test_flags_are_words_where_a_source_has_no_types() -> None:
    option = find("force")
    assert option is not None
    assert option.parse("yes", "here") is True


def test_windows_without_variables(place: Any) -> None:
    place.platform, place.environ = "win32", {}
    assert files(place.environment) == [
        Path("C:\\ProgramData") / "pip" / "pip.ini",
        place.home / "pip" / "pip.ini",
        place.home / "AppData" / "Roaming" / "pip" / "pip.ini",
        place.prefix / "pip.ini",
    ]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_is_not_waited_for(place: Any, refusal: Refusal) -> None:
    path = place.project / "pyproject.toml"
    os.mkfifo(path)
    assert refusal() == f"{path}: is a pipe, device or socket; give a regular file"
