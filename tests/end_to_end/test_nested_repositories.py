"""Repositories under other prefixes of a bucket, made by s3pypi 2 and by this tool, beside the one at its top."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.support import programs, samples
from tests.support.markers import case
from tests.support.programs import Ended
from tests.support.servers import S3Server


def contents(server: S3Server, bucket: str, prefix: str) -> dict[str, str]:
    """Every key below ``prefix``, and its ETag."""
    found = server.client().list_objects_v2(Bucket=bucket, Prefix=prefix)
    assert not found["IsTruncated"]
    return {each["Key"]: each["ETag"] for each in found.get("Contents", ())}


Command = Callable[..., Ended]


@pytest.fixture
def ours(tmp_path: Path, s3_env: Mapping[str, str]) -> Command:
    return lambda *arguments: programs.run("s3pypi", *arguments, cwd=tmp_path, environ=s3_env)


def listed(ours: Command, target: str) -> dict[str, list[str]]:
    """The projects and their files."""
    report: dict[str, Any] = json.loads(ours("list", "-t", target, "--json").stdout)
    names = [project["name"] for project in report["projects"]]
    found = {name: json.loads(ours("list", name, "-t", target, "--json").stdout) for name in names}
    return {name: [file["filename"] for file in report["files"]] for name, report in found.items()}


@pytest.mark.parametrize("root", [case(True, slow=True, id="with root pages"), case(False, slow=False, id="without")])
def test_repositories_of_s3pypi_under_several_prefixes(
    *,
    gorilla: Callable[[str], Path],
    root: bool,
    s3_server: S3Server,
    s3_bucket: str,
    s3_env: dict[str, str],
    tmp_path: Path,
    ours: Command,
) -> None:
    prod, dev = samples.wheel(tmp_path / "dist", "prodlib"), samples.wheel(tmp_path / "dist", "demo")
    for prefix, file in (("", prod), ("dev", dev), ("prodlib/nightly", dev)):
        place = ["--bucket", s3_bucket, *(["--prefix", prefix] if prefix else [])]
        options = [*place, *(["--put-root-index"] if root else []), "--s3-endpoint-url", s3_server.endpoint_url]
        programs.output_of([gorilla("2.0.1") / "s3pypi", "upload", file, *options], cwd=tmp_path, environ=s3_env)
    inner = {prefix: contents(s3_server, s3_bucket, prefix) for prefix in ("dev/", "prodlib/nightly/")}
    target = f"s3://{s3_bucket}"

    for command in (["import"], ["reindex", "--yes"], ["verify", "--deep"], ["prune", "--grace", "0h", "--yes"]):
        done = ours(*command, "-t", target)
        assert done.status == 0, done.output
        for prefix in ("dev", "prodlib/nightly"):
            assert f"{target}/{prefix} is another repository, and is left alone" in done.stderr
    assert listed(ours, target) == {"prodlib": [prod.name]}
    refused = ours("upload", str(samples.wheel(tmp_path / "new", "dev")), "-t", target)
    assert (refused.status, refused.stderr.count("\n")) == (1, 1)
    assert f"{target}/dev is another repository, so no project can have the name dev here" in refused.stderr

    assert {prefix: contents(s3_server, s3_bucket, prefix) for prefix in inner} == inner
    assert ours("import", "-t", f"{target}/dev").status == 0
    assert listed(ours, f"{target}/dev") == {"demo": [dev.name]}
    assert ours("verify", "-t", target).status == 0


def test_our_own_under_several_prefixes(s3_server: S3Server, s3_bucket: str, tmp_path: Path, ours: Command) -> None:
    target, inner = f"s3://{s3_bucket}/simple", f"s3://{s3_bucket}/simple/team"
    files = [samples.wheel(tmp_path / "dist", name) for name in ("demo", "other")]
    for place, file in zip((target, inner), files, strict=True):
        assert ours("upload", str(file), "-t", place).status == 0
    before = contents(s3_server, s3_bucket, "simple/team/")

    for command in (
        ["verify"],
        ["reindex", "--yes"],
        ["import"],
        ["prune", "--grace", "0h", "--yes"],
        ["migrate-index", "index.html", "--yes"],
    ):
        done = ours(*command, "-t", target)
        assert done.status == 0, done.output
        assert done.stderr == f"s3pypi: warning: {inner} is another repository, and is left alone\n"
    assert listed(ours, target) == {"demo": [files[0].name]}

    for place in (f"{target}/demo", f"{target}/demo/nightly/x"):
        for command in (["init"], ["list"], ["reindex", "--yes"], ["upload", str(files[1])], ["import"]):
            done = ours(*command, "-t", place)
            assert (done.status, done.stderr.count("\n")) == (1, 1), done.stderr
            assert f"the folder of the project demo in the repository {target}: give that repository" in done.stderr
    examined = ours("doctor", "--read-only", "-t", f"{target}/demo")
    assert f"is the folder of the project demo in the repository {target}" in examined.stdout
    assert examined.status == 1
    assert contents(s3_server, s3_bucket, "simple/team/") == before
    assert listed(ours, inner) == {"other": [files[1].name]}
