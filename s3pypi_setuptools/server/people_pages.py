"""Pages for people: the list of projects, and a project with its description, versions and files."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Iterable
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import cached_property, lru_cache
from http import HTTPStatus
from importlib.resources import files
from itertools import islice
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlencode

from cachetools import LRUCache
from jinja2 import Environment, PackageLoader, StrictUndefined

from ..errors import Error, NotFound
from ..index.model import File, Project
from ..index.simple_json import parse_project, parse_root
from ..naming import normalize_name, parse_version, version_of
from ..repository.reader import RepositoryReader
from ..text import size_text
from .description import Description, describe
from .fresh_reads import FreshReads
from .replies import Headers, Reply, Request, text_reply
from .simple_api import Page, matches_etag

__all__ = ["PeoplePages", "Release", "releases_of"]

_PER_PAGE = 50
_AT_ONCE = 16
"""Projects whose pages are read at once for one list."""
_DESCRIPTIONS = 16 * 1024 * 1024
"""Bytes of rendered descriptions that are remembered."""
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS: Headers = [
    (b"content-security-policy", _POLICY.encode()),
    (b"referrer-policy", b"same-origin"),
]
_NO_SNIFF = (b"x-content-type-options", b"nosniff")
_STATIC = {"style.css": "text/css; charset=utf-8", "pages.js": "text/javascript; charset=utf-8"}


class Release(NamedTuple):
    """A version of a project, and its files."""

    version: str
    files: tuple[File, ...]

    @property
    def is_prerelease(self) -> bool:
        """Whether it is a pre-release or a development release (PEP 440)."""
        parsed = parse_version(self.version)
        return parsed is not None and parsed.is_prerelease

    @property
    def is_yanked(self) -> bool:
        """Whether all of its files are yanked (PEP 592)."""
        return all(file.yanked is not None for file in self.files)

    @property
    def uploaded(self) -> str:
        """The day on which its first file was uploaded; empty where that is not known."""
        times = [file.upload_time for file in self.files if file.upload_time]
        return min(times).strftime("%Y-%m-%d") if times else ""


def releases_of(project: Project) -> list[Release]:
    """The project's releases, newest first; files whose names tell no version come last."""
    grouped: dict[str, list[File]] = {}
    for file in reversed(project.files):
        grouped.setdefault(version_of(project.name, file.filename) or "", []).append(file)
    unversioned = grouped.pop("", None)
    found = [Release(version, tuple(reversed(entries))) for version, entries in grouped.items()]
    return [*found, Release("", tuple(unversioned))] if unversioned else found


def latest(releases: Iterable[Release]) -> Release | None:
    """The release that installers choose: the newest that is no pre-release and not yanked, or else the newest."""
    known = [release for release in releases if release.version]
    final = (release for release in known if not release.is_prerelease and not release.is_yanked)
    return next(final, known[0] if known else None)


@dataclass(frozen=True)
class _Summary:
    """A row of the list of projects."""

    name: str
    project: Project | None

    @cached_property
    def release(self) -> Release | None:
        return latest(releases_of(self.project)) if self.project else None

    @property
    def status(self) -> str:
        marker = self.project.status if self.project else None
        return marker.status.value if marker else ""


class PeoplePages:
    """The pages of a repository for people.

    :param pages: reads the index pages that they show.
    :param pool: where descriptions are read and rendered.
    :param index_url: tells installers' URL as a request sees it.
    """

    def __init__(self, reader: RepositoryReader, pages: FreshReads[Page], pool: Executor) -> None:
        self._reader = reader
        self._pages = pages
        self._pool = pool
        self._descriptions: LRUCache[str, Description] = LRUCache(_DESCRIPTIONS, getsizeof=lambda one: one.size)

    async def projects(self, request: Request) -> Reply:
        """The list of projects; ``?q=`` searches, ``?page=`` counts from 1."""
        query = parse_qs(request.query.decode("latin-1"), max_num_fields=20)
        words = query.get("q", [""])[0].strip()
        names = await self._names(request)
        found = _matching(names, words)
        last = max(1, -(-len(found) // _PER_PAGE))
        number = min(max(1, _number(query.get("page", ["1"])[0])), last)
        shown = found[(number - 1) * _PER_PAGE : number * _PER_PAGE]
        summaries = await self._summaries(shown)

        def address(page: int) -> str:
            return "?" + urlencode({**({"q": words} if words else {}), **({"page": page} if page > 1 else {})})

        return self._render(
            request,
            "projects.html",
            summaries=summaries,
            words=words,
            count=len(found),
            total=len(names),
            number=number,
            last=last,
            previous=address(number - 1) if number > 1 else None,
            next=address(number + 1) if number < last else None,
        )

    async def project(self, request: Request, name: str) -> Reply | None:
        """The page of one project (normalized); None where there is none."""
        project = await self._project(name)
        if project is None:
            return None
        releases = releases_of(project)
        query = parse_qs(request.query.decode("latin-1"), max_num_fields=20)
        asked = query.get("version", [""])[0]
        chosen = next((one for one in releases if asked and one.version == asked), None) or latest(releases)
        description = await self._description(project, chosen) if chosen else None
        return self._render(
            request,
            "project.html",
            project=project,
            releases=releases,
            chosen=chosen,
            newest=latest(releases),
            description=description,
        )

    def asset(self, name: str, request: Request) -> Reply | None:
        """A style sheet or script; None where there is none of that name."""
        if name not in _STATIC:
            return None
        data, tag = _asset(name)
        headers: Headers = [(b"etag", tag), (b"cache-control", b"public, max-age=300"), _NO_SNIFF]
        if matches_etag(request.headers.get(b"if-none-match", b""), tag):
            return Reply(HTTPStatus.NOT_MODIFIED, headers)
        about = [(b"content-type", _STATIC[name].encode()), (b"content-length", str(len(data)).encode())]
        return Reply(HTTPStatus.OK, [*about, *headers], data)

    async def _names(self, request: Request) -> tuple[str, ...]:
        for key in self._reader.page_keys(None, json=True):
            if (page := await self._pages.read(key)) is not None:
                names = page.parsed(parse_root).projects
                return tuple(name for name in names if request.identity.may_read(name))
        return ()

    async def _summaries(self, names: Iterable[str]) -> list[_Summary]:
        limit = asyncio.Semaphore(_AT_ONCE)

        async def summary(name: str) -> _Summary:
            async with limit:
                try:
                    return _Summary(name, await self._project(name))
                except Error:  # one project that cannot be read leaves the others readable
                    return _Summary(name, None)

        return await asyncio.gather(*map(summary, names))

    async def _project(self, name: str) -> Project | None:
        for key in self._reader.page_keys(name, json=True):
            if (page := await self._pages.read(key)) is not None:
                return page.parsed(parse_project)
        return None

    async def _description(self, project: Project, release: Release) -> Description | None:
        described = (file for file in release.files if file.core_metadata is not None)
        file = next(described, None)
        if file is None or "://" in file.url:
            return None
        path = f"{project.name}/{file.url}.metadata"
        if (known := self._descriptions.get(path)) is not None:
            return known
        found = await asyncio.get_running_loop().run_in_executor(self._pool, self._read_description, path)
        if found is not None:
            self._descriptions[path] = found
        return found

    def _read_description(self, path: str) -> Description | None:
        readable = self._reader.file_at(path)
        if readable is None:
            return None
        try:
            size = min(self._reader.file_info(readable).size, _DESCRIPTIONS // 4)
            return describe(b"".join(self._reader.chunks(readable, 0, size))) if size else None
        except NotFound:
            return None

    def _render(self, request: Request, template: str, **values: Any) -> Reply:
        host = request.header(b"host") or "localhost"
        scheme = request.scope.get("scheme", "http")
        index_url = f"{scheme}://{host}{request.root}/simple/"
        page = _templates().get_template(template)
        text = page.render(
            root=request.root, index_url=index_url, user=request.identity.name, size_text=size_text, **values
        )
        return text_reply(HTTPStatus.OK, text, *_HEADERS, content_type="text/html; charset=utf-8")


@lru_cache(1)
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader(__name__, "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@lru_cache
def _asset(name: str) -> tuple[bytes, bytes]:
    data = files(__package__).joinpath("static").joinpath(name).read_bytes()
    return data, b'"' + hashlib.sha256(data).hexdigest()[:32].encode() + b'"'


def _matching(names: Iterable[str], words: str) -> list[str]:
    """The names that hold all words; those that begin with the first word come first."""
    wanted = [normalize_name(word) for word in words.split()]
    found = [name for name in names if all(word in name for word in wanted)]
    return sorted(found, key=lambda name: (not name.startswith(wanted[0]), name)) if wanted else found


def _number(text: str) -> int:
    digits = "".join(islice((char for char in text if char.isascii() and char.isdecimal()), 9))
    return int(digits) if digits == text.strip() and digits else 1
