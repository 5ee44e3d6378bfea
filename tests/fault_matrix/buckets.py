"""Repositories in a bucket: made once, copied for each case, looked at past the proxy."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path

from tests.crashes.storage import BucketStorage
from tests.fault_matrix.verbs import BASE
from tests.support.fault_proxy import Fault, FaultProxy, Passing, failing, no_fault
from tests.support.forked_programs import ForkedPrograms
from tests.support.programs import Ended
from tests.support.servers import S3Server

FILES = {
    "repository.json": "record",
    "manifest.json": "root record",
    "index.json": "root JSON page",
    "index.html": "root HTML page",
    "": "root / page",
    "demo/manifest.json": "manifest",
    "demo/index.json": "JSON page",
    "demo/index.html": "HTML page",
    "demo/": "/ page",
}
ENDINGS = {"metadata": "metadata file", "whl": "distribution", "provenance": "provenance"}


def role_of(passing: Passing, prefix: str) -> str:
    """What a request is about: ``PutObject manifest``."""
    key = passing.key.removeprefix(f"{prefix}/")
    if passing.operation == "ListObjectsV2":
        return passing.operation
    if ".s3pypi-probe" in key:
        return f"{passing.operation} probe"
    if passing.key.startswith("source/"):
        return f"{passing.operation} source {_role(passing.key.removeprefix('source/'))}"
    return f"{passing.operation} {_role(key)}"


def _role(key: str) -> str:
    if key in FILES:
        return FILES[key]
    return "other manifest" if key == "other/manifest.json" else ENDINGS.get(key.rpartition(".")[2], key)


class Bench(BucketStorage):
    """A bucket, and the programs that work on it.

    :param folder: where their files lie.

    ``fresh`` are the objects of a repository without projects, ``base`` those of one that lists `BASE`, as ``listed``.
    """

    def __init__(self, server: S3Server, cli: ForkedPrograms, folder: Path) -> None:
        super().__init__(server)
        self.cli = cli
        self.folder = folder
        self._numbers = itertools.count()
        self._do("init")
        self.fresh = self.objects("base")
        self._do(*BASE)
        self.base = self.objects("base")
        self.listed = self.reader("base").installable()

    def _do(self, *arguments: str) -> None:
        done = self.run("base", *arguments)
        assert done.status == 0, done.stderr

    def run(self, prefix: str, *arguments: str, endpoint: str = "", program: str = "s3pypi", **environ: str) -> Ended:
        """A program on the repository at ``prefix``; it asks once whatever fails, unless ``environ`` says otherwise."""
        environ = self.environ(prefix, endpoint) | environ
        return self.cli.run(program, *arguments, cwd=self.folder, environ=environ)

    def environ(self, prefix: str, endpoint: str) -> dict[str, str]:
        return {**self.environment(endpoint), "AWS_MAX_ATTEMPTS": "1", "S3PYPI_TARGET": self.target(prefix)}

    def new_repository(self, *, fresh: bool = False) -> str:
        """The prefix of a copy of ``base``, or of ``fresh``."""
        prefix = f"case{next(self._numbers)}"
        self.put_all(prefix, self.fresh if fresh else self.base)
        return prefix

    def through_proxy(
        self, fault: Callable[[Passing], Fault | None], prefix: str, *arguments: str, **environ: str
    ) -> tuple[Ended, list[Passing]]:
        """How ``s3pypi`` ends whose requests meet faults, and those requests."""
        with FaultProxy(self.server.endpoint_url, fault) as proxy:
            return self.run(prefix, *arguments, endpoint=proxy.url, **environ), proxy.take()

    def requests(self, prefix: str, *arguments: str) -> set[str]:
        """The roles of all requests of a command without faults."""
        done, sent = self.through_proxy(no_fault, prefix, *arguments)
        assert done.status == 0, done
        return {role_of(passing, prefix) for passing in sent}


def failing_at(role: str, prefix: str, fault: Fault, times: float = float("inf")) -> Callable[[Passing], Fault | None]:
    """The fault for as many requests of the role."""
    return failing(fault, lambda passing: role_of(passing, prefix) == role, times)
