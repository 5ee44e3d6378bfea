"""What is wrong is found, and what is well is not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from s3pypi_setuptools.config.choices import IfExists
from s3pypi_setuptools.errors import AccessDenied, RepositoryError
from s3pypi_setuptools.index.model import Status
from s3pypi_setuptools.operations.file_selector import FileSelector
from s3pypi_setuptools.operations.status import set_status
from s3pypi_setuptools.stores.base import Attributes
from s3pypi_setuptools.stores.local.store import LocalStore
from tests.operations.conftest import World
from tests.operations.processes import DAY, deleted, opened, problems, reindexed, state, verified
from tests.support import samples
from tests.support.markers import case
from tests.support.store_doubles import FaultyStore, Killed, Request, kill_before_write

WHEEL = "team/demo/demo-1.0-py3-none-any.whl"
SDIST = "team/demo/demo-1.0.tar.gz"


@pytest.fixture(params=["memory", case("folder", slow=True)])
def two(request: pytest.FixtureRequest, tmp_path: Path) -> World:
    """demo 1.0 (wheel, sdist) and 2.0 (wheel), and another project."""
    world = World(tmp_path)
    if request.param == "folder":
        world.store = LocalStore(tmp_path / "store")
    fill(world)
    return world


def fill(world: World) -> None:
    world.push(world.wheel(), world.sdist(), world.wheel("2.0"), world.wheel(name="other"))


def test_a_sound_repository_has_no_findings(two: World) -> None:
    before = state(two)
    for deep in (False, True):
        report = verified(two, deep=deep)
        assert (report.findings, report.ok) == ((), True)
        assert (report.projects, report.files, report.pending) == (2, 4, 0)
    assert verified(two, "demo").files == 3
    assert state(two) == before


def test_every_kind_of_change_leaves_no_findings(world: World) -> None:
    world.push(world.wheel(), world.sdist(), world.wheel("2.0"), world.wheel(name="other"))
    world.push(world.wheel(salt="x"), if_exists=IfExists.REPLACE)
    deleted(world, FileSelector("2.0"))
    deleted(world, FileSelector(), "other")
    assert problems(world, deep=True) == []
    with opened(world) as repository:
        set_status(repository, "demo", Status.QUARANTINED)
    assert problems(world, deep=True) == []


def overwrite(world: World, key: str, data: bytes) -> None:
    world.store.put(key, data, Attributes())


def remove(world: World, start: str) -> None:
    for key in world.stored():
        if key.startswith(start):
            world.store.delete(key)


Damage = Callable[[World], None]
FOUND: dict[str, tuple[Damage, set[tuple[str, str]]]] = {
    "file gone": (lambda w: w.store.delete(SDIST), {("missing", "demo/demo-1.0.tar.gz")}),
    "other size": (lambda w: overwrite(w, SDIST, b"x"), {("wrong-size", "demo/demo-1.0.tar.gz")}),
    "metadata gone": (
        lambda w: w.store.delete(f"{WHEEL}.metadata"),
        {("missing-metadata", "demo/demo-1.0-py3-none-any.whl.metadata")},
    ),
    "manifest garbage": (
        lambda w: overwrite(w, "team/demo/manifest.json", b"{"),
        {("damaged-manifest", "demo/manifest.json")},
    ),
    "manifest gone": (lambda w: w.store.delete("team/demo/manifest.json"), {("no-manifest", "demo/manifest.json")}),
    "page gone": (lambda w: w.store.delete("team/demo/index.html"), {("missing-page", "demo/index.html")}),
    "page garbage": (lambda w: overwrite(w, "team/demo/index.json", b"{"), {("wrong-page", "demo/index.json")}),
    "page edited": (
        lambda w: overwrite(
            w, "team/demo/index.html", w.store.get("team/demo/index.html").data.replace(b"2.0", b"9.0")
        ),
        {("wrong-page", "demo/index.html")},
    ),
    "page of an early version": (
        lambda w: overwrite(
            w, "team/demo/index.html", samples.page_old_pip_rejects(w.store.get("team/demo/index.html").data)
        ),
        {("page-old-pip-rejects", "demo/index.html")},
    ),
    "dropped in": (
        lambda w: overwrite(w, "team/demo/demo-3.0.tar.gz", w.sdist("3.0").read_bytes()),
        {("orphan", "demo/demo-3.0.tar.gz")},
    ),
    "root record gone": (lambda w: w.store.delete("team/manifest.json"), {("damaged-root", "manifest.json")}),
    "root record garbage": (
        lambda w: overwrite(w, "team/manifest.json", b"[]"),
        {("damaged-root", "manifest.json")},
    ),
    "root page gone": (lambda w: w.store.delete("team/index.html"), {("missing-page", "index.html")}),
    "root page edited": (
        lambda w: overwrite(w, "team/index.html", w.store.get("team/index.html").data + b"<!---->"),
        {("wrong-page", "index.html")},
    ),
    "folder gone": (
        lambda w: remove(w, "team/other/"),
        {("only-on-root", "manifest.json")},
    ),
}


@pytest.mark.parametrize("what", FOUND)
def test_damage_is_found_and_reindex_puts_it_right(two: World, what: str) -> None:
    damage, found = FOUND[what]
    damage(two)
    before = state(two)

    report = verified(two)

    assert {(each.problem.value, each.key.removeprefix("team/")) for each in report.findings} == found
    assert not report.ok
    assert all(each.detail for each in report.findings)
    assert state(two) == before, "verify writes nothing"

    assert reindexed(two, dry_run=True).ok is (what not in ("file gone", "other size"))
    assert state(two) == before, "a dry run writes nothing"
    assert reindexed(two, unlist_missing=True).ok is (what != "other size")
    assert problems(two, deep=True) == ([] if what != "other size" else [("wrong-size", "demo/demo-1.0.tar.gz")])
    if what != "other size":
        expected = {two.wheel().name, two.sdist().name, two.wheel("2.0").name}
        expected -= {two.sdist().name} if what == "file gone" else set()
        expected |= {"demo-3.0.tar.gz"} if what == "dropped in" else set()
        assert set(two.listed()) == expected
    settled = state(two)
    assert [project for project in reindexed(two).projects if not project.errors] == []
    assert state(two) == settled, "nothing is left to do"


def test_a_page_of_an_early_version_is_rendered_anew_with_the_next_change(two: World) -> None:
    keys = [key for key in two.stored() if key in ("team/demo/index.html", "team/demo/")]
    rendered = two.store.get(keys[0]).data
    assert b"data-core-metadata" in rendered
    assert b"dist-info" not in rendered
    for key in keys:
        overwrite(two, key, samples.page_old_pip_rejects(rendered))
        assert b"dist-info" in two.store.get(key).data
    two.push(two.wheel("3.0"))
    for key in keys:
        assert b"dist-info" not in two.store.get(key).data
    assert problems(two) == []


def test_pages_in_the_layout_of_an_earlier_version_are_good_until_they_change(two: World) -> None:
    pages = [key for key in two.stored() if key.endswith(("/index.html", "/")) and two.store.get(key).data]
    for key in pages:
        overwrite(two, key, samples.older_layout(two.store.get(key).data))
        assert b"<form" not in two.store.get(key).data
    assert problems(two) == []
    two.push(two.wheel("3.0"))
    assert b"<form" in two.store.get("team/demo/index.html").data
    assert b"<form" not in two.store.get("team/other/index.html").data, "nothing is written that did not change"
    assert problems(two) == []
    for change in (b"<script>alert(1)</script>", b'<a href="evil-1.0.zip">evil-1.0.zip</a>'):
        older = samples.older_layout(two.store.get("team/demo/index.html").data)
        overwrite(two, "team/demo/index.html", older.replace(b"</ul>", change + b"</ul>"))
        assert problems(two) == [("wrong-page", "demo/index.html")]


def test_other_bytes_of_the_same_size_are_found_by_reading(two: World) -> None:
    data = bytearray(two.store.get(SDIST).data)
    data[-1] ^= 1
    overwrite(two, SDIST, bytes(data))
    assert problems(two) == []
    assert problems(two, deep=True) == [("wrong-hash", "demo/demo-1.0.tar.gz")]
    assert not reindexed(two, deep=True).ok, "nobody but its owner can say which bytes are meant"


def test_a_metadata_file_that_is_not_the_wheels_is_found_by_reading(two: World) -> None:
    overwrite(two, f"{WHEEL}.metadata", b"Name: other")
    found = {("wrong-metadata", "demo/demo-1.0-py3-none-any.whl.metadata")}
    assert set(problems(two, deep=True)) == found
    assert reindexed(two, deep=True).ok
    assert problems(two, deep=True) == []


def test_what_was_overwritten_long_after_its_upload_is_looked_at(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("s3pypi_setuptools.operations.verify.file_check.LATE", -1000 * DAY)
    world.push(world.wheel())
    assert problems(world) == []
    size = len(world.store.get(WHEEL).data)
    world.store.put(WHEEL, b"x" * size, Attributes(metadata={"s3pypi-sha256": "0" * 64}))
    assert problems(world) == [("wrong-hash", "demo/demo-1.0-py3-none-any.whl")]


def test_what_a_replacement_stored_of_late_is_no_finding(two: World, tmp_path: Path) -> None:
    """It lies under a key that nobody makes by hand, which tells where objects say nothing of themselves."""
    dying = kill_before_write(two.store, "team/demo/manifest.json")
    with pytest.raises(Killed):
        two.push(two.wheel(salt="x"), store=dying, if_exists=IfExists.REPLACE)
    now = verified(two, later=0 * DAY)
    assert (now.findings, now.pending) == ((), 2)
    assert [problem for problem, _ in problems(two)] == ["orphan", "orphan"]


def test_an_unfinished_deletion_is_found(world: World) -> None:
    fill(world)

    def deny(request: Request) -> None:
        if request.verb == "delete":
            raise AccessDenied(request.key, "no")

    deleted(world, FileSelector("2.0"), store=FaultyStore(world.store, before=deny))
    assert problems(world) == [
        ("not-deleted", "demo/demo-2.0-py3-none-any.whl"),
        ("not-deleted", "demo/demo-2.0-py3-none-any.whl.metadata"),
    ]


def test_a_project_that_may_not_be_read_is_a_finding(two: World) -> None:
    def deny(request: Request) -> None:
        if request.key == "team/demo/manifest.json":
            raise AccessDenied(request.key, "no")

    assert problems(two, store=FaultyStore(two.store, before=deny)) == [("not-checked", "demo/manifest.json")]


def test_an_unknown_project_is_an_error_that_names_the_nearest(two: World) -> None:
    with pytest.raises(RepositoryError, match="demo"):
        verified(two, "demos")


def test_requests_do_not_grow_with_the_files(tmp_path: Path) -> None:
    counts = []
    for versions in (1, 40):
        world = World(tmp_path / str(versions))
        world.push(*(world.wheel(f"1.{number}") for number in range(versions)))
        store = FaultyStore(world.store)
        verified(world, store=store)
        counts.append(len(store.requests))
    assert counts[0] == counts[1]
    assert counts[0] < 12
