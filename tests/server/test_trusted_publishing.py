"""Trusted Publishing, against an issuer of the tests' own."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from s3pypi_setuptools.server.user_file import UserFile
from s3pypi_setuptools.server.users import Publisher, Publishing
from tests.server.conftest import Client, Place, Serve
from tests.server.oidc_issuer import CLAIMS, Issuer, running_issuer
from tests.server.test_uploading import upload
from tests.support import samples


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    with running_issuer() as made:
        yield made


@pytest.fixture
def users(tmp_path: Path, issuer: Issuer) -> UserFile:
    found = UserFile(tmp_path / "users.toml")
    publisher = Publisher("acme", issuer.url, CLAIMS, ("demo*",))
    other = Publisher("other", issuer.url, {"repository": "other/x"}, ("*",))
    found.change_publishing(lambda _: Publishing((publisher, other), key="k" * 64))
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


ORDER_OF_P256 = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
NESTED = base64.urlsafe_b64encode(b"[" * 9000).decode()


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"{}", b"[]", b"x", b'{"token": 1}', b'{"token": ""}', b'{"token": "a.b.c"}', b"[" * 60_000),
        *(b"\xff", b'{"token": "\\ud800"}', b'{"token": "s3pypi-ci-\\ud800"}', '{"token": "ä.ö.ü"}'.encode()),
        f'{{"token": "{NESTED}.{NESTED}.AAAA"}}'.encode(),
        f'{{"token": "s3pypi-ci-{NESTED}.{NESTED}.AAAA"}}'.encode(),
    ],
)
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


@pytest.mark.parametrize(
    "document", [{}, {"keys": []}, {"keys": [{}]}, {"keys": [{"kty": "RSA", "n": 1}]}, {"keys": 1}]
)
def test_keys_that_cannot_be_read_are_no_refusal(client: Client, issuer: Issuer, document: Any) -> None:
    issuer.answers["/keys"] = document
    assert mint(client, issuer.token()).status_code == 503


def test_strangers_do_not_make_the_service_ask_the_issuer_without_end(client: Client, issuer: Issuer) -> None:
    issuer.key_id = "unheard-of"
    answers = [mint(client, issuer.token()).status_code for _ in range(30)]
    assert set(answers) == {422, 503}
    assert issuer.asked.count("/keys") == 10


def test_a_token_without_a_key_id_is_of_the_only_key(client: Client, issuer: Issuer) -> None:
    issuer.key_id = None
    assert mint(client, issuer.token()).status_code == 200
    issuer.answers["/keys"]["keys"] *= 2
    other = issuer.token(rsa.generate_private_key(65537, 2048))
    assert mint(client, other).status_code == 422


def test_a_token_without_an_id_is_taken_once_however_it_is_signed(client: Client, issuer: Issuer) -> None:
    """Of each ECDSA signature (r, s), anybody can make another valid one, (r, -s)."""
    key = ec.generate_private_key(ec.SECP256R1())
    public = json.loads(jwt.algorithms.ECAlgorithm.to_jwk(key.public_key()))
    issuer.answers["/keys"] = {"keys": [{**public, "kid": issuer.key_id, "alg": "ES256"}]}
    signed, _, signature = issuer.token(key, "ES256", jti=None).rpartition(".")
    raw = jwt.utils.base64url_decode(signature)
    other = raw[:32] + (ORDER_OF_P256 - int.from_bytes(raw[32:], "big")).to_bytes(32, "big")
    assert mint(client, f"{signed}.{signature}").status_code == 200
    again = mint(client, f"{signed}.{jwt.utils.base64url_encode(other).decode()}")
    assert again.json()["errors"][0]["code"] == "invalid-reuse-token"


def test_ids_of_two_issuers_are_apart(serve: Serve, folder: Place, users: UserFile, issuer: Issuer) -> None:
    with running_issuer() as second:
        publisher = Publisher("second", second.url, CLAIMS, ("demo*",))
        users.change_publishing(lambda old: replace(old, publishers=(*old.publishers, publisher)))
        client = serve(folder, users=users, anonymous_read=False, anonymous_upload=False)
        assert mint(client, second.token(jti="same")).status_code == 200
        assert mint(client, issuer.token(jti="same")).status_code == 200
        assert mint(client, issuer.token(jti="same")).status_code == 422


@pytest.mark.parametrize(
    "changes",
    [{"exp": "1e9"}, {"exp": []}, {"iat": "soon"}, {"exp": float("inf")}, {"aud": {}}, {"aud": [1]}, {"jti": 7}],
)
def test_claims_of_wrong_types_are_refused(client: Client, issuer: Issuer, changes: dict[str, Any]) -> None:
    token = jwt.api_jws.encode(
        json.dumps({"iss": issuer.url, "aud": "s3pypi", "iat": 1, "exp": 2**31, **CLAIMS, **changes}).encode(),
        issuer.key,
        algorithm="RS256",
        headers={"kid": issuer.key_id},
    )
    assert mint(client, token).status_code == 422


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
