"""A folder on a disk that is full, read-only, or takes no file above some size: what was listed stays so, all of it."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fault_matrix.verbs import VERBS, Verb
from tests.support.forked_programs import ForkedPrograms
from tests.support.programs import assert_one_line
from tests.support.repository_reader import read_folder

PAGE = 4096
MOST_PAGES = 60


def assert_survived(folder: Path, verb: Verb, before: dict[str, str]) -> None:
    """Nothing is lost, and nothing half-written is left."""
    after = read_folder(folder / "repo").installable()
    assert before.keys() - verb.takes <= after.keys()
    assert list((folder / "repo").rglob("*.tmp")) == []


def sizes(folder: Path) -> set[int]:
    return {path.stat().st_size for path in (folder / "repo").rglob("*") if path.is_file()}


@pytest.mark.parametrize("name", ["next", "replace", "delete all"])
def test_no_file_above_any_size(name: str, place: Path, cli: ForkedPrograms) -> None:
    verb = VERBS[name]
    repository, base = place / "repo", place / "before"
    shutil.copytree(repository, base)
    before = read_folder(place / "repo").installable()
    assert cli.run("s3pypi", *verb.arguments, cwd=place).status == 0
    trials = sorted({size - 1 for size in sizes(place) if size})
    assert len(trials) > 2

    stopped = 0
    for largest in trials:
        shutil.rmtree(repository)
        shutil.copytree(base, repository)
        done = cli.run("s3pypi", *verb.arguments, cwd=place, largest_file=largest)
        if done.status:
            stopped += 1
            assert_one_line(done.stderr)
            assert "File too large" in done.stderr
            assert_survived(place, verb, before)
        again = cli.run("s3pypi", *verb.arguments, cwd=place)
        assert (again.status, again.stderr) == (0, "")
        verb.check(read_folder(place / "repo"))
    assert stopped > 1


@contextlib.contextmanager
def small_disk(folder: Path, mode: str = "rw") -> Iterator[None]:
    folder.mkdir(exist_ok=True)
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={PAGE * MOST_PAGES},{mode}", "tmpfs", str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        pytest.skip(f"no small disk can be mounted here, only sizes of files be limited: {done.stderr.strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", str(folder)], check=True)
        folder.rmdir()


@pytest.mark.parametrize("name", ["first", "next", "replace", "delete", "delete all", "yank"])
def test_a_disk_that_becomes_full_anywhere(name: str, place: Path, cli: ForkedPrograms) -> None:
    verb = VERBS[name]
    repository, base = place / "repo", place / "before"
    repository.rename(base)
    stopped = 0
    for free in range(MOST_PAGES):
        with small_disk(repository):
            if not verb.fresh:
                shutil.copytree(base, repository, dirs_exist_ok=True)
            before = read_folder(place / "repo").installable()
            usage = shutil.disk_usage(repository)
            ballast = repository / ".s3pypi" / "ballast"
            ballast.parent.mkdir(exist_ok=True)
            ballast.write_bytes(bytes(max(0, usage.free - free * PAGE)))
            done = cli.run("s3pypi", *verb.arguments, cwd=place)
            if done.status == 0:
                verb.check(read_folder(place / "repo"))
                break
            stopped += 1
            assert_one_line(done.stderr)
            assert "free some space" in done.stderr
            assert_survived(place, verb, before)
            ballast.unlink()
            again = cli.run("s3pypi", *verb.arguments, cwd=place)
            assert (again.status, again.stderr) == (0, "")
            verb.check(read_folder(place / "repo"))
    else:
        pytest.fail("it never fits")
    assert stopped


def test_a_disk_that_is_read_only(place: Path, cli: ForkedPrograms) -> None:
    with small_disk(place / "disk", "ro"):
        done = cli.run("s3pypi", *VERBS["next"].arguments, "-t", "./disk/repo", cwd=place)
    assert done.status == 1
    assert_one_line(done.stderr)
    assert "Read-only file system; " in done.stderr
    assert done.stderr.endswith(f"{place / 'disk'} must be mounted for writing\n")
