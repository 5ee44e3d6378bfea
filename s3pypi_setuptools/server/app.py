"""The service as an ASGI application (https://asgi.readthedocs.io/en/latest/specs/www.html)."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from secrets import token_hex

from ..api import PackageRepository
from ..config.choices import IfExists
from ..errors import Error
from .access_log import log_request
from .authentication import Authenticator
from .downloads import Downloads
from .fallback import Fallback
from .fresh_reads import FreshReads
from .messages import Receive, Reply, Request, Scope, Send, redirect, text_reply
from .negotiation import is_browser
from .options import ServiceOptions
from .people_pages import PeoplePages
from .permissions import Permissions
from .problems import Problem, not_found, problem_of
from .routing import READING, Route, Routes
from .simple_api import SimpleIndex, page_of, redirect_to_normalized
from .token_endpoints import token_endpoints
from .uploads import Uploads
from .users import Role

log = logging.getLogger(__name__)

_READS = 32
"""Requests to the store at once, for readers."""
_UPLOADS = 16
"""Uploads that are checked and published at once; others wait, and readers do not wait for them."""
_PASSWORDS = 2
"""Passwords that are checked at once: each takes a core for 50 ms, and 16 MiB."""
_LONGEST_ID = 64
_INDEX = "/simple/"
_LONGEST_HEAD = 32 * 1024
"""As much as nginx takes: some headers are parsed on the event loop, where others wait meanwhile."""
_INDEXES = ("/simple", "/+simple", "/legacy/+simple", "/simple/+simple")
"""Where the index is; hatch looks projects up below the upload URL and ``/+simple``."""


class Service:
    """An ASGI application. It keeps nothing that the repository's store does not confirm at each request.

    :ivar routes: all that it answers.
    """

    def __init__(self, repository: PackageRepository, options: ServiceOptions) -> None:
        self._options = options
        self._pool = ThreadPoolExecutor(_READS, "s3pypi-read")
        self._upload_pool = ThreadPoolExecutor(_UPLOADS, "s3pypi-upload")
        self._password_pool = ThreadPoolExecutor(_PASSWORDS, "s3pypi-password")
        self._reader = repository.reader()
        private = not options.anonymous_read
        pages = FreshReads(self._reader, self._pool, lambda key, found: page_of(key, found, private=private))
        self._index = SimpleIndex(self._reader, pages)
        self._people = PeoplePages(self._reader, self._index, self._pool, public_url=options.public_url)
        self._downloads = Downloads(self._reader, self._pool, options.downloads, private=private)
        if_exists = IfExists.REPLACE if options.overwrite else IfExists.SAME
        self._fallback = Fallback(options.fallback, options.reserved)
        self._uploads = Uploads(repository, self._upload_pool, max_size=options.max_size, if_exists=if_exists)
        self._tokens = token_endpoints(options.users, repository)
        authenticator = None
        if options.users is not None:
            short_lived = self._tokens.identify if self._tokens else lambda token: None
            authenticator = Authenticator(options.users, self._password_pool, short_lived=short_lived)
        self._permissions = Permissions(options, authenticator)
        self.routes = Routes(self._table())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As ASGI asks."""
        if scope["type"] == "http":
            await self._serve(Request(scope, receive, scope.get("root_path") or self._options.root_path), send)
        elif scope["type"] == "lifespan":
            await self._live(receive, send)
        else:
            await send({"type": "websocket.close", "code": 1000})

    async def _live(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                await send({"type": "lifespan.startup.complete"})
            else:
                for pool in (self._pool, self._upload_pool, self._password_pool):
                    pool.shutdown(wait=False, cancel_futures=True)
                if self._tokens is not None:
                    self._tokens.close()
                await send({"type": "lifespan.shutdown.complete"})
                return

    async def _serve(self, request: Request, send: Send) -> None:
        begin = time.perf_counter()
        request.id = _request_id(request)
        reply = Reply(HTTPStatus.INTERNAL_SERVER_ERROR, [])
        try:
            reply = await self._reply(request)
            await reply.send(request, send)
        except ConnectionError:
            reply.status = 499  # the client went away
        finally:
            log_request(request, reply, time.perf_counter() - begin)

    async def _reply(self, request: Request) -> Reply:
        try:
            return await self._answer(request)
        except Problem as problem:
            return self._refusal(request, problem)
        except Error as error:
            found = problem_of(error)
            level = logging.ERROR if found.status >= HTTPStatus.INTERNAL_SERVER_ERROR else logging.INFO
            log.log(level, "%s %r: %s", request.method, request.path, error)
            return self._refusal(request, found)
        except (ConnectionError, asyncio.CancelledError):
            raise
        except Exception:
            log.exception("%s %r: internal error %s", request.method, request.path, request.id)
            message = f"Internal error {request.id}; the service's log says more"
            return self._refusal(request, Problem(HTTPStatus.INTERNAL_SERVER_ERROR, "internal", message))

    def _refusal(self, request: Request, problem: Problem) -> Reply:
        if is_browser(request.header(b"accept")):
            return self._people.problem(request, problem)
        return problem.reply(request)

    async def _answer(self, request: Request) -> Reply:
        if request.head_size > _LONGEST_HEAD:
            message = f"The headers and the path of a request may have {_LONGEST_HEAD} bytes together"
            raise Problem(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "headers-too-large", message)
        match = self.routes.match(request.method, request.path)
        if match is None:
            return await self._unmatched(request)
        if match.route.role is not None:
            await self._permissions.identify(request)
            self._permissions.require(request, match.route.role)
        return await match.route.handler(request, *match.arguments)

    async def _unmatched(self, request: Request) -> Reply:
        """The answer where no route has both the path and the method."""
        allowed = self.routes.methods(request.path)
        header = (b"allow", ", ".join(allowed).encode())
        if allowed and request.method == "OPTIONS":
            return Reply(HTTPStatus.NO_CONTENT, [header])
        await self._permissions.identify(request)
        where = f"the index is at {request.root}/simple/; upload to {request.root}/legacy/"
        if allowed:
            message = f"{request.method} is not allowed here: {where}"
            raise Problem(HTTPStatus.METHOD_NOT_ALLOWED, "method-not-allowed", message, (header,))
        self._permissions.require(request, Role.READ)
        raise not_found(f"There is no such page: {where}")

    def _table(self) -> Iterator[Route]:
        """All routes; of two for one path, the first counts."""
        for index in _INDEXES:
            yield Route(READING, f"{index}/", self._root)
            yield Route(READING, f"{index}/{{project}}/", self._project)
            yield Route(READING, f"{index}/{{project}}", self._project)
        for index in reversed(_INDEXES):  # the last of them lies in the first
            yield Route(READING, f"{index}/{{file:path}}", self._file)
        yield Route(READING, "/simple", self._simple)
        yield Route(READING, "/-/health", self._health, None)
        yield Route(READING, "/-/ready", self._ready, None)
        yield Route(READING, "/-/static/{name}", self._people.asset, None)
        if self._tokens is not None:
            yield from self._tokens.routes()
        for path in ("/", "/legacy", "/legacy/", "/simple", "/simple/"):
            yield Route(("POST",), path, self._uploads.take, Role.UPLOAD)
        yield Route(READING, "/", self._people.projects)
        yield Route(READING, "/project/{project}/", self._people_project)
        yield Route(READING, "/project/{project}", self._people_project)

    async def _root(self, request: Request) -> Reply:
        page = await self._index.page(request, None)
        if page is None:
            raise not_found("There is no repository yet: upload to it first")
        return page

    async def _simple(self, request: Request) -> Reply:
        return redirect(HTTPStatus.MOVED_PERMANENTLY, f"{request.root}/simple/")

    async def _project(self, request: Request, name: str) -> Reply:
        if (moved := redirect_to_normalized(request, name)) is not None:
            return moved
        self._permissions.require(request, Role.READ, name)
        page = await self._index.page(request, name)
        if page is not None:
            return page
        # Not for upload tools, which look up below other paths what was published here.
        if request.path == f"{_INDEX}{name}/" and self._fallback.may_have(name):
            loop = asyncio.get_running_loop()
            if not await loop.run_in_executor(self._pool, self._reader.has_manifest, name):
                return self._fallback.reply(request, name)
        raise not_found(f"There is no project {name}")

    async def _file(self, request: Request, path: str) -> Reply:
        file = self._reader.file_at(path)
        if file is None:
            raise not_found("There is no such file")
        self._permissions.require(request, Role.READ, file.project)
        return await self._downloads.file(request, file)

    async def _people_project(self, request: Request, name: str) -> Reply:
        if (moved := redirect_to_normalized(request, name)) is not None:
            return moved
        self._permissions.require(request, Role.READ, name)
        return await self._people.project(request, name)

    async def _health(self, _request: Request) -> Reply:
        return text_reply(HTTPStatus.OK, "ok\n")

    async def _ready(self, _request: Request) -> Reply:
        await asyncio.get_running_loop().run_in_executor(self._pool, self._reader.probe)
        return text_reply(HTTPStatus.OK, "ready\n")


def _request_id(request: Request) -> str:
    """The id that a proxy gave to the request, or else a new one."""
    given = request.headers.get(b"x-request-id", b"")
    return given.decode() if 0 < len(given) <= _LONGEST_ID and given.isalnum() else token_hex(8)
