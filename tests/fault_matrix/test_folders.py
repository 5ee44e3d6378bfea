"""A folder in which something may not be read or written, is not what it should be, or vanishes."""

from __future__ import annotations

import contextlib
import functools
import itertools
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from s3pypi_setuptools.errors import Error
from s3pypi_setuptools.repository.layout import Layout
from s3pypi_setuptools.stores.local.store import LocalStore
from tests.fault_matrix.verbs import READS, VERBS, WHEEL
from tests.operations.conftest import World
from tests.support.forked_programs import ForkedPrograms
from tests.support.markers import case
from tests.support.programs import assert_one_line
from tests.support.repository_reader import read_folder
from tests.support.store_doubles import FaultyStore, Request

Damage = Callable[[Path], None]


def locked(*names: str) -> Damage:
    """Neither read nor written."""

    def damage(repository: Path) -> None:
        for name in names:
            (repository / name).chmod(0)

    return damage


def read_only(name: str) -> Damage:
    def damage(repository: Path) -> None:
        for path in (repository / name, *(repository / name).rglob("*")):
            path.chmod(0o555 if path.is_dir() else 0o444)

    return damage


def replaced(name: str, *, by_folder: bool) -> Damage:
    def damage(repository: Path) -> None:
        path = repository / name
        path.rename(repository.parent / "aside")
        if by_folder:
            (path / "in it").mkdir(parents=True)
        else:
            path.write_text("a file")

    return damage


replaced_by_file = functools.partial(replaced, by_folder=False)
replaced_by_folder = functools.partial(replaced, by_folder=True)


def repair(repository: Path, name: str | None) -> None:
    """Undo it."""
    if name is not None:
        path = repository / name
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
        (repository.parent / "aside").rename(path)
    repository.chmod(0o755)
    for path in sorted(repository.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    for path in sorted(repository.rglob("*")):  # what lay in folders that could not be read
        path.chmod(0o755 if path.is_dir() else 0o644)


CHANGES = ["next", "replace", "delete", "delete all", "yank"]
DAMAGES: dict[str, tuple[Damage, str | None, list[str], str]] = {
    "all read-only": (read_only(""), None, CHANGES, "Permission denied; check the permissions"),
    "project read-only": (read_only("demo"), None, CHANGES, "Permission denied; check the permissions"),
    "temporary files read-only": (read_only(".s3pypi"), None, CHANGES, "Permission denied; check the permissions"),
    "lock locked": (locked(".s3pypi/lock"), None, CHANGES, "Permission denied; check the permissions"),
    "manifest locked": (locked("demo/manifest.json"), None, CHANGES, "demo/manifest.json: cannot be read"),
    "JSON page locked": (locked("demo/index.json"), None, ["yank"], "demo/index.json: cannot be read"),
    "root record locked": (locked("manifest.json"), None, ["delete all"], "repo/manifest.json: cannot be read"),
    "project locked": (locked("demo"), None, CHANGES, "Permission denied"),
    "record locked": (locked("repository.json"), None, CHANGES, "repository.json: cannot be read"),
    "a file for a repository": (replaced_by_file(""), "", CHANGES, "repo"),
    "a file for a project": (replaced_by_file("demo"), "demo", ["next"], "demo"),
    "a file for temporary files": (replaced_by_file(".s3pypi"), ".s3pypi", CHANGES, ".s3pypi"),
    "a folder for a manifest": (
        replaced_by_folder("demo/manifest.json"), "demo/manifest.json", CHANGES, "demo/manifest.json"
    ),
    "a folder for a page": (replaced_by_folder("demo/index.html"), "demo/index.html", ["yank"], "demo/index.html"),
    "a folder for the record": (replaced_by_folder("repository.json"), "repository.json", ["next"], "repository.json"),
    "a folder for the root": (replaced_by_folder("manifest.json"), "manifest.json", ["delete all"], "manifest.json"),
    "a folder for the lock": (replaced_by_folder(".s3pypi/lock"), ".s3pypi/lock", ["next"], ".s3pypi"),
}  # fmt: skip
CASES = [
    case(damage, verb, slow=number > 0)
    for damage, (_, _, verbs, _) in DAMAGES.items()
    for number, verb in enumerate(verbs)
]


@pytest.mark.parametrize(("name", "verb_name"), CASES, ids=lambda value: value)
def test_damage_is_one_line_and_costs_nothing(name: str, verb_name: str, place: Path, cli: ForkedPrograms) -> None:
    damage, restored, _, said = DAMAGES[name]
    verb, repository = VERBS[verb_name], place / "repo"
    before = read_folder(repository).installable()
    damage(repository)

    done = cli.run("s3pypi", *verb.arguments, cwd=place)

    repair(repository, restored)
    assert done.status == 1, done
    assert_one_line(done.stderr)
    assert said in done.stderr
    assert before.keys() - verb.takes <= read_folder(repository).installable().keys()
    assert list(repository.rglob("*.tmp")) == []
    again = cli.run("s3pypi", *verb.arguments, cwd=place)
    assert (again.status, again.stderr) == (0, "")
    verb.check(read_folder(repository))


@pytest.mark.parametrize(
    ("command", "damaged", "named"),
    [
        (("upload", "-t", "./empty"), "empty", "empty"),
        (("upload", "-t", "./empty/a/b"), "empty", "empty"),
        (("upload",), "repo/demo", "repo/demo"),
        (("delete", "demo", "1.0", "-y"), "repo/.s3pypi/lock", "repo/.s3pypi/lock"),
    ],
)
def test_the_folder_to_look_at_is_named(
    command: tuple[str, ...], damaged: str, named: str, place: Path, cli: ForkedPrograms
) -> None:
    (place / "empty").mkdir()
    files = [f"dist/demo-2.0{WHEEL}"] if "upload" in command else []
    (place / damaged).chmod(0o555 if (place / damaged).is_dir() else 0)
    done = cli.run("s3pypi", *command, *files, cwd=place)
    (place / damaged).chmod(0o755)
    assert done.status == 1
    assert_one_line(done.stderr)
    assert done.stderr.endswith(f"Permission denied; check the permissions of {place / named}\n")


@pytest.mark.parametrize("arguments", READS.values(), ids=READS)
def test_what_only_reads_needs_no_permission_to_write(
    arguments: tuple[str, ...], place: Path, cli: ForkedPrograms
) -> None:
    read_only("")(place / "repo")
    done = cli.run("s3pypi", *arguments, cwd=place)
    repair(place / "repo", None)
    assert (done.status, done.stderr) == (0, "")


def test_a_file_that_may_not_be_read_is_found_by_verifying(place: Path, cli: ForkedPrograms) -> None:
    wheel = f"demo/demo-1.0{WHEEL}"
    locked(wheel)(place / "repo")
    done = cli.run("s3pypi", "verify", "--deep", "--quiet", cwd=place)
    assert (done.status, done.stderr) == (1, "")
    *findings, verdict = done.stdout.splitlines()
    assert any(wheel in line and "Permission denied" in line for line in findings)
    assert "verified" in verdict


@pytest.mark.parametrize("target", ["x" * 300, "/".join(["x" * 200] * 30)], ids=["name", "path"])
def test_a_name_too_long_for_the_disk(target: str, place: Path, cli: ForkedPrograms) -> None:
    done = cli.run("s3pypi", f"dist/demo-2.0{WHEEL}", "-t", f"./{target}", cwd=place)
    assert done.status == 1
    assert_one_line(done.stderr)
    assert "File name too long" in done.stderr


@pytest.mark.parametrize("largest", [0, 100])
def test_no_room_for_temporary_files(largest: int, place: Path, cli: ForkedPrograms) -> None:
    arguments = ("promote", "demo", "1.0", "--from", "./repo", "--to", "./second")
    assert cli.run("s3pypi", f"base/other-1.0{WHEEL}", "-t", "./second", cwd=place).status == 0
    done = cli.run("s3pypi", *arguments, cwd=place, largest_file=largest)
    assert done.status == 1
    assert_one_line(done.stderr)
    assert read_folder(place / "second").installable().keys() == {f"other-1.0{WHEEL}"}
    assert cli.run("s3pypi", *arguments, cwd=place).status == 0
    assert f"demo-1.0{WHEEL}" in read_folder(place / "second").installable()


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_folder_that_vanishes_at_any_request(when: str, tmp_path: Path) -> None:
    """Somebody deletes it, or a network drive goes: what is made anew lists nothing that is not there."""
    for number in itertools.count():
        folder = tmp_path / str(number)
        world = World(folder, LocalStore(folder / "repo"), Layout())
        world.push(world.wheel("0.9"), world.wheel(name="other"), cautious=True)

        def vanish(request: Request, number: int = number, folder: Path = folder) -> None:
            if request.number == number:
                shutil.rmtree(folder / "repo", ignore_errors=True)

        store = FaultyStore(world.store, **{when: vanish})
        wheel = world.wheel("1.0")
        with contextlib.suppress(Error):
            world.push(wheel, store=store, cautious=True)
        gone = number < len(store.requests)
        listed = read_folder(folder / "repo").installable()
        assert gone or wheel.name in listed
        report = world.push(wheel, store=LocalStore(folder / "repo"), cautious=True)
        assert report.ok, [file.error for file in report.files]
        assert wheel.name in read_folder(folder / "repo").installable()
        if not gone:
            assert number > 5
            return
