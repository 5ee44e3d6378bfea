"""What is not needed is not imported: the package must cost a build, a `--help` and a small upload next to nothing."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

PROBE = """
import sys
{before}
before = set(sys.modules)
try:
    {statement}
except SystemExit as done:
    assert not done.code, done.code
finally:
    print("\\n" + " ".join(sorted(set(sys.modules) - before)), file=sys.stderr)
"""
AWS = {"boto3", "botocore", "s3transfer", "urllib3"}
SLOW = AWS | {"rich", "platformdirs", "packaging", "asyncio", "ssl", "http.client"}


def loaded(statement: str, *arguments: str, before: str = "", folder: Path | None = None) -> set[str]:
    """The modules that ``statement`` loads in a fresh process, after ``before``, with ``arguments`` as sys.argv."""
    probe = PROBE.format(statement=statement, before=before)
    done = subprocess.run(
        [sys.executable, "-c", probe, *arguments], capture_output=True, text=True, cwd=folder, check=False
    )
    assert done.returncode == 0, done.stderr
    return set(done.stderr.splitlines()[-1].split())


def test_the_setuptools_commands_load_nothing_slow_into_a_build() -> None:
    statement = "from s3pypi_setuptools.command import *; PyPICommand.user_options, UploadCommand.user_options"
    modules = loaded(statement, before="import setuptools.dist")
    assert not modules & SLOW
    settings = {f"s3pypi_setuptools.config.{name}" for name in ("connection", "resolve", "service", "settings")}
    assert not modules & (settings | {f"s3pypi_setuptools.{name}" for name in ("api", "operations", "stores")})
    assert len(modules) < 20, sorted(modules)


@pytest.mark.parametrize("option", ["--help", "--version"])
def test_help_and_version_load_neither_boto3_nor_rich(option: str) -> None:
    modules = loaded("from s3pypi_setuptools.cli import main; sys.exit(main())", option)
    assert not modules & (AWS | {"rich", "platformdirs"})


def test_a_piped_upload_to_a_folder_loads_neither_boto3_nor_rich(tmp_path: Path) -> None:
    wheel = make_wheel(tmp_path)
    modules = loaded(
        "from s3pypi_setuptools.cli import main; sys.exit(main())",
        "upload",
        str(wheel),
        "--target",
        str(tmp_path / "repository"),
        folder=tmp_path,
    )
    assert (tmp_path / "repository" / "demo" / wheel.name).exists()
    assert not modules & (AWS | {"rich", "platformdirs", "shtab"})
    assert not modules & {
        f"s3pypi_setuptools.{name}" for name in ("operations.delete", "cli.commands.changing", "cli.render.bars")
    }


def make_wheel(folder: Path) -> Path:
    """The smallest wheel there is."""
    path = folder / "demo-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("demo-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n")
        archive.writestr("demo-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr("demo-1.0.dist-info/RECORD", "")
    return path
