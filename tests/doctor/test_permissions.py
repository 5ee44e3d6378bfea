"""Credentials that may not do everything."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from tests.doctor.examined import Examined, left, repository
from tests.support.fault_proxy import Answer, FaultProxy, Passing
from tests.support.servers import S3Server

ACTIONS = {
    "PutObject": {"PutObject", "CopyObject", "CreateMultipartUpload", "UploadPart", "CompleteMultipartUpload"},
    "GetObject": {"GetObject", "HeadObject"},
    "DeleteObject": {"DeleteObject"},
    "ListBucket": {"ListObjectsV2"},
    "AbortMultipartUpload": {"AbortMultipartUpload"},
}
"""What the requests are called that a permission is for."""

Examine = Callable[..., Examined]


@pytest.fixture
def without(s3_server: S3Server, s3_bucket: str) -> Iterator[Examine]:
    """Examines the bucket without one permission: by a policy on Ceph; MiniStack has none that deny, so by a proxy."""
    client = s3_server.client()
    client.put_object(Bucket=s3_bucket, Key="team/there", Body=b"1")
    with contextlib.ExitStack() as stack:

        def examine(action: str, **more: str | bool | None) -> Examined:
            if s3_server.name == "Ceph":
                client.put_bucket_policy(Bucket=s3_bucket, Policy=json.dumps(denying(s3_bucket, action)))
                try:
                    return Examined(repository(s3_server, s3_bucket, **more).doctor())
                finally:
                    client.delete_bucket_policy(Bucket=s3_bucket)
            proxy = stack.enter_context(FaultProxy(s3_server.endpoint_url, lambda passing: denied(passing, action)))
            return Examined(repository(replace(s3_server, endpoint_url=proxy.url), s3_bucket, **more).doctor())

        yield examine


def denying(bucket: str, action: str) -> dict[str, object]:
    resources = [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"]
    statement = {"Effect": "Deny", "Principal": "*", "Action": f"s3:{action}", "Resource": resources}
    return {"Version": "2012-10-17", "Statement": [statement]}


def denied(passing: Passing, action: str) -> Answer | None:
    absent = action == "ListBucket" and passing.operation in {"HeadObject", "GetObject"} and "there" not in passing.key
    written = "probe" in passing.key and "absent" not in passing.key
    if passing.operation in ACTIONS[action] or (absent and not written):
        return Answer(403, "AccessDenied")
    return None


def test_no_putting(without: Examine, s3_server: S3Server, s3_bucket: str) -> None:
    found = without("PutObject")
    assert found.named("failed") == {"put"}
    assert found["put"].advice == f"grant s3:PutObject on arn:aws:s3:::{s3_bucket}/team/*"
    assert found["get"].result.value == "ok", "what need not be written is asked"
    assert found["conditional create"].found == "needs put"
    assert left(s3_server, s3_bucket) == ["team/there"]


def test_no_getting(without: Examine, s3_server: S3Server, s3_bucket: str) -> None:
    found = without("GetObject")
    assert "get" in found.named("failed")
    assert found["get"].advice == f"grant s3:GetObject on arn:aws:s3:::{s3_bucket}/team/*"
    assert found["conditional replace"].found == "needs get"
    assert left(s3_server, s3_bucket) == ["team/there"]


def test_no_listing(without: Examine, s3_server: S3Server, s3_bucket: str) -> None:
    found = without("ListBucket")
    assert found.named("failed") == {"list", "absent keys"}
    assert found["bucket"].result.value == "skipped"
    for name in ("list", "absent keys"):
        assert found[name].advice == f"grant s3:ListBucket on arn:aws:s3:::{s3_bucket}"
    assert found["conditional create"].result.value == "ok"
    assert left(s3_server, s3_bucket) == ["team/there"]


def test_no_deleting_is_enough_to_publish(without: Examine, s3_server: S3Server, s3_bucket: str) -> None:
    repository(s3_server, s3_bucket).initialize()
    found = without("DeleteObject")
    assert found.report.ok
    assert "delete" in found.named("warning")
    assert "s3:DeleteObject" in (found["delete"].advice or "")
    assert found["conditional delete"].found == "needs delete"
    assert found["record"].found.endswith("says what was found"), "what is not known is no news"
    stayed = {key.split("/")[1] for key in left(s3_server, s3_bucket)} - {"there", "repository.json"}
    assert len(stayed) == 1
    assert f"stays below s3://{s3_bucket}/team/{stayed.pop()}/" in (found["delete"].advice or "")


def test_no_aborting_leaves_little(without: Examine, s3_server: S3Server, s3_bucket: str) -> None:
    found = without("AbortMultipartUpload")
    assert found.report.ok
    assert "lifecycle rule" in (found["abort"].advice or "")
    assert found["conditional multipart"].found == "needs abort"
    assert len(left(s3_server, s3_bucket)) <= 3


def test_an_acl_that_the_bucket_refuses(s3_server: S3Server, s3_bucket: str) -> None:
    def fault(passing: Passing) -> Answer | None:
        return Answer(400, "AccessControlListNotSupported") if "x-amz-acl" in passing.headers else None

    with FaultProxy(s3_server.endpoint_url, fault) as proxy:
        server = replace(s3_server, endpoint_url=proxy.url)
        found = Examined(repository(server, s3_bucket, acl="public-read").doctor())
    assert found.named("failed") == {"put"}
    assert found["put"].found == "allowed without the ACL public-read alone"
    assert "bucket policy" in (found["put"].advice or "")


def test_objects_that_are_public(s3_server: S3Server, s3_bucket: str) -> None:
    found = Examined(repository(s3_server, s3_bucket, acl="public-read").doctor())
    assert found["put"].found == "allowed with ACL public-read"
    assert (found["public access"].result.value, found["public access"].found[:6]) == ("ok", "public")
