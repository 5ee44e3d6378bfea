"""The Terraform module and its examples: their format, their validity, and what they plan."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.support import in_process
from tests.terraform import cloudfront_functions, terraform
from tests.terraform.samples import basic

pytestmark = terraform.NEEDED

EXAMPLES = sorted(path.name for path in (terraform.FOLDER / "examples").iterdir())
NAMED = {"bucket": "example-packages", "domain": "packages.example.com"}
KEY = "arn:aws:kms:eu-central-1:111122223333:key/example"
GITHUB = "token.actions.githubusercontent.com"


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder ``terraform``, in which Terraform may write."""
    return shutil.copytree(terraform.FOLDER, tmp_path_factory.mktemp("copied") / "terraform")


@pytest.fixture(scope="module")
def module(copied: Path) -> Path:
    return terraform.initialized(copied / "modules" / "s3pypi")


def test_the_files_have_terraforms_format() -> None:
    assert terraform.run(terraform.FOLDER, "fmt", "-check", "-recursive", "-diff") == ""


def test_the_configuration_at_the_top_is_valid(copied: Path) -> None:
    assert "Success" in terraform.run(terraform.initialized(copied), "validate", "-no-color")


def test_each_combination_is_planned(module: Path) -> None:
    assert ", 0 failed" in terraform.run(module, "test", "-no-color")


@pytest.mark.parametrize("name", EXAMPLES)
def test_each_example_is_planned(copied: Path, name: str) -> None:
    example = terraform.initialized(copied / "examples" / name)
    assert "module.s3pypi.aws_cloudfront_distribution.cdn" in terraform.planned(example, example={})["example"]


def test_the_policies_are_those_that_the_command_prints(module: Path, tmp_path: Path) -> None:
    cases: dict[str, tuple[dict[str, Any], list[str]]] = {
        "plain": ({}, []),
        "prefix": ({"prefix": "python/simple"}, []),
        "key": ({"kms_key_arn": KEY}, ["--kms-key", KEY]),
        "delete": ({"publishers_may_delete": True}, ["--delete"]),
        "locks": ({"enable_dynamodb_locking": True}, ["--locks-table", "example-packages-locks"]),
    }
    variables = {name: {**NAMED, **values, "create_policies": True} for name, (values, _) in cases.items()}
    planned = terraform.planned(module, **variables)
    for name, (values, options) in cases.items():
        target = f"s3://example-packages/{values.get('prefix', '')}"
        for use in ("publish", "read"):
            said = in_process.run("s3pypi", "policy", use, target, "--region", "eu-central-1", *options, cwd=tmp_path)
            policy = planned[name][f'aws_iam_policy.of_use["{use}"]']["policy"]
            assert json.loads(policy) == json.loads(said.out), name


def test_the_roles_trust_the_given_jobs_alone(module: Path) -> None:
    variables = {
        "github_publishers": [
            {"repository": "acme/tools", "environment": "release"},
            {"repository": "acme@12/library@34", "ref": "refs/tags/v*"},
            {"repository": "acme/plain"},
        ],
        "gitlab_publishers": [{"project_path": "acme/group/service", "ref_type": "tag", "ref": "v*"}],
        "gitlab_url": "https://gitlab.example.com",
        "gitlab_audience": "s3pypi",
    }
    planned = terraform.planned(module, roles=NAMED | variables)["roles"]
    conditions = {}
    for ci in ("github", "gitlab"):
        (statement,) = json.loads(planned[f'aws_iam_role.publisher["{ci}"]']["assume_role_policy"])["Statement"]
        assert statement["Action"] == "sts:AssumeRoleWithWebIdentity"
        assert statement["Principal"] == {"Federated": "arn:aws:iam::111122223333:oidc-provider/example"}
        conditions[ci] = statement["Condition"]
    assert conditions["github"] == {
        "StringEquals": {f"{GITHUB}:aud": "sts.amazonaws.com"},
        "StringLike": {
            f"{GITHUB}:sub": [
                "repo:acme/tools:environment:release",
                "repo:acme@12/library@34:ref:refs/tags/v*",
                "repo:acme/plain:ref:refs/heads/main",
            ]
        },
    }
    assert conditions["gitlab"] == {
        "StringEquals": {"gitlab.example.com:aud": "s3pypi"},
        "StringLike": {"gitlab.example.com:sub": ["project_path:acme/group/service:ref_type:tag:ref:v*"]},
    }
    assert {'aws_iam_policy.of_use["publish"]', 'aws_iam_role_policy_attachment.publisher["gitlab"]'} <= set(planned)
    assert not any("aws_iam_openid_connect_provider" in address for address in planned)


@pytest.mark.skipif(shutil.which("node") is None, reason="no node here, which runs the function")
def test_tokens_of_the_user_command_pass_the_function_that_terraform_installs(module: Path, tmp_path: Path) -> None:
    tokens = {}
    for name, projects in (("alice", "acme-*"), ("bob", "*")):
        in_process.run(
            "s3pypi", "user", "add", "users.json", name, "--projects", projects, "--no-password", cwd=tmp_path
        )
        said = in_process.run("s3pypi", "user", "token", "users.json", name, "--expires", "1d", cwd=tmp_path)
        tokens[name] = said.out.strip()
    users = json.loads((tmp_path / "users.json").read_text(encoding="utf-8"))["users"]
    variables = {"enable_edge_tokens": True, "choose_pages": True, "edge_users": users}
    planned = terraform.planned(module, tokens=NAMED | variables)["tokens"]
    stored = {
        values["key"]: values["value"]
        for address, values in planned.items()
        if address.startswith("aws_cloudfrontkeyvaluestore_key")
    }
    assert len(stored) == len(tokens)
    assert all(len(value) < 1024 for value in stored.values())
    code = planned["aws_cloudfront_function.tokens[0]"]["code"]
    events = [cloudfront_functions.event(authorization=basic(name, token)) for name, token in tokens.items()]
    refused, passed = cloudfront_functions.answers("node", tmp_path, code, events, stored)
    assert (refused["statusCode"], passed["uri"]) == (403, "/demo/index.html")
