"""Repositories in a bucket: made once, copied for each case, looked at past the proxy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.fault_matrix.verbs import BASE
from tests.support.fault_proxy import FaultProxy, Passing
from tests.support.forked_programs import ForkedPrograms
from tests.support.programs import Ended
from tests.support.repository_reader import RepositoryReader, read_bucket
from tests.support.servers import S3Server

__all__ = ["Bench", "Stored", "role_of"]

HEADERS = ("ContentType", "CacheControl", "Metadata")
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


@dataclass(frozen=True)
class Stored:
    """An object, as it is put again."""

    data: bytes
    headers: Mapping[str, Any]


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


@dataclass
class Bench:
    """A bucket, and the programs that work on it.

    :param folder: where their files lie.
    :param fresh: the objects of a repository without projects, once `make` was called.
    :param base: those of one that lists `BASE`, which is ``listed``.
    """

    server: S3Server
    bucket: str
    cli: ForkedPrograms
    folder: Path
    client: Any = field(init=False)
    fresh: Mapping[str, Stored] = field(default_factory=dict)
    base: Mapping[str, Stored] = field(default_factory=dict)
    listed: Mapping[str, str] = field(default_factory=dict)
    used: int = 0

    def __post_init__(self) -> None:
        self.client = self.server.client()

    def make(self) -> None:
        """Make the repositories that cases start from."""
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
        return self.cli.run(
            program, *arguments, cwd=self.folder, environ=self.environ(prefix, endpoint or self.server.endpoint_url)
            | environ,
        )  # fmt: skip

    def environ(self, prefix: str, endpoint: str) -> dict[str, str]:
        return {
            **self.server.environment,
            "AWS_ENDPOINT_URL": endpoint,
            "AWS_MAX_ATTEMPTS": "1",
            "S3PYPI_TARGET": f"s3://{self.bucket}/{prefix}",
        }

    def new_prefix(self) -> str:
        self.used += 1
        return f"case{self.used}"

    def objects(self, prefix: str) -> dict[str, Stored]:
        """All objects at ``prefix``, by the rest of their keys."""
        taken = {}
        for key in self.reader(prefix).stored_keys():
            answer = self.client.get_object(Bucket=self.bucket, Key=f"{prefix}/{key}")
            headers = {name: answer[name] for name in HEADERS if name in answer}
            taken[key] = Stored(answer["Body"].read(), headers)
        return taken

    def put(self, prefix: str, objects: Mapping[str, Stored]) -> None:
        for key, stored in objects.items():
            self.client.put_object(Bucket=self.bucket, Key=f"{prefix}/{key}", Body=stored.data, **stored.headers)

    def reader(self, prefix: str) -> RepositoryReader:
        """Reads the repository there."""
        return read_bucket(self.client, self.bucket, prefix)

    def requests(self, prefix: str, *arguments: str) -> list[str]:
        """The roles of all requests of a command without faults, each once."""
        with FaultProxy(self.server.endpoint_url) as proxy:
            done = self.run(prefix, *arguments, endpoint=proxy.url)
            assert done.status == 0, done
            return sorted({role_of(passing, prefix) for passing in proxy.take()})
