"""Servers on loopback that pass requests on to MiniStack.

MiniStack tells distributions and functions by the host that a request names, and no DNS leads those names to it.
"""

from __future__ import annotations

import contextlib
import ssl
from collections.abc import Iterator, Mapping

import urllib3

from tests.support.canned_server import Handler, serving
from tests.support.tls import Certificates

_OF_ONE_CONNECTION = {"connection", "transfer-encoding", "content-length", "date", "server"}
_PATIENCE = 120
"""Seconds for an answer: a function that starts imports boto3."""


def pass_on(
    handler: Handler, endpoint: str, body: bytes, headers: Mapping[str, str], trust: ssl.SSLContext | None = None
) -> None:
    """Answer a request as ``endpoint`` does.

    :param headers: of the request, in place of its own.
    :param trust: for an endpoint with HTTPS.
    """
    with urllib3.PoolManager(timeout=_PATIENCE, retries=False, ssl_context=trust) as pool:
        answer = pool.request(
            handler.command, endpoint + handler.path, body=body, headers=headers, redirect=False, decode_content=False
        )
    passed = {name: value for name, value in answer.headers.items() if name.lower() not in _OF_ONE_CONNECTION}
    if handler.command == "HEAD":
        passed["Content-Length"] = answer.headers.get("Content-Length", "0")
    handler.send(answer.status, passed, answer.data)


@contextlib.contextmanager
def passing_on(endpoint: str, host: str, certificates: Certificates) -> Iterator[str]:
    """A server that passes requests on to ``endpoint`` as requests to ``host``; the value is its URL.

    :param certificates: of the server, and of the endpoint.
    """
    trust = ssl.create_default_context(cafile=certificates.authority)
    own = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    own.load_cert_chain(certificates.certificate, certificates.key)

    class PassingOn(Handler):
        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            pass_on(self, endpoint, body, {**self.headers, "Host": host, "Connection": "close"}, trust)

        do_GET = do_PUT = do_HEAD = do_DELETE = do_POST = answer  # noqa: N815

    with serving(PassingOn, tls=own) as url:
        yield url
