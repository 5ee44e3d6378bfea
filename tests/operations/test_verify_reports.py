"""What a look at a repository says of each thing that is wrong: where it is, what it is, and what to do."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from s3pypi_setuptools.operations.verify.verify import verify
from s3pypi_setuptools.repository.repository import Repository
from s3pypi_setuptools.repository.workspace import Clock
from s3pypi_setuptools.stores.base import Attributes
from s3pypi_setuptools.transaction import Backoff
from tests.operations.conftest import World
from tests.operations.processes import WHOLE, deleted, foreign, reindexed, verified

FOLDER = "team/demo/"
WHEEL = f"{FOLDER}demo-1.0-py3-none-any.whl"
OTHER_BYTES = "publish the right file with --force, which gives it a new key, or delete it"


def found(world: World, *, deep: bool = False) -> list[tuple[str, str | None, str, str]]:
    """(problem, project, key, detail) of each finding."""
    findings = verified(world, deep=deep).findings
    return [(finding.problem.value, finding.project, finding.key, finding.detail) for finding in findings]


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def test_a_file_that_is_gone_or_has_another_size(three: World) -> None:
    sdist, size = f"{FOLDER}{three.sdist().name}", three.sdist().stat().st_size
    three.store.delete(WHEEL)
    three.put(sdist, b"x")
    assert found(three) == found(three, deep=True)
    assert found(three) == [
        (
            "missing",
            "demo",
            WHEEL,
            "is listed, and does not exist: publish it again, or unlist it with 'reindex --yes'",
        ),
        ("wrong-size", "demo", sdist, f"has 1 byte, {size} are listed: {OTHER_BYTES}"),
    ]


@pytest.mark.parametrize("kind", ["wheel", "sdist"])
def test_other_bytes_of_the_same_size(world: World, kind: str) -> None:
    path: Path = getattr(world, kind)()
    world.push(path)
    data = path.read_bytes()
    other = data[:-1] + bytes([data[-1] ^ 1])
    world.store.put(f"{FOLDER}{path.name}", other, Attributes())
    detail = f"has sha256 {digest(other)}, {digest(data)} is listed: {OTHER_BYTES}"
    assert found(world, deep=True) == [("wrong-hash", "demo", f"{FOLDER}{path.name}", detail)]


def test_a_metadata_file_that_is_not_the_wheels(world: World) -> None:
    world.push(world.wheel())
    right = world.store.get(f"{WHEEL}.metadata").data
    world.put(f"{WHEEL}.metadata", b"wrong")
    detail = "differs from the METADATA in the wheel: 'reindex --deep' corrects it"
    assert found(world, deep=True) == [("wrong-metadata", "demo", f"{WHEEL}.metadata", detail)]
    world.put(f"{WHEEL}.metadata", right)
    manifest = world.store.get(f"{FOLDER}manifest.json").data
    world.put(f"{FOLDER}manifest.json", manifest.replace(digest(right).encode(), b"0" * 64))
    stated = f"has sha256 {digest(right)}, {'0' * 64} is listed: 'reindex --deep' corrects it"
    assert ("wrong-metadata", "demo", f"{WHEEL}.metadata", stated) in found(world, deep=True)
    assert reindexed(world, deep=True).ok
    assert found(world, deep=True) == []


def test_another_requirement_than_the_wheels(world: World) -> None:
    world.push(world.wheel())
    manifest = world.store.get(f"{FOLDER}manifest.json").data
    world.put(f"{FOLDER}manifest.json", manifest.replace(b'">=3.8"', b'">=2.7"'))
    stated = "requires Python >=3.8, >=2.7 is listed: 'reindex --deep' corrects it"
    assert ("wrong-requires-python", "demo", WHEEL, stated) in found(world, deep=True)
    assert reindexed(world, deep=True).ok
    assert found(world, deep=True) == []


def test_adopted_files_without_a_hash_or_that_installers_refuse(world: World) -> None:
    broken = world.wheel("2.0")
    with zipfile.ZipFile(broken, "w") as archive:
        archive.writestr("demo/__init__.py", "")
    foreign(world, "demo", world.wheel(), broken)
    world.push(world.wheel("3.0"))
    hashless = "its hash or size is not known: 'reindex' fills it in"
    assert found(world) == [
        ("no-hash", "demo", WHEEL, hashless),
        ("no-hash", "demo", f"{FOLDER}{broken.name}", hashless),
    ]
    [unreadable] = [finding for finding in found(world, deep=True) if finding[0] == "unreadable-file"]
    assert unreadable[:3] == ("unreadable-file", "demo", f"{FOLDER}{broken.name}")
    assert unreadable[3].startswith("installers refuse it: ")
    assert "/" not in unreadable[3].partition(": ")[2].partition(" ")[0]


def looked_at(world: World, heal: Callable[[float], None]) -> list[str]:
    """The problems that are left when ``heal`` is called for each pause."""
    repository = Repository(world.store, world.layout, clock=Clock(backoff=Backoff(sleep=heal)))
    try:
        return [finding.problem.value for finding in verify(repository).findings]
    finally:
        repository.close()


@pytest.mark.parametrize("healed", [1, 2, 3])
def test_a_recent_commit_has_two_pauses_to_reach_its_pages(world: World, healed: int) -> None:
    world.push(world.wheel())
    key = f"{FOLDER}index.html"
    page = world.store.get(key)
    world.store.delete(key)
    pauses: list[float] = []

    def heal(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == healed:
            world.store.put(key, page.data, Attributes())

    assert looked_at(world, heal) == ([] if healed < 3 else ["missing-page"])
    assert pauses == [1.0, 2.0][:healed]


def test_a_list_of_projects_that_is_another_record_or_lacks_one(three: World) -> None:
    root = three.store.get("team/manifest.json").data
    three.put("team/manifest.json", three.store.get("team/other/manifest.json").data)
    [(problem, project, key, detail)] = found(three)
    assert (problem, project, key) == ("damaged-root", None, "team/manifest.json")
    assert detail
    three.put("team/manifest.json", root.replace(b'"demo"', b'"gone"'))
    lacks, extra, *_ = found(three)
    record = "team/manifest.json"
    assert lacks == ("not-on-root", "demo", record, "the list of projects does not name the project: 'reindex' adds it")
    assert extra == ("only-on-root", "gone", record, "the project does not exist: 'reindex' removes it from the list")
    three.store.delete(record)
    assert found(three) == [
        ("damaged-root", None, record, "the list of projects does not exist: 'reindex' corrects it")
    ]


def test_a_project_that_is_deleted_between_two_looks_is_no_finding(three: World) -> None:
    three.store.delete(f"{FOLDER}index.html")
    done: list[float] = []

    def delete_all(seconds: float) -> None:
        if not done:
            deleted(three, WHOLE)
        done.append(seconds)

    assert looked_at(three, delete_all) == []
    assert done
