"""The least policy for each use of a repository, as IAM reads it."""

from __future__ import annotations

from typing import Any

import pytest

from s3pypi_setuptools.config.resolve import resolve
from s3pypi_setuptools.errors import ConfigurationError
from s3pypi_setuptools.operations.policy import Use, least_policy


def statements(use: Use, *, region: str | None = None, settings: dict[str, Any] | None = None, **options: Any) -> Any:
    """The statements by their names."""
    resolved = resolve(command_line={"target": "s3://packages/simple", **(settings or {})})
    report = least_policy(resolved, use, region=region, **options)
    assert report.policy["Version"] == "2012-10-17"
    assert {one["Effect"] for one in report.policy["Statement"]} == {"Allow"}
    return {one["Sid"]: one for one in report.policy["Statement"]}


def test_readers_may_read_and_list_below_the_prefix_alone() -> None:
    found = statements(Use.READ, settings={"locks-table": "t", "acl": "public-read"})
    assert found == {
        "Objects": {
            "Sid": "Objects",
            "Effect": "Allow",
            "Action": ["s3:GetObject"],
            "Resource": ["arn:aws:s3:::packages/simple/*"],
        },
        "List": {
            "Sid": "List",
            "Effect": "Allow",
            "Action": ["s3:ListBucket"],
            "Resource": ["arn:aws:s3:::packages"],
            "Condition": {"StringLike": {"s3:prefix": ["simple/*"]}},
        },
    }


def test_without_a_prefix_the_whole_bucket_is_meant() -> None:
    found = statements(Use.PUBLISH, settings={"target": "s3://packages"})
    assert found["Objects"]["Resource"] == ["arn:aws:s3:::packages/*"]
    assert "Condition" not in found["List"]


def test_publishers_may_not_delete_unless_asked() -> None:
    own = ["s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload"]
    assert statements(Use.PUBLISH)["Objects"]["Action"] == own
    assert statements(Use.PUBLISH, delete=True)["Objects"]["Action"] == [*own, "s3:DeleteObject"]
    assert statements(Use.READ, delete=True)["Objects"]["Action"] == ["s3:GetObject"]


@pytest.mark.parametrize(
    ("settings", "action"),
    [
        ({"acl": "public-read"}, "s3:PutObjectAcl"),
        ({"s3-put-args": "GrantRead=id=1"}, "s3:PutObjectAcl"),
        ({"s3-put-args": "Tagging=team=a"}, "s3:PutObjectTagging"),
    ],
)
def test_what_is_sent_with_objects_is_allowed(settings: dict[str, str], action: str) -> None:
    assert action in statements(Use.PUBLISH, settings=settings)["Objects"]["Action"]
    assert action not in statements(Use.PUBLISH, settings={"acl": "private"})["Objects"]["Action"]


def test_a_key_is_used_by_readers_for_decryption_alone() -> None:
    key = "arn:aws:kms:eu-central-1:111122223333:key/1"
    assert statements(Use.READ, kms_key=key)["Key"]["Action"] == ["kms:Decrypt"]
    assert statements(Use.PUBLISH, kms_key=key)["Key"]["Resource"] == [key]
    assert "kms:GenerateDataKey" in statements(Use.PUBLISH, kms_key=key)["Key"]["Action"]
    assert "Key" not in statements(Use.PUBLISH)


def test_publishers_use_the_lock_table_that_is_configured() -> None:
    found = statements(Use.PUBLISH, region="eu-central-1", settings={"locks-table": "locks"})["Locks"]
    assert found["Resource"] == ["arn:aws:dynamodb:eu-central-1:*:table/locks"]
    own = statements(Use.PUBLISH, settings={"lock-indexes": True, "locks-region": "us-east-1"})["Locks"]
    assert own["Resource"] == ["arn:aws:dynamodb:us-east-1:*:table/packages-locks"]


def test_the_service_reads_its_users_from_the_parameter_store() -> None:
    settings = {"users": "ssm:packages.example.com"}
    found = statements(Use.SERVE, settings=settings)["Users"]
    assert found["Action"] == ["ssm:GetParametersByPath"]
    assert found["Resource"] == ["arn:aws:ssm:us-east-1:*:parameter/s3pypi/packages.example.com/users"]
    assert "Users" not in statements(Use.PUBLISH, settings=settings)
    assert "Users" not in statements(Use.SERVE, settings={"users": "users.toml"})


@pytest.mark.parametrize(
    ("region", "partition"), [("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov"), ("eu-west-1", "aws")]
)
def test_other_partitions_have_other_names(region: str, partition: str) -> None:
    found = statements(Use.PUBLISH, region=region, settings={"locks-table": "locks"})
    assert all(arn.startswith(f"arn:{partition}:") for one in found.values() for arn in one["Resource"])


def test_a_folder_has_no_policy() -> None:
    with pytest.raises(ConfigurationError, match="is a folder"):
        statements(Use.READ, settings={"target": "file:///repository"})
