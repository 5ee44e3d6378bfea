"""The pages on GitHub Actions and GitLab CI: what they show is run."""

from __future__ import annotations

import json
import os
import re
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers import S3Server, free_port, program, running, wait_until_answers

from .runners import ROLE, TARGET, GitHub, GitLab, blocks, parsed

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the pages show POSIX shells")

PUBLISHED = {"hello_s3pypi-1.0.0-py3-none-any.whl", "hello_s3pypi-1.0.0.tar.gz", "index.html", "index.json"}


def keys(server: S3Server, bucket: str) -> set[str]:
    """What lies in the project's folder."""
    client = server.client()
    found = client.list_objects_v2(Bucket=bucket, Prefix="simple/hello-s3pypi/")["Contents"]
    client.close()
    return {each["Key"].rpartition("/")[2] for each in found}


def test_the_workflow_of_github_publishes_and_runs_again(
    machine: dict[str, str], ministack: S3Server, tmp_path: Path
) -> None:
    bucket = ministack.new_bucket()
    [text] = blocks("github-actions.md", "yaml")
    machine |= {"AWS_ENDPOINT_URL": ministack.endpoint_url}
    github = GitHub(parsed(text.replace(TARGET, f"s3://{bucket}/simple")), tmp_path, machine, ministack.environment)
    assert list(github.workflow["jobs"]) == ["build", "publish"]
    assert github.workflow["jobs"]["publish"]["needs"] == "build"

    github.job("build")
    assert github.taken == "", "the job that builds has no credentials"
    first = github.job("publish")
    assert github.taken == ROLE
    assert keys(ministack, bucket) >= PUBLISHED
    assert first.output.count("\npublished ") == 2

    again = github.job("publish", 2)
    assert again.output.count("\npresent ") == 2


@pytest.fixture
def token_service(tmp_path: Path) -> Iterator[S3Server]:
    """MiniStack with AWS's token service, which gives roles."""
    server = S3Server("MiniStack", f"http://127.0.0.1:{free_port()}", "testowner", secrets.token_hex(20))
    environment = {
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": server.endpoint_url.rpartition(":")[2],
        "AUTH": "true",
        "SERVICES": "s3,sts,iam",
        "AWS_ACCESS_KEY_ID": server.access_key,
        "AWS_SECRET_ACCESS_KEY": server.secret_key,
        "HOME": str(tmp_path),
    }
    with running([program("ministack")], tmp_path, environment) as process:
        wait_until_answers(f"{server.endpoint_url}/_ministack/health", process)
        yield server


def test_the_pipeline_of_gitlab_takes_its_role_and_publishes(
    machine: dict[str, str], token_service: S3Server, tmp_path: Path
) -> None:
    bucket = token_service.new_bucket()
    [text] = blocks("gitlab-ci.md", "yaml")
    machine |= {"AWS_ENDPOINT_URL": token_service.endpoint_url}
    token = tmp_path / "aws-token"
    text = text.replace(TARGET, f"s3://{bucket}/simple").replace("/tmp/aws-token", str(token))
    gitlab = GitLab(parsed(text), tmp_path / "jobs", machine)
    assert gitlab.pipeline["publish"]["variables"]["AWS_ROLE_ARN"] == ROLE

    gitlab.job("build")
    done = gitlab.job("publish")
    assert done.output.count("\npublished ") == 2
    assert token.read_text() == "token-of-the-job"
    assert token.stat().st_mode & 0o077 == 0
    assert keys(token_service, bucket) >= PUBLISHED
    assert gitlab.job("publish", 2).output.count("\npresent ") == 2


@pytest.mark.parametrize("page", ["github-actions.md", "gitlab-ci.md"])
def test_roles_trust_no_more_than_a_project(page: str) -> None:
    trust = json.loads(blocks(page, "json")[0])
    [statement] = trust["Statement"]
    assert statement["Action"] == "sts:AssumeRoleWithWebIdentity"
    provider = statement["Principal"]["Federated"].partition(":oidc-provider/")[2]
    conditions = {name: value for test in statement["Condition"].values() for name, value in test.items()}
    assert set(conditions) == {f"{provider}:aud", f"{provider}:sub"}
    assert "my-company/my-project:" in conditions[f"{provider}:sub"]


def test_the_role_may_do_what_the_quick_start_says() -> None:
    policy = json.loads(blocks("github-actions.md", "json")[1])
    actions: set[str] = set()
    for statement in policy["Statement"]:
        given = statement["Action"]
        actions |= {given} if isinstance(given, str) else set(given)
    [permissions] = blocks_of_text("quickstart.md", "Which permissions")
    assert actions == set(re.findall(r"`(s3:\w+)`", permissions))


def blocks_of_text(page: str, heading: str) -> list[str]:
    """The text below the page's heading."""
    text = (Path(__file__).parents[2] / "docs" / page).read_text(encoding="utf-8")
    return re.findall(rf"^## {heading}\n(.*?)(?=^## |\Z)", text, flags=re.MULTILINE | re.DOTALL)
