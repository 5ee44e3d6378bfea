"""A model of a bucket: objects under keys, and requests that are atomic, as those of S3 are."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

PROJECT_LIST, PROJECT_LIST_PAGE = "manifest.json", "index.html"

Commit = tuple[int, str]
"""A commit id: a number that counts, and who made it."""

NO_COMMIT: Commit = (0, "")

MAYBE = ""
"""The answer to a put that was sent again, as no answer came, and whose condition did not hold then.

The first one may have taken effect.
"""

Bucket = frozenset[tuple[str, Any]]


class File(NamedTuple):
    """A listed file.

    :param content: what the object under ``key`` holds, a letter.
    :param by: the run that published it; the real manifest has the upload time.
    """

    name: str
    key: str
    content: str
    by: str = ""


class Manifest(NamedTuple):
    """A project's record.

    :param removed: (filename, key) of what was listed once; it only grows.
    :param deleted: the whole project was deleted: it has no pages, and is on no list.
    """

    commit: Commit = NO_COMMIT
    files: frozenset[File] = frozenset()
    removed: frozenset[tuple[str, str]] = frozenset()
    deleted: bool = False


class Page(NamedTuple):
    """A project's page; another tool's has no commit."""

    commit: Commit | None
    files: frozenset[File]


class ProjectList(NamedTuple):
    """The root record, or the root page."""

    commit: int
    projects: frozenset[str]


class Request(NamedTuple):
    """A request: ``get``, ``list``, ``delete``, or ``put`` on the condition that the object is ``expected``."""

    kind: str
    key: str
    expected: Any = None
    value: Any = None


def get(key: str) -> Request:
    return Request("get", key)


def list_folder(folder: str) -> Request:
    return Request("list", folder)


def delete(key: str, expected: Any = None) -> Request:
    """A deletion, with ``If-Match`` where something is ``expected``."""
    return Request("delete", key, expected)


def create(key: str, value: Any) -> Request:
    """A put with ``If-None-Match: *``."""
    return Request("put", key, None, value)


def swap(key: str, expected: Any, value: Any) -> Request:
    """A put with ``If-Match``, or ``If-None-Match: *`` where ``expected`` is None."""
    return Request("put", key, expected, value)


@lru_cache(100_000)
def serve(bucket: Bucket, request: Request) -> tuple[Bucket, Any]:
    """The bucket afterwards, and the answer: of a write, whether its condition held."""
    objects = dict(bucket)
    if request.kind == "get":
        return bucket, objects.get(request.key)
    if request.kind == "list":
        return bucket, tuple(sorted(item for item in bucket if item[0].startswith(request.key) and is_file(item[0])))
    if request.kind == "delete" and request.expected in (None, objects.get(request.key)):
        objects.pop(request.key, None)
    elif objects.get(request.key) != request.expected:
        return bucket, False
    else:
        objects[request.key] = request.value
    return frozenset(objects.items()), True


def is_file(key: str) -> bool:
    """Whether the object is a distribution or a metadata file, and no record or page."""
    return ".whl" in key


def plain_key(project: str, filename: str) -> str:
    return f"{project}/{filename}"


def filename_of(key: str) -> str:
    return key.removesuffix(".metadata").rpartition("/")[2]


def listed(document: Manifest | Page | None, filename: str) -> File | None:
    """How the document lists the file; None where it does not."""
    return next((file for file in document.files if file.name == filename), None) if document else None


def removed_keys(manifest: Manifest | None, filename: str | None = None) -> frozenset[str]:
    """The keys in ``removed``, of one filename or of all, that are not listed."""
    if manifest is None:
        return frozenset()
    keys = {key for name, key in manifest.removed if filename in (None, name)}
    return frozenset(keys - {file.key for file in manifest.files})


def replaced(row: tuple[Any, ...], index: int, value: Any) -> tuple[Any, ...]:
    """The row with another value at that index."""
    return (*row[:index], value, *row[index + 1 :])
