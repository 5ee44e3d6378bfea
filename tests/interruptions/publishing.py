"""Programs that publish into a bucket, interrupted, and then run again undisturbed."""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from s3pypi_setuptools import PackageRepository, open_repository
from tests.interruptions.signals import Halt, halted, send
from tests.support import programs
from tests.support.forked_programs import Running, shared_programs
from tests.support.programs import LONG_GRACE, SHORT_GRACE, Ended, finish
from tests.support.repository_reader import PAGES, RepositoryReader, read_bucket
from tests.support.servers import S3Server

STATUS = {signal.SIGINT: 130, signal.SIGTERM: 143}
WHEEL, SDIST = "demo-1.0-py3-none-any.whl", "demo-1.0.tar.gz"
BOTH = (WHEEL, SDIST)


Start = Callable[[Mapping[str, str]], "subprocess.Popen[str] | Running"]
"""Starts a process with these variables."""


def puts(key: str, *, effect: bool = False) -> Halt:
    """Holds the put of the key; see `Halt`."""
    return Halt(lambda passing: passing.operation == "PutObject" and passing.key == f"p/{key}", effect=effect)


def fills(page: str, *, effect: bool = False) -> Halt:
    """Holds the put of a page that lists the new files; the page was there before, if only blank."""
    put = puts(page, effect=effect)
    return Halt(lambda passing: put.matches(passing) and "if-match" in passing.headers, effect=effect)


def changes_of(ended: Ended) -> dict[str, str]:
    """The stage of each change, by name, from the JSON report of a program that a signal ended."""
    report = json.loads(ended.stdout)
    assert report["ok"] is False
    assert ended.stderr == f"s3pypi: error: {report['error']['message']}\n"
    return {change["name"]: change["stage"] for change in report["changes"]}


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
        return open_repository(self.target, **self.server.settings)

    @property
    def reader(self) -> RepositoryReader:
        """The repository, as clients read it."""
        return read_bucket(self.server.client(), self.bucket, "p")

    def interrupt(
        self,
        halt: Halt,
        start: Start,
        number: signal.Signals = signal.SIGINT,
        *,
        released: bool = True,
        meanwhile: Callable[[], object] = lambda: None,
    ) -> Ended:
        """How a process ends when the signal comes while ``halt`` holds it.

        :param meanwhile: what is waited for before the signal is sent.
        :param released: the request passes after the signal; otherwise it never ends.
        """
        with halted(self.server.endpoint_url, halt) as proxy:
            process = start({**self.server.environment, "AWS_ENDPOINT_URL": proxy.url})
            halt.wait()
            meanwhile()
            send(process, number)
            if released:
                halt.release()
            return finish(process)

    def interrupted(
        self,
        halt: Halt,
        *arguments: str,
        number: signal.Signals = signal.SIGINT,
        released: bool = True,
        meanwhile: Callable[[], object] = lambda: None,
        program: str = "s3pypi",
    ) -> Ended:
        """What ``s3pypi ARGUMENTS`` says in its one line; where nothing is released, its grace ends (`interrupt`)."""
        grace = LONG_GRACE if released else SHORT_GRACE

        def start(environ: Mapping[str, str]) -> Running:
            return shared_programs().start(program, *arguments, cwd=self.folder, environ=environ, grace=grace)

        done = self.interrupt(halt, start, number, released=released, meanwhile=meanwhile)
        assert done.status == STATUS[number]
        assert done.stderr.count("\n") == 1, done.stderr
        return done

    def starting(self, words: Sequence[str | Path], **environ: str) -> Start:
        """Starts any command in the folder."""
        return lambda others: programs.start(words, cwd=self.folder, environ={**others, **environ})

    def run(self, *arguments: str, program: str = "s3pypi") -> Ended:
        """The same, undisturbed, which succeeds."""
        done = programs.run(program, *arguments, cwd=self.folder, environ=self.server.environment)
        assert (done.status, done.stderr) == (0, "")
        return done

    def recorded(self, project: str) -> dict[str, str]:
        """SHA-256 by filename, as the manifest has them."""
        manifest = self.reader.manifest(project) or {"files": []}
        return {file["filename"]: file["hashes"]["sha256"] for file in manifest["files"]}

    def listed(self, project: str) -> list[dict[str, str]]:
        """SHA-256 by filename, as each page has them; every listed file has that hash."""
        assert [*self.reader.check_files(project)] == []
        pages = self.reader.pages(project)
        return [pages[name].hashes if name in pages else {} for name in PAGES]

    def check(self, changes: Mapping[str, str]) -> None:
        """Check that every listed file has its hash, and that each file has come as far as was reported.

        :param changes: the reported stage by filename.
        """
        projects = self.reader.projects()
        recorded = {name for project in projects for name in self.recorded(project)}
        pages = [page for project in projects for page in self.listed(project)]
        for name, stage in changes.items():
            if stage == "published":
                project = name.split("-")[0]
                assert all(name in page for page in self.listed(project)), f"{name} is not on all pages"
            elif stage == "committed":
                assert name in recorded
            else:
                assert stage in ("pending", "committing")
                assert stage == "committing" or not any(name in page for page in pages)
                assert stage == "committing" or name not in recorded
