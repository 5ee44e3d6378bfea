"""Where repositories lie that processes are killed at: copied, read and thrown away without the code under test."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from tests.support.repository_reader import RepositoryReader, read_bucket, read_folder
from tests.support.servers import S3Server

KEPT = ("ContentType", "CacheControl", "Metadata")


_THREADS = ThreadPoolExecutor(4)


class FolderStorage:
    """Room for many repositories, each under a name: a folder for each."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def folder(self, name: str) -> Path:
        return self._folder / name

    def target(self, name: str) -> str:
        """What ``--target`` is given."""
        return str(self.folder(name))

    def index_url(self, name: str) -> str:
        """What installers are given."""
        return self.folder(name).as_uri() + "/"

    def environment(self) -> dict[str, str]:
        """How a process reaches the storage."""
        return {}

    def copy(self, name: str, new: str) -> None:
        """Make ``new`` the same as ``name`` is."""
        if self.folder(name).exists():
            shutil.copytree(self.folder(name), self.folder(new))

    def remove(self, name: str) -> None:
        """Throw it away, and what uploads were left in the middle."""
        shutil.rmtree(self.folder(name), ignore_errors=True)

    def reader(self, name: str) -> RepositoryReader:
        """Reads the repository."""
        return read_folder(self.folder(name))

    def put(self, name: str, key: str, data: bytes) -> None:
        """Lay something there by hand."""
        path = self.folder(name) / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)

    def delete(self, name: str, key: str) -> None:
        """Take something away by hand."""
        (self.folder(name) / key).unlink(missing_ok=True)


class BucketStorage:
    """The same in a public bucket, with a prefix for each repository."""

    def __init__(self, server: S3Server) -> None:
        self.server = server
        self.bucket = server.new_bucket()
        self.client: Any = server.client()
        server.make_public(self.bucket)

    def target(self, name: str) -> str:
        return f"s3://{self.bucket}/{name}"

    def index_url(self, name: str) -> str:
        return f"{self.server.endpoint_url}/{self.bucket}/{name}/"

    def environment(self, endpoint: str | None = None) -> dict[str, str]:
        """How a process reaches the storage: straight, or through the proxy at ``endpoint``."""
        return {**self.server.environment, "AWS_ENDPOINT_URL": endpoint or self.server.endpoint_url}

    def copy(self, name: str, new: str) -> None:
        self.put_all(new, self.objects(name))

    def objects(self, name: str) -> dict[str, dict[str, Any]]:
        """Every object, by its key below the repository's own, as `put_all` takes it."""

        def read(key: str) -> dict[str, Any]:
            found = self.client.get_object(Bucket=self.bucket, Key=f"{name}/{key}")
            return {"Body": found["Body"].read(), **{header: found[header] for header in KEPT if header in found}}

        keys = self.reader(name).stored_keys()
        return dict(zip(keys, _THREADS.map(read, keys), strict=True))

    def put_all(self, name: str, objects: Mapping[str, dict[str, Any]]) -> None:
        """Put objects that `objects` returned."""
        list(_THREADS.map(lambda key: self._put(name, key, **objects[key]), objects))

    def remove(self, name: str) -> None:
        list(_THREADS.map(lambda key: self.delete(name, key), self.reader(name).stored_keys()))
        uploads = self.client.list_multipart_uploads(Bucket=self.bucket, Prefix=f"{name}/").get("Uploads", ())
        for upload in uploads:
            self.client.abort_multipart_upload(Bucket=self.bucket, Key=upload["Key"], UploadId=upload["UploadId"])

    def reader(self, name: str) -> RepositoryReader:
        return read_bucket(self.client, self.bucket, name)

    def put(self, name: str, key: str, data: bytes) -> None:
        self._put(name, key, Body=data)

    def delete(self, name: str, key: str) -> None:
        self.client.delete_object(Bucket=self.bucket, Key=f"{name}/{key}")

    def _put(self, name: str, key: str, **options: Any) -> None:
        self.client.put_object(Bucket=self.bucket, Key=f"{name}/{key}", **options)


Storage = FolderStorage | BucketStorage
