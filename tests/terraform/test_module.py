"""The Terraform module: its format, its validity, and what it plans, by a provider that makes no request."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

TERRAFORM = Path(__file__).parents[2] / "terraform"
PLUGINS = os.environ.get("S3PYPI_TEST_TERRAFORM_PLUGINS")
"""A folder with Terraform's provider for AWS, as ``terraform providers mirror`` makes it."""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("terraform") is None, reason="no terraform here"),
    pytest.mark.skipif(PLUGINS is None, reason="S3PYPI_TEST_TERRAFORM_PLUGINS names no folder with the aws provider"),
]


def terraform(folder: Path, *arguments: str) -> str:
    """What a command says; it must succeed."""
    environment = {**os.environ, "TF_CLI_CONFIG_FILE": os.devnull, "CHECKPOINT_DISABLE": "1"}
    done = subprocess.run(
        ["terraform", *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """The folder ``terraform``, in which Terraform may write."""
    return shutil.copytree(TERRAFORM, tmp_path / "terraform")


def initialized(folder: Path) -> Path:
    terraform(folder, "init", "-backend=false", "-no-color", f"-plugin-dir={PLUGINS}")
    return folder


def test_the_files_have_terraforms_format() -> None:
    assert terraform(TERRAFORM, "fmt", "-check", "-recursive", "-diff") == ""


def test_the_example_is_valid(copied: Path) -> None:
    assert "Success" in terraform(initialized(copied), "validate", "-no-color")


def test_each_combination_is_planned(copied: Path) -> None:
    module = initialized(copied / "modules" / "s3pypi")
    assert "4 passed, 0 failed" in terraform(module, "test", "-no-color")
