"""With a lock table, publishers share a store that honours no conditions, and a repository with s3pypi 2."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.support import programs, samples
from tests.support.lock_tables import LockTable
from tests.support.servers import S3Server

PUBLISHERS = 8


@pytest.fixture(scope="session")
def theirs(gorilla: Callable[[str], Path]) -> Path:
    """The script of s3pypi 2."""
    return gorilla("2.0.1") / "s3pypi"


def reaching(s3: S3Server, locks: LockTable) -> dict[str, str]:
    """The environment of who publishes to ``s3``, locked by the table, which lies elsewhere."""
    # Neither server looks at whose keys these are, as far as DynamoDB goes.
    return {**s3.environment, "AWS_ENDPOINT_URL_DYNAMODB": locks.server.endpoint_url}


def succeed(folder: Path, environment: Mapping[str, str], *commands: Sequence[str | Path]) -> None:
    """Run the commands at once; each succeeds."""
    for process in [programs.start(command, cwd=folder, environ=environment) for command in commands]:
        done = programs.finish(process)
        assert done.status == 0, done.output


def run_json(*arguments: str, folder: Path, environment: Mapping[str, str]) -> dict[str, Any]:
    done = programs.run("s3pypi", *arguments, "--json", cwd=folder, environ=environment)
    value = json.loads(done.stdout)
    assert isinstance(value, dict)
    return value


def listed(target: str, project: str, folder: Path, environment: Mapping[str, str]) -> set[str]:
    report = run_json("list", project, "-t", target, folder=folder, environment=environment)
    return {file["filename"] for file in report["files"]}


@pytest.mark.parametrize("fault", ["ignores-put", "refuses"])
def test_on_a_store_without_conditions_publishers_at_once_lose_nothing(
    moto: S3Server, locks: LockTable, tmp_path: Path, fault: str
) -> None:
    target = f"s3://{moto.new_bucket(fault)}/simple"
    environment = reaching(moto, locks)
    wheels = [samples.wheel(tmp_path, "demo", f"{number}.0").name for number in range(PUBLISHERS)]
    others = [samples.wheel(tmp_path, f"other-{number}").name for number in range(PUBLISHERS)]
    refused = programs.run("s3pypi", wheels[0], "-t", target, cwd=tmp_path, environ=environment)
    assert refused.status == 1
    assert "--locks-table" in refused.stderr
    client = moto.client()
    plain = {"Bucket": target.split("/")[2], "Key": f"simple/demo/{wheels[0]}"}
    client.put_object(**plain, Body=b"somebody's")
    command = [*programs.command("s3pypi"), "-t", target, "--locks-table", locks.name]
    succeed(tmp_path, environment, *([*command, *pair] for pair in zip(wheels, others, strict=True)))
    assert listed(target, "demo", tmp_path, environment) == set(wheels)
    assert client.get_object(**plain)["Body"].read() == b"somebody's", "what a key holds is never written over"
    client.delete_object(**plain)
    found = run_json("verify", "--deep", "-t", target, folder=tmp_path, environment=environment)
    assert (found["ok"], found["projects"], found["files"]) == (True, PUBLISHERS + 1, 2 * PUBLISHERS), found
    assert locks.items() == []


@pytest.mark.slow
def test_s3pypi_and_this_exclude_each_other(
    *, theirs: Path, s3_server: S3Server, s3_bucket: str, locks: LockTable, tmp_path: Path
) -> None:
    """In turn, and then at once; what the last of ours finds is all that either added."""
    target, environment = f"s3://{s3_bucket}/simple", reaching(s3_server, locks)
    wheels = [samples.wheel(tmp_path, "demo", f"{number}.0").name for number in range(9)]
    ours = [*programs.command("s3pypi"), "-t", target, "--locks-table", locks.name]
    place = ["--bucket", s3_bucket, "--prefix", "simple", "--locks-table", locks.name]
    their = [theirs, "upload", *place, "--s3-endpoint-url", s3_server.endpoint_url]

    for tool, wheel in zip((their, ours, their), wheels, strict=False):
        succeed(tmp_path, environment, [*tool, wheel])
    succeed(tmp_path, environment, *([*(their if n % 3 == 0 else ours), wheels[n]] for n in range(3, 8)))
    succeed(tmp_path, environment, [*ours, wheels[8]])

    assert listed(target, "demo", tmp_path, environment) == set(wheels)
    found = run_json("verify", "-t", target, folder=tmp_path, environment=environment)
    assert found["ok"], found
    assert locks.items() == []


def test_each_waits_for_the_others_lock(*, theirs: Path, ministack: S3Server, locks: LockTable, tmp_path: Path) -> None:
    bucket, environment = ministack.new_bucket(), reaching(ministack, locks)
    samples.wheel(tmp_path, "demo")
    locks.put("demo")
    ours = [*programs.command("s3pypi"), "demo-1.0-py3-none-any.whl", "-t", f"s3://{bucket}"]
    waited = [*ours, "--locks-table", locks.name, "--locks-timeout", "1"]
    done = programs.execute(waited, cwd=tmp_path, environ=environment)
    assert done.status == 1
    assert f"s3pypi force-unlock {locks.name} 89e495e7941cf9e40e6980d14a16bf023ccd4c91" in done.output
    their = [theirs, "upload", "demo-1.0-py3-none-any.whl", "--bucket", bucket, "--locks-table", locks.name]
    # What this program writes while it holds a lock.
    more = {"Project": "demo", "Token": "x", "ExpiresAt": "2026-11-02T10:01:00+00:00", "LeaseSeconds": "60"}
    locks.put("demo", **more)
    waited = [*their, "--s3-endpoint-url", ministack.endpoint_url]
    done = programs.execute(waited, cwd=tmp_path, environ=environment)
    assert done.status == 1
    assert '"Owner": "ci@agent-7"' in done.output, "it says who holds the lock, and no traceback"
    assert "Traceback" not in done.output
