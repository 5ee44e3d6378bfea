"""The application in the ASGI servers that people run it in, each as a process of its own."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from s3pypi_setuptools import open_repository
from s3pypi_setuptools.config.service_options import DownloadStyle
from s3pypi_setuptools.server import create_app
from s3pypi_setuptools.server.app import Service
from s3pypi_setuptools.server.options import ServiceOptions
from tests.server.conftest import Client, Place
from tests.support.forked_programs import CHECKOUT
from tests.support.servers import free_port, program, running, wait_until_answers

SERVERS = ("uvicorn", "granian")
APPLICATION = "tests.server.hosting:application"
SETTING = "HOSTED_"
COMMANDS = {
    "uvicorn": ["--factory", "--no-access-log", "--log-level", "warning", "--backlog", "2048", APPLICATION],
    "granian": ["--interface", "asgi", "--factory", "--no-access-log", "--log-level", "warning", APPLICATION],
}


def application() -> Service:
    """The application over the repository that the environment names, open to anybody; files are streamed."""
    settings = {
        name.removeprefix(SETTING).lower(): value for name, value in os.environ.items() if name.startswith(SETTING)
    }
    options = ServiceOptions(anonymous_read=True, anonymous_upload=True, downloads=DownloadStyle.STREAM)
    return create_app(open_repository(settings.pop("target"), **settings), options)


@dataclass(frozen=True)
class Hosted:
    """A server that runs.

    :param pid: of the process that was started.
    :param log: what it prints.
    """

    client: Client
    pid: int
    log: Path

    def lines(self) -> list[str]:
        """What it has printed until now."""
        return self.log.read_text(encoding="utf-8").splitlines()


@contextlib.contextmanager
def hosted(server: str, place: Place, folder: Path) -> Iterator[Hosted]:
    """Run the application over the place in that server.

    :param folder: for its log.
    """
    port = str(free_port())
    environment = {
        SETTING + "TARGET": place.target,
        **{SETTING + name.upper(): value for name, value in place.settings.items()},
        "AWS_MAX_ATTEMPTS": "1",
        "PYTHONWARNINGS": "ignore",
    }
    command = [program(server), "--host", "127.0.0.1", "--port", port, *COMMANDS[server]]
    with running(command, CHECKOUT, environment, log=folder) as process:
        wait_until_answers(f"http://127.0.0.1:{port}/-/health", process)
        yield Hosted(Client(f"http://127.0.0.1:{port}"), process.pid, folder / "server.log")
