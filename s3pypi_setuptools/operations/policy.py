"""The least IAM policy with which a use of a repository works; no request is made."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Any

from ..aws.permissions import DELETE, GET, LOCK, Place, of_objects, policy, statement, storing
from ..config.settings import Settings
from ..config.target import S3Target
from ..errors import ConfigurationError

_USERS_REGION = "us-east-1"


class Use(enum.Enum):
    """What somebody does with a repository."""

    READ = "read"
    """Install from it, list and verify it, and serve it to readers."""
    PUBLISH = "publish"
    """Upload, yank, and set the status of projects."""
    SERVE = "serve"
    """Run the service, with uploads."""


@dataclass(frozen=True, slots=True)
class PolicyReport:
    """A policy as a JSON document, and what it is for."""

    target: str
    use: str
    policy: dict[str, Any]


def least_policy(
    settings: Settings, use: Use, *, region: str | None, delete: bool = False, kms_key: str | None = None
) -> PolicyReport:
    """The policy for one ``use`` of the target of ``settings``, with the lock table, ACL and users that they name.

    :param region: of the bucket, and of the lock table unless the settings have another.
    :param delete: also for replacing and deleting files.
    :param kms_key: the ARN of the key with which the bucket encrypts objects; None if it uses none of its own.

    Raises `ConfigurationError` if the target is no bucket.
    """
    target = settings.require_target()
    if not isinstance(target, S3Target):
        raise ConfigurationError(f"{target} is a folder: policies are for buckets, s3://BUCKET/PREFIX")
    place = Place.in_region(target.bucket, target.prefix, region)
    writes = use is not Use.READ
    parameters = [*settings.s3_put_args, *(["ACL"] if settings.acl else [])]
    actions = [GET, *(storing(parameters) if writes else ()), *([DELETE] if writes and delete else ())]
    statements = of_objects(place, actions)
    if kms_key:
        # https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html#require-sse-kms
        keys = ["kms:Decrypt", "kms:GenerateDataKey"] if writes else ["kms:Decrypt"]
        statements.append(statement("Key", keys, kms_key))
    table = settings.locks_table or (f"{target.bucket}-locks" if settings.lock_indexes else None)
    if writes and table:
        where = settings.locks_region or region or "*"
        statements.append(statement("Locks", LOCK, f"arn:{place.partition}:dynamodb:{where}:*:table/{table}"))
    if use is Use.SERVE and (users := settings.service.users or "").startswith("ssm:"):
        path = f"parameter/s3pypi/{users.removeprefix('ssm:')}/users"
        arn = f"arn:{place.partition}:ssm:{_USERS_REGION}:*:{path}"
        statements.append(statement("Users", ["ssm:GetParametersByPath"], arn))
    return PolicyReport(str(target), use.value, policy(statements))
