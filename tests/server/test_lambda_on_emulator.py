"""The handlers, run as functions of AWS Lambda by an emulator, which makes the events itself."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.server.lambda_events import upload_form
from tests.support import samples, servers
from tests.support.aws_functions import new_function
from tests.support.servers import S3Server


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    """MiniStack with the services that functions need."""
    services = "s3,lambda,iam,sts,logs,sqs"
    folder = tmp_path_factory.mktemp("ministack")
    with servers.ministack(folder, services=services, IOT_MTLS_ENABLED="0") as server:  # it listens everywhere
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
