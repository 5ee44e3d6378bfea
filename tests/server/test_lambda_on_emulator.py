"""The handlers, run as functions of AWS Lambda by an emulator, which makes the events itself."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from s3pypi_setuptools import PackageRepository, open_repository
from s3pypi_setuptools.errors import NotListed
from tests.server.lambda_events import upload_form
from tests.support import samples, servers
from tests.support.aws_functions import new_function
from tests.support.servers import S3Server

LONGEST_WAIT = 120
"""Seconds after which a function that has done nothing yet is given up."""


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    """MiniStack with the services that functions need."""
    services = "s3,lambda,iam,sts,logs,sqs"
    folder = tmp_path_factory.mktemp("ministack")
    with servers.ministack(folder, services=services) as server:
        yield server


def test_the_service_answers_at_a_function_url(aws: S3Server, tmp_path: Path) -> None:
    wheel = samples.wheel(tmp_path)
    variables = {
        **aws.environment,
        "S3PYPI_TARGET": f"s3://{aws.new_bucket()}/simple",
        "S3PYPI_ANONYMOUS_READ": "true",
        "S3PYPI_ANONYMOUS_UPLOAD": "true",
    }
    with new_function(aws, "service", "s3pypi_setuptools.server.aws_lambda.handler", variables) as function:
        host = function.make_url()
        headers, body = upload_form(wheel.name, wheel.read_bytes(), "demo", "1.0")
        answer = function.request(host, "POST", "/legacy/", data=body, headers=headers)
        assert (answer.status_code, answer.text) == (200, f"published {wheel.name}\n")
        page = function.request(host, "GET", "/simple/demo/", headers={"Accept": "application/vnd.pypi.simple.v1+json"})
        assert [file["filename"] for file in page.json()["files"]] == [wheel.name]
        file = function.request(host, "GET", f"/simple/demo/{wheel.name}")
        assert (file.status_code, file.headers["location"].split("?")[0].endswith(wheel.name)) == (302, True)
        assert function.request(host, "GET", "/simple/absent/").status_code == 404


def listed_files(repository: PackageRepository, project: str) -> list[str]:
    """The project's files, when there are any."""
    deadline = time.monotonic() + LONGEST_WAIT
    while time.monotonic() < deadline:
        with contextlib.suppress(NotListed):
            if files := repository.show(project).files:
                return [file.filename for file in files]
        time.sleep(0.1)
    return []


def test_a_bucket_tells_the_function_what_was_put_into_it(aws: S3Server, tmp_path: Path) -> None:
    wheel, bucket = samples.wheel(tmp_path), aws.new_bucket()
    variables = {**aws.environment, "S3PYPI_TARGET": f"s3://{bucket}/simple"}
    access = {"aws_access_key_id": aws.access_key, "aws_secret_access_key": aws.secret_key, "region": aws.region}
    with (
        open_repository(variables["S3PYPI_TARGET"], endpoint_url=aws.endpoint_url, **access) as repository,
        new_function(aws, "index", "s3pypi_setuptools.server.s3_events.handler", variables) as function,
    ):
        repository.initialize()
        about = {"LambdaFunctionArn": function.arn, "Events": ["s3:ObjectCreated:*", "s3:ObjectRemoved:*"]}
        aws.client().put_bucket_notification_configuration(
            Bucket=bucket, NotificationConfiguration={"LambdaFunctionConfigurations": [about]}
        )
        aws.client().put_object(Bucket=bucket, Key=f"simple/demo/{wheel.name}", Body=wheel.read_bytes())
        assert listed_files(repository, "demo") == [wheel.name]
        assert repository.verify(deep=True).ok
