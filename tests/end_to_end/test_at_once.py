"""Many processes publish at once, to real servers."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from s3pypi_setuptools.index import simple_html, simple_json
from tests import samples
from tests.servers import S3Server

PUBLISHERS = 16


def publishers(wheels: list[Path], target: str, environment: dict[str, str]) -> list[tuple[int, str]]:
    """Exit status and output of one process a wheel, all started together."""
    command = [sys.executable, "-m", "s3pypi_setuptools.cli", "upload", "--target", target]
    processes = [
        subprocess.Popen(
            [*command, str(wheel)], env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        for wheel in wheels
    ]
    return [(process.wait(), output) for process in processes for output in [process.communicate()[0]]]


@pytest.mark.parametrize("existing", [False, True], ids=["new project", "existing project"])
def test_versions_of_one_project(
    s3_server: S3Server, s3_bucket: str, s3_env: dict[str, str], tmp_path: Path, existing: bool
) -> None:
    target = f"s3://{s3_bucket}/simple"
    wheels = [samples.wheel(tmp_path, "demo", f"1.{number}") for number in range(PUBLISHERS)]
    expected = {wheel.name for wheel in wheels}
    if existing:
        first = samples.wheel(tmp_path, "demo", "0.9")
        assert publishers([first], target, s3_env)[0][0] == 0
        expected.add(first.name)

    results = publishers(wheels, target, s3_env)

    assert [status for status, _ in results] == [0] * PUBLISHERS, results
    client = s3_server.client()
    pages = {
        key: client.get_object(Bucket=s3_bucket, Key=f"simple/demo/{key}")["Body"].read()
        for key in ("index.json", "index.html", "")
    }
    client.close()
    assert {file.filename for file in simple_json.parse_project(pages["index.json"]).files} == expected
    for key in ("index.html", ""):
        assert {file.filename for file in simple_html.parse_project(pages[key], "demo").files} == expected


def test_versions_of_one_project_in_a_folder(tmp_path: Path) -> None:
    wheels = [samples.wheel(tmp_path, "demo", f"1.{number}") for number in range(PUBLISHERS)]
    folder = tmp_path / "repository"

    results = publishers(wheels, str(folder), dict(os.environ))

    assert [status for status, _ in results] == [0] * PUBLISHERS, results
    listed = simple_json.parse_project((folder / "demo" / "index.json").read_bytes()).files
    assert {file.filename for file in listed} == {wheel.name for wheel in wheels}


def test_new_projects_on_one_root(s3_server: S3Server, s3_bucket: str, s3_env: dict[str, str], tmp_path: Path) -> None:
    wheels = [samples.wheel(tmp_path, f"demo{number}", "1.0") for number in range(PUBLISHERS)]

    results = publishers(wheels, f"s3://{s3_bucket}", s3_env)

    assert [status for status, _ in results] == [0] * PUBLISHERS, results
    client = s3_server.client()
    page = client.get_object(Bucket=s3_bucket, Key="index.html")["Body"].read()
    client.close()
    assert set(simple_html.parse_root(page).projects) == {f"demo{number}" for number in range(PUBLISHERS)}
