"""Where repositories lie that processes are killed at: copied, read and thrown away without the code under test."""

from __future__ import annotations

import shutil
from abc import ABC, abstractmethod
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from tests.support.repository_reader import RepositoryReader, read_bucket, read_folder
from tests.support.servers import S3Server

__all__ = ["BucketStorage", "FolderStorage", "Storage"]

KEPT = ("ContentType", "CacheControl", "Metadata")


class Storage(ABC):
    """Room for many repositories, each under a name."""

    slash_keys: bool

    @abstractmethod
    def target(self, name: str) -> str:
        """What ``--target`` is given."""

    @abstractmethod
    def index_url(self, name: str) -> str:
        """What installers are given."""

    @abstractmethod
    def environment(self, endpoint: str | None = None) -> dict[str, str]:
        """How a process reaches the storage: straight, or through the proxy at ``endpoint``."""

    @abstractmethod
    def copy(self, name: str, new: str) -> None:
        """Make ``new`` the same as ``name`` is."""

    @abstractmethod
    def remove(self, name: str) -> None:
        """Throw it away, and what uploads were left in the middle."""

    @abstractmethod
    def reader(self, name: str) -> RepositoryReader:
        """Reads the repository."""

    @abstractmethod
    def put(self, name: str, key: str, data: bytes) -> None:
        """Lay something there by hand."""

    @abstractmethod
    def delete(self, name: str, key: str) -> None:
        """Take something away by hand."""


class BucketStorage(Storage):
    """A public bucket, a prefix for each repository."""

    slash_keys = True

    def __init__(self, server: S3Server) -> None:
        self.server = server
        self.bucket = server.new_bucket()
        self.client: Any = server.client()
        server.make_public(self.bucket)
        self._threads = ThreadPoolExecutor(4)

    def close(self) -> None:
        """Leave nothing on the server."""
        self.remove("")
        self.client.delete_bucket(Bucket=self.bucket)
        self._threads.shutdown()
        self.client.close()

    def target(self, name: str) -> str:
        return f"s3://{self.bucket}/{name}"

    def index_url(self, name: str) -> str:
        return f"{self.server.endpoint_url}/{self.bucket}/{name}/"

    def environment(self, endpoint: str | None = None) -> dict[str, str]:
        return {**self.server.environment, "AWS_ENDPOINT_URL": endpoint or self.server.endpoint_url}

    def copy(self, name: str, new: str) -> None:
        self.put_all(new, self.objects(name))

    def objects(self, name: str) -> dict[str, dict[str, Any]]:
        """Every object, by its key below the repository's own, as `put_all` takes it."""

        def read(key: str) -> dict[str, Any]:
            found = self.client.get_object(Bucket=self.bucket, Key=f"{name}/{key}")
            return {"Body": found["Body"].read(), **{header: found[header] for header in KEPT if header in found}}

        keys = self.reader(name).stored_keys()
        return dict(zip(keys, self._threads.map(read, keys), strict=True))

    def put_all(self, name: str, objects: Mapping[str, dict[str, Any]]) -> None:
        """Put objects that `objects` returned."""

        def put(key: str) -> None:
            self.client.put_object(Bucket=self.bucket, Key=f"{name}/{key}", **objects[key])

        list(self._threads.map(put, objects))

    def remove(self, name: str) -> None:
        prefix = f"{name}/" if name else ""
        list(self._threads.map(lambda key: self.delete(name, key), self.reader(name).stored_keys()))
        uploads = self.client.list_multipart_uploads(Bucket=self.bucket, Prefix=prefix).get("Uploads", ())
        for upload in uploads:
            self.client.abort_multipart_upload(Bucket=self.bucket, Key=upload["Key"], UploadId=upload["UploadId"])

    def reader(self, name: str) -> RepositoryReader:
        return read_bucket(self.client, self.bucket, name)

    def put(self, name: str, key: str, data: bytes) -> None:
        self.client.put_object(Bucket=self.bucket, Key=f"{name}/{key}", Body=data)

    def delete(self, name: str, key: str) -> None:
        self.client.delete_object(Bucket=self.bucket, Key=f"{name}/{key}" if name else key)


class FolderStorage(Storage):
    """A folder for each repository."""

    slash_keys = False

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def folder(self, name: str) -> Path:
        return self._folder / name

    def target(self, name: str) -> str:
        return str(self.folder(name))

    def index_url(self, name: str) -> str:
        return self.folder(name).as_uri() + "/"

    def environment(self, endpoint: str | None = None) -> dict[str, str]:
        return {}

    def copy(self, name: str, new: str) -> None:
        if self.folder(name).exists():
            shutil.copytree(self.folder(name), self.folder(new))

    def remove(self, name: str) -> None:
        shutil.rmtree(self.folder(name), ignore_errors=True)

    def reader(self, name: str) -> RepositoryReader:
        return read_folder(self.folder(name))

    def put(self, name: str, key: str, data: bytes) -> None:
        path = self.folder(name) / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)

    def delete(self, name: str, key: str) -> None:
        (self.folder(name) / key).unlink(missing_ok=True)
