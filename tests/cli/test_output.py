"""What becomes of output that cannot be written."""

from __future__ import annotations

import logging
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.support import in_process, samples
from tests.support.programs import command

WHEEL = "demo-1.0-py3-none-any.whl"
FULL = "s3pypi: error: the output cannot be written: No space left on device"

pytestmark = pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")


def run_onto_full_disk(
    *arguments: str, cwd: Path, streams: tuple[str, ...] = ("stdout",), environ: Mapping[str, str] | None = None
) -> tuple[int, str]:
    """Exit status and what could be written, of a process whose ``streams`` lie on a full disk."""
    with Path("/dev/full").open("wb") as full:
        given = {name: full if name in streams else subprocess.PIPE for name in ("stdout", "stderr")}
        done = subprocess.run(
            [*command("s3pypi"), *arguments],
            cwd=cwd,
            env={**os.environ, **(environ or {})},
            text=True,
            check=False,
            timeout=300,
            **given,  # type: ignore[call-overload]
        )
    return done.returncode, (done.stdout or "") + (done.stderr or "")


@pytest.mark.parametrize(
    ("options", "environ"), [([], {}), (["--json"], {}), ([], {"FORCE_COLOR": "1"})], ids=["lines", "json", "table"]
)
def test_what_was_published_is_said_where_the_report_is_lost(
    tmp_path: Path, options: list[str], environ: dict[str, str]
) -> None:
    samples.wheel(tmp_path / "dist")
    arguments = ["upload", f"dist/{WHEEL}", "-t", "./repo", *options]
    said = run_onto_full_disk(*arguments, cwd=tmp_path, environ=environ)
    assert said == (1, f"{FULL}; published {WHEEL}\n")
    assert (tmp_path / "repo" / "demo" / WHEEL).exists()


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["config", "--json"]])
def test_output_that_is_lost_is_one_line_and_exit_1(tmp_path: Path, arguments: list[str]) -> None:
    assert run_onto_full_disk(*arguments, cwd=tmp_path) == (1, f"{FULL}\n")


def test_an_error_is_said_beside_the_lost_report(tmp_path: Path) -> None:
    status, said = run_onto_full_disk("list", "-t", "./none", "--json", cwd=tmp_path)
    first, second = said.splitlines()
    assert (status, second) == (1, FULL)
    assert first.startswith("s3pypi: error: ")
    assert "there is no repository here" in first


def test_a_full_disk_under_errors_changes_no_exit_status(tmp_path: Path) -> None:
    samples.wheel(tmp_path / "dist")
    assert run_onto_full_disk("dist", "-t", "nowhere", "-v", cwd=tmp_path, streams=("stderr",)) == (1, "")
    assert run_onto_full_disk("dist", "--nope", cwd=tmp_path, streams=("stdout", "stderr")) == (2, "")
    status, said = run_onto_full_disk("dist", "-t", "./repo", "-v", cwd=tmp_path, streams=("stderr",))
    assert (status, said.split()[:2]) == (0, ["published", WHEEL])


def test_the_log_is_as_it_was_after_a_run(tmp_path: Path) -> None:
    package = logging.getLogger("s3pypi_setuptools")
    package.setLevel(logging.ERROR)
    try:
        in_process.run("s3pypi", "list", "-v", "-t", "./nowhere", cwd=tmp_path)
        assert (package.level, package.handlers, package.propagate) == (logging.ERROR, [], True)
    finally:
        package.setLevel(logging.NOTSET)
