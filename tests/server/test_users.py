"""Users: their records, the files that keep them, and what they may do over HTTP."""

from __future__ import annotations

import hashlib
import threading
from base64 import b64encode
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from s3pypi_setuptools.server.password_records import (
    is_weak,
    new_token,
    password_record,
    sha1_record,
    token_record,
    verify,
)
from s3pypi_setuptools.server.user_file import UserFile
from s3pypi_setuptools.server.users import Identity, Role, Token, User
from tests.server.conftest import Client, Place, Serve
from tests.server.test_uploading import upload
from tests.support import samples

NOW = datetime.now(timezone.utc)


@settings(max_examples=5)
@given(st.text())
def test_a_password_fits_its_own_record_alone(password: str) -> None:
    record = password_record(password)
    assert verify(record, password)
    assert not verify(record, password + "x")
    assert record != password_record(password)


def test_records_of_other_tools_are_read_and_known_to_be_weak() -> None:
    record = sha1_record(hashlib.sha1(b"se:cretsalt$y").hexdigest(), "salt$y")
    assert verify(record, "se:cret")
    assert not verify(record, "se:cre")
    assert is_weak(record)
    assert not is_weak(password_record("x"))


@pytest.mark.parametrize(
    "record", ["", "junk", "scrypt$", "scrypt$a$b$c$d$e", "scrypt$3$8$1$AA==$AA==", "sha256$", "md5$x"]
)
def test_a_damaged_record_fits_nothing(record: str) -> None:
    assert not verify(record, "")
    assert not verify(record, "x")


def test_a_token_fits_its_own_record_alone() -> None:
    token, other = new_token("ci"), new_token("ci")
    assert verify(token_record(token), token)
    assert not verify(token_record(token), other)


@pytest.mark.parametrize(
    ("role", "project", "allowed"),
    [
        (Role.READ, None, True),
        (Role.READ, "acme-tools", True),
        (Role.READ, "other", False),
        (Role.UPLOAD, "acme-tools", True),
        (Role.ADMIN, "acme-tools", False),
    ],
)
def test_a_role_holds_for_what_comes_before_it_and_for_the_patterns(
    role: Role, project: str | None, allowed: bool
) -> None:
    assert Identity("a", Role.UPLOAD, ("acme-*",)).may(role, project) is allowed


def test_patterns_may_be_spelt_as_project_names_are() -> None:
    assert User("a", Role.READ, ("Acme_Tools.*",)).identity.may(Role.READ, "acme-tools-x")


@pytest.fixture
def users(tmp_path: Path) -> UserFile:
    found = UserFile(tmp_path / "users.toml")
    found.save(User("reader", Role.READ, password=password_record("r:ä ")))
    found.save(User("writer", Role.UPLOAD, ("demo*",), password_record("w")))
    return found


@pytest.fixture
def client(serve: Serve, folder: Place, users: UserFile, tmp_path: Path) -> Client:
    folder.open().publish(samples.wheel(tmp_path), samples.wheel(tmp_path, "other"))
    return serve(folder, users=users, anonymous_read=False, anonymous_upload=False)


def basic(name: str, password: str) -> dict[str, str]:
    return {"Authorization": "Basic " + b64encode(f"{name}:{password}".encode()).decode()}


READER, WRITER = basic("reader", "r:ä "), basic("writer", "w")


@pytest.mark.parametrize("path", ["/", "/simple/", "/simple/demo/", "/simple/nope/", "/project/demo/", "/nope"])
def test_nobody_is_told_anything_without_credentials(client: Client, path: str) -> None:
    for headers in (
        {},
        basic("reader", "wrong"),
        basic("nobody", "r"),
        {"Authorization": "Basic ?"},
        {"Authorization": "x"},
    ):
        answer = client.get(path, headers=headers)
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"].startswith("Basic realm=")
    assert client.get(path, headers=READER).status_code == (404 if "nope" in path else 200)


def test_a_wrong_password_and_an_unknown_user_are_answered_alike(client: Client) -> None:
    answers = [client.get("/simple/", headers=basic(*pair)) for pair in (("reader", "x"), ("nobody", "x"))]
    assert answers[0].text == answers[1].text
    assert dict(answers[0].headers).keys() == dict(answers[1].headers).keys()


def test_users_may_do_what_their_role_and_patterns_say(client: Client, tmp_path: Path) -> None:
    wheel = samples.wheel(tmp_path, version="2.0")
    assert upload(client, wheel).status_code == 401
    assert upload(client, wheel, headers=READER).status_code == 403
    assert upload(client, wheel, headers=WRITER).status_code == 200
    other = samples.wheel(tmp_path, "other", "2.0")
    refused = upload(client, other, headers=WRITER)
    assert (refused.status_code, refused.text) == (403, "You may not upload files of other\n")
    assert client.get("/simple/other/", headers=WRITER).status_code == 403
    assert client.get("/simple/other/other-1.0-py3-none-any.whl", headers=WRITER).status_code == 403
    assert client.get("/simple/demo/demo-1.0-py3-none-any.whl", headers=WRITER).status_code == 200


def test_tokens_are_taken_in_each_place_that_clients_put_them(client: Client, users: UserFile) -> None:
    token = new_token("ci")
    users.save(User("robot", Role.READ, tokens=(Token("ci", token_record(token), NOW),)))
    for headers in (
        {"Authorization": f"Bearer {token}"},
        {"Authorization": f"bearer  {token}"},
        basic("__token__", token),
        basic(token, ""),
        basic("robot", token),
    ):
        assert client.get("/simple/", headers=headers).status_code == 200
    assert client.get("/simple/", headers=basic("reader", token)).status_code == 401


def test_an_expired_token_is_refused(client: Client, users: UserFile) -> None:
    token = new_token("ci")
    old = Token("ci", token_record(token), NOW, expires=NOW - timedelta(seconds=1))
    users.save(User("robot", Role.READ, tokens=(old,)))
    assert client.get("/simple/", headers={"Authorization": f"Bearer {token}"}).status_code == 401


def test_a_user_who_is_changed_or_removed_is_changed_at_once(client: Client, users: UserFile) -> None:
    assert client.get("/simple/", headers=READER).status_code == 200
    users.save(User("reader", Role.READ, password=password_record("other")))
    assert client.get("/simple/", headers=READER).status_code == 401
    assert client.get("/simple/", headers=basic("reader", "other")).status_code == 200
    users.remove("reader")
    assert client.get("/simple/", headers=basic("reader", "other")).status_code == 401


def test_who_guesses_is_refused_unseen_and_others_are_not(client: Client) -> None:
    statuses = [client.get("/simple/", headers=basic("reader", f"guess {number}")).status_code for number in range(11)]
    assert statuses == [401] * 10 + [429]
    assert int(client.get("/simple/", headers=READER).headers["Retry-After"]) > 0
    assert client.get("/simple/demo/", headers=WRITER).status_code == 200


def test_a_users_file_that_is_damaged_while_the_service_runs_changes_nothing(
    client: Client, users: UserFile, caplog: pytest.LogCaptureFixture
) -> None:
    users.path.write_text("[", encoding="utf-8")
    for _ in range(2):
        assert client.get("/simple/", headers=READER).status_code == 200
        assert client.get("/simple/", headers=basic("reader", "wrong")).status_code == 401
        assert client.get("/simple/").status_code == 401
    assert [str(users.path) in record.message for record in caplog.records if record.levelname == "ERROR"] == [True]
    users.path.unlink()
    assert client.get("/simple/", headers=READER).status_code == 401


def test_no_credential_is_logged(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(0)
    client.get("/simple/", headers=basic("reader", "very-secret-guess"))
    client.get("/simple/", headers=READER)
    assert "very-secret-guess" not in caplog.text
    assert READER["Authorization"] not in caplog.text


def test_a_service_that_anybody_reads_still_knows_who_uploads(
    serve: Serve, folder: Place, users: UserFile, tmp_path: Path
) -> None:
    client = serve(folder, users=users, anonymous_read=True, anonymous_upload=False)
    wheel = samples.wheel(tmp_path)
    assert upload(client, wheel).status_code == 401
    assert upload(client, wheel, headers=WRITER).status_code == 200
    assert client.get("/simple/demo/").status_code == 200
    assert client.get("/simple/demo/", headers=basic("reader", "wrong")).status_code == 401


def test_checking_a_password_holds_up_nobody(client: Client) -> None:
    """Passwords are checked beside the event loop."""
    assert client.get("/simple/", headers=READER).status_code == 200
    done: list[Any] = []
    guessing = [
        threading.Thread(target=lambda n=number: done.append(client.get("/simple/", headers=basic(f"u{n}", "x"))))  # type: ignore[misc]
        for number in range(4)
    ]
    for thread in guessing:
        thread.start()
    answers = [client.get("/-/health").status_code for _ in range(20)]
    for thread in guessing:
        thread.join()
    assert answers == [200] * 20
    assert [answer.status_code for answer in done] == [401] * 4


def test_a_user_may_do_what_anybody_may(serve: Serve, folder: Place, users: UserFile, tmp_path: Path) -> None:
    folder.open().publish(samples.wheel(tmp_path, "other"))
    client = serve(folder, users=users, anonymous_read=True, anonymous_upload=False)
    assert client.get("/simple/other/", headers=WRITER).status_code == 200
    assert upload(client, samples.wheel(tmp_path, "other", "2.0"), headers=WRITER).status_code == 403


@pytest.mark.parametrize("accept", ["text/html", "application/vnd.pypi.simple.v1+json"])
def test_the_list_of_projects_names_those_alone_that_a_user_may_read(client: Client, accept: str) -> None:
    everything = client.get("/simple/", accept, headers=READER).text
    own = client.get("/simple/", accept, headers=WRITER)
    assert "other" in everything
    assert "demo" in own.text
    assert "other" not in own.text
    again = client.get("/simple/", accept, headers={**WRITER, "If-None-Match": own.headers["ETag"]})
    assert again.status_code == 304
