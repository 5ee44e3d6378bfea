"""Users in AWS Systems Manager: ``s3pypi user`` and ``s3pypi serve`` with ``ssm:HOST``, on MiniStack."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from s3pypi_setuptools.aws.client import Access
from s3pypi_setuptools.aws.parameter_store import Parameters
from s3pypi_setuptools.errors import StoreError, Unavailable
from s3pypi_setuptools.server.user_parameters import UserParameters
from s3pypi_setuptools.server.users import Role, User
from tests.server.test_commands import SCRIPT, serving
from tests.support import in_process, samples, servers
from tests.support.canned_server import Answer, canned
from tests.support.servers import S3Server

PATH = "/s3pypi/packages.example.com/users"
STORE = "ssm:packages.example.com"


@pytest.fixture(scope="module")
def ssm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    with servers.ministack(tmp_path_factory.mktemp("ssm"), services="ssm") as server:
        yield server


@pytest.fixture
def aws(ssm: S3Server) -> Iterator[Any]:
    """A client, as of the tool that wrote the records before; what it wrote is deleted afterwards."""
    client = ssm.client("ssm")
    yield client
    pages = client.get_paginator("get_parameters_by_path").paginate(Path="/s3pypi", Recursive=True)
    for name in [one["Name"] for page in pages for one in page["Parameters"]]:
        client.delete_parameter(Name=name)


@pytest.fixture
def parameters(ssm: S3Server) -> Parameters:
    return Parameters(PATH, Access(ssm.connection))


def put_as_gorilla_does(aws: Any, name: str, password: str) -> None:
    record = {"password_hash": hashlib.sha1(f"{password}salt".encode()).hexdigest(), "password_salt": "salt"}
    aws.put_parameter(Name=f"{PATH}/{name}", Value=json.dumps(record, indent=2), Type="SecureString")


def value(aws: Any, name: str) -> dict[str, Any]:
    found = aws.get_parameter(Name=f"{PATH}/{name}", WithDecryption=True)["Parameter"]
    assert found["Type"] == "SecureString"
    document: dict[str, Any] = json.loads(found["Value"])
    return document


def user(ssm: S3Server, tmp_path: Path, action: str, *arguments: str) -> in_process.Said:
    return in_process.run("s3pypi", "user", action, STORE, *arguments, cwd=tmp_path, environ=ssm.environment)


def with_stdin(ssm: S3Server, password: bytes, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [*SCRIPT, "user", *arguments, "--password-stdin"],
        input=password,
        env={**os.environ, **ssm.environment},
        capture_output=True,
        check=False,
    )


def test_users_are_added_used_changed_and_removed(ssm: S3Server, aws: Any, tmp_path: Path) -> None:
    made = user(ssm, tmp_path, "add", "alice", "--random-password", "20", "--role", "upload", "--projects", "demo*")
    assert (made.status, len(made.out.strip())) == (0, 20)
    assert set(value(aws, "alice")) == {"role", "projects", "password"}
    assert with_stdin(ssm, "p:ä\n".encode(), "add", STORE, "bob", "--salt-nbytes", "32").returncode == 0
    token = user(ssm, tmp_path, "token", "alice", "--token-name", "ci", "--expires", "90d").out.strip()
    assert user(ssm, tmp_path, "list").out == (
        "alice  upload  demo*  password,token:ci\nbob    read    *      password\n"
    )
    assert "token ci" in user(ssm, tmp_path, "show", "alice").out
    with serving((tmp_path / "repository").as_uri(), "--users", STORE, environment=ssm.environment) as served:
        wheel = samples.wheel(tmp_path)
        form = {":action": "file_upload", "name": "demo", "version": "1.0", "filetype": "bdist_wheel"}

        def upload(auth: tuple[str | bytes, str | bytes]) -> int:
            with wheel.open("rb") as stream:
                files = {"content": (wheel.name, stream)}
                return requests.post(f"{served.url}/", data=form, files=files, auth=auth, timeout=60).status_code

        assert upload(("bob", "p:ä".encode())) == 403
        assert upload(("alice", "wrong")) == 401
        assert upload(("alice", made.out.strip())) == 200
        assert upload(("__token__", token)) == 200
        assert requests.get(f"{served.url}/simple/demo/", auth=(b"bob", "p:ä".encode()), timeout=10).status_code == 200
        assert requests.get(f"{served.url}/simple/demo/", timeout=10).status_code == 401
        _, _, err = served.end()
    assert f"(users of {STORE} may read)" in err
    changed = user(ssm, tmp_path, "passwd", "alice", "--random-password", "30")
    assert len(changed.out.strip()) == 30
    assert [one["name"] for one in value(aws, "alice")["tokens"]] == ["ci"]
    assert user(ssm, tmp_path, "token", "alice", "--token-name", "ci", "--remove").status == 0
    assert "tokens" not in value(aws, "alice")
    assert user(ssm, tmp_path, "remove", "alice").out == "removed alice\n"
    assert user(ssm, tmp_path, "list").out == "bob  read  *  password\n"


def test_what_is_not_there_is_one_line(ssm: S3Server, aws: Any, tmp_path: Path) -> None:
    for action in ("show", "remove", "passwd", "token"):
        more = ["--random-password", "20"] if action == "passwd" else []
        said = user(ssm, tmp_path, action, "nobody", *more)
        assert (said.status, said.errors) == (1, [f"s3pypi: error: {STORE}: there is no user nobody"])
    assert user(ssm, tmp_path, "list").out == ""


def test_a_user_is_replaced_only_when_that_is_asked_for(ssm: S3Server, aws: Any, tmp_path: Path) -> None:
    user(ssm, tmp_path, "add", "alice", "--random-password", "20")
    before = value(aws, "alice")
    again = user(ssm, tmp_path, "add", "alice", "--random-password", "20")
    assert (again.status, len(again.errors), again.out) == (1, 1, "")
    assert value(aws, "alice") == before
    assert user(ssm, tmp_path, "add", "alice", "--random-password", "20", "--overwrite").status == 0
    assert value(aws, "alice") != before


def test_records_of_gorilla_are_read_with_a_warning_and_a_new_password_ends_it(
    ssm: S3Server, aws: Any, tmp_path: Path
) -> None:
    put_as_gorilla_does(aws, "alice", "old")
    put_as_gorilla_does(aws, "bob", "old")
    listed = user(ssm, tmp_path, "list")
    assert listed.out == "alice  read  *  password\nbob    read  *  password\n"
    warnings = [line for line in listed.err.splitlines() if "weak" in line]
    assert len(warnings) == 1
    assert "alice, bob" in warnings[0]
    assert f"s3pypi user passwd {STORE} NAME" in warnings[0]
    with serving((tmp_path / "repository").as_uri(), "--users", STORE, environment=ssm.environment) as served:
        for password, status in (("old", 404), ("wrong", 401)):
            assert requests.get(f"{served.url}/simple/x/", auth=("bob", password), timeout=10).status_code == status
        _, _, err = served.end()
    assert err.count("weak") == 1
    assert user(ssm, tmp_path, "passwd", "alice", "--random-password", "20").status == 0
    assert user(ssm, tmp_path, "passwd", "bob", "--random-password", "20").status == 0
    assert set(value(aws, "alice")) == {"role", "projects", "password"}
    assert "weak" not in user(ssm, tmp_path, "list").err


def test_more_users_than_a_page_has_are_all_read(ssm: S3Server, aws: Any, tmp_path: Path) -> None:
    names = [f"user{number:02}" for number in range(25)]
    for name in names:
        aws.put_parameter(Name=f"{PATH}/{name}", Value='{"role": "read"}', Type="SecureString")
    assert [line.split()[0] for line in user(ssm, tmp_path, "list").out.splitlines()] == names


@pytest.mark.parametrize("name", ["a@b.example", "ä", "a b", "a/b", "x" * 129])
def test_names_that_no_parameter_has_are_one_line(ssm: S3Server, tmp_path: Path, name: str) -> None:
    for action in ("add", "token", "remove"):
        more = ["--random-password", "20"] if action == "add" else []
        said = user(ssm, tmp_path, action, name, *more)
        assert (said.status, len(said.errors)) == (1, 1)
        assert "letters, digits, . _ and - alone" in said.err


@pytest.mark.parametrize("host", ["", "a/b", "a b", "packages.example.com:8080"])
def test_a_store_that_names_no_host_is_one_line(tmp_path: Path, host: str) -> None:
    said = in_process.run("s3pypi", "user", "list", f"ssm:{host}", cwd=tmp_path)
    assert (said.status, len(said.errors)) == (1, 1)
    assert "must be ssm: and the name of a host" in said.err


def test_a_damaged_record_is_named_and_holds_up_nobody_else(
    parameters: Parameters, aws: Any, caplog: pytest.LogCaptureFixture
) -> None:
    for name, text in (("bad", "{"), ("odd", '{"role": "boss"}'), ("fine", "{}")):
        aws.put_parameter(Name=f"{PATH}/{name}", Value=text, Type="SecureString")
    assert set(UserParameters(parameters).users()) == {"fine"}
    assert [record.getMessage() for record in caplog.records] == [
        f"{STORE}, bad: is no JSON object; this user cannot sign in",
        f"{STORE}, odd: role must be read, upload or admin; this user cannot sign in",
    ]


def test_a_replica_sees_a_change_within_a_minute_and_its_own_at_the_next_read(parameters: Parameters, aws: Any) -> None:
    now = 0.0
    replica, other = UserParameters(parameters, lambda: now), UserParameters(parameters)
    alice = User("alice", Role.UPLOAD)
    other.save(alice)
    assert replica.find("alice") == alice
    assert replica.is_current(alice)
    other.remove("alice")
    now = 59
    assert replica.is_current(alice)
    now = 60
    assert not replica.is_current(alice)
    assert replica.find("alice") is None


def test_a_user_with_more_than_a_parameter_holds_is_one_line(ssm: S3Server, aws: Any, tmp_path: Path) -> None:
    many = [part for number in range(90) for part in ("--projects", f"{number:090}")]
    said = user(ssm, tmp_path, "add", "alice", "--random-password", "20", *many)
    assert (said.status, len(said.errors)) == (1, 1)
    assert "8192 bytes" in said.err
    medium = [part for number in range(60) for part in ("--projects", f"{number:090}")]
    assert user(ssm, tmp_path, "add", "alice", "--random-password", "20", *medium).status == 0
    assert len(value(aws, "alice")["projects"]) == 60


@pytest.mark.parametrize(
    ("arguments", "action"),
    [
        (["list", STORE], "ssm:GetParametersByPath"),
        (["add", STORE, "alice", "--random-password", "20"], "ssm:PutParameter"),
        (["token", STORE, "alice"], "ssm:GetParameter,"),
        (["remove", STORE, "alice"], "ssm:DeleteParameter"),
    ],
)
def test_a_permission_that_is_missing_is_named(tmp_path: Path, arguments: list[str], action: str) -> None:
    said = refused(tmp_path, "AccessDeniedException", *arguments)
    assert said.status == 1
    assert action in said.errors[0]


def test_a_parameter_store_that_is_busy_is_one_line(tmp_path: Path) -> None:
    said = refused(tmp_path, "ThrottlingException", "list", STORE)
    assert (said.status, len(said.errors)) == (1, 1)
    assert "try again later" in said.err


def refused(tmp_path: Path, code: str, *arguments: str) -> in_process.Said:
    body = json.dumps({"__type": code, "message": "No: arn:aws:iam::123456789012:user/x"}).encode()
    headers = {"Content-Type": "application/x-amz-json-1.1"}
    with canned(Answer(400, body=body, headers=headers)) as server:
        environ = {"AWS_ENDPOINT_URL_SSM": server.url, "AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "planted"}
        return in_process.run("s3pypi", "user", *arguments, cwd=tmp_path, environ=environ)


def test_users_stay_as_they_were_for_ten_minutes_without_an_answer(
    parameters: Parameters, aws: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    now = 0.0
    users = UserParameters(parameters, lambda: now)
    users.save(User("alice"))
    assert users.find("alice") is not None
    reads = []

    def fail() -> None:
        reads.append(now)
        raise Unavailable("ssm", "gives no answer")

    monkeypatch.setattr(parameters, "read", fail)
    for moment in (60, 65, 71, 600):
        now = moment
        assert users.find("alice") is not None
        assert users.is_current(User("alice"))
    assert reads == [60, 71, 600]
    assert all("the users stay as they were" in record.message for record in caplog.records)
    now = 611
    with pytest.raises(StoreError):
        users.find("alice")
    assert not users.is_current(User("alice"))
