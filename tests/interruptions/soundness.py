"""Whether a repository on S3 is sound, and whether what a program said of it is true."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from botocore.exceptions import ClientError

from tests.support.servers import S3Server

__all__ = ["Stored"]

_LINK = re.compile(r'<a href="([^"#]+)#sha256=([0-9a-f]{64})"[^>]*>([^<]+)</a>')


class Stored:
    """What lies under ``prefix`` of a bucket, as clients read it."""

    def __init__(self, server: S3Server, bucket: str, prefix: str = "p") -> None:
        self._client = server.client()
        self._bucket = bucket
        self._prefix = prefix

    def close(self) -> None:
        self._client.close()

    def get(self, key: str) -> bytes | None:
        """The object's bytes; None where there is none."""
        try:
            data: bytes = self._client.get_object(Bucket=self._bucket, Key=f"{self._prefix}/{key}")["Body"].read()
        except ClientError as error:
            if error.response["Error"]["Code"] != "NoSuchKey":
                raise
            return None
        return data

    def objects(self) -> list[str]:
        """All keys, without the prefix."""
        found = self._client.list_objects_v2(Bucket=self._bucket, Prefix=f"{self._prefix}/").get("Contents", [])
        return [entry["Key"].removeprefix(f"{self._prefix}/") for entry in found]

    def unfinished_uploads(self) -> list[str]:
        """The keys of multipart uploads that were begun and neither completed nor aborted."""
        found = self._client.list_multipart_uploads(Bucket=self._bucket).get("Uploads", [])
        return [upload["Key"] for upload in found]

    def recorded(self, project: str) -> dict[str, str]:
        """SHA-256 by filename, as the manifest has them."""
        data = self.get(f"{project}/manifest.json")
        return {file["filename"]: file["hashes"]["sha256"] for file in json.loads(data)["files"]} if data else {}

    def listed(self, project: str) -> list[dict[str, str]]:
        """SHA-256 by filename, as each page has them; the file of each link has that hash."""
        pages = []
        for name in ("index.json", "index.html", ""):
            links = _links(self.get(f"{project}/{name}"), name)
            for url, sha256, filename in links:
                data = self.get(f"{project}/{unquote(url)}")
                assert data is not None, f"{filename} is listed and missing"
                assert hashlib.sha256(data).hexdigest() == sha256
            pages.append({filename: sha256 for _, sha256, filename in links})
        return pages

    def check(self, changes: Mapping[str, str]) -> None:
        """That every listed file is there with its hash, and that each name has come as far as was said."""
        # What the first push tries a store with may stay behind, where no client looks.
        projects = {key.split("/")[0] for key in self.objects() if "/" in key and not key.startswith(".")}
        recorded = {name for project in projects for name in self.recorded(project)}
        pages = [page for project in projects for page in self.listed(project)]
        for name, stage in changes.items():
            project = name.split("-")[0]
            if stage == "published":
                assert all(name in page for page in self.listed(project)), f"{name} is not on all pages"
            elif stage == "committed":
                assert name in recorded
            else:
                assert stage in ("pending", "committing")
                assert stage == "committing" or not any(name in page for page in pages)
                assert stage == "committing" or name not in recorded


def _links(data: bytes | None, name: str) -> list[tuple[str, str, str]]:
    """Url, SHA-256 and filename of each link of a page."""
    if data is None:
        return []
    if name.endswith(".json"):
        files: list[dict[str, Any]] = json.loads(data)["files"]
        return [(file["url"], file["hashes"]["sha256"], file["filename"]) for file in files]
    return [(url, sha256, filename) for url, sha256, filename in _LINK.findall(data.decode())]
