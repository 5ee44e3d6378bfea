"""Ctrl-C and SIGTERM while a build, or hatch, publishes."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

import pytest

from tests.interruptions.publishing import SDIST, WHEEL
from tests.interruptions.signals import Halt, halted, send
from tests.interruptions.stored import Stored
from tests.support import samples
from tests.support.programs import Ended, finish, start
from tests.support.servers import S3Server

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


def interrupted(
    server: S3Server, project: Path, code: str, *arguments: str, number: signal.Signals, key: str
) -> tuple[Ended, Stored]:
    """What Python code says when the signal comes while the put of ``key`` is held, which passes then."""
    bucket = server.new_bucket()
    halt = Halt(lambda passing: passing.operation == "PutObject" and passing.key == f"p/{key}")
    with halted(server.endpoint_url, halt) as proxy:
        process = start(
            [sys.executable, "-c", code, *arguments],
            cwd=project,
            environ={
                **server.environment,
                "AWS_ENDPOINT_URL": proxy.url,
                "S3PYPI_TARGET": f"s3://{bucket}/p",
                "S3PYPI_PUBLISH": "1",
            },
        )
        halt.wait()
        send(process, number)
        halt.release()
        return finish(process), Stored(server, bucket)


@pytest.mark.parametrize(
    ("number", "status", "last"),
    [(signal.SIGINT, 1, ["interrupted"]), (signal.SIGTERM, 143, [])],
)
def test_setup_py(ministack: S3Server, project: Path, number: signal.Signals, status: int, last: list[str]) -> None:
    code = "import runpy; runpy.run_path('setup.py', run_name='__main__')"
    done, stored = interrupted(
        ministack, project, code, "sdist", "bdist_wheel", "s3pypi", number=number, key="demo/manifest.json"
    )
    word = "interrupted" if number == signal.SIGINT else "terminated"
    assert done.status == status
    said = [line for line in done.stderr.splitlines() if line]
    assert said[-1 - len(last) :] == [f"s3pypi: {word}: published {WHEEL}, {SDIST}; {PUSH}", *last]
    stored.check({WHEEL: "published", SDIST: "published"})
    stored.close()


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_the_build_backend(ministack: S3Server, project: Path, number: signal.Signals, status: int) -> None:
    code = "from s3pypi_setuptools import build_meta; build_meta.build_sdist('dist')"
    done, stored = interrupted(ministack, project, code, number=number, key=f"demo/{SDIST}")
    word = "interrupted" if number == signal.SIGINT else "terminated"
    assert done.status == status
    assert done.stderr.splitlines()[-1] == f"s3pypi: {word}: nothing published; {PUSH}"
    assert (project / "dist" / SDIST).exists()
    stored.check({SDIST: "pending"})
    stored.close()


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 1), (signal.SIGTERM, 143)])
def test_hatch(ministack: S3Server, project: Path, number: signal.Signals, status: int) -> None:
    samples.wheel(project / "dist")
    code = "from hatch.cli import main; main()"
    done, stored = interrupted(
        ministack, project, code, "publish", "-p", "s3pypi", number=number, key="demo/manifest.json"
    )
    word = "interrupted" if number == signal.SIGINT else "terminated"
    assert done.status == status
    assert f"{word}: published {WHEEL}; {AGAIN}" in (done.output).splitlines()
    stored.check({WHEEL: "published"})
    stored.close()
