"""What is installed without extras, as builds install it: four packages of others, and no tables."""

from __future__ import annotations

import re
import sys
from importlib.metadata import requires
from pathlib import Path

import pytest

from tests.support import samples
from tests.support.programs import Ended, execute, output_of


@pytest.fixture
def environment(tmp_path: Path, build_environment: Path) -> Path:
    """A virtual environment with the package and what it requires."""
    folder = tmp_path / "environment"
    for command in (["venv", folder], ["pip", "install", "--python", folder, "s3pypi-setuptools"]):
        output_of([sys.executable, "-m", "uv", *command])
    return folder


def run(environment: Path, *arguments: str) -> Ended:
    colored = {"FORCE_COLOR": "1"}  # as on a terminal
    return execute([environment / "bin" / "s3pypi", *arguments], cwd=environment.parent, environ=colored)


def test_builds_install_boto3_packaging_setuptools_and_wheel() -> None:
    always = {re.split(r"[^a-z0-9-]", line)[0] for line in requires("s3pypi-setuptools") or () if "extra" not in line}
    assert always - {"tomli"} == {"boto3", "packaging", "setuptools", "wheel"}


def test_the_base_publishes_with_plain_lines_and_says_what_else_needs_the_extra(
    environment: Path, tmp_path: Path
) -> None:
    for name in ("rich", "build", "shtab"):
        assert not list(environment.glob(f"lib/*/site-packages/{name}"))
    wheel = samples.wheel(tmp_path / "dist")
    done = run(environment, "upload", "dist", "-t", "./repo")
    assert (done.status, done.stderr) == (0, "")
    assert done.stdout.splitlines()[0] == f"published {wheel.name}  {(tmp_path / 'repo/demo' / wheel.name).as_uri()}"
    assert run(environment, "list", "-t", "./repo").stdout.split()[:2] == ["demo", "1.0"]
    assert run(environment, "verify", "-t", "./repo").status == 0
    (tmp_path / "pyproject.toml").write_text("[project]\nname = 'demo'\nversion = '1.0'\n")
    for command, package in ((["release", "-t", "./repo"], "build"), (["completion", "bash"], "shtab")):
        done = run(environment, *command)
        assert (done.status, done.stdout) == (1, "")
        assert f"needs the package {package}: pip install 's3pypi-setuptools[cli]'" in done.stderr.splitlines()[-1]
