"""Whether a repository on S3 is sound, and whether what a program reported of it is true."""

from __future__ import annotations

from collections.abc import Mapping

from tests.support.repository_reader import PAGES, read_bucket
from tests.support.servers import S3Server

__all__ = ["Stored"]


class Stored:
    """The repository below ``prefix`` of a bucket, as clients read it."""

    def __init__(self, server: S3Server, bucket: str, prefix: str = "p") -> None:
        self._client = server.client()
        self._bucket = bucket
        self._reader = read_bucket(self._client, bucket, prefix)

    def close(self) -> None:
        self._client.close()

    def objects(self) -> list[str]:
        """All keys, without the prefix."""
        return self._reader.stored_keys()

    def unfinished_uploads(self) -> list[str]:
        """The keys of multipart uploads that were begun and neither completed nor aborted."""
        found = self._client.list_multipart_uploads(Bucket=self._bucket).get("Uploads", [])
        return [upload["Key"] for upload in found]

    def recorded(self, project: str) -> dict[str, str]:
        """SHA-256 by filename, as the manifest has them."""
        manifest = self._reader.manifest(project) or {"files": []}
        return {file["filename"]: file["hashes"]["sha256"] for file in manifest["files"]}

    def listed(self, project: str) -> list[dict[str, str]]:
        """SHA-256 by filename, as each page has them; every listed file has that hash."""
        assert [*self._reader.check_files(project)] == []
        pages = self._reader.pages(project)
        return [pages[name].hashes if name in pages else {} for name in PAGES]

    def check(self, changes: Mapping[str, str]) -> None:
        """Check that every listed file has its hash, and that each file has come as far as was reported.

        :param changes: the reported stage by filename.
        """
        projects = self._reader.projects()
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
