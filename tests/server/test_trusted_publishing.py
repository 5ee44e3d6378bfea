"""Trusted Publishing, against an issuer of the tests' own."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from s3pypi_setuptools.server.user_file import UserFile
from s3pypi_setuptools.server.users import Publisher, Publishing
from tests.server.conftest import Client, Place, Serve
from tests.server.test_uploading import upload
from tests.support import samples

CLAIMS = {"repository": "acme/tools", "workflow_ref": "acme/tools/.github/workflows/release.yml@refs/tags/v1"}


class Issuer:
    """A provider of CI tokens."""

    def __init__(self) -> None:
        self.key = rsa.generate_private_key(65537, 2048)
        self.key_id = "one"
        self.answers: dict[str, Any] = {}
        issuer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = json.dumps(issuer.answers.get(self.path)).encode()
                self.send_response(200 if self.path in issuer.answers else 404)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - the base's name
                """Nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.publish()

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
        return jwt.encode(claims, key or self.key, algorithm=algorithm, headers={"kid": self.key_id})


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    made = Issuer()
    thread = threading.Thread(target=made.server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield made
    made.server.shutdown()
    thread.join()
    made.server.server_close()


@pytest.fixture
def users(tmp_path: Path, issuer: Issuer) -> UserFile:
    found = UserFile(tmp_path / "users.toml")
    publisher = Publisher("acme", issuer.url, CLAIMS, ("demo*",))
    other = Publisher("other", issuer.url, {"repository": "other/x"}, ("*",))
    found.save_publishing(Publishing((publisher, other), key="k" * 64))
    return found


@pytest.fixture
def client(serve: Serve, folder: Place, users: UserFile) -> Client:
    return serve(folder, users=users, anonymous_read=False, anonymous_upload=False)


def mint(client: Client, token: object) -> Any:
    return client.request("POST", "/_/oidc/mint-token", data=json.dumps({"token": token}))


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def test_a_job_uploads_what_its_publisher_may(client: Client, issuer: Issuer, tmp_path: Path) -> None:
    assert client.get("/_/oidc/audience").json() == {"audience": "s3pypi"}
    answer = mint(client, issuer.token()).json()
    assert answer["success"] is True
    assert 0 < answer["expires"] - time.time() <= 15 * 60
    headers = bearer(answer["token"])
    assert upload(client, samples.wheel(tmp_path), headers=headers).status_code == 200
    assert upload(client, samples.wheel(tmp_path, "other"), headers=headers).status_code == 403
    assert client.get("/simple/demo/", headers=headers).status_code == 200


def test_a_token_is_good_at_every_replica_and_a_ci_token_is_taken_once(
    serve: Serve, place: Place, users: UserFile, issuer: Issuer, tmp_path: Path
) -> None:
    first, second = (serve(place, users=users, anonymous_read=False, anonymous_upload=False) for _ in range(2))
    token = issuer.token()
    made = mint(first, token).json()["token"]
    assert upload(second, samples.wheel(tmp_path), headers=bearer(made)).status_code == 200
    for client in (second, first):
        again = mint(client, token)
        assert again.status_code == 422
        assert again.json()["errors"][0]["code"] == "invalid-reuse-token"
    assert place.open().verify(deep=True).ok


def test_a_token_that_is_burned_is_taken_no_more(client: Client, issuer: Issuer) -> None:
    made = mint(client, issuer.token()).json()["token"]
    assert client.get("/simple/", headers=bearer(made)).status_code == 404
    burned = client.request("POST", "/_/oidc/burn-token", data=json.dumps({"token": made}))
    assert burned.status_code == 200
    assert client.get("/simple/", headers=bearer(made)).status_code == 401
    assert client.request("POST", "/_/oidc/burn-token", data=json.dumps({"token": made})).status_code == 422


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"aud": "pypi"}, "invalid-audience"),
        ({"aud": None}, "invalid-token"),
        ({"iss": "http://127.0.0.1:9"}, "invalid-issuer"),
        ({"iss": None}, "invalid-issuer"),
        ({"repository": "acme/evil"}, "invalid-publisher"),
        ({"repository": None}, "invalid-publisher"),
        ({"repository": ["acme/tools"]}, "invalid-publisher"),
        ({"repository": "ACME/tools"}, "invalid-publisher"),
        ({"exp": -3600}, "expired"),
        ({"exp": None}, "invalid-token"),
        ({"exp": 10 * 24 * 3600}, "invalid-token"),
        ({"nbf": 3600}, "invalid-token"),
        ({"iat": None}, "invalid-token"),
    ],
)
def test_claims_that_do_not_fit_are_refused(client: Client, issuer: Issuer, changes: dict[str, Any], code: str) -> None:
    changes = {name: int(time.time()) + value if isinstance(value, int) else value for name, value in changes.items()}
    answer = mint(client, issuer.token(**changes))
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["code"] == code


def test_signatures_that_do_not_fit_are_refused(client: Client, issuer: Issuer) -> None:
    other = rsa.generate_private_key(65537, 2048)
    unsigned = jwt.encode({"iss": issuer.url, "aud": "s3pypi", **CLAIMS}, "", algorithm="none")
    public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(issuer.key.public_key()))
    by_public_key = jwt.encode(
        {"iss": issuer.url, "aud": "s3pypi", **CLAIMS}, public["n"], algorithm="HS256", headers={"kid": "one"}
    )
    for token in (issuer.token(other), unsigned, by_public_key, issuer.token()[:-4] + "AAAA"):
        answer = mint(client, token)
        assert answer.status_code == 422, answer.text
        assert answer.json()["errors"][0]["code"] in ("invalid-signature", "invalid-token")


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b"x", b'{"token": 1}', b'{"token": ""}', b'{"token": "a.b.c"}'])
def test_what_is_no_token_is_refused(client: Client, body: bytes) -> None:
    for name in ("mint-token", "burn-token"):
        assert client.request("POST", f"/_/oidc/{name}", data=body).status_code == 422
    assert client.request("POST", "/_/oidc/mint-token", data=b"x" * 100_000).status_code == 413
    assert client.get("/_/oidc/mint-token").status_code == 405


def test_keys_of_the_issuer_may_change(client: Client, issuer: Issuer) -> None:
    assert mint(client, issuer.token()).status_code == 200
    issuer.key, issuer.key_id = rsa.generate_private_key(65537, 2048), "two"
    issuer.publish()
    assert mint(client, issuer.token()).status_code == 200


def test_an_issuer_that_does_not_answer_is_no_refusal(client: Client, issuer: Issuer) -> None:
    issuer.answers = {}
    answer = mint(client, issuer.token())
    assert answer.status_code == 503
    issuer.publish()
    issuer.answers["/.well-known/openid-configuration"]["issuer"] = "http://127.0.0.1:9"
    assert mint(client, issuer.token()).status_code == 503


def test_an_upload_token_expires_and_cannot_be_made_up(client: Client) -> None:
    def made(key: str, seconds: int) -> str:
        claims = {"iss": "s3pypi", "sub": "x", "projects": ["*"], "exp": int(time.time()) + seconds, "jti": "x"}
        return "s3pypi-ci-" + jwt.encode(claims, key, algorithm="HS256")

    for key, seconds, status in (("k" * 64, 300, 404), ("k" * 64, -1, 401), ("other" * 10, 300, 401)):
        assert client.get("/simple/", headers=bearer(made(key, seconds))).status_code == status


def test_without_publishers_there_are_no_such_pages(serve: Serve, folder: Place) -> None:
    assert serve(folder).get("/_/oidc/audience").status_code == 404
