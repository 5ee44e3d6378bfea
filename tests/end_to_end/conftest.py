"""The example project, built and published by its setup.py, and the tools that install it."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from tests.end_to_end import old_tools
from tests.support.programs import output_of
from tests.support.servers import S3Server, free_port, program, running, wait_until_answers
from tests.support.session_folders import common_folder, made_once

EXAMPLE = Path(__file__).parents[2] / "examples" / "setup-py"


POETRY = """\
[project]
name = "consumer"
version = "1"
requires-python = ">=3.10"
dependencies = ["{requirement}"]

[tool.poetry]
package-mode = false

[[tool.poetry.source]]
name = "company"
url = "{url}"
priority = "primary"
"""


def run_poetry(command: str, consumer: Path, index: str, requirement: str) -> str:
    """Have poetry ``lock`` or ``install`` a project in the new folder ``consumer`` that needs ``requirement``."""
    consumer.mkdir()
    (consumer / "pyproject.toml").write_text(POETRY.format(url=index, requirement=requirement), encoding="utf-8")
    environment = {"POETRY_VIRTUALENVS_IN_PROJECT": "true", "POETRY_CACHE_DIR": str(consumer / "cache")}
    return output_of([program("poetry"), command, "--no-interaction", "--no-ansi"], cwd=consumer, environ=environment)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of the example project."""
    ignored = shutil.ignore_patterns("__pycache__", "*.egg-info", "build", "dist")
    return Path(shutil.copytree(EXAMPLE, tmp_path / "project", ignore=ignored))


def build_and_publish(project: Path, *options: str, environment: Mapping[str, str] | None = None) -> str:
    """``setup.py sdist bdist_wheel s3pypi``, as in Jenkins."""
    return output_of(
        [sys.executable, "setup.py", "sdist", "bdist_wheel", "s3pypi", *options], cwd=project, environ=environment
    )


def says_hello(site: Path) -> None:
    """The package that was installed into ``site`` works."""
    code = "import hello_s3pypi, sys; sys.exit(hello_s3pypi.main())"
    assert "Hello from hello-s3pypi 1.0.0!" in output_of(
        [sys.executable, "-c", code], cwd=site, environ={"PYTHONPATH": str(site)}
    )


@pytest.fixture(scope="session")
def gorilla(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The scripts of a version of s3pypi; installed once, however many processes run the tests."""
    shared = common_folder(tmp_path_factory)

    def scripts(version: str) -> Path:
        def make(folder: Path) -> None:
            old_tools.install(folder, f"s3pypi=={version}", "boto3", "setuptools<81")

        return made_once(shared / f"s3pypi-{version}", make) / "bin"

    return scripts


@pytest.fixture
def web_folder(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A folder, and the URL under which a web server shows it."""
    folder = tmp_path / "repository"
    folder.mkdir()
    port = free_port()
    logs = tmp_path / "web"
    logs.mkdir()
    command = [sys.executable, "-m", "http.server", str(port), "--bind", "127.0.0.1", "--directory", str(folder)]
    with running(command, logs, {}) as process:
        wait_until_answers(f"http://127.0.0.1:{port}/", process)
        yield folder, f"http://127.0.0.1:{port}/"


@pytest.fixture
def public_bucket(s3_server: S3Server, s3_bucket: str) -> tuple[str, str]:
    """A bucket that anyone may read: its target, and the URL of it."""
    s3_server.make_public(s3_bucket)
    return f"s3://{s3_bucket}/simple", f"{s3_server.endpoint_url}/{s3_bucket}/simple/"
