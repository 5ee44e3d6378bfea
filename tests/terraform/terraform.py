"""Run Terraform with its provider for AWS, which makes no request."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parents[2] / "terraform"
EDGE_PACKAGE = FOLDER / "modules" / "s3pypi" / "basic_auth" / "package.zip"
PLUGINS = os.environ.get("S3PYPI_TEST_TERRAFORM_PLUGINS")
"""A folder with Terraform's provider for AWS, as ``terraform providers mirror`` makes it."""

NEEDED = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("terraform") is None, reason="no terraform here"),
    pytest.mark.skipif(PLUGINS is None, reason="S3PYPI_TEST_TERRAFORM_PLUGINS names no folder with the aws provider"),
]
"""The marks of a module of tests that run Terraform."""

_MOCKS = {
    "aws_iam_policy_document": {"json": '{"Version": "2012-10-17", "Statement": []}'},
    "aws_acm_certificate": {"arn": "arn:aws:acm:us-east-1:111122223333:certificate/example"},
    "aws_caller_identity": {"account_id": "111122223333"},
    "aws_iam_openid_connect_provider": {"arn": "arn:aws:iam::111122223333:oidc-provider/example"},
    "aws_partition": {"partition": "aws"},
    "aws_region": {"id": "eu-central-1"},
}
"""What the provider tells of the data sources."""


def run(folder: Path, *arguments: str) -> str:
    """What a command says; it must succeed."""
    environment = {**os.environ, "TF_CLI_CONFIG_FILE": os.devnull, "CHECKPOINT_DISABLE": "1"}
    done = subprocess.run(
        ["terraform", *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def initialized(folder: Path) -> Path:
    run(folder, "init", "-backend=false", "-no-color", f"-plugin-dir={PLUGINS}")
    return folder


def planned(folder: Path, **plans: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """What the configuration in a folder would make.

    :param plans: the variables of each plan.
    :return: for each plan, the known values of each resource by its address.
    """
    mocks = {"mock_data": {name: {"defaults": values} for name, values in _MOCKS.items()}}
    document = {
        "mock_provider": {"aws": [mocks, {"alias": "us_east_1", **mocks}]},
        "run": [{name: {"command": "plan", "variables": variables}} for name, variables in plans.items()],
    }
    tests = folder / "plans"
    tests.mkdir()
    try:
        (tests / "plans.tftest.json").write_text(json.dumps(document), encoding="utf-8")
        lines = run(folder, "test", "-json", "-verbose", f"-test-directory={tests.name}")
    finally:
        shutil.rmtree(tests)
    messages = [json.loads(line) for line in lines.splitlines()]
    return {
        message["@testrun"]: {
            change["address"]: change["change"]["after"]
            for change in message["test_plan"]["resource_changes"]
            if change["mode"] == "managed"
        }
        for message in messages
        if message["type"] == "test_plan"
    }
