"""Where HTML pages lie, changed for a whole repository."""

from __future__ import annotations

from pathlib import Path

import pytest

from s3pypi_setuptools.errors import RepositoryError
from s3pypi_setuptools.operations.migrate_index import MigrateReport, PageStyle, migrate_index
from s3pypi_setuptools.repository.change import Decision
from s3pypi_setuptools.stores.base import Store
from s3pypi_setuptools.stores.local import LocalStore
from tests.doctor import examined
from tests.servers import S3Server

from .conftest import World
from .transfers import foreign, killed_at_every_request, opened


def migrated(world: World, style: PageStyle, store: Store | None = None, *, dry_run: bool = False) -> MigrateReport:
    with opened(world, store, reading=dry_run) as repository:
        return migrate_index(repository, style, dry_run=dry_run)


def html_pages(world: World) -> set[str]:
    return {key for key in world.stored() if key.endswith(("/", "index.html"))}


def expected(style: PageStyle) -> set[str]:
    folders = ("team/", "team/demo/", "team/other/")
    ends = {PageStyle.INDEX_HTML: ["index.html"], PageStyle.SLASH: [""], PageStyle.BOTH: ["index.html", ""]}
    return {f"{folder}{end}" for folder in folders for end in ends[style]}


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
        both.push(both.wheel("2.0" if style is first else "3.0"))
        assert html_pages(both) == expected(style)
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
    for name in ("demo", "other"):
        assert all(
            [file.filename for file in page.files] == [f"{name}-1.0-py3-none-any.whl"]
            for page in world.pages_there(name)
        )
    assert all(root.projects == ("demo", "other") for root in world.roots())


def test_a_page_that_an_older_publisher_leaves_is_settled_by_the_same_again(both: World) -> None:
    with opened(both) as repository:
        repository.record  # noqa: B018 - as the publisher sees it
        migrated(both, PageStyle.INDEX_HTML)
        repository.change("demo", lambda manifest: Decision(manifest, None))
    assert "team/demo/" in both.stored()
    assert migrated(both, PageStyle.INDEX_HTML).removed == ("team/", "team/demo/")
    assert html_pages(both) == expected(PageStyle.INDEX_HTML)


def test_an_old_page_of_another_tool_stays(both: World) -> None:
    migrated(both, PageStyle.INDEX_HTML)
    both.put("team/demo/", b"<html><body>by hand</body></html>")
    both.put("team/other/", b"")
    report = migrated(both, PageStyle.INDEX_HTML)
    assert report.left == ("team/demo/",)
    assert "team/other/" in both.stored(), "a folder mark of a console is no page"


def test_a_store_without_such_keys_refuses(tmp_path: Path) -> None:
    world = World(tmp_path, LocalStore(tmp_path / "repository"))
    world.push(world.wheel())
    with pytest.raises(RepositoryError, match=r"keeps no keys that end in /: choose index.html"):
        migrated(world, PageStyle.BOTH)


@pytest.mark.parametrize("when", ["before", "after"])
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
