"""What `doctor` says of faults between it and the store: what they are, and nothing that would help against others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from s3pypi_setuptools.repository.opening import WAYS_OUT
from tests.doctor.examined import Examined, repository
from tests.support.fault_proxy import Answer, CutShort, DropAfter, Fault, FaultProxy, Passing
from tests.support.servers import S3Server

LACKS_KEY = (
    "User: arn:aws:sts::123456789012:assumed-role/ci/1 is not authorized to perform: kms:GenerateDataKey "
    "on resource: arn:aws:kms:eu-west-1:123456789012:key/1"
)
Examine = Callable[..., Examined]


@pytest.fixture
def through(ministack: S3Server, monkeypatch: pytest.MonkeyPatch) -> Examine:
    """Examines a new bucket through a fault, of which no line may be garbled."""
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")

    def examine(fault: Callable[[Passing], Fault | None], **more: str | bool | None) -> Examined:
        with FaultProxy(ministack.endpoint_url, fault) as proxy:
            server = replace(ministack, endpoint_url=proxy.url)
            found = Examined(repository(server, ministack.new_bucket(), **more).doctor())
        for check in found.report.checks:
            assert "None" not in f"{check.found}; {check.advice or ''}"
        return found

    return examine


def at(operation: str, fault: Fault, key: str = "") -> Callable[[Passing], Fault | None]:
    return lambda passing: fault if passing.operation == operation and passing.key.endswith(key) else None


def of_conditions(fault: Fault) -> Callable[[Passing], Fault | None]:
    def found(passing: Passing) -> Fault | None:
        return (
            fault if passing.operation == "PutObject" and {"if-match", "if-none-match"} & {*passing.headers} else None
        )

    return found


@pytest.mark.parametrize(
    ("fault", "told", "advice"),
    [
        (
            at("GetObject", CutShort(0.99), "/kept"),
            "skipped metadata: the store's answer was cut short or garbled",
            "try again",
        ),
        (at("PutObject", Answer(400, "ExpiredToken")), "failed put: the session token has expired", "sign in again"),
        (at("PutObject", Answer(403, "RequestTimeTooSkewed")), "failed put: this machine's clock is wrong", "set it"),
        (at("PutObject", Answer(403, "AccessDenied", "Access Denied")), "failed put: denied", "grant s3:PutObject on"),
        (
            at("PutObject", Answer(403, "AccessDenied", LACKS_KEY)),
            f"failed put: denied: {LACKS_KEY}",
            "grant kms:Generate",
        ),
        (at("DeleteObject", Answer(500)), "warning delete: the store answered 500", "try again later; what was"),
        (at("HeadObject", Answer(500)), "failed absent keys: the store answered 500", "try again later"),
        (at("ListObjectsV2", Answer(500)), "failed bucket: the store answered 500", "try again later"),
    ],
)
def test_what_failed_is_told(
    through: Examine, fault: Callable[[Passing], Fault | None], told: str, advice: str
) -> None:
    name = told.partition(":")[0].partition(" ")[2]
    found = through(fault)[name]
    line = f"{found.result.value} {name}: {found.found}"
    assert line == told
    assert (found.advice or "").startswith(advice)


@pytest.mark.parametrize("fault", [Answer(503, "SlowDown"), DropAfter()])
def test_a_fault_that_passes_is_no_reason_for_another_store(through: Examine, fault: Fault) -> None:
    found = through(of_conditions(fault))["conditional create"]
    assert found.result.value == "failed"
    assert (found.advice or "").startswith("try again")


def test_a_store_that_knows_no_conditions(through: Examine) -> None:
    found = through(of_conditions(Answer(501, "NotImplemented")))
    assert found["conditional create"].advice == WAYS_OUT


def test_an_acl_is_not_blamed_for_a_fault_that_passes(through: Examine) -> None:
    assert through(at("PutObject", Answer(503, "SlowDown")), acl="public-read")["put"].advice == "try again later"


def test_a_parameter_that_there_is_not(through: Examine) -> None:
    found = through(lambda _: None, s3_put_args="Foo=bar")
    assert found.named("failed") == {"settings"}
    assert found["settings"].found == "s3-put-args: Foo is not a parameter that can be given"


def test_requests_without_a_signature_do_not_cover_bodies(through: Examine) -> None:
    found = through(lambda _: None, no_sign_request=True, aws_access_key_id=None, aws_secret_access_key=None)
    checksums = found["checksums"]
    assert (checksums.result.value, checksums.advice) == ("warning", "faults of the line may go unnoticed")
