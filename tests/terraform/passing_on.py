"""HTTPS servers on loopback that stand for the names of distributions and functions.

MiniStack tells them by the host that a request names, and there is no DNS that leads those names to it.
"""

from __future__ import annotations

import contextlib
import http.client
import ssl
from collections.abc import Iterator
from urllib.parse import urlsplit

from tests.support.canned_server import Handler, serving
from tests.support.tls import Certificates

__all__ = ["passing_on"]

_OF_ONE_CONNECTION = ("connection", "transfer-encoding", "content-length", "date", "server")


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
            headers = {**self.headers, "Host": host, "Connection": "close"}
            connection = http.client.HTTPSConnection(urlsplit(endpoint).netloc, timeout=120, context=trust)
            with contextlib.closing(connection):
                connection.request(self.command, self.path, body, headers)
                answer = connection.getresponse()
                content = answer.read()
            passed = {name: value for name, value in answer.getheaders() if name.lower() not in _OF_ONE_CONNECTION}
            length = {"Content-Length": answer.headers.get("Content-Length", "0")} if self.command == "HEAD" else {}
            self.send(answer.status, {**passed, **length}, content)

        do_GET = do_PUT = do_HEAD = do_DELETE = do_POST = answer  # noqa: N815

    with serving(PassingOn, tls=own) as url:
        yield url
