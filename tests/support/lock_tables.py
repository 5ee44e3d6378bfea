"""DynamoDB lock tables on a server of the tests."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

from s3pypi_setuptools.aws.client import Access
from s3pypi_setuptools.locks.base import lock_id
from s3pypi_setuptools.locks.dynamodb import DynamoDBTable
from tests.support.servers import S3Server


@dataclass(frozen=True)
class LockTable:
    """A fresh table."""

    name: str
    server: S3Server
    client: Any

    @property
    def access(self) -> Access:
        return Access(self.server.connection)

    @property
    def table(self) -> DynamoDBTable:
        return DynamoDBTable(self.name, self.access)

    def items(self) -> list[dict[str, str]]:
        """What lies there; only texts do."""
        found = self.client.scan(TableName=self.name, ConsistentRead=True)["Items"]
        return [{name: value["S"] for name, value in item.items()} for item in found]

    def put(self, name: str, **more: str) -> str:
        """Lock ``name`` as s3pypi 2 does; the lock's id."""
        item = {"LockID": lock_id(name), "AcquiredAt": "2026-11-02T10:00:00.5+00:00", "Owner": "ci@agent-7", **more}
        self.client.put_item(TableName=self.name, Item={name: {"S": text} for name, text in item.items()})
        return item["LockID"]


def new_table(server: S3Server, key: str = "LockID") -> LockTable:
    client = server.client("dynamodb")
    name = f"locks-{secrets.token_hex(4)}"
    client.create_table(
        TableName=name,
        KeySchema=[{"AttributeName": key, "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    return LockTable(name, server, client)
