"""Render and parse the JSON form of an index (PEP 691, 700, 714, 740, 792; Simple repository API 1.4).

The standards are at https://packaging.python.org/en/latest/specifications/simple-repository-api/.

Rendering is deterministic and compact. Parsing accepts pages of any tool, and raises `InvalidIndex` for what it cannot
understand; the error says what is wrong, not where. A rendered page is parsed into an equal value, except that the page
of a quarantined project lists no files.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import NoReturn

from ..errors import InvalidIndex
from ..naming import is_project_name, normalize_name
from ..text import literal
from . import fields
from .model import File, Hashes, Project, ProjectStatus, Root, clean_text
from .urls import canonical_url

CONTENT_TYPE = "application/vnd.pypi.simple.v1+json"

_LARGEST_SIZE = 2**63 - 1
"""Bytes of a file: what a signed 64-bit integer holds."""
_LONGEST_NUMBER = 1000
"""Digits of a number; converting takes time by the square of their count."""
_MOST_VALUES = 12 * fields.MOST_FILES
"""Values in a document. A file has about twelve, and each takes some 60 bytes of memory."""


def _integer(digits: str) -> int:
    if len(digits) > _LONGEST_NUMBER:
        raise ValueError("a number is too long")
    return int(digits)


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def decode(data: bytes) -> dict[str, object]:
    """Decode a JSON object in UTF-8; raises `InvalidIndex`."""
    if len(data) > _MOST_VALUES and sum(map(data.count, (b",", b"[", b"{"))) > _MOST_VALUES:
        raise InvalidIndex(f"is not an index: it holds more than {_MOST_VALUES:,} values")
    try:
        value = json.loads(data.decode(), parse_constant=_refuse_constant, parse_int=_integer)
    except UnicodeDecodeError as error:
        raise InvalidIndex("is not JSON: it is not UTF-8") from error
    except RecursionError as error:
        raise InvalidIndex("is not an index: it is nested too deeply") from error
    except ValueError as error:
        raise InvalidIndex(f"is not JSON: {ascii(str(error))[1:-1]:.100}") from error
    if not isinstance(value, dict):
        raise InvalidIndex("is not a JSON object")
    return value


def encode(value: dict[str, object]) -> bytes:
    """Encode ``value`` as compact JSON in UTF-8; keys keep their order."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def file_to_json(file: File) -> dict[str, object]:
    """The file as an entry of ``files`` (PEP 691); unknown facts are left out, except that ``hashes`` may be empty."""
    time, metadata, yanked = file.upload_time, file.core_metadata, file.yanked
    entry = {
        "filename": file.filename,
        "url": file.url,
        "hashes": dict(file.hashes),
        "requires-python": file.requires_python,
        "size": file.size,
        "upload-time": None if time is None else fields.render_upload_time(time),
        "core-metadata": None if metadata is None else dict(metadata) or True,
        "yanked": None if yanked is None else yanked or True,
        "gpg-sig": file.gpg_sig,
        "provenance": file.provenance,
    }
    return {key: value for key, value in entry.items() if value is not None}


def file_from_json(entry: object) -> File:
    """Parse an entry of ``files`` (PEP 691); unknown keys are ignored. Raises `InvalidIndex`."""
    if not isinstance(entry, dict):
        raise InvalidIndex("'files' holds something that is not an object")
    get = entry.get
    filename, reference = get("filename"), get("url")
    if not isinstance(filename, str) or not fields.is_filename(filename):
        raise InvalidIndex(f"'files' holds the filename {shown(filename)}")
    url = canonical_url(reference) if isinstance(reference, str) else None
    if url is None:
        raise _bad(filename, "url", reference)
    hashes = _hashes(get("hashes", {}))
    if hashes is None:
        raise _bad(filename, "hashes", get("hashes"))
    requires_python, yanked, gpg_sig = get("requires-python"), get("yanked"), get("gpg-sig")
    if requires_python is not None and not isinstance(requires_python, str):
        raise _bad(filename, "requires-python", requires_python)
    if (size := get("size")) is not None and (type(size) is not int or not 0 <= size <= _LARGEST_SIZE):
        raise _bad(filename, "size", size)
    time = get("upload-time")
    upload_time = fields.parse_upload_time(time) if isinstance(time, str) else None
    if time is not None and upload_time is None:
        raise _bad(filename, "upload-time", time)
    if yanked is not None and not isinstance(yanked, (str, bool)):
        raise _bad(filename, "yanked", yanked)
    if gpg_sig is not None and not isinstance(gpg_sig, bool):
        raise _bad(filename, "gpg-sig", gpg_sig)
    provenance = get("provenance")
    if provenance is not None and not (isinstance(provenance, str) and fields.is_provenance(provenance)):
        raise _bad(filename, "provenance", provenance)
    return File(
        filename=filename,
        url=url,
        hashes=hashes,
        size=size,
        upload_time=upload_time,
        requires_python=clean_text(requires_python) or None if requires_python else None,
        core_metadata=_core_metadata(filename, entry),
        yanked=None if not yanked else "" if yanked is True else clean_text(yanked),
        gpg_sig=gpg_sig,
        provenance=provenance,
    )


def status_to_json(status: ProjectStatus) -> dict[str, object]:
    """The status marker as ``project-status`` (PEP 792)."""
    entry: dict[str, object] = {"status": status.status.value}
    return entry if status.reason is None else entry | {"reason": status.reason}


def status_from_json(entry: object) -> ProjectStatus:
    """Parse ``project-status`` (PEP 792); raises `InvalidIndex`."""
    if not isinstance(entry, dict):
        raise InvalidIndex("'project-status' is not an object")
    text, reason = entry.get("status", "active"), entry.get("reason")
    if not isinstance(text, str) or not isinstance(reason, str | None):
        raise InvalidIndex("'project-status' is malformed")
    return fields.status_of(text, reason)


def render_project(project: Project) -> bytes:
    """Render the project's JSON page."""
    offered = Project(project.name, project.offered)
    page: dict[str, object] = {"meta": _meta(project.commit), "name": project.name}
    if project.status is not None:
        page["project-status"] = status_to_json(project.status)
    page["versions"] = list(offered.versions)
    page["files"] = [file_to_json(file) for file in offered.files]
    return encode(page)


def parse_project(data: bytes) -> Project:
    """Parse a project's JSON page; raises `InvalidIndex`."""
    page = decode(data)
    commit = _commit(page)
    name, files, status = page.get("name"), page.get("files"), page.get("project-status")
    if not isinstance(name, str) or not is_project_name(name):
        raise InvalidIndex(f"is not a project's page: its name is {shown(name)}")
    if not isinstance(files, list):
        raise InvalidIndex("is not a project's page: it has no list of files")
    marker = None if status is None else status_from_json(status)
    return Project.of(normalize_name(name), map(file_from_json, files), marker, commit)


def render_root(names: Iterable[str], commit: str | None) -> bytes:
    """Render the JSON page that lists the projects with those normalized names."""
    return encode(root_document(names, commit))


def root_document(names: Iterable[str], commit: str | None) -> dict[str, object]:
    """The JSON object that `render_root` encodes."""
    root = Root.of(names, commit)
    return {"meta": _meta(root.commit), "projects": [{"name": name} for name in root.projects]}


def parse_root(data: bytes) -> Root:
    """Parse the JSON page of the list of projects; raises `InvalidIndex`."""
    return root_of(decode(data))


def root_of(page: dict[str, object]) -> Root:
    """Make the list of projects of its decoded JSON page; raises `InvalidIndex`."""
    commit = _commit(page)
    projects = page.get("projects")
    if not isinstance(projects, list):
        raise InvalidIndex("is not a root page: it has no list of projects")
    names = []
    for project in projects:
        name = project.get("name") if isinstance(project, dict) else project
        if not isinstance(name, str) or not is_project_name(name):
            raise InvalidIndex(f"'projects' holds the name {shown(name)}")
        names.append(normalize_name(name))
    return Root.of(names, commit)


def _meta(commit: str | None) -> dict[str, object]:
    meta: dict[str, object] = {"api-version": fields.API_VERSION}
    return meta if commit is None else meta | {"_commit": commit}


def _commit(page: dict[str, object]) -> str | None:
    meta = page.get("meta")
    version = meta.get("api-version") if isinstance(meta, dict) else None
    if not isinstance(meta, dict) or not isinstance(version, str):
        raise InvalidIndex("is not an index: 'meta' states no 'api-version'")
    fields.check_api_version(version)
    commit = meta.get("_commit")
    if commit is not None and not (isinstance(commit, str) and fields.is_commit(commit)):
        raise InvalidIndex(f"'meta' has the commit {shown(commit)}")
    return commit


def _hashes(value: object) -> Hashes | None:
    if not isinstance(value, dict) or not all(isinstance(digest, str) for digest in value.values()):
        return None
    return fields.hashes_of(value.items())


def _core_metadata(filename: str, entry: dict[str, object]) -> Hashes | None:
    value = entry.get("core-metadata")
    if value is None:
        value = entry.get("dist-info-metadata")
    if value is None or isinstance(value, bool):
        return () if value else None
    if (hashes := _hashes(value)) is None:
        raise _bad(filename, "core-metadata", value)
    return hashes


def _bad(filename: str, key: str, value: object) -> InvalidIndex:
    return InvalidIndex(f"the file {shown(filename)} has {key} {shown(value)}")


def shown(value: object) -> str:
    """A value from a document as an error shows it: on one line, shortened."""
    if not isinstance(value, str | int | float | None):
        return f"of type {type(value).__name__}"
    return literal("too large" if isinstance(value, int) and abs(value) > _LARGEST_SIZE else value)
