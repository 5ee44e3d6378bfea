"""The functions on Lambda in the module: their permissions, their settings, and their package."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.support import in_process
from tests.terraform import terraform

pytestmark = terraform.NEEDED

NAMED = {"bucket": "example-packages", "domain": "packages.example.com", "enable_service": True, "enable_events": True}
PACKAGE = "s3://example-artifacts/s3pypi/functions.zip"
KEY = "arn:aws:kms:eu-central-1:111122223333:key/example"


USES: dict[str, tuple[dict[str, Any], list[str]]] = {
    "plain": ({}, []),
    "prefix": ({"prefix": "python/simple"}, []),
    "key": ({"kms_key_arn": KEY}, ["--kms-key", KEY]),
    "locks": ({"enable_dynamodb_locking": True}, ["--locks-table", "example-packages-locks"]),
    "overwrite": ({"functions_settings": {"S3PYPI_OVERWRITE": "true"}}, ["--delete"]),
}
"""For each use: variables of the module, and the options of ``s3pypi policy`` that mean the same."""
SETTINGS = {
    "prefix": "simple",
    "enable_dynamodb_locking": True,
    "functions_settings": {"S3PYPI_FALLBACK": "https://mirror.example.com/simple", "S3PYPI_LOG_FORMAT": "text"},
}


@pytest.fixture(scope="module")
def module(tmp_path_factory: pytest.TempPathFactory) -> Path:
    copied = shutil.copytree(terraform.FOLDER, tmp_path_factory.mktemp("module") / "terraform")
    return terraform.initialized(copied / "modules" / "s3pypi")


@pytest.fixture(scope="module")
def plans(module: Path) -> dict[str, dict[str, Any]]:
    variables = {**{use: more for use, (more, _) in USES.items()}, "settings": SETTINGS}
    return terraform.planned(
        module, **{name: {**NAMED, **more, "functions_package": PACKAGE} for name, more in variables.items()}
    )


@pytest.mark.parametrize("use", USES)
def test_the_roles_may_do_what_the_command_prints(plans: dict[str, Any], tmp_path: Path, use: str) -> None:
    planned, (variables, options) = plans[use], USES[use]
    target = f"s3://example-packages/{variables.get('prefix', '')}"

    def printed(*words: str) -> Any:
        said = in_process.run("s3pypi", "policy", *words, "--region", "eu-central-1", *options, cwd=tmp_path)
        return json.loads(said.out)

    def given(function: str, name: str) -> Any:
        return json.loads(planned[f'module.{function}[0].aws_iam_role_policy.this["{name}"]']["policy"])

    assert given("service", "serve") == printed("serve", target, "--users", "ssm:packages.example.com")
    options = [*options, *([] if "--delete" in options else ["--delete"])]
    assert given("events", "index") == printed("publish", target)


def test_the_functions_have_their_settings_and_their_package(plans: dict[str, Any]) -> None:
    both = {
        "S3PYPI_TARGET": "s3://example-packages/simple",
        "S3PYPI_LOCKS_TABLE": "example-packages-locks",
        "S3PYPI_FALLBACK": "https://mirror.example.com/simple",
        "S3PYPI_LOG_FORMAT": "text",
    }
    service = {**both, "S3PYPI_USERS": "ssm:packages.example.com", "S3PYPI_ROOT_PATH": "/-"}
    for name, settings in (("service", service), ("events", both)):
        function = plans["settings"][f"module.{name}[0].aws_lambda_function.this"]
        assert function["environment"] == [{"variables": settings}]
        assert (function["s3_bucket"], function["s3_key"]) == ("example-artifacts", "s3pypi/functions.zip")


def test_a_missing_package_is_an_error_that_says_so(module: Path) -> None:
    with pytest.raises(AssertionError, match="The functions need a package"):
        terraform.planned(module, without=NAMED)
