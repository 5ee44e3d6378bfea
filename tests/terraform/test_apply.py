"""The configuration at the top is applied on MiniStack, used by publishers and installers, and destroyed.

MiniStack obeys the policies of buckets and roles. It runs no Lambda@Edge: so readers' passwords are those that the
service checks.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import boto3
import pytest
import requests
from botocore.exceptions import ClientError

from tests.clients.installers import Environments, Installer, pip, uv
from tests.support import own_wheel, programs, samples, servers
from tests.support.servers import S3Server
from tests.support.tls import Certificates, make_certificates
from tests.terraform import ci_jobs, terraform
from tests.terraform.configuration import MINISTACK, Configuration
from tests.terraform.passing_on import passing_on

pytestmark = [*terraform.NEEDED, pytest.mark.server, pytest.mark.client]

SERVICES = "acm,cloudformation,cloudfront,dynamodb,iam,lambda,logs,route53,s3,sqs,ssm,sts"
DOMAIN, BUCKET = "packages.example.com", "example-packages"
JSON = "application/vnd.pypi.simple.v1+json"
MORE = """\
module "s3pypi" {
  create_policies       = true
  create_oidc_providers = ["github", "gitlab"]
  github_publishers     = [{ repository = "acme/tools", environment = "release" }]
  gitlab_publishers     = [{ project_path = "acme/tools", ref_type = "tag", ref = "v*" }]
  enable_access_logs    = true
}
"""
"""Variables that the module has, and the configuration at the top does not."""
GITHUB, GITLAB = "https://token.actions.githubusercontent.com", "https://gitlab.com"
AUDIENCE = "sts.amazonaws.com"
PUBLISHING_JOBS = {
    "github": (GITHUB, "repo:acme/tools:environment:release"),
    "gitlab": (GITLAB, "project_path:acme/tools:ref_type:tag:ref:v1.0"),
}
"""Issuer and subject of a job that publishes."""
OTHER_JOBS = [
    ("github", GITHUB, "repo:acme/tools:environment:test", AUDIENCE),
    ("github", GITHUB, "repo:acme/tools:pull_request", AUDIENCE),
    ("github", GITHUB, "repo:other/tools:environment:release", AUDIENCE),
    ("github", GITHUB, "repo:acme/tools:environment:release", "https://github.com/acme"),
    ("github", GITLAB, "repo:acme/tools:environment:release", AUDIENCE),
    ("gitlab", GITLAB, "project_path:acme/tools:ref_type:branch:ref:v1.0", AUDIENCE),
    ("gitlab", GITLAB, "project_path:acme/tools/other:ref_type:tag:ref:v1.0", AUDIENCE),
]
"""Role, issuer, subject and audience of jobs that do not."""
LONGEST_WAIT = 120
"""Seconds after which an event counts as lost."""


@dataclass
class Emulator:
    """MiniStack over HTTPS.

    :param environment: variables that lead programs to it.
    """

    server: S3Server
    certificates: Certificates
    environment: dict[str, str]

    def s3pypi(self, folder: Path, *words: str, **keys: str) -> str:
        """What a command prints; it must succeed.

        :param keys: variables with the keys of a user other than the owner.
        """
        done = programs.run("s3pypi", *words, cwd=folder, environ={**self.environment, **keys})
        assert done.status == 0, done.stderr
        return done.stdout

    def add_zone(self) -> None:
        """Make what must exist before."""
        self.server.client("route53").create_hosted_zone(Name=DOMAIN.partition(".")[2], CallerReference="test")

    @contextlib.contextmanager
    def keys_of_user_with(self, policy: str) -> Iterator[dict[str, str]]:
        """Variables with the keys of a user who has that policy alone."""
        iam = self.server.client("iam")
        iam.create_user(UserName="somebody")
        iam.attach_user_policy(UserName="somebody", PolicyArn=policy)
        made = iam.create_access_key(UserName="somebody")["AccessKey"]
        yield {"AWS_ACCESS_KEY_ID": made["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": made["SecretAccessKey"]}
        iam.delete_access_key(UserName="somebody", AccessKeyId=made["AccessKeyId"])
        iam.detach_user_policy(UserName="somebody", PolicyArn=policy)
        iam.delete_user(UserName="somebody")

    @contextlib.contextmanager
    def users_of(self, role: str) -> Iterator[None]:
        """Let the role read the users: MiniStack holds its policy for their path to be one for none."""
        read = {"Effect": "Allow", "Action": "ssm:GetParametersByPath", "Resource": "*"}
        named = {"RoleName": role, "PolicyName": "ministack"}
        iam = self.server.client("iam")
        iam.put_role_policy(**named, PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [read]}))
        yield
        iam.delete_role_policy(**named)

    def empty(self, bucket: str) -> None:
        """Delete every version of every object: Terraform deletes no bucket that has some."""
        s3 = self.server.client()
        for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
            for one in [*page.get("Versions", ()), *page.get("DeleteMarkers", ())]:
                s3.delete_object(Bucket=bucket, Key=one["Key"], VersionId=one["VersionId"])


@pytest.fixture
def emulator(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, environments: Environments) -> Iterator[Emulator]:
    script = environments.script(MINISTACK)
    certificates = make_certificates(tmp_path)
    with servers.ministack(tmp_path, services=SERVICES, script=script, certificates=certificates) as server:
        trusting = ("AWS_CA_BUNDLE", "PIP_CERT", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE")
        environment = {**server.environment, **dict.fromkeys(trusting, str(certificates.authority))}
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        yield Emulator(server, certificates, environment)


@pytest.fixture
def configuration(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, emulator: Emulator) -> Configuration:
    """The configuration with its variables, and with the package of the functions, built from here."""
    folder = shutil.copytree(terraform.FOLDER, tmp_path / "terraform")
    links = own_wheel.find_links(tmp_path_factory)
    (wheel,) = links.glob("*.whl")
    python = f"{sys.version_info.major}.{sys.version_info.minor}"  # MiniStack runs functions by its own
    machine = own_wheel.environment_with(links)
    subprocess.run(
        [
            sys.executable,
            folder / "build_functions.py",
            "--python",
            python,
            folder / "functions.zip",
            f"{wheel}[lambda]",
        ],
        env={name: value for name, value in machine.items() if name not in emulator.environment},
        check=True,
    )
    made = Configuration(
        folder,
        region=emulator.server.region,
        bucket=BUCKET,
        domain=DOMAIN,
        create_certificate=True,
        choose_pages=True,
        enable_dynamodb_locking=True,
        enable_service=True,
        enable_events=True,
        functions_package="functions.zip",
        functions_settings={name: emulator.environment[name] for name in ("AWS_CA_BUNDLE", "AWS_ENDPOINT_URL")},
    )
    (folder / "more_override.tf").write_text(MORE, encoding="utf-8")
    made.init()
    return made


def wait_for_file(url: str, auth: tuple[str, str], name: str) -> None:
    """Wait until the page at ``url`` lists the file."""
    deadline = time.monotonic() + LONGEST_WAIT
    while time.monotonic() < deadline:
        page = requests.get(url, auth=auth, headers={"Accept": JSON}, timeout=60)
        if page.status_code == 200 and name in [file["filename"] for file in page.json()["files"]]:
            return
        time.sleep(0.5)
    pytest.fail(f"{name} is not listed: {page.status_code} {page.text}")


def upload(url: str, password: str, wheel: Path) -> None:
    """Upload with twine."""
    twine = [sys.executable, "-m", "twine", "upload", "--non-interactive", "--verbose", "--repository-url", url, wheel]
    account = {"TWINE_USERNAME": "alice", "TWINE_PASSWORD": password}
    done = subprocess.run(
        twine, env={**os.environ, **account}, capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert password not in done.stdout + done.stderr


def publish_from_ci(outputs: dict[str, Any], emulator: Emulator, folder: Path) -> None:
    """Publish with the roles, which trust the jobs that Terraform was given alone."""
    roles, target = outputs["ci_role_arns"], outputs["target"]
    sts = emulator.server.client("sts")
    for ci, issuer, subject, audience in OTHER_JOBS:
        assert ci_jobs.keys(sts, roles[ci], issuer, subject, audience) is None, subject
    for ci, (issuer, subject) in PUBLISHING_JOBS.items():
        keys = ci_jobs.keys(sts, roles[ci], issuer, subject, AUDIENCE)
        assert keys is not None
        emulator.s3pypi(folder, "upload", str(samples.wheel(folder, f"by-{ci}")), "--target", target, **keys)
        s3 = boto3.client("s3", **{name.lower(): value for name, value in keys.items()})  # type: ignore[call-overload]
        with contextlib.closing(s3), pytest.raises(ClientError, match="AccessDenied"):
            s3.delete_object(Bucket=BUCKET, Key=f"by-{ci}/index.json")


def test_what_is_applied_serves_publishers_and_installers_until_it_is_destroyed(
    emulator: Emulator, configuration: Configuration, tmp_path: Path, environments: Environments
) -> None:
    emulator.add_zone()
    configuration.apply()
    assert configuration.plan("-detailed-exitcode") == {}
    outputs = configuration.outputs()
    endpoint, certificates = emulator.server.endpoint_url, emulator.certificates
    with (
        passing_on(endpoint, outputs["distribution_domain_name"], certificates) as domain,
        passing_on(endpoint, urlsplit(outputs["function_url"]).netloc, certificates) as function,
        emulator.users_of(outputs["functions"]["service"]["role"]),
    ):
        use(Reached(outputs, domain, function), emulator, tmp_path, environments)
    with zipfile.ZipFile(configuration.folder / "functions.zip", "a") as package:
        package.writestr("newer.txt", "")
    changed = [f"module.s3pypi.module.{name}[0].aws_lambda_function.this" for name in ("service", "events")]
    assert configuration.plan() == {address: ["update"] for address in changed}
    configuration.apply()
    assert configuration.outputs() == outputs
    configuration.destroy("-target=module.s3pypi.module.events")  # it would index what is deleted
    emulator.empty(BUCKET)
    configuration.destroy()
    assert emulator.server.client().list_buckets()["Buckets"] == []
    assert emulator.server.client("lambda").list_functions()["Functions"] == []


@dataclass
class Reached:
    """The outputs, and how clients reach what they name.

    :param domain: URL of the server in place of ``https://DOMAIN``.
    :param function: URL of the one in place of the function URL.
    """

    outputs: dict[str, Any]
    domain: str
    function: str

    def at(self, output: str) -> str:
        """The URL in that output."""
        return self.domain + urlsplit(self.outputs[output]).path


def use(reached: Reached, emulator: Emulator, folder: Path, environments: Environments) -> None:
    """Publish and install by every way that the outputs name."""
    outputs, index = reached.outputs, reached.at("service_index_url")
    target = outputs["target"]
    words = ("user", "add", outputs["users"], "alice", "--role", "upload", "--random-password", "20")
    password = emulator.s3pypi(folder, *words).strip()
    emulator.s3pypi(folder, "init", "--target", target)
    with emulator.keys_of_user_with(outputs["policy_arns"]["publish"]) as keys:
        place = ("--target", target, "--locks-table", outputs["locks_table"])
        emulator.s3pypi(folder, "upload", str(samples.wheel(folder)), *place, **keys)
    with emulator.keys_of_user_with(outputs["policy_arns"]["read"]) as keys:
        emulator.s3pypi(folder, "verify", "--deep", "--target", target, **keys)

    assert requests.get(f"{index}demo/", timeout=60).status_code == 401
    with_password = index.replace("://", f"://alice:{quote(password, safe='')}@")
    for installer in (Installer("pip", pip()), Installer("uv", uv())):
        for source, url in (("service", with_password), ("bucket", reached.at("index_url"))):
            done = installer.run(environments, url, ("demo",), folder / f"{installer}-{source}")
            assert done.returncode == 0, done.stdout

    upload(f"{reached.function}/legacy/", password, samples.wheel(folder, "by-function-url"))
    upload(reached.at("upload_url"), password, samples.wheel(folder, "by-domain"))
    wait_for_file(f"{index}by-domain/", ("alice", password), "by_domain-1.0-py3-none-any.whl")

    publish_from_ci(outputs, emulator, folder)

    wheel = samples.wheel(folder, "by-hand")
    emulator.server.client().put_object(Bucket=BUCKET, Key=f"by-hand/{wheel.name}", Body=wheel.read_bytes())
    wait_for_file(f"{index}by-hand/", ("alice", password), wheel.name)
    emulator.s3pypi(folder, "verify", "--deep", "--target", target)
