"""The permissions of AWS that each use of a repository needs, as IAM knows them.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html,
https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

GET = "s3:GetObject"
LIST = "s3:ListBucket"
"""Also what makes a missing object 404, and not 403."""
PUT = "s3:PutObject"
"""Multipart uploads, too."""
DELETE = "s3:DeleteObject"
ABORT = "s3:AbortMultipartUpload"
LOCK = ("dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem")
"""What a publisher does with its lock: look, take, renew, release."""

_PARTITIONS = {"cn-": "aws-cn", "us-gov-": "aws-us-gov"}
_OF_PARAMETERS = {
    "Tagging": "s3:PutObjectTagging",
    "ObjectLockMode": "s3:PutObjectRetention",
    "ObjectLockRetainUntilDate": "s3:PutObjectRetention",
    "ObjectLockLegalHoldStatus": "s3:PutObjectLegalHold",
}
"""Parameters of PutObject that need a permission of their own."""
_GRANTS = ("ACL", "Grant")
_ACL = "s3:PutObjectAcl"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a repository is.

    :param prefix: what its keys begin with; empty, or without ``/`` at either end.
    :param partition: as in ARNs: ``aws``, ``aws-cn``, …
    """

    bucket: str
    prefix: str = ""
    partition: str = "aws"

    @classmethod
    def in_region(cls, bucket: str, prefix: str, region: str | None) -> Place:
        """The place in the partition that the region belongs to."""
        found = (name for start, name in _PARTITIONS.items() if (region or "").startswith(start))
        return cls(bucket, prefix, next(found, "aws"))

    def arn(self, action: str) -> str:
        """The resource on which ``action`` is needed: the bucket for `LIST`, the repository's objects for others."""
        below = () if action == LIST else (self.prefix, "*")
        return f"arn:{self.partition}:s3:::{'/'.join(filter(None, (self.bucket, *below)))}"


def storing(parameters: Iterable[str]) -> tuple[str, ...]:
    """The permissions for storing objects with these parameters of PutObject."""
    needed = {_OF_PARAMETERS[name] for name in parameters if name in _OF_PARAMETERS}
    if any(name.startswith(_GRANTS) for name in parameters):
        needed.add(_ACL)
    return (PUT, ABORT, *sorted(needed))


def statement(name: str, actions: Iterable[str], *resources: str, condition: Any = None) -> dict[str, Any]:
    """A statement that allows ``actions`` on ``resources``; ``name`` has letters and digits only."""
    made = {"Sid": name, "Effect": "Allow", "Action": list(actions), "Resource": list(resources)}
    return {**made, "Condition": condition} if condition else made


def of_objects(place: Place, actions: Iterable[str]) -> list[dict[str, Any]]:
    """The statements for ``actions`` on a repository's objects, and for listing them.

    S3 answers 404 to a missing object, and not 403, where listing with its key as the prefix would be allowed
    (https://github.com/ceph/ceph/pull/68577).
    """
    condition = {"StringLike": {"s3:prefix": [f"{place.prefix}/*"]}} if place.prefix else None
    return [
        statement("Objects", actions, place.arn(GET)),
        statement("List", [LIST], place.arn(LIST), condition=condition),
    ]


def policy(statements: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """The policy with these statements."""
    return {"Version": "2012-10-17", "Statement": list(statements)}
