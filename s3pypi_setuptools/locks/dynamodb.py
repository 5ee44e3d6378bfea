"""A lock table in DynamoDB, which gorilla's s3pypi can use, too: the key is ``LockID``, and all attributes are texts.

s3pypi ends with a traceback if an attribute of a lock has another type:
https://github.com/gorilla-co/s3pypi/blob/4ea5d5b033efb2ae6c59550e8c32ff16e46f8fe1/s3pypi/locking.py

Items are written conditionally and read consistently:
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.ConditionExpressions.html
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.ReadConsistency.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..aws.client import Access, ServiceClient
from ..aws.errors import code_of, status_of, text_of, usual_failure
from ..errors import AccessDenied, ConfigurationError, Error, StoreError, StoreMisconfigured
from .base import Lock

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


class DynamoDBTable(ServiceClient):
    """The table ``name``, with an item for each lock. Every method sends one request (`locks` several).

    All raise `StoreError` and `ConfigurationError`.

    :param name: as an argument of ``s3pypi force-unlock``.
    """

    def __init__(self, name: str, access: Access) -> None:
        super().__init__(access, "dynamodb", "DynamoDB", "locks-endpoint-url")
        self.name = name

    def read(self, id: str) -> Lock | None:  # noqa: A002
        """The lock with that id; None if nobody holds it."""
        item = self._ask("GetItem", Key=_key(id), ConsistentRead=True).get("Item")
        return self._lock(item) if item else None

    def locks(self) -> Iterator[Lock]:
        """All locks that are held."""
        start: dict[str, Any] = {}
        while True:
            page = self._ask("Scan", ConsistentRead=True, **start)
            yield from map(self._lock, page.get("Items", ()))
            if not page.get("LastEvaluatedKey"):
                return
            start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}

    def take(self, lock: Lock, seen: Lock | None) -> bool:
        """Take ``lock``; whether it was taken.

        It is if nobody holds it, if it is exactly ``seen``, or if it has this token already.
        """
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
        """Set ``expires_at`` if a lock with this token is still held; whether it is."""
        return self._conditional(
            "UpdateItem",
            Key=_key(lock.id),
            UpdateExpression="SET ExpiresAt = :expires",
            ConditionExpression="#Token = :Token",
            ExpressionAttributeNames={"#Token": "Token"},
            ExpressionAttributeValues={":Token": {"S": lock.token}, ":expires": {"S": lock.expires_at}},
        )

    def remove(self, lock: Lock) -> bool:
        """Delete ``lock`` if it is still held by this owner, since this time, with this token; whether it was."""
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
            self._ask(operation, **arguments)
        except Error as error:
            if code_of(error.__cause__) == _REFUSED:
                return False
            raise
        return True

    def _ask(self, operation: str, **arguments: Any) -> dict[str, Any]:
        # An answer that was cut short, or a login page, would mean that the lock is free, or ours.
        capacity = {"ReturnConsumedCapacity": "TOTAL", "states": "ConsumedCapacity"}
        return self._request(operation, TableName=self.name, **capacity, **arguments)

    def _translated(self, error: Exception, operation: str, place: str) -> Error:
        """As `ServiceClient._translated`.

        https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html
        """
        name, what = f"locks table {self.name}", "locks cannot be taken"
        if operation == "Scan":
            what = "cannot be listed"
        if usual := usual_failure(error, name, what, "DynamoDB", place):
            return usual
        code, text = code_of(error), text_of(error)
        if code == "ResourceNotFoundException":
            advice = "check its name and locks-region, or make it"
            return StoreMisconfigured(name, f"{what}: {place} has no such table; {advice}")
        if code.startswith("AccessDenied"):
            return AccessDenied(name, f"{what}: access denied; dynamodb:{operation} on the table is needed")
        if code == "ValidationException" and "schema" in text:
            return self._no_locks(what)
        return StoreError(
            name,
            f"{what}: {place} answered {status_of(error)} {code}{': ' if text else ''}{text}; where that is no "
            "DynamoDB, set locks-endpoint-url or AWS_ENDPOINT_URL_DYNAMODB",
        )

    def _lock(self, item: Mapping[str, Mapping[str, Any]]) -> Lock:
        # Other tools may have written anything; only texts have a meaning.
        texts = {attribute: item.get(name, {}).get("S") for attribute, name in _ATTRIBUTES.items()}
        id_ = texts.pop("id")
        if id_ is None:
            raise self._no_locks("what it holds are no locks")
        return Lock(id_, **texts)

    def _no_locks(self, what: str) -> ConfigurationError:
        return ConfigurationError(f"locks table {self.name}: {what}: its key must be LockID, a text, alone")


def _key(id: str) -> dict[str, Any]:  # noqa: A002
    return {"LockID": {"S": id}}


def _item(lock: Lock) -> dict[str, Any]:
    texts = {name: getattr(lock, attribute) for attribute, name in _ATTRIBUTES.items()}
    return {name: {"S": text} for name, text in texts.items() if text is not None}
