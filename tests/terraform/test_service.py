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


@pytest.fixture(scope="module")
def module(tmp_path_factory: pytest.TempPathFactory) -> Path:
    copied = shutil.copytree(terraform.FOLDER, tmp_path_factory.mktemp("module") / "terraform")
    return terraform.initialized(copied / "modules" / "s3pypi")


@pytest.mark.parametrize(
    ("variables", "options"),
    [
        ({}, []),
        ({"prefix": "python/simple"}, []),
        ({"kms_key_arn": KEY}, ["--kms-key", KEY]),
        ({"enable_dynamodb_locking": True}, ["--locks-table", "example-packages-locks"]),
        ({"functions_settings": {"S3PYPI_OVERWRITE": "true"}}, ["--delete"]),
    ],
    ids=["plain", "prefix", "key", "locks", "overwrite"],
)
def test_the_roles_may_do_what_the_command_prints(
    module: Path, tmp_path: Path, variables: dict[str, Any], options: list[str]
) -> None:
    planned = terraform.planned(module, **NAMED, **variables, functions_package=PACKAGE)
    target = f"s3://example-packages/{variables.get('prefix', '')}"

    def printed(*words: str) -> Any:
        said = in_process.run("s3pypi", "policy", *words, "--region", "eu-central-1", *options, cwd=tmp_path)
        return json.loads(said.out)

    def given(function: str, name: str) -> Any:
        return json.loads(planned[f'module.{function}[0].aws_iam_role_policy.this["{name}"]']["policy"])

    assert given("service", "serve") == printed("serve", target, "--users", "ssm:packages.example.com")
    options = [*options, *([] if "--delete" in options else ["--delete"])]
    assert given("events", "index") == printed("publish", target)


def test_the_functions_have_their_settings_and_their_package(module: Path) -> None:
    planned = terraform.planned(
        module,
        **NAMED,
        functions_package=PACKAGE,
        prefix="simple",
        enable_dynamodb_locking=True,
        functions_settings={"S3PYPI_FALLBACK": "https://mirror.example.com/simple", "S3PYPI_LOG_FORMAT": "text"},
    )
    both = {
        "S3PYPI_TARGET": "s3://example-packages/simple",
        "S3PYPI_LOCKS_TABLE": "example-packages-locks",
        "S3PYPI_FALLBACK": "https://mirror.example.com/simple",
        "S3PYPI_LOG_FORMAT": "text",
    }
    service = {**both, "S3PYPI_USERS": "ssm:packages.example.com", "S3PYPI_ROOT_PATH": "/-"}
    for name, settings in (("service", service), ("events", both)):
        function = planned[f"module.{name}[0].aws_lambda_function.this"]
        assert function["environment"] == [{"variables": settings}]
        assert (function["s3_bucket"], function["s3_key"]) == ("example-artifacts", "s3pypi/functions.zip")


def test_a_missing_package_is_an_error_that_says_so(module: Path) -> None:
    with pytest.raises(AssertionError, match="The functions need a package"):
        terraform.planned(module, **NAMED)
