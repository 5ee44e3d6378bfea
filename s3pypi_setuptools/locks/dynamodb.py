# ruff: noqa: D102, PLR0911 (the contract of the methods is in base.py)
"""A lock table in DynamoDB, which gorilla's s3pypi can use, too: the key is ``LockID``, and all attributes are texts.

s3pypi ends with a traceback if an attribute of a lock has another type:
https://github.com/gorilla-co/s3pypi/blob/4ea5d5b033efb2ae6c59550e8c32ff16e46f8fe1/s3pypi/locking.py

Items are written conditionally and read consistently:
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.ConditionExpressions.html
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.ReadConsistency.html
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from ..aws.client import Access, conceal_credentials, configured_attempts, create_client
from ..aws.errors import CREDENTIAL_ADVICE, TRANSIENT_CODES, code_of, refusal, status_of, text_of, unanswered
from ..errors import AccessDenied, ConfigurationError, Error, StoreError, StoreMisconfigured, Unavailable
from .base import Lock, Table

if TYPE_CHECKING:
    from botocore.client import BaseClient
    from botocore.session import Session

__all__ = ["DynamoDBTable"]

_ATTRIBUTES = {
    "id": "LockID",
    "owner": "Owner",
    "acquired_at": "AcquiredAt",
    "name": "Project",
    "token": "Token",
    "expires_at": "ExpiresAt",
    "lease_seconds": "LeaseSeconds",
}
_REFUSED = "ConditionalCheckFailedException"
_SERVER_ERROR = 500

# A renewal with all its attempts ends before the lease does (`leases.LEASE`).
_ATTEMPTS = 3
_CONNECT_SECONDS = 4
_READ_SECONDS = 8


class DynamoDBTable(Table):
    """The table ``name``; no request is sent yet."""

    def __init__(self, name: str, access: Access) -> None:
        self._name = name
        self._access = access
        self._making = threading.Lock()
        self._session: Session | None = None
        self._made: BaseClient | None = None

    @property
    def name(self) -> str:
        return self._name

    def read(self, id: str) -> Lock | None:  # noqa: A002
        item = self._request("GetItem", Key=_key(id), ConsistentRead=True).get("Item")
        return self._lock(item) if item else None

    def locks(self) -> Iterator[Lock]:
        start: dict[str, Any] = {}
        while True:
            page = self._request("Scan", ConsistentRead=True, **start)
            yield from map(self._lock, page.get("Items", ()))
            if not page.get("LastEvaluatedKey"):
                return
            start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}

    def take(self, lock: Lock, seen: Lock | None) -> bool:
        # If the item has our own token, an earlier put took effect, and its answer was lost.
        condition = "#Token = :Token OR "
        names, values = {"#Token": "Token"}, {":Token": {"S": lock.token}}
        if seen is None:
            condition += "attribute_not_exists(LockID)"
        else:
            condition += "(#Token = :seen AND ExpiresAt = :expires)"
            values |= {":seen": {"S": seen.token}, ":expires": {"S": seen.expires_at}}
        return self._conditional(
            "PutItem",
            Item=_item(lock),
            ConditionExpression=condition,
            ExpressionAttributeNames=names,
            ExpressionAttributeValues=values,
        )

    def renew(self, lock: Lock) -> bool:
        return self._conditional(
            "UpdateItem",
            Key=_key(lock.id),
            UpdateExpression="SET ExpiresAt = :expires",
            ConditionExpression="#Token = :Token",
            ExpressionAttributeNames={"#Token": "Token"},
            ExpressionAttributeValues={":Token": {"S": lock.token}, ":expires": {"S": lock.expires_at}},
        )

    def remove(self, lock: Lock) -> bool:
        held = {"LockID": lock.id, "Owner": lock.owner, "AcquiredAt": lock.acquired_at, "Token": lock.token}
        texts = {name: text for name, text in held.items() if text is not None}
        return self._conditional(
            "DeleteItem",
            Key=_key(lock.id),
            ConditionExpression=" AND ".join(f"#{name} = :{name}" for name in texts),
            ExpressionAttributeNames={f"#{name}": name for name in texts},
            ExpressionAttributeValues={f":{name}": {"S": text} for name, text in texts.items()},
        )

    def _conditional(self, operation: str, **arguments: Any) -> bool:
        """Send a conditional write; whether the condition was fulfilled."""
        try:
            self._request(operation, **arguments)
        except Error as error:
            if isinstance(error.__cause__, Exception) and code_of(error.__cause__) == _REFUSED:
                return False
            raise
        return True

    def _request(self, operation: str, **arguments: Any) -> dict[str, Any]:
        from botocore import xform_name  # noqa: PLC0415 (botocore is loaded when it is needed)

        try:
            client = self._client()
        except ConfigurationError as error:
            raise self._access.note(error) from error.__cause__
        try:
            response: dict[str, Any] = getattr(client, xform_name(operation))(
                TableName=self._name, ReturnConsumedCapacity="TOTAL", **arguments
            )
            # Without this, an answer that was cut short, or a login page, would mean that the lock is free, or ours.
            response["ConsumedCapacity"]
        except Error:
            raise
        except Exception as error:
            redactor = self._access.redactor
            if code_of(error) != _REFUSED and self._session:
                conceal_credentials(self._session, redactor)
            redactor.clean(error)
            raise self._access.note(self._translated(error, operation, client), error) from error
        return response

    def _client(self) -> BaseClient:
        with self._making:
            session = self._access.sessions.open("DynamoDB", self._access.connection.profile)
            if self._made is None or session is not self._session:
                self._session = session
                self._made = create_client(
                    "dynamodb",
                    "DynamoDB",
                    self._access,
                    endpoint_setting="locks-endpoint-url",
                    attempts=min(configured_attempts(session) or _ATTEMPTS, _ATTEMPTS),
                    connect_timeout=_CONNECT_SECONDS,
                    read_timeout=_READ_SECONDS,
                    max_pool_connections=64,
                )
            return self._made

    def _translated(self, error: Exception, operation: str, client: BaseClient) -> Error:
        """The error of this package that botocore's ``error`` means.

        https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html
        """
        name, what = f"locks table {self._name}", "locks cannot be taken"
        if operation == "Scan":
            what = "cannot be listed"
        place = f"DynamoDB at {client.meta.endpoint_url}"
        code, status = code_of(error), status_of(error)
        if not status:
            return unanswered(error, name, what, place)
        if code == "ResourceNotFoundException":
            advice = "check its name and locks-region, or make it"
            return StoreMisconfigured(name, f"{what}: {place} has no such table; {advice}")
        if code in CREDENTIAL_ADVICE:
            return refusal(code, name, what)
        if code.startswith("AccessDenied"):
            return AccessDenied(name, f"{what}: access denied; dynamodb:{operation} on the table is needed")
        if status >= _SERVER_ERROR or code in TRANSIENT_CODES:
            return Unavailable(name, f"{what}: DynamoDB answered {status} {code}; try again later")
        text = text_of(error)
        if code == "ValidationException" and "schema" in text:
            return self._no_locks(what)
        return StoreError(
            name,
            f"{what}: {place} answered {status} {code}{': ' if text else ''}{text}; where that is no DynamoDB, set "
            "locks-endpoint-url or AWS_ENDPOINT_URL_DYNAMODB",
        )

    def _lock(self, item: Mapping[str, Mapping[str, Any]]) -> Lock:
        # Other tools may have written anything; only texts have a meaning.
        texts = {attribute: item.get(name, {}).get("S") for attribute, name in _ATTRIBUTES.items()}
        id_ = texts.pop("id")
        if id_ is None:
            raise self._no_locks("what it holds are no locks")
        return Lock(id_, **texts)

    def _no_locks(self, what: str) -> ConfigurationError:
        return ConfigurationError(f"locks table {self._name}: {what}: its key must be LockID, a text, alone")


def _key(id: str) -> dict[str, Any]:  # noqa: A002
    return {"LockID": {"S": id}}


def _item(lock: Lock) -> dict[str, Any]:
    texts = {name: getattr(lock, attribute) for attribute, name in _ATTRIBUTES.items()}
    return {name: {"S": text} for name, text in texts.items() if text is not None}
