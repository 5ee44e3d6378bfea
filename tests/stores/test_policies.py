"""Operations under exactly the policy that ``s3pypi policy`` prints, on Ceph, and without each of its permissions."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import botocore.exceptions
import pytest

from s3pypi_setuptools import PackageRepository, open_repository
from s3pypi_setuptools.errors import Error
from tests.support import samples, servers

CEPH = servers.ceph(os.environ)
LIMITED = ("limitedaccess", "limitedsecret")
"""Keys of a user who owns nothing; ``tests/support/ceph-s3 start`` makes it."""
USER, OWNER = "arn:aws:iam:::user/limited", "arn:aws:iam:::user/test"

pytestmark = [
    pytest.mark.server,
    pytest.mark.slow,
    pytest.mark.skipif(CEPH is None, reason="needs Ceph: see CONTRIBUTING.md"),
]


class Limited:
    """A repository of another user's, and the policy that lets this user reach it."""

    def __init__(self) -> None:
        assert CEPH is not None
        self.bucket = CEPH.new_bucket()
        self.client = CEPH.client()
        self.owner = self.open(CEPH.access_key, CEPH.secret_key)
        self.repository = self.open(*LIMITED)

    def open(self, access_key: str, secret_key: str) -> PackageRepository:
        assert CEPH is not None
        return open_repository(
            f"s3://{self.bucket}/simple",
            endpoint_url=CEPH.endpoint_url,
            region=CEPH.region,
            aws_access_key_id=access_key,
            aws_secret_access_key=secret_key,
        )

    def allow(self, use: str, *, delete: bool = False, without: str | None = None) -> None:
        """Give the user the policy, ``without`` one of its permissions."""
        policy: dict[str, Any] = self.owner.policy(use, delete=delete).policy
        for statement in policy["Statement"]:
            assert isinstance(statement["Action"], list)
            statement["Action"] = [action for action in statement["Action"] if action != without]
            statement["Principal"] = {"AWS": [USER]}
        policy["Statement"] = [statement for statement in policy["Statement"] if statement["Action"]]
        whole = [f"arn:aws:s3:::{self.bucket}", f"arn:aws:s3:::{self.bucket}/*"]  # objects belong to who stored them
        owner = {"Effect": "Allow", "Principal": {"AWS": [OWNER]}, "Action": ["s3:*"], "Resource": whole}
        policy["Statement"].append(owner)
        self.client.put_bucket_policy(Bucket=self.bucket, Policy=json.dumps(policy))

    def stored(self) -> list[str]:
        return [one["Key"] for one in self.client.list_objects_v2(Bucket=self.bucket)["Contents"]]

    def close(self) -> None:
        self.owner.close()
        self.repository.close()


@pytest.fixture
def limited() -> Iterator[Limited]:
    made = Limited()
    try:
        made.client.list_buckets()
        made.repository.names()
    except Error as error:
        if isinstance(cause := error.__cause__, botocore.exceptions.ClientError):
            code = cause.response["Error"]["Code"]
            if code == "InvalidAccessKeyId":
                pytest.skip("this Ceph has no limited user: start it anew with tests/support/ceph-s3")
    yield made
    made.close()


def read(limited: Limited, folder: Path) -> None:
    repository = limited.repository
    assert repository.names() == ("demo",)
    assert repository.show("demo").files
    assert repository.download("demo", "1.0", folder / "downloads").ok
    assert repository.verify(deep=True).ok


def publish(limited: Limited, folder: Path) -> None:
    repository = limited.repository
    for name, version in (("demo", "2.0"), ("new", "1.0")):
        assert repository.publish(samples.wheel(folder, name, version)).ok
    repository.yank("demo", "2.0", reason="broken")
    repository.set_status("new", "archived")


def delete(limited: Limited, folder: Path) -> None:
    repository = limited.repository
    assert repository.publish(samples.wheel(folder, salt="other"), if_exists="replace").ok
    repository.delete("demo", "1.0")
    assert repository.prune().ok
    assert not [key for key in limited.stored() if key.endswith(".whl")]


class Work(NamedTuple):
    """What is done under a policy, and the permissions that it fails without."""

    use: str
    do: Callable[[Limited, Path], None]
    needed: tuple[str, ...]
    deletes: bool = False


WORK = {
    "read": Work("read", read, ("s3:GetObject", "s3:ListBucket")),
    "publish": Work("publish", publish, ("s3:GetObject", "s3:ListBucket", "s3:PutObject")),
    "delete": Work("publish", delete, ("s3:GetObject", "s3:ListBucket", "s3:PutObject", "s3:DeleteObject"), True),
    "serve": Work("serve", publish, ("s3:GetObject", "s3:ListBucket", "s3:PutObject")),
}


@pytest.mark.parametrize("name", WORK)
def test_the_policy_suffices(limited: Limited, name: str, tmp_path: Path) -> None:
    work = WORK[name]
    limited.owner.publish(samples.wheel(tmp_path))
    limited.allow(work.use, delete=work.deletes)
    work.do(limited, tmp_path)
    assert limited.owner.verify(deep=True).ok


@pytest.mark.parametrize(("name", "without"), [(name, action) for name, work in WORK.items() for action in work.needed])
def test_without_one_permission_it_does_not(limited: Limited, name: str, without: str, tmp_path: Path) -> None:
    work = WORK[name]
    limited.owner.publish(samples.wheel(tmp_path))
    limited.allow(work.use, delete=work.deletes, without=without)
    with pytest.raises((Error, AssertionError)):
        work.do(limited, tmp_path)


def test_a_publisher_makes_the_repository_with_it(limited: Limited, tmp_path: Path) -> None:
    limited.allow("publish")
    assert limited.repository.publish(samples.wheel(tmp_path)).ok
    assert limited.owner.verify(deep=True).ok


@pytest.mark.parametrize(("without", "result"), [(None, "ok"), ("s3:AbortMultipartUpload", "warning")])
def test_unfinished_uploads_are_aborted_with_it(limited: Limited, without: str | None, result: str) -> None:
    limited.allow("publish", delete=True, without=without)
    (check,) = [one for one in limited.repository.doctor().checks if one.name == "abort"]
    assert check.result.value == result, check


def test_other_places_of_the_bucket_stay_closed(limited: Limited, tmp_path: Path) -> None:
    limited.owner.publish(samples.wheel(tmp_path))
    limited.client.put_object(Bucket=limited.bucket, Key="secret/x", Body=b"")
    limited.allow("serve", delete=True)
    assert CEPH is not None
    other = servers.S3Server("Ceph", CEPH.endpoint_url, *LIMITED).client()
    try:
        for request in (
            lambda: other.get_object(Bucket=limited.bucket, Key="secret/x"),
            lambda: other.list_objects_v2(Bucket=limited.bucket),
            lambda: other.list_objects_v2(Bucket=limited.bucket, Prefix="secret/"),
            lambda: other.put_object(Bucket=limited.bucket, Key="secret/x", Body=b""),
            lambda: other.delete_object(Bucket=limited.bucket, Key="secret/x"),
        ):
            with pytest.raises(botocore.exceptions.ClientError, match="AccessDenied"):
                request()
    finally:
        other.close()
