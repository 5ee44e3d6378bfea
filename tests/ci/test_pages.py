"""The pages on GitHub Actions and GitLab CI: what they show is run."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ci.roles import ROLE_ARN, account, identity_token, make_role, take_role
from tests.ci.runners import BUCKET, GitHub, GitLab, blocks, parsed
from tests.support.servers import S3Server

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the pages show POSIX shells")

PUBLISHED = {"hello_s3pypi-1.0.0-py3-none-any.whl", "hello_s3pypi-1.0.0.tar.gz", "index.html", "index.json"}


@pytest.fixture
def aws(tmp_path: Path) -> Iterator[S3Server]:
    """An account of AWS."""
    folder = tmp_path / "aws"
    folder.mkdir()
    with account(folder) as server:
        yield server


def keys(server: S3Server, bucket: str) -> set[str]:
    """What lies in the project's folder."""
    return {key.rpartition("/")[2] for key in server.keys(bucket, "simple/hello-s3pypi/")}


def make_role_of(page: str, aws: S3Server, bucket: str) -> None:
    """The role as the page shows it; both pages share the second policy."""
    trust = blocks(page, "json")[0]
    permissions = json.loads(blocks("github-actions.md", "json")[1].replace(BUCKET, bucket))
    [objects] = [statement for statement in permissions["Statement"] if statement["Resource"].endswith("/*")]
    # MiniStack takes the key "simple/" for "simple", which the policy does not name.
    objects["Resource"] = [objects["Resource"], objects["Resource"].removesuffix("/*")]
    make_role(aws, trust, json.dumps(permissions))


def test_the_workflow_of_github_publishes_and_runs_again(
    machine: dict[str, str], aws: S3Server, tmp_path: Path
) -> None:
    bucket = aws.new_bucket()
    make_role_of("github-actions.md", aws, bucket)
    [text] = blocks("github-actions.md", "yaml")
    issuer = "https://token.actions.githubusercontent.com"

    def take(role: str, environment: str) -> dict[str, str]:
        subject = f"repo:my-company@12345/my-project@67890:environment:{environment}"
        return take_role(aws, role, identity_token(issuer, "sts.amazonaws.com", subject))

    environment = {**machine, "AWS_ENDPOINT_URL": aws.endpoint_url}
    github = GitHub(parsed(text.replace(BUCKET, bucket)), tmp_path / "jobs", environment, take)
    assert list(github.workflow["jobs"]) == ["build", "publish"]
    assert github.workflow["jobs"]["publish"]["needs"] == "build"

    assert not {name for name in github.job("build").environment if name.startswith("AWS_ACCESS")}
    assert github.job("publish").output.count("\npublished ") == 2
    assert keys(aws, bucket) >= PUBLISHED
    assert github.job("publish", 2).output.count("\npresent ") == 2


@pytest.mark.slow
def test_the_pipeline_of_gitlab_takes_its_role_publishes_and_runs_again(
    machine: dict[str, str], aws: S3Server, tmp_path: Path
) -> None:
    bucket = aws.new_bucket()
    make_role_of("gitlab-ci.md", aws, bucket)
    file = tmp_path / "aws-token"
    [text] = blocks("gitlab-ci.md", "yaml")
    subject = "project_path:my-company/my-project:ref_type:tag:ref:v1.0.0"
    gitlab = GitLab(
        parsed(text.replace(BUCKET, bucket).replace("/tmp/aws-token", str(file))),
        tmp_path / "jobs",
        {**machine, "AWS_ENDPOINT_URL": aws.endpoint_url},
        lambda audience: identity_token("https://gitlab.com", audience, subject),
    )
    assert gitlab.pipeline["publish"]["variables"]["AWS_ROLE_ARN"] == ROLE_ARN

    gitlab.job("build")
    assert gitlab.job("publish").output.count("\npublished ") == 2
    assert file.stat().st_mode & 0o077 == 0
    assert keys(aws, bucket) >= PUBLISHED
    assert gitlab.job("publish", 2).output.count("\npresent ") == 2


@pytest.mark.parametrize(
    ("page", "project"),
    [("github-actions.md", "repo:my-company@12345/my-project@67890:"), ("gitlab-ci.md", "my-company/my-project:")],
)
def test_roles_trust_no_more_than_a_project(page: str, project: str) -> None:
    trust = json.loads(blocks(page, "json")[0])
    [statement] = trust["Statement"]
    assert statement["Action"] == "sts:AssumeRoleWithWebIdentity"
    provider = statement["Principal"]["Federated"].partition(":oidc-provider/")[2]
    conditions = {name: value for test in statement["Condition"].values() for name, value in test.items()}
    assert set(conditions) == {f"{provider}:aud", f"{provider}:sub"}
    assert project in conditions[f"{provider}:sub"]


def test_the_role_may_do_what_the_quick_start_says() -> None:
    policy = json.loads(blocks("github-actions.md", "json")[1])
    actions: set[str] = set()
    for statement in policy["Statement"]:
        given = statement["Action"]
        actions |= {given} if isinstance(given, str) else set(given)
    [permissions] = blocks_of_text("quickstart.md", "Which permissions")
    [row] = re.findall(r"^\| publish \|(.*)$", permissions, flags=re.MULTILINE)
    assert actions == set(re.findall(r"`(s3:\w+)`", row))


def blocks_of_text(page: str, heading: str) -> list[str]:
    """The text below the page's heading."""
    text = (Path(__file__).parents[2] / "docs" / page).read_text(encoding="utf-8")
    return re.findall(rf"^## {heading}\n(.*?)(?=^## |\Z)", text, flags=re.MULTILINE | re.DOTALL)
