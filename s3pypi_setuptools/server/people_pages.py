"""Pages for people: the list of projects, and a project with its description, versions and files."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
from collections.abc import Iterable
from concurrent.futures import Executor
from functools import lru_cache
from http import HTTPStatus
from importlib.resources import files
from typing import Any
from urllib.parse import unquote, urlencode

from cachetools import LRUCache
from jinja2 import Environment, PackageLoader, StrictUndefined

from ..errors import Error, NotFound
from ..index import either_form
from ..index.model import Project
from ..naming import normalize_name
from ..repository.reader import RepositoryReader
from ..text import size_text
from .description import Description, describe
from .messages import Headers, Reply, Request, text_reply
from .problems import Problem, not_found
from .releases import History, Release
from .simple_api import SimpleIndex

_PER_PAGE = 50
_AT_ONCE = 16
"""Projects whose pages are read at once for one list."""
_DESCRIPTIONS = 16 * 1024 * 1024
"""Bytes of rendered descriptions that are remembered."""
_RENDERINGS = 2
"""Descriptions that are rendered at once: each takes a process."""
_UNFOLDED = 10
"""Versions that are shown at once; older ones are folded, as pre-releases are."""
_MOST_DIGITS = 9
"""Digits of the number of a page: what is longer is none."""
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS: Headers = [
    (b"content-security-policy", _POLICY.encode()),
    (b"referrer-policy", b"same-origin"),
]
_NO_SNIFF = (b"x-content-type-options", b"nosniff")
_STATIC = {
    "icon.svg": "image/svg+xml",
    "pages.js": "text/javascript; charset=utf-8",
    "style.css": "text/css; charset=utf-8",
}


class PeoplePages:
    """The pages of a repository for people.

    :param index: has the pages that they show.
    :param pool: where descriptions are read.
    :param public_url: as `ServiceOptions.public_url`.
    """

    def __init__(
        self, reader: RepositoryReader, index: SimpleIndex, pool: Executor, *, public_url: str | None = None
    ) -> None:
        self._reader = reader
        self._index = index
        self._pool = pool
        self._public_url = public_url
        self._descriptions: LRUCache[str, Description] = LRUCache(_DESCRIPTIONS, getsizeof=lambda one: one.size)
        self._rendering = asyncio.Semaphore(_RENDERINGS)

    async def projects(self, request: Request) -> Reply:
        """The list of projects; ``?q=`` searches, ``?page=`` counts from 1."""
        words = (request.parameter("q") or "").strip()
        names = await self._names(request)
        found = _matching(names, words)
        last = max(1, -(-len(found) // _PER_PAGE))
        number = min(max(1, _number(request.parameter("page") or "1")), last)
        shown = found[(number - 1) * _PER_PAGE : number * _PER_PAGE]

        def address(page: int) -> str:
            return "?" + urlencode({**({"q": words} if words else {}), **({"page": page} if page > 1 else {})})

        return self._render(
            request,
            "projects.html",
            histories=dict(zip(shown, await self._histories(shown), strict=True)),
            words=words,
            count=len(found),
            total=len(names),
            number=number,
            last=last,
            previous=address(number - 1) if number > 1 else None,
            next=address(number + 1) if number < last else None,
        )

    async def project(self, request: Request, name: str) -> Reply:
        """The page of one project (normalized), of its latest version or of ``?version=``.

        Raises `Problem` where there is no such project, or it has no such version.
        """
        history = await self._history(name)
        if history is None:
            raise not_found(f"There is no project {name}")
        project, releases = history.project, history.releases
        asked = request.parameter("version")
        chosen = history.newest if asked is None else next((one for one in releases if one.version == asked), None)
        if asked is not None and chosen is None:
            raise not_found(f"There is no version {asked} of {name}")
        description = await self._description(project, chosen) if chosen else None
        final = [one for one in releases if not one.is_prerelease]
        folded = {"Older versions": final[_UNFOLDED:], "Pre-releases": [one for one in releases if one.is_prerelease]}
        return self._render(
            request,
            "project.html",
            project=project,
            shown=final[:_UNFOLDED],
            folded={title: some for title, some in folded.items() if some},
            chosen=chosen,
            newest=history.newest,
            description=description,
        )

    def problem(self, request: Request, problem: Problem) -> Reply:
        """A problem as a browser shows it."""
        title, message = HTTPStatus(problem.status).phrase, problem.message
        return self._render(request, "problem.html", problem.status, problem.headers, title=title, message=message)

    async def asset(self, request: Request, name: str) -> Reply:
        """A style sheet, script or icon; raises `Problem` where there is none of that name."""
        if name not in _STATIC:
            raise not_found("There is no such page")
        data, tag = _asset(name)
        headers: Headers = [(b"etag", tag), (b"cache-control", b"public, max-age=300"), _NO_SNIFF]
        if request.knows(tag):
            return Reply(HTTPStatus.NOT_MODIFIED, headers)
        about = [(b"content-type", _STATIC[name].encode()), (b"content-length", str(len(data)).encode())]
        return Reply(HTTPStatus.OK, [*about, *headers], data)

    async def _names(self, request: Request) -> tuple[str, ...]:
        found = await self._index.find(None, json=True)
        if found is None:
            return ()
        return tuple(filter(request.identity.may_read, found[0].parsed(either_form.parse_root).projects))

    async def _histories(self, names: Iterable[str]) -> list[History | None]:
        """The history of each project; None for one that cannot be read, which leaves the others readable."""
        limit = asyncio.Semaphore(_AT_ONCE)

        async def history(name: str) -> History | None:
            async with limit:
                with contextlib.suppress(Error):
                    return await self._history(name)
                return None

        return await asyncio.gather(*map(history, names))

    async def _history(self, name: str) -> History | None:
        found = await self._index.find(name, json=True)
        return found[0].parsed(lambda page: History.of(either_form.parse_project(page, name))) if found else None

    async def _description(self, project: Project, release: Release) -> Description | None:
        described = (file for file in release.files if file.core_metadata is not None)
        file = next(described, None)
        if file is None or "://" in file.url:
            return None
        path = f"{project.name}/{unquote(file.url)}.metadata"
        if (known := self._descriptions.get(path)) is not None:
            return known
        async with self._rendering:
            if (known := self._descriptions.get(path)) is not None:  # another request had it rendered meanwhile
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

    def _render(
        self,
        request: Request,
        template: str,
        status: int = HTTPStatus.OK,
        headers: Iterable[tuple[bytes, bytes]] = (),
        **values: Any,
    ) -> Reply:
        host = request.header(b"host") or "localhost"
        here = f"{request.scope.get('scheme', 'http')}://{host}{request.root}"
        page = _templates().get_template(template)
        text = page.render(
            root=request.root,
            index_url=f"{self._public_url or f'{here}/simple'}/",
            upload_url=f"{here}/legacy/",
            user=request.identity.name if request.identity else "",
            size_text=size_text,
            **values,
        )
        return text_reply(status, text, *_HEADERS, *headers, content_type="text/html; charset=utf-8")


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
    text = text.strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= _MOST_DIGITS else 1
