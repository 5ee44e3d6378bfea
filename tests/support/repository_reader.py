"""What installers find in a repository, read by the standard library alone, without the code under test."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from posixpath import join, normpath
from typing import Any
from urllib.parse import unquote

PAGES = ("index.json", "index.html", "")
"""The names of a project's pages, and of those of the project list, below its folder."""
COMMIT = re.compile(rb'commit"(?::| content=)"([0-9a-f]{32})"')
MISSING = "missing"


@dataclass(frozen=True)
class ListedFile:
    """A file as a page lists it.

    :param key: where it is, below the repository's own key; two files may be equal and have different keys.
    :param sha256: in hexadecimal; empty if the page has none. So is ``metadata_sha256``.
    :param yanked: the reason; ``yes`` if there is none, empty if the file is not yanked.
    """

    filename: str
    key: str = field(compare=False)
    sha256: str
    requires_python: str
    yanked: str
    metadata_sha256: str


@dataclass(frozen=True)
class ProjectPage:
    """:param commit: the commit id; None if the page has none."""

    commit: str | None
    files: tuple[ListedFile, ...]

    @property
    def hashes(self) -> dict[str, str]:
        """SHA-256 by filename."""
        return {file.filename: file.sha256 for file in self.files}

    def file(self, filename: str) -> ListedFile | None:
        return next((file for file in self.files if file.filename == filename), None)


@dataclass(frozen=True)
class RepositoryReader:
    """Reads a repository anew whenever it is asked.

    :param get: the bytes of the object of that key, below the repository's own; None if there is no such object.
    :param stored_keys: the keys of all objects, below the repository's own.
    """

    get: Callable[[str], bytes | None]
    stored_keys: Callable[[], list[str]]

    def manifest(self, project: str) -> dict[str, Any] | None:
        """The project's manifest."""
        data = self.get(f"{project}/manifest.json")
        return json.loads(data) if data else None

    def projects(self) -> list[str]:
        """The projects that have a page or a manifest."""
        found = (key.rpartition("/") for key in self.stored_keys())
        return sorted(
            {
                folder
                for folder, _, name in found
                if folder and "/" not in folder and not folder.startswith(".") and name in (*PAGES, "manifest.json")
            }
        )

    def pages(self, project: str) -> dict[str, ProjectPage]:
        """The project's pages that exist, by name."""
        found = {name: self.get(f"{project}/{name}") for name in PAGES}
        return {
            name: ProjectPage(commit_of(data), tuple(files_of(data, project)))
            for name, data in found.items()
            if data is not None
        }

    def project_lists(self) -> dict[str, tuple[str | None, frozenset[str]]]:
        """Commit id and projects of the project list and of each of its pages that exists, by name."""
        found = {name: self.get(name) for name in ("manifest.json", *PAGES)}
        return {name: (commit_of(data), projects_of(data)) for name, data in found.items() if data is not None}

    def check_files(self, project: str, pages: Mapping[str, ProjectPage] | None = None) -> Iterator[str]:
        """What an installer would stumble over: listed files, and metadata files, that are missing or others.

        :param pages: those of the project, if they have been read.
        """
        known: dict[str, str] = {}
        for name, page in (self.pages(project) if pages is None else pages).items():
            for file in page.files:
                if not file.sha256:
                    yield f"{project}/{name} lists {file.filename} without its hash"
                for key, listed in ((file.key, file.sha256), (f"{file.key}.metadata", file.metadata_sha256)):
                    if not listed:
                        continue
                    if key not in known:
                        data = self.get(key)
                        known[key] = MISSING if data is None else hashlib.sha256(data).hexdigest()
                    if known[key] != listed:
                        yield f"{project}/{name} lists {key} as {listed:.8}, and it is {known[key]:.8}"

    def installable(self) -> dict[str, str]:
        """SHA-256 by filename of every file that all pages of its project list; each listed file is right."""
        known: dict[str, str] = {}
        for project in self.projects():
            pages = self.pages(project)
            assert [*self.check_files(project, pages)] == []
            hashes = [page.hashes for page in pages.values()]
            if hashes:
                known |= {name: hashes[0][name] for name in set.intersection(*map(set, hashes))}
        return known

    def assert_consistent(self) -> None:
        """Every page is of its manifest's commit, none is missing, and the project list has all projects."""
        live = set()
        for project in self.projects():
            manifest, pages = self.manifest(project), self.pages(project)
            if manifest is None or manifest.get("deleted"):
                assert not pages
                continue
            live.add(project)
            assert {page.commit for page in pages.values()} == {manifest["commit"]}
            assert {"index.json", "index.html"} <= set(pages)
        lists = set(self.project_lists().values())
        assert len(lists) == 1
        assert {project for _, projects in lists for project in projects} == live


def read_folder(folder: Path) -> RepositoryReader:
    """The repository in ``folder``."""

    def get(key: str) -> bytes | None:
        path = folder / key
        return path.read_bytes() if path.is_file() else None

    def keys() -> list[str]:
        return [path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()]

    return RepositoryReader(get, keys)


def read_bucket(client: Any, bucket: str, prefix: str) -> RepositoryReader:
    """The repository below ``prefix``, which does not end in ``/``, of a bucket; of the whole bucket if it is empty.

    :param client: of botocore.
    """

    start = f"{prefix}/" if prefix else ""

    def get(key: str) -> bytes | None:
        try:
            data: bytes = client.get_object(Bucket=bucket, Key=f"{start}{key}")["Body"].read()
        except client.exceptions.NoSuchKey:
            return None
        return data

    def keys() -> list[str]:
        pages = client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=start)
        return [entry["Key"].removeprefix(start) for page in pages for entry in page.get("Contents", ())]

    return RepositoryReader(get, keys)


def commit_of(data: bytes) -> str | None:
    """The commit id of a page."""
    return match[1].decode() if (match := COMMIT.search(data)) else None


def projects_of(data: bytes) -> frozenset[str]:
    """The projects that a page of the project list has."""
    if data.startswith(b"{"):
        return frozenset(project["name"] for project in json.loads(data)["projects"])
    return frozenset(text for text, _ in anchors(data))


def files_of(data: bytes, project: str) -> Iterator[ListedFile]:
    """The files that a project's page lists."""
    if data.startswith(b"{"):
        for file in json.loads(data)["files"]:
            metadata = file.get("core-metadata") or {}
            yanked = file.get("yanked", False)
            yield ListedFile(
                file["filename"],
                key_of(project, file["url"]),
                file["hashes"].get("sha256", ""),
                file.get("requires-python", ""),
                "" if yanked is False else "yes" if yanked is True else yanked,
                metadata.get("sha256", ""),
            )
        return
    for text, attributes in anchors(data):
        url, _, fragment = attributes["href"].partition("#")
        yield ListedFile(
            text,
            key_of(project, url),
            fragment.removeprefix("sha256="),
            attributes.get("data-requires-python", ""),
            "" if "data-yanked" not in attributes else attributes["data-yanked"] or "yes",
            attributes.get("data-core-metadata", "").removeprefix("sha256="),
        )


def key_of(project: str, url: str) -> str:
    """The key behind a URL on one of the project's pages."""
    return normpath(join(project, unquote(url)))


def anchors(data: bytes) -> list[tuple[str, Mapping[str, str]]]:
    """Text and attributes of each link."""
    parser = Anchors()
    parser.feed(data.decode())
    parser.close()
    return parser.found


class Anchors(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, Mapping[str, str]]] = []
        self.inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self.inside = True
            self.found.append(("", {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        self.inside = self.inside and tag != "a"

    def handle_data(self, data: str) -> None:
        if self.inside:
            text, attributes = self.found[-1]
            self.found[-1] = (text + data, attributes)
