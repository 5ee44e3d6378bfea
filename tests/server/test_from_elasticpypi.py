"""The steps of the guide for elasticpypi: its flat bucket, its variables, and the stage of its API, on Lambda."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
import requests

from tests.server.lambda_events import upload_form
from tests.support import programs, samples, servers
from tests.support.aws_functions import Function, new_function
from tests.support.servers import S3Server

USERS = {"my": "blah", "your": "se:cret"}
STAGE = "/dev"


@pytest.fixture
def aws(tmp_path: Path) -> Iterator[S3Server]:
    """MiniStack with the services of elasticpypi's stack."""
    folder = tmp_path / "ministack"
    folder.mkdir()
    services = "s3,lambda,iam,sts,logs,apigateway"
    with servers.ministack(folder, services=services) as server:
        yield server


class Api:
    """A REST API with the stage ``dev``, which passes every request on to the function."""

    def __init__(self, server: S3Server, function: Function) -> None:
        self._url = server.endpoint_url + STAGE
        arn = f"arn:aws:apigateway:{server.region}:lambda:path/2015-03-31/functions/{function.arn}/invocations"
        gateway = server.client("apigateway")
        api = gateway.create_rest_api(name="elasticpypi", binaryMediaTypes=["*/*"])["id"]
        root = gateway.get_resources(restApiId=api)["items"][0]["id"]
        below = gateway.create_resource(restApiId=api, parentId=root, pathPart="{proxy+}")["id"]
        method = {"restApiId": api, "resourceId": below, "httpMethod": "ANY"}
        gateway.put_method(**method, authorizationType="NONE")
        gateway.put_integration(**method, type="AWS_PROXY", integrationHttpMethod="POST", uri=arn)
        gateway.create_deployment(restApiId=api, stageName=STAGE.lstrip("/"))
        self.host = f"{api}.execute-api.localhost"

    def request(
        self, method: str, path: str, user: str, headers: Mapping[str, str] | None = None, data: bytes = b""
    ) -> requests.Response:
        """What the API answers to one of `USERS`."""
        return requests.request(
            method,
            self._url + path,
            headers={"Host": self.host, **(headers or {})},
            auth=(user, USERS[user]),
            data=data,
            allow_redirects=False,
            timeout=120,
        )


def test_a_flat_bucket_is_served_at_the_url_of_the_stage(aws: S3Server, tmp_path: Path) -> None:
    old, bucket = aws.new_bucket("old"), aws.new_bucket()
    wheel, sdist = samples.wheel(tmp_path, "acme-core"), samples.sdist(tmp_path, "acme-core")
    variables = {
        **aws.environment,
        "SERVICE": "elasticpypi",
        "STAGE": STAGE,
        "BUCKET": bucket,
        "TABLE": "elasticpypi",
        "OVERWRITE": "false",
        "USERS": ",".join(f"{name}:{password}" for name, password in USERS.items()),
    }
    for path in (wheel, sdist):
        aws.client().put_object(Bucket=old, Key=path.name, Body=path.read_bytes())
    handler = "s3pypi_setuptools.server.aws_lambda.handler"
    with new_function(aws, "service", handler, variables) as function:
        api = Api(aws, function)
        options = ("--from", f"s3://{old}", "--to", f"s3://{bucket}")
        done = programs.run("s3pypi", "import", *options, cwd=tmp_path, environ=aws.environment)
        assert (done.status, done.stdout.count("copied acme-core")) == (0, 2), done.stderr

        page = api.request("GET", "/simple/acme-core/", "your")
        assert page.status_code == 200
        assert all(f">{path.name}</a>" in page.text for path in (wheel, sdist))
        redirect = api.request("GET", f"/simple/acme-core/{wheel.name}", "my")
        assert requests.get(redirect.headers["location"], timeout=60).content == wheel.read_bytes()

        newer, other = samples.wheel(tmp_path, "acme-core", "2.0"), samples.wheel(tmp_path, "acme-core", padding=1)
        for path, status in ((newer, 200), (other, 409)):
            headers, body = upload_form(path.name, path.read_bytes(), "acme-core", path.name.split("-")[1])
            assert api.request("POST", "/simple/", "my", headers, body).status_code == status
        assert newer.name in api.request("GET", "/simple/acme-core/", "my").text
        wrong = requests.get(f"{aws.endpoint_url}{STAGE}/simple/", headers={"Host": api.host}, timeout=60)
        assert wrong.status_code == 401
    assert keys(aws, old) == {wheel.name, sdist.name}, "elasticpypi would list whatever else is stored there"


def keys(server: S3Server, bucket: str) -> set[str]:
    return {*server.keys(bucket)}
