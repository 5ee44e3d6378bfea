"""A forked program is like any other."""

from __future__ import annotations

from pathlib import Path

from tests.support import samples
from tests.support.forked_programs import ForkedPrograms


def test_it_runs_where_and_how_it_is_told(cli: ForkedPrograms, tmp_path: Path) -> None:
    wheel = samples.wheel(tmp_path, padding=1000)
    done = cli.run("s3pypi", wheel.name, cwd=tmp_path, environ={"S3PYPI_TARGET": "./repo"})
    assert (done.status, done.stderr) == (0, "")
    assert done.stdout.startswith(f"published {wheel.name}  ")
    assert (tmp_path / "repo" / "demo" / wheel.name).read_bytes() == wheel.read_bytes()


def test_its_exit_status_and_errors_are_told(cli: ForkedPrograms, tmp_path: Path) -> None:
    done = cli.run("s3pypi", "none.whl", cwd=tmp_path)
    assert (done.status, done.stdout, done.stderr) == (1, "", "s3pypi: error: none.whl: no such file\n")
    assert cli.run("s3pypi", "--nope", cwd=tmp_path).status == 2


def test_its_files_are_limited(cli: ForkedPrograms, tmp_path: Path) -> None:
    wheel = samples.wheel(tmp_path, padding=10_000)
    done = cli.run("s3pypi", wheel.name, "-t", "./repo", cwd=tmp_path, largest_file=5_000)
    assert done.status == 1
    assert not (tmp_path / "repo" / "demo" / wheel.name).exists()
