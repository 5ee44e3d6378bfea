"""The module takes over what s3pypi 2's Terraform made, on MiniStack, by the steps of the guide.

MiniStack runs no functions at the edge: the one of the module is called here, and reads users from MiniStack.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import shutil
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests.support import programs, samples
from tests.support.servers import S3Server
from tests.terraform import terraform
from tests.terraform.configuration import Configuration
from tests.terraform.reader import Reader
from tests.terraform.samples import HOST, basic

BUCKET = "example-packages"
OLD = Path(__file__).parent / "s3pypi_2"

DISTRIBUTION = "module.s3pypi.aws_cloudfront_distribution.cdn"
IDENTITY = "module.s3pypi.aws_cloudfront_origin_access_identity.oai"
POLICY = "module.s3pypi.aws_s3_bucket_policy.s3_policy"

pytestmark = [*terraform.NEEDED, pytest.mark.server]


def put_user(server: S3Server, name: str, password: str) -> None:
    """As put_user.py of s3pypi 2 does."""
    salt = "a" * 43
    record = {"password_hash": hashlib.sha1(f"{password}{salt}".encode()).hexdigest(), "password_salt": salt}
    parameter = f"/s3pypi/{HOST}/users/{name}"
    server.client("ssm").put_parameter(Name=parameter, Value=json.dumps(record, indent=2), Type="SecureString")


def may_read(edge: Any, name: str, password: str) -> bool:
    """Whether the function at the edge lets a reader pass, by the users in the parameter store."""
    headers = {"host": HOST, "authorization": basic(name, password)}
    request = {"uri": "/demo/", "headers": {key: [{"value": value}] for key, value in headers.items()}}
    return "status" not in edge.authenticate({"Records": [{"cf": {"request": request}}]}, None)


def made_by_s3pypi_2(folder: Path) -> Configuration:
    """What its Terraform made; s3pypi 2 has another provider make the function's package."""
    shutil.copytree(OLD, folder)
    with zipfile.ZipFile(folder / "modules" / "s3pypi" / "basic_auth" / "handler.zip", "w") as archive:
        archive.writestr("handler.py", "def handle(event, context):\n    return event\n")
    old = Configuration(
        folder,
        region="us-east-1",
        bucket=BUCKET,
        domain=HOST,
        enable_dynamodb_locking="true",
        enable_basic_auth="true",
    )
    old.init()
    old.apply()
    return old


def replace_configuration(configuration: Configuration) -> None:
    """Put this package's configuration in the place of the old one, and keep the state."""
    shutil.rmtree(configuration.folder / "modules")
    for name in ("main.tf", ".terraform.lock.hcl"):
        (configuration.folder / name).unlink()
    shutil.copytree(terraform.FOLDER, configuration.folder, dirs_exist_ok=True)
    configuration.init()


def test_the_resources_of_s3pypi_2_stay_and_readers_notice_nothing(
    aws: S3Server, edge: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    configuration = made_by_s3pypi_2(tmp_path / "terraform")
    before = configuration.resources()
    put_user(aws, "alice", "secret")
    wheel = samples.wheel(tmp_path)
    upload = ("upload", str(wheel), "--bucket", BUCKET, "--pages", "/")
    assert programs.run("s3pypi", *upload, cwd=tmp_path).status == 0

    reader = Reader(aws, before[DISTRIBUTION]["domain_name"], "/demo/")
    assert wheel.name in reader.get().text
    replace_configuration(configuration)
    with reader:
        configuration.plan()  # keep_oai was forgotten
        with pytest.raises(AssertionError, match="CloudFrontOriginAccessIdentityInUse"):
            configuration.apply()
        plan = configuration.plan(keep_oai="true")
        assert all(actions in (["create"], ["update"]) for actions in plan.values()), plan
        configuration.apply()
        plan = configuration.plan()
        assert plan == {DISTRIBUTION: ["update"], POLICY: ["update"], f"{IDENTITY}[0]": ["delete"]}
        order = configuration.apply()
    assert [address for address in order if address in plan] == [DISTRIBUTION, POLICY, f"{IDENTITY}[0]"]
    assert reader.statuses == {200}
    assert wheel.name in reader.get().text

    assert configuration.plan() == {}
    after = configuration.resources()
    identity = before.pop(IDENTITY)["id"]
    made = {address: values["id"] for address, values in before.items() if ".data." not in address}
    assert {address: after[address]["id"] for address in made} == made
    assert identity not in after[POLICY]["policy"]
    for name in ("_ANSWER_SECONDS", "_READ_SECONDS"):  # a busy machine answers late
        monkeypatch.setattr(edge, name, 30)
    with contextlib.closing(edge._client()):
        assert (may_read(edge, "alice", "secret"), may_read(edge, "alice", "other")) == (True, False)
    edge._client.cache_clear()
