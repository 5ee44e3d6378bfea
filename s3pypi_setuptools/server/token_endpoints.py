"""The endpoints of Trusted Publishing, as clients know them from PyPI.

https://github.com/pypi/warehouse, under docs/user/trusted-publishers
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from typing import TYPE_CHECKING

from ..api import PackageRepository
from ..errors import needs_extra
from .problems import Problem, Untrusted, not_found
from .replies import Reply, Request, text_reply
from .users import Identity, UserStore

if TYPE_CHECKING:
    from .trusted_publishing import TrustedPublishing

__all__ = ["TokenEndpoints", "token_endpoints"]

log = logging.getLogger(__name__)

_LARGEST_BODY = 64 * 1024
_THREADS = 4
"""Tokens that are looked at once. They wait for providers, and anybody sends them: so readers have other threads."""


def token_endpoints(users: UserStore | None, repository: PackageRepository) -> TokenEndpoints | None:
    """The endpoints where publishers are configured, and None elsewhere.

    Raises `MissingPackage` where the extra ``oidc`` is not installed.
    """
    if users is None or not users.publishing().publishers:
        return None
    with needs_extra("oidc"):
        from .trusted_publishing import TrustedPublishing  # noqa: PLC0415
    return TokenEndpoints(TrustedPublishing(users, repository.take_once))


class TokenEndpoints:
    """``audience``, ``mint-token`` and ``burn-token``."""

    def __init__(self, publishing: TrustedPublishing) -> None:
        self._publishing = publishing
        self._pool = ThreadPoolExecutor(_THREADS, "s3pypi-token")

    def close(self) -> None:
        """End the threads, once they have no work."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def identify(self, token: str) -> Identity | None:
        """As `TrustedPublishing.identify`."""
        return self._publishing.identify(token)

    async def answer(self, request: Request, name: str) -> Reply:
        """The answer of the endpoint ``name``; raises `Problem`."""
        work: dict[str, Callable[[bytes], dict[str, object]]] = {"mint-token": self._mint, "burn-token": self._burn}
        if name == "audience" and request.method in ("GET", "HEAD"):
            return _json(HTTPStatus.OK, {"audience": self._publishing.audience})
        if name not in work:
            raise not_found("There is no such page")
        if request.method != "POST":
            allowed = ((b"allow", b"POST"),)
            raise Problem(HTTPStatus.METHOD_NOT_ALLOWED, "method-not-allowed", "Send a token here", allowed)
        body = await _body(request)
        try:
            done = await asyncio.get_running_loop().run_in_executor(self._pool, work[name], body)
        except Untrusted as error:
            log.warning("a CI job was refused: %s", error.description)
            errors = [{"code": error.code, "description": error.description}]
            return _json(HTTPStatus.UNPROCESSABLE_ENTITY, {"message": "Token request failed", "errors": errors})
        return _json(HTTPStatus.OK, done)

    def _mint(self, body: bytes) -> dict[str, object]:
        token, expires = self._publishing.mint(body)
        return {"success": True, "token": token, "expires": expires}

    def _burn(self, body: bytes) -> dict[str, object]:
        self._publishing.burn(body)
        return {"success": True}


async def _body(request: Request) -> bytes:
    body = bytearray()
    while True:
        message = await request.receive()
        if message["type"] == "http.disconnect":
            raise ConnectionError("the client went away")
        body += message.get("body", b"")
        if len(body) > _LARGEST_BODY:
            raise Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too-large", "The request is too large")
        if not message.get("more_body"):
            return bytes(body)


def _json(status: int, document: object) -> Reply:
    return text_reply(status, json.dumps(document), content_type="application/json")
