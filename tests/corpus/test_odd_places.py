"""Names, paths and keys that no tool of ours makes, wherever they turn up."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from s3pypi_setuptools import InvalidDistribution, open_repository
from tests.support import samples
from tests.support.in_process import run
from tests.support.programs import run_on_terminal

ESCAPES = ["\x1b[2J\x1b]0;title\x07", "\x9b31m", "a\nb", "\r", "\u202e", "\udcff"]


@pytest.mark.parametrize("odd", ESCAPES)
def test_names_of_uploaded_files_do_not_drive_the_terminal(tmp_path: Path, odd: str) -> None:
    path = tmp_path / f"notes{odd}.txt"
    path.write_bytes(b"x")
    said = run("s3upload", os.fspath(path), "--target", "./there", cwd=tmp_path)
    assert said.status == 0 or "notes" in said.errors[0]
    said = run("s3pypi", "upload", os.fspath(path), "--target", "./there", cwd=tmp_path)
    assert (said.status, len(said.errors)) == (1, 1)
    assert len(said.err.splitlines()) == 1


@pytest.mark.parametrize("odd", ESCAPES)
@pytest.mark.parametrize(
    "arguments",
    [["verify"], ["prune", "--dry-run", "--grace=0"], ["reindex"], ["import"], ["list"]],
)
def test_folders_within_a_project_do_not_drive_the_terminal(tmp_path: Path, odd: str, arguments: list[str]) -> None:
    repository = tmp_path / "there"
    assert run("s3pypi", str(samples.wheel(tmp_path)), "-t", "./there", cwd=tmp_path).status == 0
    samples.wheel(repository / "demo" / f"folder{odd}", version="2.0")
    samples.wheel(repository / f"folder{odd}", version="3.0")
    run("s3pypi", *arguments, "-t", "./there", cwd=tmp_path)


def test_a_name_on_the_way_to_its_refusal_does_not_drive_the_terminal(tmp_path: Path) -> None:
    path = samples.wheel(tmp_path)
    named = path.rename(tmp_path / "demo\x1b]0;title\x07-1.0-py3-none-any.whl")
    status, said = run_on_terminal(named.name, str(samples.sdist(tmp_path)), "-t", "./there", cwd=tmp_path)
    assert status == 1
    assert "\x1b]0;title" not in said
    assert "characters that a distribution's name cannot have" in said.replace("\r\n", "")


@pytest.mark.parametrize("name", ["a\0b", "\ud800", "\x1b[2J", "a" * 5000, "[", "~\0", "\0*"])
def test_names_that_no_file_can_have(tmp_path: Path, name: str) -> None:
    repository = open_repository(tmp_path / "there")
    with pytest.raises(InvalidDistribution) as raised:
        repository.publish(name)
    assert str(raised.value).isprintable()
    assert not (tmp_path / "there").exists()


def test_the_longest_names_that_a_folder_can_hold(tmp_path: Path) -> None:
    """Names of what lies beside a distribution are longer than its own."""
    for length in (230, 240, 250, 255):
        version = "1." + "0" * (length - len("demo-1.-py3-none-any.whl"))
        path = samples.wheel(tmp_path, version=version)
        assert len(path.name) == length
        run("s3pypi", path.name, "-t", f"./{length}", cwd=tmp_path)


@pytest.mark.parametrize("value", ["x" * 300, "x/" * 3000, "loop", "\x1b[2J"])
@pytest.mark.parametrize("variable", ["PIP_CONFIG_FILE", "XDG_CONFIG_HOME", "XDG_CONFIG_DIRS"])
def test_variables_that_name_no_file(tmp_path: Path, variable: str, value: str) -> None:
    (tmp_path / "loop").symlink_to("loop")
    said = run("s3pypi", "list", cwd=tmp_path, environ={variable: value})
    assert (said.status, len(said.err.splitlines())) == (1, 1)
