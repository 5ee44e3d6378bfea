"""The endpoints of Trusted Publishing, as clients know them from PyPI.

https://github.com/pypi/warehouse, under docs/user/trusted-publishers
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING

from ..api import PackageRepository
from ..errors import needs_extra
from .messages import Reply, Request, text_reply
from .problems import Problem, Untrusted
from .routing import READING, Route
from .uploads import body_of
from .users import Identity, UserStore

if TYPE_CHECKING:
    from .trusted_publishing import TrustedPublishing

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

    def routes(self) -> Iterator[Route]:
        """Where they are; nobody is asked who they are."""
        yield Route(READING, "/_/oidc/audience", self._audience, None)
        yield Route(("POST",), "/_/oidc/mint-token", partial(self._take, self._publishing.mint), None)
        yield Route(("POST",), "/_/oidc/burn-token", partial(self._take, self._publishing.burn), None)

    async def _audience(self, _request: Request) -> Reply:
        return _json(HTTPStatus.OK, {"audience": self._publishing.audience})

    async def _take(self, work: Callable[[bytes], Mapping[str, object]], request: Request) -> Reply:
        """What ``work`` makes of the body of a request."""
        body = bytearray()
        async with aclosing(body_of(request, "send the token again")) as pieces:
            async for piece in pieces:
                body += piece
                if len(body) > _LARGEST_BODY:
                    raise Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too-large", "The request is too large")
        try:
            done = await asyncio.get_running_loop().run_in_executor(self._pool, work, bytes(body))
        except Untrusted as error:
            log.warning("a CI job was refused: %s", error.description)
            errors = [{"code": error.code, "description": error.description}]
            return _json(HTTPStatus.UNPROCESSABLE_ENTITY, {"message": "Token request failed", "errors": errors})
        return _json(HTTPStatus.OK, {"success": True, **done})


def _json(status: int, document: object) -> Reply:
    return text_reply(status, json.dumps(document), content_type="application/json")
