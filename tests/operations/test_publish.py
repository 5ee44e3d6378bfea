from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path

import pytest

from s3pypi_setuptools.config.choices import IfExists
from s3pypi_setuptools.errors import InvalidDistribution, RepositoryError
from s3pypi_setuptools.index.model import Status
from s3pypi_setuptools.operations.publish.report import Outcome
from s3pypi_setuptools.repository.change import Decision
from s3pypi_setuptools.repository.manifest import Manifest
from s3pypi_setuptools.repository.repository import Repository
from s3pypi_setuptools.stores.base import Attributes
from s3pypi_setuptools.stores.memory import MemoryStore
from tests.operations.conftest import World
from tests.support.store_doubles import FaultyStore, Request

Hash = Callable[[Path], str]


def outcomes(report: object) -> dict[str, Outcome]:
    return {file.filename: file.outcome for file in report.files}  # type: ignore[attr-defined]


def test_a_release_is_listed_on_every_page_with_what_installers_need(world: World, sha256: Hash) -> None:
    wheel, sdist = world.wheel("1.0+cu121"), world.sdist("1.0+cu121")

    report = world.push(wheel, sdist)

    assert report.ok
    assert set(outcomes(report).values()) == {Outcome.PUBLISHED}
    assert world.listed() == {wheel.name: sha256(wheel), sdist.name: sha256(sdist)}
    assert world.projects() == ("demo",)
    page = world.pages()[0]
    assert page.versions == ("1.0+cu121",)
    for file in page.files:
        assert "%2B" in file.url
        assert file.size
        assert file.upload_time
        assert file.upload_time.tzinfo is timezone.utc
        assert file.requires_python == ">=3.8"
    sidecar = world.store.get(f"team/demo/{wheel.name}.metadata").data
    assert sidecar.startswith(b"Metadata-Version: 2.1\nName: demo\n")


def test_the_same_bytes_again_write_nothing(world: World) -> None:
    wheel = world.wheel()
    world.push(wheel)
    before = {info.key: info.token for info in world.store.list("")}

    assert outcomes(world.push(wheel)) == {wheel.name: Outcome.PRESENT}

    assert {info.key: info.token for info in world.store.list("")} == before


def test_other_bytes_are_a_conflict_that_holds_back_the_whole_project(world: World, sha256: Hash) -> None:
    wheel = world.wheel()
    world.push(wheel)

    report = world.push(world.wheel(salt="x"), world.sdist("1.1"))

    assert not report.ok
    assert set(outcomes(report).values()) == {Outcome.FAILED}
    errors = {file.filename: str(file.error) for file in report.files}
    assert errors[wheel.name].startswith(
        f"{wheel.name} is published already with other contents (sha256 {sha256(wheel)[:12]}"
    )
    assert world.listed() == {wheel.name: sha256(wheel)}


def test_a_conflict_of_one_project_leaves_the_others_alone(world: World) -> None:
    world.push(world.wheel())

    report = world.push(world.wheel(salt="x"), world.wheel(name="other"))

    assert sorted(file.outcome.value for file in report.files) == ["failed", "published"]
    assert world.listed("other")
    assert world.projects() == ("demo", "other")


@pytest.mark.parametrize(
    ("policy", "same", "other"),
    [
        (IfExists.SAME, Outcome.PRESENT, Outcome.FAILED),
        (IfExists.SKIP, Outcome.SKIPPED, Outcome.SKIPPED),
        (IfExists.FAIL, Outcome.FAILED, Outcome.FAILED),
        (IfExists.REPLACE, Outcome.PRESENT, Outcome.REPLACED),
    ],
)
def test_what_is_listed_already(world: World, sha256: Hash, policy: IfExists, same: Outcome, other: Outcome) -> None:
    first, second = world.wheel(), world.wheel(salt="x")
    world.push(first)

    for path, wanted in ((first, same), (second, other)):
        assert outcomes(world.push(path, if_exists=policy, dry_run=True)) == {path.name: wanted}
        assert world.listed() == {first.name: sha256(first)}
        assert outcomes(world.push(path, if_exists=policy)) == {path.name: wanted}

    replaced = policy is IfExists.REPLACE
    assert world.listed() == {first.name: sha256(second if replaced else first)}


@pytest.mark.parametrize("policy", list(IfExists))
def test_every_policy_publishes_what_is_not_listed(world: World, sha256: Hash, policy: IfExists) -> None:
    wheel = world.wheel()
    assert outcomes(world.push(wheel, if_exists=policy)) == {wheel.name: Outcome.PUBLISHED}
    assert world.listed() == {wheel.name: sha256(wheel)}


def test_a_replaced_file_gets_a_new_key_and_the_old_one_never_serves_again(world: World) -> None:
    first, second, third = world.wheel(), world.wheel(salt="x"), world.wheel(salt="y")
    plain = f"team/demo/{first.name}"
    world.push(first)

    keys = {plain}
    for path in (second, first, third):
        world.push(path, if_exists=IfExists.REPLACE)
        key = world.layout.object_key("demo", world.pages()[0].files[0].url)
        assert key not in keys
        keys.add(key or "")
        assert [found for found in world.stored() if found.endswith(".whl")] == [key], "replaced objects are gone"
        assert world.listed()


def test_an_object_that_nothing_lists_is_used_only_if_it_holds_our_bytes(world: World, sha256: Hash) -> None:
    ours, theirs = world.wheel(), world.wheel(salt="x")
    world.put(f"team/demo/{ours.name}", theirs.read_bytes())

    assert world.push(ours).ok

    assert world.listed() == {ours.name: sha256(ours)}
    assert world.store.get(f"team/demo/{ours.name}").data == theirs.read_bytes()


def test_an_object_with_our_bytes_and_another_metadata_file_is_not_used(world: World) -> None:
    wheel = world.wheel()
    world.put(f"team/demo/{wheel.name}", wheel.read_bytes())
    world.put(f"team/demo/{wheel.name}.metadata", b"Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n")

    world.push(wheel)

    file = world.pages()[0].files[0]
    assert file.url != wheel.name
    assert dict(file.core_metadata or ())["sha256"] == world.fetched("demo", f"{file.url}.metadata")


def test_a_dry_run_writes_nothing(world: World) -> None:
    report = world.push(world.wheel(), world.sdist(), dry_run=True)
    assert set(outcomes(report).values()) == {Outcome.PUBLISHED}
    assert report.dry_run
    assert world.stored() == []


def test_two_files_of_one_name(world: World) -> None:
    wheel = world.wheel()
    copy = world.folder / "copy" / wheel.name
    copy.parent.mkdir()
    copy.write_bytes(wheel.read_bytes())
    assert len(world.push(wheel, copy).files) == 1

    with pytest.raises(InvalidDistribution, match="has the filename of"):
        world.push(world.wheel("2.0"), world.wheel("2.0", salt="x"))
    assert list(world.listed()) == [wheel.name]


@pytest.mark.parametrize("status", [Status.ARCHIVED, Status.QUARANTINED])
def test_a_project_that_takes_no_uploads(world: World, status: Status) -> None:
    world.push(world.wheel())
    repository = Repository(world.store, world.layout)
    repository.change(
        "demo",
        lambda manifest: Decision(
            Manifest(manifest.project.with_status(status, "<old> & done"), manifest.removed), None
        ),
    )
    repository.close()

    report = world.push(world.wheel("2.0"))

    assert [file.outcome for file in report.files] == [Outcome.FAILED]
    assert "takes no uploads" in str(report.files[0].error)
    assert {page.status.status for page in world.pages() if page.status} == {status}
    assert len(world.pages()[0].files) == (0 if status is Status.QUARANTINED else 1)


def test_a_store_recorded_as_unable_is_refused_unless_wanted(world: World) -> None:
    world.push(world.wheel())
    record = world.store.get("team/repository.json").data
    record = record.replace(b'"conditional-writes": true', b'"conditional-writes": false')
    world.store.put("team/repository.json", record, Attributes())
    with pytest.raises(RepositoryError, match="--unsafe-no-locking"):
        world.push(world.wheel("2.0"))


def test_sixteen_publishers_at_once_lose_nothing(world: World) -> None:
    wheels = [world.wheel(f"1.{n}") for n in range(16)]
    reports: list[bool] = []
    threads = [threading.Thread(target=lambda wheel=wheel: reports.append(world.push(wheel).ok)) for wheel in wheels]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert reports == [True] * 16
    assert set(world.listed()) == {wheel.name for wheel in wheels}
    assert world.projects() == ("demo",)


def test_many_projects_side_by_side(world: World) -> None:
    wheels = [world.wheel(f"1.{n}", name=f"project-{p}") for p in range(10) for n in range(3)]
    assert world.push(*wheels).ok
    assert world.projects() == tuple(f"project-{p}" for p in range(10))
    assert all(len(world.listed(f"project-{p}")) == 3 for p in range(10))


def test_upload_times_come_in_the_form_that_pep_700_wants(world: World) -> None:
    world.push(world.wheel())
    page = world.store.get("team/demo/index.json").data.decode()
    time = page.split('"upload-time":"')[1].split('"')[0]
    assert abs(datetime.strptime(time, "%Y-%m-%dT%H:%M:%S.%f%z") - datetime.now(timezone.utc)).total_seconds() < 60


@pytest.mark.parametrize("content_tokens", [False, True], ids=["pages read", "pages told"])
@pytest.mark.parametrize("version", ["1.0", "3.0"])
def test_pages_of_a_manifest_that_was_replaced_by_a_backup_are_caught_up_with(
    tmp_path: Path, version: str, content_tokens: bool
) -> None:
    """The pages carry the number that the next commit gets, or a higher one, and another id."""
    world = World(tmp_path, MemoryStore(content_tokens=content_tokens))
    world.push(world.wheel())
    backup = world.store.get("team/demo/manifest.json").data
    world.push(world.wheel("2.0"))
    world.put("team/demo/manifest.json", backup, "application/json")

    assert world.push(world.wheel(version)).ok

    assert set(world.listed()) == {world.wheel().name, world.wheel(version).name}


def test_a_file_that_is_there_beside_a_refused_one_is_not_reported_as_failed(world: World) -> None:
    wheel, sdist = world.wheel(), world.sdist()
    world.push(wheel, sdist)

    report = world.push(wheel, world.sdist(salt="x"), world.wheel("2.0"))

    assert outcomes(report) == {
        wheel.name: Outcome.PRESENT,
        sdist.name: Outcome.FAILED,
        world.wheel("2.0").name: Outcome.FAILED,
    }
    assert [file.error for file in report.files if file.filename == wheel.name] == [None]
    assert set(world.listed()) == {wheel.name, sdist.name}


@pytest.mark.parametrize("page", ["index.html", ""])
def test_a_page_that_another_tool_makes_before_our_blank_one_is_taken_over(world: World, page: str) -> None:
    wheel, theirs = world.wheel(), world.wheel("0.9")
    made: list[str] = []

    def before(request: Request) -> None:
        if (request.verb, request.key) == ("put", f"team/demo/{page}") and not made:
            made.append(page)
            world.put(f"team/demo/{theirs.name}", theirs.read_bytes())
            digest = hashlib.sha256(theirs.read_bytes()).hexdigest()
            world.put(request.key, f'<a href="{theirs.name}#sha256={digest}">{theirs.name}</a>'.encode())

    assert world.push(wheel, store=FaultyStore(world.store, before=before)).ok

    assert made
    assert set(world.listed()) == {wheel.name, theirs.name}
