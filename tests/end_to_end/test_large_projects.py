"""Installers read the compressed JSON page of a large project straight from a bucket."""

from __future__ import annotations

import json
import sys
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

from s3pypi_setuptools.stores.content_encoding import decode
from tests.clients.installers import Environments
from tests.end_to_end.conftest import run_poetry
from tests.support import samples
from tests.support.markers import case
from tests.support.programs import output_of, run
from tests.support.servers import S3Server, program

VERSIONS = 50
LATEST = f"1.{VERSIONS - 1}"


@pytest.fixture
def index(s3_server: S3Server, public_bucket: tuple[str, str], s3_env: dict[str, str], tmp_path: Path) -> str:
    """The URL of a repository whose pages at ``/`` are JSON, with a project of many files."""
    target, url = public_bucket
    for number in range(VERSIONS):
        samples.wheel(tmp_path / "dist", "demo", f"1.{number}")
    done = run("s3pypi", "upload", "dist", "-t", target, "--pages", "json", cwd=tmp_path, environ=s3_env)
    assert done.status == 0, done.stderr
    with urllib.request.urlopen(f"{url}demo/") as page:
        assert page.headers["Content-Encoding"] == "gzip"
        assert page.headers["Content-Type"] == "application/vnd.pypi.simple.v1+json"
        assert len(json.loads(decode("page", page.read(), "gzip"))["files"]) == VERSIONS
    return url


def with_pip(index: str, folder: Path, _made: Environments) -> None:
    command = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--no-cache-dir",
        "--index-url",
        index,
        "--target",
        "site",
        "demo",
    ]
    output_of([*command, "--trusted-host", "127.0.0.1"], cwd=folder)


def with_uv(index: str, folder: Path, _made: Environments) -> None:
    command = [program("uv"), "pip", "install", "--no-cache", "--default-index", index, "--target", "site", "demo"]
    output_of([*command, "--python", sys.executable], cwd=folder)


def with_poetry(index: str, folder: Path, _made: Environments) -> None:
    run_poetry("lock", folder / "consumer", index, "demo")
    assert f'version = "{LATEST}"' in (folder / "consumer" / "poetry.lock").read_text()


def with_pdm(index: str, folder: Path, made: Environments) -> None:
    (folder / "pyproject.toml").write_text(
        '[project]\nname = "consumer"\nversion = "1"\nrequires-python = ">=3.10"\ndependencies = ["demo"]\n'
        f'[[tool.pdm.source]]\nname = "pypi"\nurl = "{index}"\n'
    )
    output_of(
        [made.pdm(), "lock"], cwd=folder, environ={"PDM_CHECK_UPDATE": "false", "PDM_CACHE_DIR": str(folder / "cache")}
    )
    assert f'version = "{LATEST}"' in (folder / "pdm.lock").read_text()


@pytest.mark.parametrize("install", [with_pip, with_uv, case(with_poetry, slow=True), case(with_pdm, slow=True)])
def test_installers_decode_the_page(
    index: str, tmp_path: Path, environments: Environments, install: Callable[[str, Path, Environments], None]
) -> None:
    folder = tmp_path / "installer"
    folder.mkdir()
    install(index, folder, environments)
    if (folder / "site").exists():
        assert (folder / "site" / f"demo-{LATEST}.dist-info").is_dir()
