"""Promote and mirror after an object of the source was overwritten: no other bytes are listed under its hash."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.support import samples
from tests.support.in_process import Said, run
from tests.support.markers import case
from tests.support.servers import S3Server

WHEEL, SDIST = "demo-1.0-py3-none-any.whl", "demo-1.0.tar.gz"
COMMANDS = {"promote": ("promote", "demo", "1.0"), "mirror": ("mirror",)}


class Buckets:
    """A bucket with a repository under ``staging``, and one to be filled under ``prod``."""

    def __init__(self, server: S3Server, bucket: str, folder: Path) -> None:
        self.client = server.client()
        self.bucket = bucket
        self.folder = folder
        self.environ: Mapping[str, str] = server.environment
        self.files = [samples.wheel(folder), samples.sdist(folder)]
        assert self.run("upload", *map(str, self.files), "-t", self.target("staging")).status == 0

    def target(self, prefix: str) -> str:
        return f"s3://{self.bucket}/{prefix}"

    def run(self, *arguments: str) -> Said:
        return run("s3pypi", *arguments, cwd=self.folder, environ=self.environ)

    def copy(self, command: str) -> Said:
        return self.run(*COMMANDS[command], "--from", self.target("staging"), "--to", self.target("prod"))

    def read(self, key: str) -> bytes:
        data = self.client.get_object(Bucket=self.bucket, Key=key)["Body"].read()
        assert isinstance(data, bytes)
        return data

    def overwrite(self, key: str, data: bytes | None = None) -> None:
        """Put other bytes of the same size in place of an object; all else stays as it was."""
        found = self.client.head_object(Bucket=self.bucket, Key=key)
        other = data if data is not None else b"x" * found["ContentLength"]
        self.client.put_object(Bucket=self.bucket, Key=key, Body=other, Metadata=found["Metadata"])

    def manifest(self, prefix: str) -> dict[str, Any]:
        found = json.loads(self.read(f"{prefix}/demo/manifest.json"))
        assert isinstance(found, dict)
        return found

    def listed(self, prefix: str) -> set[str]:
        """The filenames that the JSON page lists, each compared with what lies there."""
        try:
            page = json.loads(self.read(f"{prefix}/demo/index.json"))
        except self.client.exceptions.NoSuchKey:
            return set()
        for file in page["files"]:
            found = self.read(f"{prefix}/demo/{file['url']}")
            assert hashlib.sha256(found).hexdigest() == file["hashes"]["sha256"], file
            if "core-metadata" in file:
                beside = self.read(f"{prefix}/demo/{file['url']}.metadata")
                assert hashlib.sha256(beside).hexdigest() == file["core-metadata"]["sha256"], file
        return {file["filename"] for file in page["files"]}


@pytest.fixture
def buckets(s3_server: S3Server, s3_bucket: str, tmp_path: Path) -> Buckets:
    return Buckets(s3_server, s3_bucket, tmp_path)


@pytest.mark.parametrize(
    ("command", "name", "noted"),
    [
        case(command, name, noted, slow=noted is not (name == WHEEL), id=f"{command}-{name}-{text}")
        for command in COMMANDS
        for name in (WHEEL, SDIST)
        for noted, text in ((True, "etag noted"), (False, "no etag noted"))
    ],
)
def test_an_overwritten_file_is_not_listed_elsewhere(buckets: Buckets, command: str, name: str, noted: bool) -> None:
    if not noted:  # as the first versions wrote manifests
        manifest = buckets.manifest("staging")
        for file in manifest["files"]:
            assert file.pop("_etag")
        buckets.client.put_object(
            Bucket=buckets.bucket, Key="staging/demo/manifest.json", Body=json.dumps(manifest).encode()
        )
    buckets.overwrite(f"staging/demo/{name}")

    said = buckets.copy(command)

    assert said.status == 1
    [line] = [line for line in (said.out + said.err).splitlines() if "does not hold the bytes" in line]
    assert f"{buckets.target('staging')}/demo/{name}" in line
    assert "--force" in line
    assert buckets.listed("prod") == (set() if command == "promote" else {WHEEL, SDIST} - {name})


@pytest.mark.parametrize("command", COMMANDS)
def test_what_lies_at_the_target_is_compared_too(buckets: Buckets, command: str) -> None:
    """An object under the plain key that says of itself that it holds the file's bytes."""
    found = buckets.client.head_object(Bucket=buckets.bucket, Key=f"staging/demo/{SDIST}")
    other = b"x" * found["ContentLength"]
    buckets.client.put_object(Bucket=buckets.bucket, Key=f"prod/demo/{SDIST}", Body=other, Metadata=found["Metadata"])
    assert buckets.copy(command).status == 0
    assert buckets.listed("prod") == {WHEEL, SDIST}


@pytest.mark.parametrize("command", COMMANDS)
def test_metadata_that_was_overwritten_is_taken_from_the_wheel(buckets: Buckets, command: str) -> None:
    before = buckets.read(f"staging/demo/{WHEEL}.metadata")
    buckets.overwrite(f"staging/demo/{WHEEL}.metadata")
    assert buckets.copy(command).status == 0
    assert buckets.listed("prod") == {WHEEL, SDIST}
    assert buckets.read(f"prod/demo/{WHEEL}.metadata") == before


def test_a_copy_reads_no_file_whose_etag_was_noted(
    buckets: Buckets, monkeypatch: pytest.MonkeyPatch, s3_requests: list[tuple[str, str]]
) -> None:
    assert buckets.copy("promote").status == 0
    assert not [key for name, key in s3_requests if name == "GetObject" and key.endswith((WHEEL, SDIST))]
    assert all(file["_etag"] for file in buckets.manifest("prod")["files"])


def test_pages_do_not_show_the_etags(buckets: Buckets) -> None:
    assert all(file["_etag"] for file in buckets.manifest("staging")["files"])
    assert b"_etag" not in buckets.read("staging/demo/index.json")


@pytest.fixture
def s3_requests(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """(operation, key) of every request from now on."""
    from s3pypi_setuptools.stores.s3.bucket import Bucket  # noqa: PLC0415 - beside the one method it replaces

    seen: list[tuple[str, str]] = []
    request: Callable[..., Any] = Bucket.request

    def noted(self: Bucket, operation: str, key: str | None, *arguments: Any) -> Any:
        seen.append((operation, key or ""))
        return request(self, operation, key, *arguments)

    monkeypatch.setattr(Bucket, "request", noted)
    return seen


@pytest.mark.parametrize("name", [WHEEL, SDIST])
@pytest.mark.parametrize("command", COMMANDS)
def test_in_folders(tmp_path: Path, command: str, name: str) -> None:
    for path in (samples.wheel(tmp_path / "w"), samples.sdist(tmp_path / "w")):
        shutil.copy2(path, tmp_path)
    assert run("s3pypi", "upload", "./w", "-t", "./staging", cwd=tmp_path).status == 0
    path = tmp_path / "staging" / "demo" / name
    path.write_bytes(b"x" * path.stat().st_size)
    said = run("s3pypi", *COMMANDS[command], "--from", "./staging", "--to", "./prod", cwd=tmp_path)
    assert said.status == 1
    assert f"{path.as_uri()}: does not hold the bytes that the index states" in said.out + said.err
    page = tmp_path / "prod" / "demo" / "index.json"
    listed = {file["filename"] for file in json.loads(page.read_bytes())["files"]} if page.exists() else set()
    assert listed == (set() if command == "promote" else {WHEEL, SDIST} - {name})
