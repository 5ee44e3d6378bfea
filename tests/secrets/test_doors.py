"""Builds and hatch, with keys in every source that is theirs, before a store that echoes them."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from tests.secrets.answers import ANSWERS
from tests.secrets.key_sources import KEYS, OF_AWS, SSE
from tests.secrets.planted import SECRET_KEY, assert_hidden
from tests.support import samples
from tests.support.canned_server import canned
from tests.support.programs import execute
from tests.support.servers import S3Server

SETUP = "from setuptools import setup\nsetup(name='demo', version='1.0', py_modules=['demo']{extra})\n"
TYPED = [f"--{name}={value}" for name, value in KEYS.items()]
OPTIONS = {name.replace("-", "_"): value for name, value in KEYS.items()}
BACKEND = "from s3pypi_setuptools import build_meta; build_meta.build_sdist('dist', {settings})"
SETTINGS = {f"s3pypi-{name}": value for name, value in KEYS.items()}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "demo.py").write_text("")
    (tmp_path / "setup.py").write_text(SETUP.format(extra=""))
    (tmp_path / "pyproject.toml").write_text("[project]\nname = 'demo'\nversion = '1.0'\n")
    return tmp_path


def said(folder: Path, command: Sequence[str], environ: Mapping[str, str], *, put: str, fails: bool) -> str:
    """All that it says, of which nothing is secret."""
    publishing = {"S3PYPI_TARGET": "s3://bucket/p", "S3PYPI_PUBLISH": "1", "S3PYPI_S3_PUT_ARGS": put}
    done = execute([sys.executable, *command], cwd=folder, environ={**publishing, **environ})
    assert bool(done.status) == fails, done.output
    assert_hidden(done.output)
    return done.output


def hatch(*options: str) -> list[str]:
    return ["-m", "hatch", "-v", "publish", "-p", "s3pypi", *(f"-o{option}" for option in options), "dist"]


DOORS: Mapping[str, tuple[Sequence[str], str, Mapping[str, str]]] = {
    "setup.py": (["setup.py", "-v", "-v", "sdist", "s3pypi", *TYPED], SETUP.format(extra=""), {}),
    "setup.py, options": (
        ["setup.py", "-v", "sdist", "s3pypi", f"--s3-put-args={SSE}"],
        SETUP.format(extra=f", options={{'s3pypi': {OPTIONS}}}"),
        {},
    ),
    "setup.py s3upload": (["setup.py", "-v", "s3upload", "--file-mask=setup.py", "-ts3://bucket/p", *TYPED], "", {}),
    "backend": (["-c", BACKEND.format(settings=SETTINGS)], "", {}),
    "backend, environment": (["-c", BACKEND.format(settings=None)], "", {**OF_AWS, "DISTUTILS_DEBUG": "1"}),
    "hatch": (hatch(*(f"{name}={value}" for name, value in OPTIONS.items())), "", {}),
    "hatch, misspelt": (hatch(f"aws_secret_acess_key={SECRET_KEY}"), "", {}),
}


@pytest.mark.parametrize(("command", "setup", "environ"), DOORS.values(), ids=DOORS)
def test_a_door_before_a_store_that_echoes(
    folder: Path, command: Sequence[str], setup: str, environ: Mapping[str, str]
) -> None:
    samples.wheel(folder / "dist")
    (folder / "setup.py").write_text(setup or SETUP.format(extra=""))
    with canned(ANSWERS["refused"]) as server:
        own = {"AWS_ENDPOINT_URL": server.url, "AWS_MAX_ATTEMPTS": "1"}
        text = said(folder, command, {**environ, **own}, put=SSE, fails=True)
    assert ("there is no setting" if "acess" in str(command) else "the store answered 400") in text, text


@pytest.mark.parametrize(
    "command",
    [["setup.py", "-v", "-v", "sdist", "s3pypi"], ["-c", BACKEND.format(settings=None)]],
    ids=["setup.py", "backend"],
)
def test_nothing_is_said_of_keys_that_work(ministack: S3Server, folder: Path, command: Sequence[str]) -> None:
    keys = {
        "AWS_ACCESS_KEY_ID": ministack.access_key,
        "AWS_SECRET_ACCESS_KEY": ministack.secret_key,
        "AWS_ENDPOINT_URL": ministack.endpoint_url,
        "S3PYPI_TARGET": f"s3://{ministack.new_bucket()}/p",
    }
    text = said(folder, command, keys, put="", fails=False)
    assert "published demo-1.0.tar.gz" in text
    assert ministack.secret_key not in text
    assert "Authorization" not in text
    assert "credentials" not in text
