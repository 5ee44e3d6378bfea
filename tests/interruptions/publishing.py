"""Programs that publish into a bucket, interrupted, and then run again undisturbed."""

from __future__ import annotations

import signal
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from s3pypi_setuptools import PackageRepository, open_repository
from tests.interruptions.signals import Halt, halted, send
from tests.support.forked_programs import Ended, shared_programs
from tests.support.programs import LONG_GRACE, SHORT_GRACE
from tests.support.servers import S3Server

__all__ = ["BOTH", "SDIST", "STATUS", "WHEEL", "Publishing", "fills", "puts"]

STATUS = {signal.SIGINT: 130, signal.SIGTERM: 143}
WHEEL, SDIST = "demo-1.0-py3-none-any.whl", "demo-1.0.tar.gz"
BOTH = (WHEEL, SDIST)


def nothing() -> None:
    """Nothing is waited for."""


def puts(key: str, *, effect: bool = False) -> Halt:
    """Holds the put of the key; see `Halt`."""
    return Halt(lambda passing: passing.operation == "PutObject" and passing.key == f"p/{key}", effect=effect)


def fills(page: str, *, effect: bool = False) -> Halt:
    """Holds the put of a page that lists the new files; the page was there before, if only blank."""
    put = puts(page, effect=effect)
    return Halt(lambda passing: put.matches(passing) and "if-match" in passing.headers, effect=effect)


@dataclass(frozen=True)
class Publishing:
    """A bucket, and a folder whose ``dist`` is published into it."""

    server: S3Server
    bucket: str
    folder: Path

    @property
    def target(self) -> str:
        return f"s3://{self.bucket}/p"

    def open(self) -> PackageRepository:
        """The repository, for this process."""
        return open_repository(
            self.target,
            **self.server.settings,
        )

    def interrupted(
        self,
        halt: Halt,
        *arguments: str,
        number: signal.Signals = signal.SIGINT,
        released: bool = True,
        meanwhile: Callable[[], None] = nothing,
        program: str = "s3pypi",
    ) -> Ended:
        """What ``s3pypi ARGUMENTS`` says when the signal comes while ``halt`` holds it.

        :param meanwhile: what is waited for before the signal is sent.
        :param released: the request passes after the signal; otherwise it never ends, and the grace does.
        """
        with halted(self.server.endpoint_url, halt) as proxy:
            process = shared_programs().start(
                program,
                *arguments,
                cwd=self.folder,
                environ={**self.server.environment, "AWS_ENDPOINT_URL": proxy.url},
                grace=LONG_GRACE if released else SHORT_GRACE,
            )
            halt.wait()
            meanwhile()
            send(process, number)
            if released:
                halt.release()
            done = process.wait()
        assert done.status == STATUS[number]
        assert done.stderr.count("\n") == 1, done.stderr
        return done

    def run(self, *arguments: str, program: str = "s3pypi") -> Ended:
        """The same, undisturbed, which succeeds."""
        done = shared_programs().run(program, *arguments, cwd=self.folder, environ=self.server.environment)
        assert (done.status, done.stderr) == (0, "")
        return done
