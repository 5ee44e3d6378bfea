"""Where HTML pages lie, changed for a whole repository."""

from __future__ import annotations

from pathlib import Path

import pytest

from s3pypi_setuptools.config.choices import PageStyle
from s3pypi_setuptools.errors import RepositoryError, StoreError
from s3pypi_setuptools.operations.migrate_index import MigrateReport, migrate_index
from s3pypi_setuptools.operations.publish.publish import publish
from s3pypi_setuptools.repository.change import Decision
from s3pypi_setuptools.repository.layout import Layout
from s3pypi_setuptools.repository.opening import OpenOptions
from s3pypi_setuptools.repository.repository import Repository
from s3pypi_setuptools.stores.base import Attributes, Store
from s3pypi_setuptools.stores.local.store import LocalStore
from s3pypi_setuptools.stores.memory import MemoryStore
from tests.doctor import examined
from tests.operations.conftest import World
from tests.operations.processes import foreign, killed_at_every_request, problems, reindexed
from tests.support import samples
from tests.support.markers import case
from tests.support.servers import S3Server
from tests.support.store_doubles import FaultyStore, Request


def migrated(world: World, style: PageStyle, store: Store | None = None, *, dry_run: bool = False) -> MigrateReport:
    with world.opened(store, reading=dry_run) as repository:
        return migrate_index(repository, style)


def html_pages(world: World) -> set[str]:
    return {key for key in world.stored() if key.endswith(("/", "index.html"))}


def expected(style: PageStyle) -> set[str]:
    folders = ("team/", "team/demo/", "team/other/")
    ends = {PageStyle.INDEX_HTML: ["index.html"], PageStyle.SLASH: [""]}
    return {f"{folder}{end}" for folder in folders for end in ends.get(style, ["index.html", ""])}


def check_form(world: World, style: PageStyle) -> None:
    """Pages at keys that end in ``/`` have the form and the type of the style, all others their own."""
    for key in world.stored():
        if key.endswith(("/", "index.html", "index.json")):
            json = key.endswith(".json") or (key.endswith("/") and style is PageStyle.JSON)
            assert world.store.get(key).data.startswith(b"{" if json else b"<!DOCTYPE html>"), key


@pytest.fixture
def both(world: World) -> World:
    world.push(world.wheel(), world.wheel(name="other"))
    return world


@pytest.mark.parametrize("last", PageStyle)
@pytest.mark.parametrize("first", PageStyle)
def test_from_any_style_to_any(both: World, first: PageStyle, last: PageStyle) -> None:
    for style in (first, last):
        report = migrated(both, style)
        assert report.projects == 2
        assert html_pages(both) == expected(style)
        check_form(both, style)
        assert problems(both) == []
        both.push(both.wheel("2.0" if style is first else "3.0"))
        assert html_pages(both) == expected(style)
        check_form(both, style)
        pages = both.pages_there("demo")
        assert len({page.commit for page in pages}) == 1
        assert all(page.files == pages[0].files for page in pages)


def test_a_dry_run_tells_and_writes_nothing(both: World) -> None:
    before = [(info.key, info.token) for info in both.store.list("")]
    report = migrated(both, PageStyle.SLASH, dry_run=True)
    assert set(report.removed) == {"team/index.html", "team/demo/index.html", "team/other/index.html"}
    assert [(info.key, info.token) for info in both.store.list("")] == before


@pytest.mark.parametrize("style", PageStyle)
def test_another_tools_repository_is_adopted_with_it(world: World, style: PageStyle) -> None:
    for name in ("demo", "other"):
        foreign(world, name, world.wheel(name=name))
    report = migrated(world, style)
    assert report.before == ("index.json", "index.html")
    assert html_pages(world) == expected(style)
    check_form(world, style)
    for name in ("demo", "other"):
        assert all(
            [file.filename for file in page.files] == [f"{name}-1.0-py3-none-any.whl"]
            for page in world.pages_there(name)
        )
    assert all(root.projects == ("demo", "other") for root in world.roots())


def test_a_page_that_an_older_publisher_leaves_is_settled_by_the_same_again(both: World) -> None:
    with both.opened() as repository:
        repository.require()  # as the publisher sees it
        migrated(both, PageStyle.INDEX_HTML)
        repository.change("demo", lambda manifest: Decision(manifest, None))
    assert "team/demo/" in both.stored()
    assert migrated(both, PageStyle.INDEX_HTML).removed == ("team/", "team/demo/")
    assert html_pages(both) == expected(PageStyle.INDEX_HTML)


def test_a_page_of_the_old_form_that_an_older_publisher_leaves_is_settled_by_the_same_again(both: World) -> None:
    with both.opened() as repository:
        repository.require()  # as the publisher sees it
        migrated(both, PageStyle.JSON)
        publish(repository, [samples.read(both.wheel("2.0"))])
    assert problems(both) == [("wrong-page", "demo/")]
    assert migrated(both, PageStyle.JSON).removed == ()
    assert problems(both) == []
    check_form(both, PageStyle.JSON)


def test_reindex_puts_the_form_right(both: World) -> None:
    migrated(both, PageStyle.JSON)
    for folder in ("team/", "team/demo/"):
        both.store.put(folder, both.store.get(f"{folder}index.html").data, Attributes())
    assert problems(both) == [("wrong-page", "demo/"), ("wrong-page", "")]
    reindexed(both)
    assert problems(both) == []
    check_form(both, PageStyle.JSON)


@pytest.mark.parametrize("style", [PageStyle.BOTH, PageStyle.JSON])
def test_the_mark_of_a_folder_that_a_console_made_becomes_a_page(both: World, style: PageStyle) -> None:
    migrated(both, style)
    both.put("team/new/", b"")
    both.push(both.wheel(name="new"))
    assert {len(page.files) for page in both.pages("new")} == {1}
    check_form(both, style)
    assert problems(both) == []


@pytest.mark.parametrize("style", PageStyle)
def test_a_lost_record_is_made_anew_with_the_pages_that_there_are(both: World, style: PageStyle) -> None:
    migrated(both, style)
    both.store.delete("team/repository.json")
    both.push(both.wheel("2.0"))
    assert html_pages(both) == expected(style)
    check_form(both, style)
    assert problems(both) == []


@pytest.mark.parametrize("style", PageStyle)
def test_the_first_push_makes_the_pages_that_are_asked_for(world: World, style: PageStyle) -> None:
    repository = Repository(world.store, world.layout, OpenOptions(style=style))
    try:
        paths = [world.wheel(), world.wheel(name="other")]
        publish(repository, [samples.read(path) for path in paths])
    finally:
        repository.close()
    assert html_pages(world) == expected(style)
    check_form(world, style)
    for _ in range(2):
        world.push(world.wheel("2.0"), world.wheel("2.1", name="other"))
    assert html_pages(world) == expected(style)
    check_form(world, style)
    assert problems(world) == []


def test_the_style_costs_no_request(tmp_path: Path) -> None:
    counts = []
    for style in (PageStyle.BOTH, PageStyle.JSON):
        world = World(tmp_path / style.value)
        world.push(world.wheel())
        migrated(world, style)
        store = FaultyStore(world.store)
        world.push(world.wheel("2.0"), store=store)
        counts.append(len(store.requests))
    assert counts[0] == counts[1]


def test_an_old_page_of_another_tool_stays(both: World) -> None:
    migrated(both, PageStyle.INDEX_HTML)
    both.put("team/demo/", b"<html><body>by hand</body></html>")
    both.put("team/other/", b"")
    report = migrated(both, PageStyle.INDEX_HTML)
    assert report.left == ("team/demo/",)
    assert "team/other/" in both.stored(), "a folder mark of a console is no page"


class WithoutSlashKeys(FaultyStore):
    """A store that refuses keys ending in ``/``, which only asking it tells (MinIO)."""

    slash_keys = None

    def __init__(self, store: Store) -> None:
        def refuse(request: Request) -> None:
            if request.verb == "put" and request.key.endswith("/"):
                raise StoreError(request.key, "XMinioInvalidObjectName")

        super().__init__(store, before=refuse)


@pytest.mark.parametrize("style", [PageStyle.BOTH, PageStyle.SLASH, PageStyle.JSON])
@pytest.mark.parametrize("kind", ["folder", "store"])
def test_a_store_without_such_keys_refuses_before_anything_is_written(
    tmp_path: Path, style: PageStyle, kind: str
) -> None:
    world = World(tmp_path, LocalStore(tmp_path / "repository"))
    if kind == "store":
        world.store = WithoutSlashKeys(MemoryStore())
    world.push(world.wheel())
    before = [(info.key, info.token) for info in world.store.list("")]
    for dry_run in (True, False):
        with pytest.raises(RepositoryError, match=r"keeps no keys that end in /: choose index.html"):
            migrated(world, style, dry_run=dry_run)
    assert [(info.key, info.token) for info in world.store.list("")] == before


@pytest.mark.parametrize("style", [PageStyle.SLASH, PageStyle.JSON])
@pytest.mark.parametrize("kind", ["folder", "store"])
def test_a_store_without_such_keys_refuses_a_new_repository(tmp_path: Path, style: PageStyle, kind: str) -> None:
    store = LocalStore(tmp_path / "repository") if kind == "folder" else WithoutSlashKeys(MemoryStore())
    repository = Repository(store, Layout("team"), OpenOptions(style=style))
    try:
        with pytest.raises(RepositoryError, match=r"keeps no keys that end in /: choose the page style index.html"):
            repository.require()
    finally:
        repository.close()
    assert list(store.list("")) == []


@pytest.mark.slow
@pytest.mark.parametrize("when", ["before", "after"])
def test_another_form_killed_at_any_request_and_done_again(tmp_path: Path, when: str) -> None:
    def make(number: int) -> tuple[World, object]:
        world = World(tmp_path / str(number))
        world.push(world.wheel())
        return world, lambda store: migrated(world, PageStyle.JSON, store)

    for number, world in killed_at_every_request(make, when):  # type: ignore[arg-type]
        assert all(page.files for page in world.pages_there("demo")), number
        world.push(world.wheel("2.0"))
        migrated(world, PageStyle.JSON)
        check_form(world, PageStyle.JSON)
        assert problems(world) == []


@pytest.mark.parametrize("when", [case("before", slow=True), "after"])
def test_killed_at_any_request_and_done_again(tmp_path: Path, when: str) -> None:
    def make(number: int) -> tuple[World, object]:
        world = World(tmp_path / str(number))
        world.push(world.wheel())
        return world, lambda store: migrated(world, PageStyle.SLASH, store)

    for number, world in killed_at_every_request(make, when):  # type: ignore[arg-type]
        # Readers of the old pages and of the new ones see the project at every moment until the old ones go.
        assert "team/demo/" in world.stored(), number
        migrated(world, PageStyle.SLASH)
        assert html_pages(world) == {"team/", "team/demo/"}
        assert world.pages_there("demo")[0].files == world.pages_there("demo")[1].files


def test_asking_the_store_touches_nothing_that_is_there(s3_server: S3Server, s3_bucket: str) -> None:
    client = s3_server.client()
    for key in ("team/0", "team/parts-0"):
        client.put_object(Bucket=s3_bucket, Key=key, Body=b"somebody's")
    repository = examined.repository(s3_server, s3_bucket, index_html=True)
    repository.initialize()
    repository.migrate_index("both")
    for key in ("team/0", "team/parts-0"):
        assert client.get_object(Bucket=s3_bucket, Key=key)["Body"].read() == b"somebody's"
