"""Repositories in a bucket: made once, copied for each case, looked at past the proxy."""

from __future__ import annotations

from pathlib import Path

from tests.crashes.storage import BucketStorage
from tests.fault_matrix.verbs import BASE
from tests.support.fault_proxy import FaultProxy, Passing
from tests.support.forked_programs import ForkedPrograms
from tests.support.programs import Ended
from tests.support.servers import S3Server

__all__ = ["Bench", "role_of"]

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
        self.used = 0
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

    def new_prefix(self) -> str:
        self.used += 1
        return f"case{self.used}"

    def requests(self, prefix: str, *arguments: str) -> list[str]:
        """The roles of all requests of a command without faults, each once."""
        with FaultProxy(self.server.endpoint_url) as proxy:
            done = self.run(prefix, *arguments, endpoint=proxy.url)
            assert done.status == 0, done
            return sorted({role_of(passing, prefix) for passing in proxy.take()})
