"""The index (PEP 503, PEP 691): pages as they are stored, never stale, in the form that the client takes."""

from __future__ import annotations

import gzip
import hashlib
import json
from base64 import b64encode
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, TypeVar

from ..errors import InvalidIndex
from ..index import simple_html, simple_json
from ..index.simple_html import SCRIPTS
from ..naming import is_project_name, normalize_name
from ..repository.reader import RepositoryReader
from ..stores.base import Object
from .fresh_reads import FreshReads
from .messages import Headers, Reply, Request, redirect
from .negotiation import PageForm, accepts_gzip, chosen_form
from .problems import Problem, not_found
from .users import Identity

T = TypeVar("T")

_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
    "script-src " + " ".join(f"'sha256-{b64encode(hashlib.sha256(one.encode()).digest()).decode()}'" for one in SCRIPTS)
).encode()
"""HTML pages may be another tool's: they run no script but those of this package."""
_SMALLEST = 1000
"""Bytes of a page that is worth compressing."""
_LEVEL = 6


class Page:
    """One version of a page, with the answers that it may be in."""

    def __init__(self, data: bytes, token: str, *, private: bool) -> None:
        self.data = data
        self._parsed: Any = None
        compressed = gzip.compress(data, _LEVEL, mtime=0) if len(data) >= _SMALLEST else b""
        self._bodies = {False: data, True: compressed if 0 < len(compressed) < len(data) else data}
        etag = token.strip('"').encode("latin-1", "replace")
        self._answers: dict[tuple[PageForm, bool], tuple[bytes, Headers, Headers]] = {}
        for form in PageForm:
            for zipped, body in self._bodies.items():
                variant = b"-" + form.name.lower().encode() + (b"-gzip" if zipped and body is not data else b"")
                tag = b'"' + etag + variant + b'"'
                about: Headers = [
                    (b"etag", tag),
                    (b"cache-control", b"private, no-cache" if private else b"no-cache"),
                    (b"vary", b"Accept, Accept-Encoding"),
                ]
                kind = form.value + ("" if form.is_json else "; charset=utf-8")
                whole: Headers = [
                    (b"content-type", kind.encode()),
                    (b"content-length", str(len(body)).encode()),
                    *about,
                    (b"x-content-type-options", b"nosniff"),
                ]
                if not form.is_json:
                    whole.append((b"content-security-policy", _POLICY))
                if zipped and body is not data:
                    whole.append((b"content-encoding", b"gzip"))
                self._answers[form, zipped] = tag, whole, about

    def parsed(self, parse: Callable[[bytes], T]) -> T:
        """What ``parse`` makes of the page's bytes, made once; raises as ``parse``."""
        if self._parsed is None:
            self._parsed = parse(self.data)
        return self._parsed  # type: ignore[no-any-return]

    def reply(self, request: Request, form: PageForm) -> Reply:
        """The answer to a request for the page."""
        zipped = accepts_gzip(request.header(b"accept-encoding"))
        tag, whole, about = self._answers[form, zipped]
        if request.knows(tag):
            return Reply(HTTPStatus.NOT_MODIFIED, about)
        return Reply(HTTPStatus.OK, whole, self._bodies[zipped])


class SimpleIndex:
    """The pages of a repository.

    :param pages: reads them.
    """

    def __init__(self, reader: RepositoryReader, pages: FreshReads[Page]) -> None:
        self._reader = reader
        self._pages = pages

    async def page(self, request: Request, project: str | None) -> Reply | None:
        """The page of ``project`` (normalized), or of the root; None where there is none.

        Raises `Problem` where the client takes no form that there is, and what the store raises.
        """
        form = chosen_form(request.header(b"accept"), request.parameter("format") if request.query else None)
        if form is None:
            forms = ", ".join(form.value for form in PageForm)
            raise Problem(HTTPStatus.NOT_ACCEPTABLE, "not-acceptable", f"Pages are served as {forms}")
        found = await self.find(project, json=form.is_json)
        if found is None:
            return None
        page, is_json = found
        if project is None and not request.identity.sees_all:
            page = _visible(page, request.identity, json=is_json)
        return page.reply(request, form if is_json == form.is_json else _other(form))

    async def find(self, project: str | None, *, json: bool) -> tuple[Page, bool] | None:
        """The page of ``project`` (normalized), or of the root, and whether it is JSON; None where there is none.

        :param json: the form that is looked for first. Repositories of other tools have no JSON pages: what there is
            suits most clients better than none.

        Raises what the store raises.
        """
        for wanted in (json, not json):
            for key in self._reader.page_keys(project, json=wanted):
                if (page := await self._pages.read(key)) is not None:
                    return page, wanted
        return None


def _visible(page: Page, identity: Identity, *, json: bool) -> Page:
    """The root page with the projects that the user may read, alone."""
    codec = simple_json if json else simple_html
    root = page.parsed(codec.parse_root)
    data = codec.render_root(tuple(filter(identity.may_read, root.projects)), root.commit)
    return Page(data, hashlib.sha256(data).hexdigest(), private=True)


def page_of(key: str, data: Object, *, private: bool) -> Page:
    """The page that the object stored under ``key`` is; raises `InvalidIndex` for what cannot be one.

    A page that was damaged on the way would be remembered, and served until the store has another.
    """
    try:
        text = data.data.decode()
        if key.endswith(".json"):
            json.loads(text)
    except ValueError as error:
        raise InvalidIndex(f"{key}: is no page: it is damaged, or something else was stored there") from error
    return Page(data.data, data.info.token, private=private)


def redirect_to_normalized(request: Request, name: str) -> Reply | None:
    """The answer that leads to the page of a project whose name is spelt in another way, or lacks its ``/`` at the end.

    None where the request is for the page itself; raises `Problem` for what is no project's name.

    :param name: with which the path of the request ends, before that ``/``.
    """
    if not is_project_name(name):
        raise not_found("There is no such project")
    normalized = normalize_name(name)
    if normalized == name and request.path.endswith("/"):
        return None
    before = request.path.removesuffix("/").removesuffix(name)
    query = f"?{request.query.decode('latin-1')}" if request.query else ""
    return redirect(HTTPStatus.MOVED_PERMANENTLY, f"{request.root}{before}{normalized}/{query}")


def _other(form: PageForm) -> PageForm:
    return PageForm.PLAIN_HTML if form.is_json else PageForm.JSON
