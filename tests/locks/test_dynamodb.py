"""What DynamoDB answers, in this package's own words; and how its endpoint, region and credentials are found."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from s3pypi_setuptools.aws.client import Access
from s3pypi_setuptools.aws.sessions import Sessions
from s3pypi_setuptools.config.connection import Connection
from s3pypi_setuptools.config.resolve import resolve
from s3pypi_setuptools.config.secret import Secret
from s3pypi_setuptools.config.settings import Settings
from s3pypi_setuptools.errors import (
    AccessDenied,
    ConfigurationError,
    Error,
    NotAuthenticated,
    StoreError,
    StoreMisconfigured,
    Unavailable,
)
from s3pypi_setuptools.locks.base import NO_LOCKS, Lock
from s3pypi_setuptools.locks.dynamodb import DynamoDBTable
from s3pypi_setuptools.locks.leases import LeasedLocks
from s3pypi_setuptools.locks.registry import open_locks, open_table
from tests.support import lock_tables
from tests.support.canned_server import Answer, Canned, canned
from tests.support.lock_tables import LockTable
from tests.support.servers import S3Server

CAPACITY = {"ConsumedCapacity": {"CapacityUnits": 1}}
ABSENT = Answer(body=json.dumps(CAPACITY).encode())
SECRET = "planted/secret+key"
LOCK = Lock("89e4", "me@here", "2026-11-02T10:00:00+00:00", "demo", "token", "2026-11-02T10:01:00+00:00", "60")


@pytest.fixture(autouse=True)
def one_attempt(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")


def failure(status: int, code: str, message: str = "What it says.") -> Answer:
    body = json.dumps({"__type": f"com.amazonaws.dynamodb.v20120810#{code}", "message": message}).encode()
    return Answer(status, body=body, headers={"x-amzn-RequestId": "1"})


def table_at(url: str) -> DynamoDBTable:
    connection = Connection(endpoint_url=url, aws_access_key_id="AK", aws_secret_access_key=Secret(SECRET))
    return DynamoDBTable("packages-locks", Access(connection))


READ: Callable[[DynamoDBTable], object] = lambda table: table.read("89e4")  # noqa: E731
LIST: Callable[[DynamoDBTable], object] = lambda table: list(table.locks())  # noqa: E731
TAKE: Callable[[DynamoDBTable], object] = lambda table: table.take(LOCK, None)  # noqa: E731
RENEW: Callable[[DynamoDBTable], object] = lambda table: table.renew(LOCK)  # noqa: E731
REMOVE: Callable[[DynamoDBTable], object] = lambda table: table.remove(LOCK)  # noqa: E731


@pytest.mark.parametrize(
    ("request_", "answer", "kind", "text"),
    [
        (
            TAKE,
            failure(400, "ResourceNotFoundException"),
            StoreMisconfigured,
            "has no such table; check its name and locks-reg",
        ),
        (READ, failure(400, "AccessDeniedException"), AccessDenied, "dynamodb:GetItem on the table is needed"),
        (LIST, failure(400, "AccessDeniedException"), AccessDenied, "dynamodb:Scan on the table is needed"),
        (TAKE, failure(400, "AccessDeniedException"), AccessDenied, "dynamodb:PutItem on the table is needed"),
        (RENEW, failure(400, "AccessDeniedException"), AccessDenied, "dynamodb:UpdateItem on the table is needed"),
        (REMOVE, failure(400, "AccessDeniedException"), AccessDenied, "dynamodb:DeleteItem on the table is needed"),
        (READ, failure(400, "UnrecognizedClientException"), NotAuthenticated, "access key id is not known"),
        (READ, failure(400, "InvalidSignatureException"), NotAuthenticated, "secret access key"),
        (READ, failure(400, "ExpiredTokenException"), NotAuthenticated, "expired"),
        (READ, failure(400, "MissingAuthenticationTokenException"), NotAuthenticated, "no credentials"),
        (TAKE, failure(400, "ProvisionedThroughputExceededException"), Unavailable, "try again"),
        (TAKE, failure(400, "ThrottlingException"), Unavailable, "try again"),
        (TAKE, failure(500, "InternalServerError"), Unavailable, "500"),
        (TAKE, Answer(503, body=b"<html>"), Unavailable, "503"),
        (TAKE, Answer(403, "AccessDenied"), StoreError, "AWS_ENDPOINT_URL_DYNAMODB"),
        (TAKE, failure(400, "ValidationException"), StoreError, "What it says"),
        (TAKE, Answer(body=b"<html>Welcome!</html>"), Unavailable, "garbled"),
        (READ, Answer(body=b"{}"), Unavailable, "garbled"),
        (READ, Answer(body=b'{"Item": ', length=100), Unavailable, "cut short|broke off"),
    ],
)
def test_answers(request_: Callable[[DynamoDBTable], object], answer: Answer, kind: type[Error], text: str) -> None:
    with canned(answer) as server, pytest.raises(Error, match=text) as caught:
        request_(table_at(server.url))
    assert type(caught.value) is kind
    assert str(caught.value).startswith("locks table packages-locks: ")
    assert "\n" not in str(caught.value)
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize("request_", [TAKE, RENEW, REMOVE])
def test_a_condition_that_is_not_met_is_no_error(request_: Callable[[DynamoDBTable], object]) -> None:
    with canned(failure(400, "ConditionalCheckFailedException")) as server:
        assert request_(table_at(server.url)) is False


def test_no_connection(closed_port: int) -> None:
    with pytest.raises(Unavailable, match="no connection to DynamoDB at http"):
        table_at(f"http://127.0.0.1:{closed_port}").read("1")


def test_credentials_in_the_endpoint_are_refused_and_not_shown() -> None:
    with pytest.raises(ConfigurationError, match="the DynamoDB endpoint") as caught:
        table_at(f"http://user:{SECRET}@127.0.0.1:9").read("1")
    assert SECRET not in str(caught.value)


def test_a_table_that_does_not_exist(locks: LockTable) -> None:
    with pytest.raises(StoreError, match=f"locks table other: .* DynamoDB at {locks.server.endpoint_url} has no such"):
        LeasedLocks(DynamoDBTable("other", locks.access)).verify()
    LeasedLocks(locks.table).verify()


def test_a_table_with_another_key(ministack: S3Server) -> None:
    other = lock_tables.new_table(ministack, "id")
    with pytest.raises(ConfigurationError, match="its key must be LockID"):
        LeasedLocks(other.table).verify()


def test_what_is_no_lock_is_not_listed_as_one(ministack: S3Server) -> None:
    other = lock_tables.new_table(ministack, "id")
    other.client.put_item(TableName=other.name, Item={"id": {"S": "1"}})
    with pytest.raises(ConfigurationError, match=f"{other.name}: what it holds are no locks: its key must be"):
        list(other.table.locks())


def test_conditions(locks: LockTable) -> None:
    table, other = locks.table, Lock("89e4", "you@there", "2026-11-02T10:00:02+00:00", token="yours")
    assert table.take(LOCK, None)
    assert table.take(LOCK, None), "an answer that was lost costs nothing"
    assert not table.take(other, None)
    assert table.read("89e4") == LOCK
    assert not table.remove(other)
    assert not table.renew(other)
    renewed = Lock(*LOCK_FIELDS, "2026-11-02T10:02:00+00:00", "60")
    assert table.renew(renewed)
    assert not table.take(other, LOCK), "it is not as it was seen"
    assert table.read("89e4") == renewed
    assert table.take(other, renewed)
    assert not table.remove(renewed)
    assert list(table.locks()) == [other]
    assert table.remove(other)
    assert table.read("89e4") is None
    assert not table.renew(LOCK)
    assert list(table.locks()) == []


LOCK_FIELDS = (LOCK.id, LOCK.owner, LOCK.acquired_at, LOCK.name, LOCK.token)


def test_an_item_of_anything_is_listed(locks: LockTable) -> None:
    locks.client.put_item(
        TableName=locks.name, Item={"LockID": {"S": "x"}, "Owner": {"N": "1"}, "more": {"BOOL": True}}
    )
    [lock] = locks.table.locks()
    assert (lock.id, lock.owner, lock.since, lock.expires, lock.lease) == ("x", None, None, None, None)
    assert locks.table.remove(lock)
    locks.put("demo", AcquiredAt="yesterday")
    [lock] = [lock for lock in locks.table.locks() if lock.owner]
    assert lock.since is None
    assert locks.table.remove(lock)


def test_a_long_table_is_listed_whole(locks: LockTable) -> None:
    pages = [
        {"Items": [{"LockID": {"S": "1"}}], "LastEvaluatedKey": {"LockID": {"S": "1"}}},
        {"Items": [], "LastEvaluatedKey": {"LockID": {"S": "5"}}},
        {"Items": [{"LockID": {"S": "9"}}]},
    ]
    with canned(*(Answer(body=json.dumps({**page, **CAPACITY}).encode()) for page in pages)) as server:
        assert [lock.id for lock in table_at(server.url).locks()] == ["1", "9"]
        assert [asked(server, number).get("ExclusiveStartKey") for number in range(3)] == [
            None,
            {"LockID": {"S": "1"}},
            {"LockID": {"S": "5"}},
        ]


def asked(server: Canned, number: int) -> dict[str, Any]:
    value = json.loads(server.requests[number][3])
    assert isinstance(value, dict)
    return value


def settings(**given: str | bool) -> Settings:
    return resolve(command_line=given)


def read_by(given: Settings) -> None:
    open_table(given, Sessions()).read("1")


def test_nothing_is_locked_unless_asked() -> None:
    assert open_locks(settings(target="s3://packages"), Sessions()) is NO_LOCKS
    with pytest.raises(ConfigurationError, match="no lock table: give --locks-table TABLE, or --lock-indexes"):
        open_table(settings(target="s3://packages"), Sessions())


def test_lock_indexes_is_the_table_of_the_bucket() -> None:
    assert open_table(settings(target="s3://packages/simple", lock_indexes=True), Sessions()).name == "packages-locks"
    assert (
        open_table(settings(target="s3://bucket", lock_indexes=True, locks_table="other"), Sessions()).name == "other"
    )
    assert open_table(settings(target="./folder", locks_table="other"), Sessions()).name == "other"
    with pytest.raises(ConfigurationError, match="lock-indexes means the table BUCKET-locks"):
        open_table(settings(target="./folder", lock_indexes=True), Sessions())


KEYS = {"aws_access_key_id": "AKS3", "aws_secret_access_key": SECRET}


def test_the_endpoint_of_s3_does_not_move_dynamodb(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the variables say does, by botocore's own rules."""
    with canned(Answer(500)) as s3, canned(ABSENT) as everything, canned(ABSENT) as dynamodb:
        options = {"target": "s3://bucket", "endpoint_url": s3.url, "locks_table": "t", **KEYS}
        monkeypatch.setenv("AWS_ENDPOINT_URL", everything.url)
        read_by(settings(**options))
        assert len(everything.requests) == 1
        monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", dynamodb.url)
        read_by(settings(**options))
        assert len(dynamodb.requests) == 1
        monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", s3.url)
        read_by(settings(**options, locks_endpoint_url=dynamodb.url))
        assert (len(s3.requests), len(everything.requests), len(dynamodb.requests)) == (0, 1, 2)


def signature(server: Canned) -> tuple[str, str]:
    """Access key id and region of the last request."""
    credential = server.requests[-1][2]["authorization"].partition("Credential=")[2].partition(",")[0].split("/")
    return credential[0], credential[2]


def test_region_and_credentials(own_environment: Path) -> None:
    folder = own_environment / ".aws"
    folder.mkdir()
    (folder / "config").write_text(
        "[profile aws]\nregion = eu-north-1\naws_access_key_id = AKAWS\naws_secret_access_key = x\n"
    )
    with canned(ABSENT) as server:
        given = {"locks_table": "t", "locks_endpoint_url": server.url, "region": "auto", **KEYS}
        read_by(settings(**given))
        assert signature(server) == ("AKS3", "auto")
        read_by(settings(**given, locks_region="eu-west-1"))
        assert signature(server) == ("AKS3", "eu-west-1")
        read_by(settings(**given, locks_profile="aws"))
        assert signature(server) == ("AKAWS", "eu-north-1")
        read_by(settings(**given, locks_profile="aws", locks_region="eu-west-1"))
        assert signature(server) == ("AKAWS", "eu-west-1")
        read_by(settings(**given, no_sign_request=True))
        assert signature(server) == ("AKS3", "auto")
    with pytest.raises(ConfigurationError, match="DynamoDB cannot be set up"):
        read_by(settings(locks_table="t", locks_profile="other"))


PAGE = (Path(__file__).parents[2] / "docs" / "lock-tables.md").read_text(encoding="utf-8")


def test_the_table_and_the_permissions_of_the_page(ministack: S3Server) -> None:
    command = next(block for block in re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL) if "create-table" in block)
    words = shlex.split(command.replace("\\\n", " "))
    options = {words[index]: words[index + 1] for index in range(3, len(words), 2)}
    shorthand = {
        name: dict(pair.split("=") for pair in value.split(",")) for name, value in options.items() if "," in value
    }
    other = lock_tables.new_table(ministack)
    made = other.client.create_table(
        TableName=options["--table-name"],
        BillingMode=options["--billing-mode"],
        AttributeDefinitions=[shorthand["--attribute-definitions"]],
        KeySchema=[shorthand["--key-schema"]],
    )
    assert made["TableDescription"]["TableName"] == "packages-locks"
    with LeasedLocks(DynamoDBTable("packages-locks", other.access)).held("demo"):
        pass
    other.client.delete_table(TableName="packages-locks")
    [policy] = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
    [statement] = json.loads(policy)["Statement"]
    assert set(statement["Action"]) == {
        f"dynamodb:{operation}" for operation in ("GetItem", "PutItem", "UpdateItem", "DeleteItem")
    }
