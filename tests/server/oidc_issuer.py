"""A provider of CI tokens, as GitHub's and GitLab's: OpenID Connect discovery, its keys, and tokens.

https://openid.net/specs/openid-connect-discovery-1_0.html
"""

from __future__ import annotations

import contextlib
import functools
import json
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.support.canned_server import Handler, serving

CLAIMS = {"repository": "acme/tools", "workflow_ref": "acme/tools/.github/workflows/release.yml@refs/tags/v1"}
REQUEST_TOKEN = "runner-secret"
"""With which a job asks `Issuer.request_url` for its token, as on GitHub."""


class Issuer:
    """A provider of CI tokens.

    :ivar answers: what it answers, by path.
    :ivar changes: claims of the tokens that `request_url` gives out, other than usual.
    """

    def __init__(self, url: str) -> None:
        self.key = _key()
        self.key_id: str | None = "one"
        self.answers: dict[str, Any] = {}
        self.asked: list[str] = []
        self.changes: dict[str, Any] = {}
        self.url = url
        self.request_url = f"{url}/token?job=1"
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


@functools.cache
def _key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


@contextlib.contextmanager
def running_issuer() -> Iterator[Issuer]:
    """A provider that answers while the context lasts."""

    class IssuerHandler(Handler):
        def answer(self) -> None:
            made.asked.append(self.path)
            found = made.answer(self.path, self.headers.get("Authorization", ""))
            status = 404 if found is None else 200
            self.send(status, {"Content-Type": "application/json"}, json.dumps(found).encode())

        do_GET = answer  # noqa: N815

    with serving(IssuerHandler) as url:
        made = Issuer(url)
        yield made
