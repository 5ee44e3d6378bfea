"""Files that are no distributions, or odd ones, on the way to be published."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from s3pypi_setuptools.distribution import Distribution
from tests.corpus.archives import BAD, GOOD, SDIST_NAME, bombs
from tests.distribution.archives import WHEEL_NAME
from tests.support import samples
from tests.support.in_process import run

LIMIT = 224 * 1024 * 1024
CHILD = """
import resource, sys
from pathlib import Path
from s3pypi_setuptools.distribution import Distribution
from s3pypi_setuptools.errors import InvalidDistribution
resource.setrlimit(resource.RLIMIT_AS, (int(sys.argv[1]),) * 2)
for path in sys.argv[2:]:
    try:
        print(Distribution.read(Path(path)).version)
    except InvalidDistribution as error:
        print(error)
"""


@pytest.mark.parametrize("name", GOOD)
def test_odd_distributions_are_published(tmp_path: Path, name: str) -> None:
    filename, data = GOOD[name]
    (tmp_path / filename).write_bytes(data)
    assert run("s3pypi", filename, "-t", "./there", cwd=tmp_path).status == 0
    assert run("s3pypi", "list", "-t", "./there", cwd=tmp_path).status == 0


@pytest.mark.parametrize("name", BAD)
def test_one_bad_file_among_good_ones_is_one_line_and_writes_nothing(tmp_path: Path, name: str) -> None:
    filename, data, reason = BAD[name]
    good = samples.wheel(tmp_path / "good", "good")
    (tmp_path / filename).write_bytes(data)
    for files in ([filename], [str(good), filename], [filename, str(good)]):
        said = run("s3pypi", *files, "-t", "./there", cwd=tmp_path)
        assert (said.status, said.out, len(said.err.splitlines())) == (1, "", 1), said
        assert filename.encode("ascii", "backslashreplace").decode() in said.err or filename in said.err
        assert reason in said.err
        assert len(said.err) < 1000
        assert not (tmp_path / "there").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limits")
def test_nothing_is_inflated_without_limit(tmp_path: Path) -> None:
    paths, reasons = [], []
    for number, (filename, data, reason) in enumerate(bombs().values()):
        assert len(data) < 2 * 1024 * 1024
        path = tmp_path / str(number) / filename
        path.parent.mkdir()
        path.write_bytes(data)
        paths.append(path)
        reasons.append(reason)
    done = subprocess.run(
        [sys.executable, "-c", CHILD, str(LIMIT), *map(str, paths)],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.stderr == ""
    said = done.stdout.splitlines()
    assert len(said) == len(paths)
    for line, path, reason in zip(said, paths, reasons, strict=True):
        assert line.startswith(f"{path}: ")
        assert reason in line


def test_what_is_no_file_is_one_line(tmp_path: Path) -> None:
    (tmp_path / WHEEL_NAME).mkdir()
    os.mkfifo(tmp_path / SDIST_NAME)
    (tmp_path / "demo-2.0.tar.gz").symlink_to("nowhere")
    (tmp_path / "demo-3.0.tar.gz").symlink_to("demo-3.0.tar.gz")
    (tmp_path / "demo-4.0.tar.gz").symlink_to("/dev/zero")
    for name, reason in {
        WHEEL_NAME: "the folder holds no wheel",
        SDIST_NAME: "not a regular file",
        "demo-2.0.tar.gz": "No such file",
        "demo-3.0.tar.gz": "symbolic links",
        "demo-4.0.tar.gz": "not a regular file",
        f"{WHEEL_NAME}/x.whl": "no such file",
        "x" * 300: "no such file",
    }.items():
        said = run("s3pypi", name, "-t", "./there", cwd=tmp_path)
        assert (said.status, len(said.err.splitlines())) == (1, 1)
        assert reason in said.err
    assert not (tmp_path / "there").exists()


def test_a_file_that_may_not_be_read(tmp_path: Path) -> None:
    path = samples.wheel(tmp_path)
    path.chmod(0)
    said = run("s3pypi", path.name, "-t", "./there", cwd=tmp_path)
    if os.access(path, os.R_OK):  # the system's administrator may read all
        assert said.status == 0
    else:
        assert (said.status, "Permission denied" in said.err) == (1, True)
        assert not (tmp_path / "there").exists()


ATTESTATION = (
    '{"version": 1, "verification_material": {"certificate": "MAA="},'
    ' "envelope": {"signature": "MAA=", "statement": "%s"}%s}'
)


@pytest.mark.parametrize(
    "rest", [', "x": "\\ud800"', ', "x": NaN', ', "x": Infinity', ', "x": 1e999', ', "x": ' + "[" * 900 + "]" * 900]
)
def test_an_attestation_that_cannot_be_passed_on(tmp_path: Path, rest: str) -> None:
    path = samples.wheel(tmp_path)
    sha256 = Distribution.read(path).file.sha256
    statement = {"subject": [{"name": path.name, "digest": {"sha256": sha256}}]}
    encoded = base64.b64encode(json.dumps(statement).encode()).decode()
    beside = path.with_name(f"{path.name}.publish.attestation")
    beside.write_text(ATTESTATION % (encoded, ""))
    assert run("s3pypi", path.name, "-t", "./good", cwd=tmp_path).status == 0
    beside.write_text(ATTESTATION % (encoded, rest))
    said = run("s3pypi", path.name, "-t", "./there", cwd=tmp_path)
    if rest.endswith("]"):
        assert said.status in (0, 1)
        return
    assert (said.status, len(said.errors)) == (1, 1), said
    assert "is no attestation" in said.err
    assert not (tmp_path / "there").exists()
