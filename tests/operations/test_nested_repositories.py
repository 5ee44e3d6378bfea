"""Other repositories below a repository's prefix, at any depth: every operation leaves them as they are."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from pathlib import Path

import pytest

from s3pypi_setuptools.config.choices import PageStyle
from s3pypi_setuptools.errors import RepositoryError
from s3pypi_setuptools.index.model import Status
from s3pypi_setuptools.operations.delete import delete
from s3pypi_setuptools.operations.file_selector import FileSelector
from s3pypi_setuptools.operations.listing import list_projects, show_project
from s3pypi_setuptools.operations.migrate_index import migrate_index
from s3pypi_setuptools.operations.retention import Retention
from s3pypi_setuptools.operations.status import set_status
from s3pypi_setuptools.operations.transfer.promote import promote
from s3pypi_setuptools.operations.yank import yank
from s3pypi_setuptools.repository.documents import OtherRepository
from s3pypi_setuptools.repository.inventory import list_folders
from s3pypi_setuptools.repository.layout import Layout
from s3pypi_setuptools.repository.repository import Repository
from s3pypi_setuptools.stores.base import Attributes, Store
from s3pypi_setuptools.stores.memory import MemoryStore
from tests.operations.conftest import World
from tests.operations.nested import MAKERS, Maker, another_tools, copy_objects, ours
from tests.operations.processes import (
    DAY,
    LISTING,
    deleted,
    imported,
    mirrored,
    opened,
    outcomes,
    problems,
    pruned,
    reindexed,
    verified,
)
from tests.support.markers import case

PLACES = ("dev", "demo/dev", "demo/a/b/dev", "0123456789abcdef", "demo/0123456789abcdef", "Dev", "demo/1.0")
"""Folders of other repositories, below a repository that has the project demo."""


@pytest.fixture(params=MAKERS, ids=lambda maker: maker.__name__)
def make(request: pytest.FixtureRequest) -> Maker:
    maker: Maker = request.param
    return maker


def held(store: Store, folder: str) -> dict[str, bytes]:
    """What the other repository holds."""
    return {info.key: store.get(info.key).data for info in store.list(f"team/{folder}/")}


def everything(world: World) -> None:
    """Every operation of a whole repository, each as somebody runs it days later."""
    assert imported(world).ok
    assert reindexed(world, deep=True, unlist_missing=True).ok
    assert problems(world, deep=True) == []
    assert pruned(world, later=30 * DAY).ok
    assert pruned(world, later=30 * DAY, retention=Retention(keep_last=1)).ok
    for style in (PageStyle.INDEX_HTML, PageStyle.JSON, PageStyle.BOTH)[: None if world.store.slash_keys else 1]:
        with world.opened() as repository:
            migrate_index(repository, style)
    mirror = World(world.folder / "mirror")
    assert {project for project, _ in outcomes(mirrored(world, mirror))} == {"demo", "prod"}
    with world.opened() as repository:
        assert [project.name for project in list_projects(repository).projects] == ["demo", "prod"]
        yank(repository, "demo", FileSelector("2.0"))
    deleted(world, FileSelector(), "demo")
    assert world.push(world.wheel("4.0")).ok


@pytest.mark.parametrize("folder", [case(folder, slow=folder not in ("dev", "demo/dev")) for folder in PLACES])
def test_every_operation_leaves_it_alone(outer: World, make: Maker, folder: str) -> None:
    make(outer, folder)
    before = held(outer.store, folder)

    everything(outer)

    assert held(outer.store, folder) == before


def test_one_line_names_it(outer: World, make: Maker, caplog: pytest.LogCaptureFixture) -> None:
    for folder in ("dev", "demo/dev"):
        make(outer, folder)
    operations: tuple[Callable[[], object], ...] = (
        lambda: imported(outer),
        lambda: reindexed(outer),
        lambda: verified(outer),
        lambda: pruned(outer),
        lambda: mirrored(outer, World(outer.folder / "mirror")),
    )
    for operation in operations:
        caplog.clear()
        operation()
        said = [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
        assert said == [
            f"{outer.store.url}/team/{folder} is another repository, and is left alone"
            for folder in ("demo/dev", "dev")
        ]


def test_a_project_of_its_name_is_refused(outer: World, make: Maker) -> None:
    make(outer, "dev")
    before = held(outer.store, "dev")
    where = f"{outer.store.url}/team/dev is another repository"

    for dry_run in (True, False):
        files = outer.wheel("9.0", name="dev"), outer.wheel("3.0"), outer.wheel(name="brand-new")
        report = outer.push(*files, dry_run=dry_run)
        errors = {file.project: file.error for file in report.files}
        assert where in str(errors.pop("dev"))
        assert errors == {"demo": None, "brand-new": None}
    assert outer.listed("brand-new")

    def change(act: Callable[[Repository], object]) -> None:
        with outer.opened() as repository, pytest.raises(OtherRepository, match="is another repository"):
            act(repository)

    change(lambda repository: delete(repository, "dev", FileSelector()))
    change(lambda repository: yank(repository, "dev", FileSelector("3.0")))
    change(lambda repository: set_status(repository, "dev", Status.ARCHIVED))
    change(lambda repository: show_project(repository, "dev"))
    change(lambda repository: promote(repository, repository, "dev", "1.0"))
    for operation in (verified, reindexed, pruned):
        with pytest.raises(OtherRepository, match="is another repository"):
            operation(outer, "dev")

    assert held(outer.store, "dev") == before, "nothing that was stored early stays"
    assert outer.projects() if outer.store.slash_keys else True
    assert "dev" not in {name for root in outer.roots() for name in root.projects}


def test_a_project_that_is_nested_is_sound_by_itself(outer: World) -> None:
    ours(outer, "dev")
    everything(outer)
    inner = World(outer.folder / "inner", outer.store, Layout("team/dev"))
    assert verified(inner, deep=True).findings == ()
    assert inner.push(inner.wheel("4.0")).ok


def test_another_tools_root_page_that_lists_it(tmp_path: Path) -> None:
    """s3pypi lists every folder beside the root page, those of other prefixes too."""
    world = World(tmp_path)
    another_tools(world, "dev")
    wheel = world.wheel()
    world.put(f"team/demo/{wheel.name}", wheel.read_bytes())
    world.put("team/demo/index.html", LISTING.format(links=f'<a href="{wheel.name}">{wheel.name}</a>').encode())
    links = '<a href="demo/">demo</a><a href="dev/">dev</a>'
    world.put("team/index.html", LISTING.format(links=links).encode())
    before = held(world.store, "dev")

    with world.opened(reading=True) as repository:
        assert repository.projects() == ("demo",)
    assert outcomes(imported(world)) == {("demo", wheel.name): "adopted"}
    assert all(root.projects == ("demo",) for root in world.roots())
    assert problems(world) == []
    assert held(world.store, "dev") == before


def test_reindex_takes_it_off_the_list_of_projects(outer: World) -> None:
    """Version 1.0.0 listed nested repositories of other tools."""
    another_tools(outer, "dev")
    key = "team/manifest.json"
    document = json.loads(outer.store.get(key).data)
    document["projects"].append({"name": "dev"})
    outer.put(key, json.dumps(document).encode(), "application/json")
    before = held(outer.store, "dev")

    with outer.opened(reading=True) as repository:
        assert [project.name for project in list_projects(repository).projects] == ["demo", "prod"]
    assert ("only-on-root", "manifest.json") in problems(outer)
    assert reindexed(outer).ok
    assert problems(outer) == []
    assert held(outer.store, "dev") == before


def test_a_bucket_with_many_prefixes(tmp_path: Path) -> None:
    """One repository at the top, others beside its projects, and below them: among a project's own in a listing."""
    store = MemoryStore()
    top = World(tmp_path, store, Layout())
    top.push(top.wheel("1.0"), top.sdist("1.0"))
    for prefix in ("a", "dev", "demo/demo-1.0-x", "demo/z", "zz"):
        inner = World(tmp_path, MemoryStore(), Layout(prefix))
        inner.push(top.wheel("2.0"), top.wheel("1.0", name="other"))
        copy_objects(inner, top)
    before = {info.key: info.token for info in store.list("")}

    folders = {folder.name: folder for folder in list_folders(store, Layout())}

    assert {name for name, folder in folders.items() if folder.is_other} == {"a", "dev", "zz"}
    assert folders["demo"].others == ("demo/demo-1.0-x/", "demo/z/")
    assert [key.rpartition("/")[2] for key in folders["demo"].objects] == [
        "",
        "demo-1.0-py3-none-any.whl",
        "demo-1.0-py3-none-any.whl.metadata",
        "demo-1.0.tar.gz",
        "index.html",
        "index.json",
        "manifest.json",
    ]
    assert problems(top) == []
    assert reindexed(top).projects == ()
    assert pruned(top, later=30 * DAY).pruned == ()
    assert {info.key: info.token for info in store.list("")} == before


def test_what_lies_deeper_is_nobodys(outer: World) -> None:
    """Neither an orphan, nor to be listed, nor to be deleted: what people keep below a project's folder."""
    later = outer.wheel("9.0")
    kept = [f"team/demo/{folder}/{later.name}" for folder in ("old", "old/deeper", "0123456789abcdef/deeper")]
    for key in kept:
        outer.put(key, later.read_bytes())
    outer.put("team/backup/2024/x/index.html", b"<html><body>report</body></html>")
    for key in (f"team/plain/a/b/{later.name}", f"team/Odd/a/{later.name}"):
        outer.put(key, later.read_bytes())

    assert problems(outer) == []
    everything(outer)

    stored = outer.stored()
    assert [key for key in kept if key in stored] == kept
    assert "team/backup/2024/x/index.html" in stored


def test_an_orphan_at_a_key_of_its_own_still_goes(outer: World) -> None:
    later = outer.wheel("9.0")
    key = f"team/demo/0123456789abcdef/{later.name}"
    outer.put(key, later.read_bytes())
    assert problems(outer) == [("orphan", key.removeprefix("team/"))]
    pruned(outer, later=30 * DAY)
    assert key not in outer.stored()


def test_the_page_style_of_a_nested_repository_is_not_the_outer_ones(tmp_path: Path) -> None:
    store = MemoryStore()
    another_tools(World(tmp_path, store), "dev")
    world = World(tmp_path, store)
    with opened(world) as repository, pytest.raises(RepositoryError, match="there is no repository here"):
        assert repository.config
    assert world.push(world.wheel()).ok
    assert {"team/demo/", "team/demo/index.html"} <= set(world.stored())


def test_nothing_is_taken_back_that_was_there_before(outer: World) -> None:
    ours(outer, "dev")
    wheel = outer.wheel("9.0", name="dev")
    outer.store.put(f"team/dev/{wheel.name}", wheel.read_bytes(), Attributes())
    assert not outer.push(wheel).ok
    assert f"team/dev/{wheel.name}" in outer.stored()
    assert f"team/dev/{wheel.name}.metadata" not in outer.stored()
