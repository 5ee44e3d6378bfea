"""``s3pypi doctor``."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from s3pypi_setuptools.api import PackageRepository
from s3pypi_setuptools.config.resolve import resolve
from s3pypi_setuptools.monitor import Monitor
from tests.support.programs import run, run_json, run_on_terminal
from tests.support.servers import S3Server

LINE = re.compile(r"(ok|warning|no|skipped) [a-zURLOI/ ]+: .+")


def test_lines_for_programs(tmp_path: Path) -> None:
    done = run("s3pypi", "doctor", "./repo", cwd=tmp_path)
    assert (done.status, done.stderr) == (0, "")
    *lines, last = done.stdout.splitlines()
    assert all(LINE.fullmatch(line) for line in lines)
    assert lines[0] == f"ok target: {(tmp_path / 'repo').as_uri()} (from command line)"
    assert last == f"publishing to {(tmp_path / 'repo').as_uri()} is sound"


def test_json(tmp_path: Path) -> None:
    report = run_json("doctor", "-t", "./repo", cwd=tmp_path)
    assert set(report) == {"ok", "target", "read_only", "checks"}
    assert report["ok"] is True
    assert all(set(check) == {"name", "result", "found", "advice"} for check in report["checks"])


@pytest.mark.parametrize("columns", [80, 120])
def test_the_table(moto: S3Server, tmp_path: Path, columns: int) -> None:
    target = f"s3://{moto.new_bucket('ignores-put')}/team"
    environment = {**moto.environment, "COLUMNS": str(columns)}
    status, output = run_on_terminal("doctor", target, cwd=tmp_path, environ=environment)
    shown = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", output).replace("\r", "\n")
    assert status == 1
    assert {len(line) for line in shown.splitlines() if line.startswith(("│", "┃"))} == {columns}
    assert re.search(r"│ conditional create +│ failed +│", shown)
    assert "--locks-table TABLE" in re.sub(r"[│\s]+", " ", shown)
    assert "is not sound: see conditional create, conditional replace" in " ".join(shown.split())
    assert moto.secret_key not in output


def test_wrong_usage(tmp_path: Path) -> None:
    done = run("s3pypi", "doctor", "./repo", "-t", "./other", cwd=tmp_path)
    assert done.status == 2
    assert "give the target once" in done.stderr
    assert run("s3pypi", "doctor", cwd=tmp_path).status == 1
    assert list(tmp_path.iterdir()) == []


def test_help_names_the_exit_statuses(tmp_path: Path) -> None:
    done = run("s3pypi", "doctor", "--help", cwd=tmp_path)
    assert "Exit status: 0 publishing there" in done.stdout


class Steps:
    """A counter, as a bar shows it."""

    def __init__(self) -> None:
        self.expected = self.done = 0

    def expect(self, count: int) -> None:
        self.expected += count

    def advance(self, count: int) -> None:
        assert self.expected, "nothing was to be expected yet"
        self.done += count


@pytest.mark.parametrize("read_only", [True, False])
def test_all_steps_are_counted(tmp_path: Path, read_only: bool) -> None:
    steps = Steps()
    settings = resolve(command_line={"target": str(tmp_path)})
    PackageRepository(settings).doctor(read_only=read_only, monitor=Monitor(count=steps))
    assert (steps.done, steps.expected) == (steps.expected, 6 if read_only else 7)
