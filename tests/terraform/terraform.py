"""Run Terraform with its provider for AWS, which makes no request."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parents[2] / "terraform"
PLUGINS = os.environ.get("S3PYPI_TEST_TERRAFORM_PLUGINS")
"""A folder with Terraform's provider for AWS, as ``terraform providers mirror`` makes it."""

NEEDED = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("terraform") is None, reason="no terraform here"),
    pytest.mark.skipif(PLUGINS is None, reason="S3PYPI_TEST_TERRAFORM_PLUGINS names no folder with the aws provider"),
]
"""The marks of a module of tests that run Terraform."""

_MOCKS = """\
  mock_data "aws_iam_policy_document" {
    defaults = { json = "{\\"Version\\": \\"2012-10-17\\", \\"Statement\\": []}" }
  }
  mock_data "aws_acm_certificate" {
    defaults = { arn = "arn:aws:acm:us-east-1:111122223333:certificate/example" }
  }
  mock_data "aws_caller_identity" {
    defaults = { account_id = "111122223333" }
  }
  mock_data "aws_iam_openid_connect_provider" {
    defaults = { arn = "arn:aws:iam::111122223333:oidc-provider/example" }
  }
  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }
  mock_data "aws_region" {
    defaults = { id = "eu-central-1" }
  }
"""
_TEST = f"""\
mock_provider "aws" {{
{_MOCKS}}}

mock_provider "aws" {{
  alias = "us_east_1"
{_MOCKS}}}

run "plan" {{
  command = plan
}}
"""


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


def planned(folder: Path, **variables: Any) -> dict[str, dict[str, Any]]:
    """What the configuration in a folder would make: the known values of each resource by its address."""
    tests = folder / "tests_of_plans"
    tests.mkdir()
    (tests / "plan.tftest.hcl").write_text(_TEST, encoding="utf-8")
    (tests / "values.tfvars.json").write_text(json.dumps(variables), encoding="utf-8")
    lines = run(
        folder,
        "test",
        "-json",
        "-verbose",
        f"-test-directory={tests.name}",
        f"-var-file={tests / 'values.tfvars.json'}",
    )
    shutil.rmtree(tests)
    messages = [json.loads(line) for line in lines.splitlines()]
    (plan,) = (message["test_plan"] for message in messages if message["type"] == "test_plan")
    return {
        change["address"]: change["change"]["after"]
        for change in plan["resource_changes"]
        if change["mode"] == "managed"
    }
