"""A provider of CI tokens, as GitHub's and GitLab's: OpenID Connect discovery, its keys, and tokens.

https://openid.net/specs/openid-connect-discovery-1_0.html
"""

from __future__ import annotations

import contextlib
import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

__all__ = ["CLAIMS", "REQUEST_TOKEN", "Issuer", "running_issuer"]

CLAIMS = {"repository": "acme/tools", "workflow_ref": "acme/tools/.github/workflows/release.yml@refs/tags/v1"}
REQUEST_TOKEN = "runner-secret"
"""With which a job asks `Issuer.request_url` for its token, as on GitHub."""


class Issuer:
    """A provider of CI tokens.

    :ivar answers: what it answers, by path.
    :ivar changes: claims of the tokens that `request_url` gives out, other than usual.
    """

    def __init__(self) -> None:
        self.key = rsa.generate_private_key(65537, 2048)
        self.key_id: str | None = "one"
        self.answers: dict[str, Any] = {}
        self.asked: list[str] = []
        self.changes: dict[str, Any] = {}
        issuer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                issuer.asked.append(self.path)
                found = issuer.answer(self.path, self.headers.get("Authorization", ""))
                body = json.dumps(found).encode()
                self.send_response(404 if found is None else 200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - the base's name
                """Nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.request_url = f"{self.url}/token?job=1"
        self.publish()

    def answer(self, path: str, authorization: str) -> Any:
        """The document at ``path``; None where there is none."""
        parts = urlsplit(path)
        if parts.path != "/token":
            return self.answers.get(path)
        if authorization.lower() != f"bearer {REQUEST_TOKEN}":
            return None
        (audience,) = parse_qs(parts.query)["audience"]
        return {"value": self.token(**{"aud": audience, **self.changes})}

    def publish(self) -> None:
        public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key()))
        keys = {"keys": [{**public, "kid": self.key_id, "alg": "RS256", "use": "sig"}]}
        self.answers = {
            "/.well-known/openid-configuration": {"issuer": self.url, "jwks_uri": f"{self.url}/keys"},
            "/keys": keys,
        }

    def token(self, key: Any = None, algorithm: str = "RS256", **changes: Any) -> str:
        now = int(time.time())
        claims = {
            "iss": self.url,
            "aud": "s3pypi",
            "iat": now,
            "exp": now + 300,
            "jti": str(time.monotonic_ns()),
            **CLAIMS,
            **changes,
        }
        claims = {name: value for name, value in claims.items() if value is not None}
        return jwt.encode(
            claims, key or self.key, algorithm=algorithm, headers={"kid": self.key_id} if self.key_id else {}
        )


@contextlib.contextmanager
def running_issuer() -> Iterator[Issuer]:
    """A provider that answers while the context lasts."""
    made = Issuer()
    thread = threading.Thread(target=made.server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield made
    finally:
        made.server.shutdown()
        thread.join()
        made.server.server_close()
