"""Ctrl-C and SIGTERM while a build, or hatch, publishes."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

import pytest

from tests.interruptions.publishing import SDIST, WHEEL, Publishing, puts
from tests.support import samples
from tests.support.programs import Ended

SETUP = "from setuptools import setup\nsetup(name='demo', version='1.0', py_modules=['demo'])\n"
PYPROJECT = "[project]\nname = 'demo'\nversion = '1.0'\n"
PUSH = "push what was built with 's3pypi upload dist/*'"
AGAIN = "the same command with the same files completes what is left"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "demo.py").write_text("")
    (tmp_path / "setup.py").write_text(SETUP)
    (tmp_path / "pyproject.toml").write_text(PYPROJECT)
    return tmp_path


def interrupted(publishing: Publishing, code: str, *arguments: str, number: signal.Signals, key: str) -> Ended:
    """What Python code says when the signal comes while the put of ``key`` is held, which passes then."""
    environ = {"S3PYPI_TARGET": publishing.target, "S3PYPI_PUBLISH": "1"}
    return publishing.interrupt(
        puts(key), publishing.starting([sys.executable, "-c", code, *arguments], **environ), number
    )


@pytest.mark.parametrize(
    ("number", "status", "last"),
    [(signal.SIGINT, 1, ["interrupted"]), (signal.SIGTERM, 143, [])],
)
def test_setup_py(publishing: Publishing, number: signal.Signals, status: int, last: list[str]) -> None:
    code = "import runpy; runpy.run_path('setup.py', run_name='__main__')"
    done = interrupted(publishing, code, "sdist", "bdist_wheel", "s3pypi", number=number, key="demo/manifest.json")
    word = "interrupted" if number == signal.SIGINT else "terminated"
    assert done.status == status
    said = [line for line in done.stderr.splitlines() if line]
    assert said[-1 - len(last) :] == [f"s3pypi: {word}: published {WHEEL}, {SDIST}; {PUSH}", *last]
    publishing.check({WHEEL: "published", SDIST: "published"})


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_the_build_backend(publishing: Publishing, number: signal.Signals, status: int) -> None:
    code = "from s3pypi_setuptools import build_meta; build_meta.build_sdist('dist')"
    done = interrupted(publishing, code, number=number, key=f"demo/{SDIST}")
    word = "interrupted" if number == signal.SIGINT else "terminated"
    assert done.status == status
    assert done.stderr.splitlines()[-1] == f"s3pypi: {word}: nothing published; {PUSH}"
    assert (publishing.folder / "dist" / SDIST).exists()
    publishing.check({SDIST: "pending"})


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 1), (signal.SIGTERM, 143)])
def test_hatch(publishing: Publishing, number: signal.Signals, status: int) -> None:
    samples.wheel(publishing.folder / "dist")
    code = "from hatch.cli import main; main()"
    done = interrupted(publishing, code, "publish", "-p", "s3pypi", number=number, key="demo/manifest.json")
    word = "interrupted" if number == signal.SIGINT else "terminated"
    assert done.status == status
    assert f"{word}: published {WHEEL}; {AGAIN}" in (done.output).splitlines()
    publishing.check({WHEEL: "published"})
