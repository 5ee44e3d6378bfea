"""The service as an ASGI application (https://asgi.readthedocs.io/en/latest/specs/www.html)."""

from __future__ import annotations

import asyncio
import logging
import time
from concurrent.futures import ThreadPoolExecutor
from fnmatch import fnmatchcase
from http import HTTPStatus
from secrets import token_hex
from typing import NoReturn

from ..api import PackageRepository
from ..config.choices import IfExists
from ..errors import Error
from .access_log import access_log
from .authentication import Authenticator, BadCredentials, TooManyFailures
from .downloads import Downloads
from .fresh_reads import FreshReads
from .options import ServiceOptions
from .people_pages import PeoplePages
from .problems import Problem, problem_of
from .replies import Receive, Reply, Request, Scope, Send, redirect, text_reply
from .simple_api import SimpleIndex, page_of, redirect_to_normalized
from .token_endpoints import token_endpoints
from .uploads import Uploads
from .users import Identity, Role

__all__ = ["Service", "create_app"]

log = logging.getLogger(__name__)

_READS = 32
"""Requests to the store at once, for readers."""
_UPLOADS = 16
"""Uploads that are checked and published at once; others wait, and readers do not wait for them."""
_PASSWORDS = 2
"""Passwords that are checked at once: each takes a core for 50 ms, and 16 MiB."""
_LONGEST_ID = 64
_UPLOAD_PATHS = frozenset({"/", "/legacy", "/legacy/", "/simple", "/simple/"})
_OIDC = "/_/oidc/"
_HATCH = "/simple/+simple/"
_BEFORE_HATCH = frozenset({"", "/legacy", "/simple"})
"""What hatch looks up projects below: the upload URL, and ``/+simple/``."""
_CHALLENGE = (b"www-authenticate", b'Basic realm="Python packages", charset="UTF-8"')
_READING = frozenset({"GET", "HEAD"})


def create_app(repository: PackageRepository, options: ServiceOptions) -> Service:
    """The application that serves ``repository``; nothing is asked of it before the first request."""
    return Service(repository, options)


class Service:
    """An ASGI application. It keeps nothing that the repository's store does not confirm at each request."""

    def __init__(self, repository: PackageRepository, options: ServiceOptions) -> None:
        self._options = options
        self._pool = ThreadPoolExecutor(_READS, "s3pypi-read")
        self._upload_pool = ThreadPoolExecutor(_UPLOADS, "s3pypi-upload")
        self._password_pool = ThreadPoolExecutor(_PASSWORDS, "s3pypi-password")
        self._reader = repository.reader()
        private = not options.anonymous_read
        pages = FreshReads(self._reader, self._pool, lambda key, found: page_of(found, private=private))
        self._index = SimpleIndex(self._reader, pages)
        self._people = PeoplePages(self._reader, pages, self._pool)
        self._downloads = Downloads(self._reader, self._pool, options.downloads, private=private)
        if_exists = IfExists.REPLACE if options.overwrite else IfExists.SAME
        self._uploads = Uploads(repository, self._upload_pool, max_size=options.max_size, if_exists=if_exists)
        self._tokens = token_endpoints(options.users, repository, self._pool)
        known = self._tokens.identify if self._tokens else lambda token: None
        self._authenticator = Authenticator(options.users, self._password_pool, short_lived=known)
        role = Role.UPLOAD if options.anonymous_upload else Role.READ if options.anonymous_read else Role.NONE
        self._anybody = Identity("", role)

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
            if access_log.isEnabledFor(logging.INFO):
                self._log(request, reply, time.perf_counter() - begin)

    async def _reply(self, request: Request) -> Reply:
        try:
            return await self._route(request)
        except Problem as problem:
            return problem.reply(request)
        except Error as error:
            found = problem_of(error)
            level = logging.ERROR if found.status >= HTTPStatus.INTERNAL_SERVER_ERROR else logging.INFO
            log.log(level, "%s %s: %s", request.method, request.path, error)
            return found.reply(request)
        except (ConnectionError, asyncio.CancelledError):
            raise
        except Exception:
            log.exception("%s %s: internal error %s", request.method, request.path, request.id)
            message = f"Internal error {request.id}; the service's log says more"
            return Problem(HTTPStatus.INTERNAL_SERVER_ERROR, "internal", message).reply(request)

    async def _route(self, request: Request) -> Reply:
        path = request.path
        if path.startswith("/-/"):
            return await self._health(request, path)
        if path.startswith(_OIDC) and self._tokens is not None:
            return await self._tokens.answer(request, path.removeprefix(_OIDC))
        request.identity = await self._identify(request)
        if request.method == "POST":
            return await self._upload(request)
        if request.method not in _READING:
            raise _not_allowed("GET, HEAD, POST", f"{request.method} is not known here")
        self._require(request, Role.READ)
        if path.startswith("/simple/") and not path.startswith(_HATCH):
            return await self._below(request, "/simple/", path.removeprefix("/simple/"))
        return await self._elsewhere(request, path)

    async def _elsewhere(self, request: Request, path: str) -> Reply:
        """What is read at other places than below ``/simple/``."""
        if path == "/":
            return await self._people.projects(request)
        if path.startswith("/project/"):
            return await self._people_project(request, path.removeprefix("/project/"))
        if path == "/simple":
            return redirect(HTTPStatus.MOVED_PERMANENTLY, f"{request.root}/simple/")
        if path in _UPLOAD_PATHS:
            raise _not_allowed("POST", f"Upload files here; the index is at {request.root}/simple/")
        before, found, rest = path.partition("/+simple/")
        if found and before in _BEFORE_HATCH:
            return await self._below(request, f"{before}{found}", rest)
        return _not_found("There is no such page")

    async def _below(self, request: Request, before: str, rest: str) -> Reply:
        name, slash, path = rest.partition("/")
        if not rest:
            return await self._index.page(request, None) or _not_found("There is no repository yet: upload to it first")
        if not path:
            return redirect_to_normalized(request, name, before, slash) or await self._project(request, name)
        file = self._reader.file_at(rest)
        if file is None:
            return _not_found("There is no such file")
        self._require(request, Role.READ, file.project)
        return await self._downloads.file(request, file) or _not_found("There is no such file")

    async def _project(self, request: Request, project: str) -> Reply:
        self._require(request, Role.READ, project)
        page = await self._index.page(request, project)
        if page is not None:
            return page
        options = self._options
        if options.fallback and not any(fnmatchcase(project, pattern) for pattern in options.reserved):
            loop = asyncio.get_running_loop()
            if not await loop.run_in_executor(self._pool, self._reader.has_record, project):
                return redirect(HTTPStatus.FOUND, f"{options.fallback}/{project}/")
        return _not_found(f"There is no project {project}")

    async def _upload(self, request: Request) -> Reply:
        if request.path not in _UPLOAD_PATHS:
            where = f"{request.root}/legacy/"
            raise _not_allowed("GET, HEAD", f"This is a page of the index; upload to {where}")
        self._require(request, Role.UPLOAD)
        return await self._uploads.take(request)

    async def _identify(self, request: Request) -> Identity:
        header = request.headers.get(b"authorization")
        if header is None or self._options.users is None:  # clients send what they are configured with
            return self._anybody
        address = (request.scope.get("client") or ("",))[0]
        try:
            identity = await self._authenticator.identify(header, address)
        except BadCredentials:
            raise Problem(
                HTTPStatus.UNAUTHORIZED, "bad-credentials", "The user name or password is wrong", (_CHALLENGE,)
            ) from None
        except TooManyFailures as error:
            after = (b"retry-after", str(error.seconds).encode())
            message = "Too many wrong passwords; try again later"
            raise Problem(HTTPStatus.TOO_MANY_REQUESTS, "too-many-failures", message, (after,)) from None
        return identity.with_rights_of(self._anybody)

    def _require(self, request: Request, role: Role, project: str | None = None) -> None:
        identity: Identity = request.identity
        if identity.may(role, project):
            return
        if not identity.name:
            raise Problem(
                HTTPStatus.UNAUTHORIZED, "no-credentials", "A user name and a password are needed", (_CHALLENGE,)
            )
        what = "upload" if role is Role.UPLOAD else "read"
        raise Problem(HTTPStatus.FORBIDDEN, "forbidden", f"You may not {what} {project or 'here'}")

    async def _people_project(self, request: Request, rest: str) -> Reply:
        name, slash, path = rest.partition("/")
        if path:
            return _not_found("There is no such page")
        moved = redirect_to_normalized(request, name, "/project/", slash)
        if moved is not None:
            return moved
        self._require(request, Role.READ, name)
        return await self._people.project(request, name) or _not_found(f"There is no project {name}")

    async def _health(self, request: Request, path: str) -> Reply:
        if path.startswith("/-/static/"):
            return self._people.asset(path.removeprefix("/-/static/"), request) or _not_found("There is no such page")
        if path == "/-/health":
            return text_reply(HTTPStatus.OK, "ok\n")
        if path == "/-/ready":
            await asyncio.get_running_loop().run_in_executor(self._pool, self._reader.probe)
            return text_reply(HTTPStatus.OK, "ready\n")
        return _not_found("There is no such page")

    def _log(self, request: Request, reply: Reply, seconds: float) -> None:
        client = (request.scope.get("client") or ("-",))[0]
        access_log.info(
            "",
            extra={
                "request": request.id,
                "client": client,
                "user": request.identity.name if request.identity else "",
                "method": request.method,
                "path": request.path,
                "status": int(reply.status),
                "size": reply.size,
                "seconds": seconds,
            },
        )


def _request_id(request: Request) -> str:
    """The id that a proxy gave to the request, or else a new one."""
    given = request.headers.get(b"x-request-id", b"")
    return given.decode() if 0 < len(given) <= _LONGEST_ID and given.isalnum() else token_hex(8)


def _not_found(message: str) -> NoReturn:
    raise Problem(HTTPStatus.NOT_FOUND, "not-found", message)


def _not_allowed(methods: str, message: str) -> Problem:
    return Problem(HTTPStatus.METHOD_NOT_ALLOWED, "method-not-allowed", message, ((b"allow", methods.encode()),))
