"""Other repositories below a repository's prefix, at any depth: every operation leaves them as they are."""

from __future__ import annotations

import json
import logging
import tracemalloc
from collections.abc import Callable, Iterator
from datetime import datetime, timezone
from itertools import chain
from pathlib import Path

import pytest

from s3pypi_setuptools.config.choices import PageStyle
from s3pypi_setuptools.errors import InvalidIndex, RepositoryError
from s3pypi_setuptools.index.model import Status
from s3pypi_setuptools.monitor import SilentProgress
from s3pypi_setuptools.operations.delete import delete
from s3pypi_setuptools.operations.file_selector import FileSelector
from s3pypi_setuptools.operations.listing import list_projects, show_project
from s3pypi_setuptools.operations.migrate_index import migrate_index
from s3pypi_setuptools.operations.reindex.recovery import discard_damaged_record
from s3pypi_setuptools.operations.retention import Retention
from s3pypi_setuptools.operations.status import set_status
from s3pypi_setuptools.operations.transfer.promote import promote
from s3pypi_setuptools.operations.yank import yank
from s3pypi_setuptools.repository.documents import OtherRepository
from s3pypi_setuptools.repository.inventory import list_folders
from s3pypi_setuptools.repository.layout import Layout
from s3pypi_setuptools.repository.repository import Repository
from s3pypi_setuptools.stores.base import Attributes, Info, Store, Token
from s3pypi_setuptools.stores.local.store import LocalStore
from s3pypi_setuptools.stores.memory import MemoryStore
from tests.operations import contents
from tests.operations.conftest import World
from tests.operations.maintenance import DAY, problems, pruned, reindexed, verified
from tests.operations.transfers import LISTING, imported, mirrored, opened, outcomes
from tests.support.markers import case
from tests.support.store_doubles import FaultyStore

PLACES = ("dev", "demo/dev", "demo/a/b/dev", "0123456789abcdef", "demo/0123456789abcdef", "Dev", "demo/1.0")
"""Folders of other repositories, below a repository that has the project demo."""

Maker = Callable[[World, str], None]


def ours(world: World, folder: str) -> None:
    """One of this tool, with two projects and a release past its time."""
    inner = _elsewhere(world, folder)
    inner.push(inner.wheel("3.0"), inner.wheel("1.0", name="other"), inner.sdist("2.0", name="other"))
    _copy(inner, world)


def _elsewhere(world: World, folder: str) -> World:
    """A place for a repository that the outer one's store is to hold: version 1.0.0 made them anywhere."""
    store = MemoryStore() if world.store.slash_keys else LocalStore(world.folder / "elsewhere" / folder)
    return World(world.folder / "inner", store, Layout(f"team/{folder}"))


def _copy(inner: World, world: World) -> None:
    for key in inner.stored():
        found = inner.store.get(key)
        world.store.put(key, found.data, Attributes(metadata=found.info.metadata))


def ours_without_its_record(world: World, folder: str) -> None:
    """The same, where ``repository.json`` was lost."""
    ours(world, folder)
    world.store.delete(f"team/{folder}/repository.json")


def ours_of_version_1_0_0(world: World, folder: str) -> None:
    """The same, with documents that do not state their kind."""
    ours(world, folder)
    for key in (f"team/{folder}/{name}" for name in ("repository.json", "manifest.json", "other/manifest.json")):
        world.put(key, without_kind(world.store.get(key).data), "application/json")


def empty(world: World, folder: str) -> None:
    """One of this tool that was only made."""
    inner = _elsewhere(world, folder)
    with opened(inner) as repository:
        assert repository.config
    _copy(inner, world)


def another_tools(world: World, folder: str) -> None:
    """As ``s3pypi upload --prefix --put-root-index`` leaves it."""
    another_tools_without_a_root_page(world, folder)
    links = "\n".join(f'<a href="{name}/">{name}</a><br>' for name in ("inner-a", "inner-b"))
    world.put(f"team/{folder}/index.html", LISTING.format(links=links).encode())


def another_tools_without_a_root_page(world: World, folder: str) -> None:
    """As ``s3pypi upload --prefix`` leaves it."""
    for name in ("inner-a", "inner-b"):
        wheel = world.wheel(name=name)
        world.put(f"team/{folder}/{name}/{wheel.name}", wheel.read_bytes(), "application/octet-stream")
        link = f'<a href="{wheel.name}">{wheel.name}</a><br>'
        world.put(f"team/{folder}/{name}/index.html", LISTING.format(links=link).encode())


MAKERS = (ours, ours_without_its_record, ours_of_version_1_0_0, empty, another_tools, another_tools_without_a_root_page)


def without_kind(data: bytes) -> bytes:
    document = json.loads(data)
    document.pop("kind")
    return json.dumps(document).encode()


@pytest.fixture(params=["memory", "folder"])
def outer(request: pytest.FixtureRequest, tmp_path: Path) -> World:
    """demo 1.0 and 2.0, and a project that is left alone."""
    world = World(tmp_path, MemoryStore() if request.param == "memory" else LocalStore(tmp_path / "store"))
    world.push(world.wheel("1.0"), world.wheel("2.0"), world.wheel(name="prod"))
    return world


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
        with opened(world) as repository:
            migrate_index(repository, style)
    mirror = World(world.folder / "mirror")
    assert {project for project, _ in outcomes(mirrored(world, mirror))} == {"demo", "prod"}
    with opened(world) as repository:
        assert [project.name for project in list_projects(repository).projects] == ["demo", "prod"]
        yank(repository, "demo", FileSelector("2.0"))
    contents.deleted(world, FileSelector(), "demo")
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
        with opened(outer) as repository, pytest.raises(OtherRepository, match="is another repository"):
            act(repository)

    change(lambda repository: delete(repository, "dev", FileSelector()))
    change(lambda repository: yank(repository, "dev", FileSelector("3.0")))
    change(lambda repository: set_status(repository, "dev", Status.ARCHIVED))
    change(lambda repository: show_project(repository, "dev"))
    change(lambda repository: promote(repository, repository, "dev", "1.0", progress=SilentProgress()))
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

    with opened(world, reading=True) as repository:
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

    with opened(outer, reading=True) as repository:
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
        _copy(inner, top)
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


def test_a_sound_repository_costs_no_look_for_others(world: World) -> None:
    world.push(*(world.wheel("1.0", name=f"project{number}") for number in range(20)))
    store = FaultyStore(world.store)
    assert len(list(list_folders(store, world.layout))) == 21
    assert [request.verb for request in store.requests] == ["list"]


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


def test_a_record_of_another_kind_is_called_that(world: World) -> None:
    """It is neither damaged nor of a later version: nothing is made of it, and nothing is put over it."""
    world.push(world.wheel())
    documents = {name: world.store.get(f"team/{name}").data for name in RECORDS}
    for stated in (True, False):
        for at, other in [(at, other) for at in RECORDS for other in RECORDS if at != other]:
            data = documents[other] if stated else without_kind(documents[other])
            world.put(f"team/{at}", data, "application/json")
            with pytest.raises((InvalidIndex, RepositoryError)) as raised:
                _read(world)
            said = str(raised.value)
            assert "upgrade" not in said
            assert (
                ", not a project's manifest" in said or ", not a repository" in said or "is another repository" in said
            ), said
            with pytest.raises((InvalidIndex, RepositoryError)):
                _rebuild(world)
            assert world.store.get(f"team/{at}").data == data
            world.put(f"team/{at}", documents[at], "application/json")
    _read(world)


RECORDS = ("repository.json", "manifest.json", "demo/manifest.json")


def _rebuild(world: World) -> None:
    """As ``s3pypi reindex`` does; raises the first error of a project, too."""
    discard_damaged_record(world.store, world.layout)
    for line in [str(error) for each in reindexed(world).projects for error in each.errors]:
        raise RepositoryError(line)


def _read(world: World) -> None:
    with opened(world, reading=True) as repository:
        repository.projects()
        repository.manifest("demo")


def test_a_record_of_an_unknown_kind_is_not_written_over(world: World) -> None:
    world.push(world.wheel())
    for name in RECORDS:
        key = f"team/{name}"
        sound = world.store.get(key).data
        data = json.dumps({**json.loads(sound), "kind": "mirror"}).encode()
        world.put(key, data, "application/json")
        with pytest.raises((InvalidIndex, RepositoryError), match="kind 'mirror'"):
            _read(world)
        with pytest.raises((InvalidIndex, RepositoryError), match="kind 'mirror'"):
            _rebuild(world)
        assert world.store.get(key).data == data
        world.put(key, sound, "application/json")


def test_documents_say_their_kind_and_those_of_1_0_0_are_read(world: World) -> None:
    world.push(world.wheel())
    assert [json.loads(world.store.get(f"team/{name}").data)["kind"] for name in RECORDS] == [
        "repository",
        "root",
        "project",
    ]
    assert "kind" not in json.loads(world.store.get("team/index.json").data), "pages are what PEP 691 says"
    for name in RECORDS:
        world.put(f"team/{name}", without_kind(world.store.get(f"team/{name}").data), "application/json")
    assert problems(world) == []
    assert world.push(world.wheel("2.0"), world.wheel(name="other")).ok
    assert world.projects() == ("demo", "other")


FOLDERS = ("demo", "demo/sub", "demo/a/b/c")


@pytest.mark.parametrize("folder", FOLDERS)
@pytest.mark.parametrize("kind", ["ours", "deleted", "another tool's"])
def test_a_project_folder_is_no_place_for_a_repository(outer: World, folder: str, kind: str) -> None:
    if kind == "deleted":
        contents.deleted(outer, FileSelector(), "demo")
    if kind == "another tool's":
        outer.store.delete("team/demo/manifest.json")
        for name in ("repository.json", "manifest.json", "demo/index.json"):
            outer.store.delete(f"team/{name}")
    target = World(
        outer.folder / "inner", _narrowed(outer.store, f"team/{folder}"), _layout(outer.store, f"team/{folder}")
    )
    before = outer.stored()
    for reading in (True, False):
        with opened(target, reading=reading) as repository, pytest.raises(RepositoryError) as raised:
            assert repository.config
        assert f"the folder of the project demo in the repository {outer.store.url}/team: " in str(raised.value)
    assert outer.stored() == before


def test_a_repository_beside_projects_is_no_project_folder(outer: World) -> None:
    for folder in ("dev", "a/b"):
        target = World(
            outer.folder / "inner", _narrowed(outer.store, f"team/{folder}"), _layout(outer.store, f"team/{folder}")
        )
        assert target.push(target.wheel()).ok
    assert problems(outer) == []


def test_opening_a_repository_that_exists_asks_nothing_more(world: World) -> None:
    world.push(world.wheel())
    store = FaultyStore(world.store)
    with opened(world, store) as repository:
        assert repository.config
    assert [(request.verb, request.key) for request in store.requests] == [("get", "team/repository.json")]


def _narrowed(store: Store, path: str) -> Store:
    return LocalStore(store.root / path) if isinstance(store, LocalStore) else store


def _layout(store: Store, path: str) -> Layout:
    return Layout("" if isinstance(store, LocalStore) else path)


def test_the_page_style_of_a_nested_repository_is_not_the_outer_ones(tmp_path: Path) -> None:
    store = MemoryStore()
    another_tools(World(tmp_path, store), "dev")
    world = World(tmp_path, store)
    with contents.opened(world) as repository, pytest.raises(RepositoryError, match="there is no repository here"):
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


def test_a_survey_holds_no_more_than_one_project(tmp_path: Path) -> None:
    """Whatever lies in other repositories: neither below a project, nor beside it."""
    store = _Endless()
    world = World(tmp_path, store)
    world.push(world.wheel())
    tracemalloc.start()
    try:
        folders = {folder.name: len(folder.objects) for folder in list_folders(store, world.layout)}
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert folders["demo"] == 6
    assert folders["zz"] == 0
    assert store.listed > 100_000
    assert peak < 5 * 2**20


class _Endless(MemoryStore):
    """A store that lists much more than it holds: two other repositories of many projects."""

    listed = 0

    def list(self, prefix: str) -> Iterator[Info]:
        own = list(super().list(prefix))
        last = next((index for index, info in enumerate(own) if info.key > "team/demo/dev"), len(own))
        for info in chain(own[:last], self._others("team/demo/dev"), own[last:], self._others("team/zz")):
            if info.key.startswith(prefix):
                self.listed += 1
                yield info

    def _others(self, folder: str) -> Iterator[Info]:
        now = datetime.now(timezone.utc)
        for project in range(500):
            for name in (*(f"{version:03}.whl" for version in range(100)), "index.html"):
                yield Info(f"{folder}/p{project:04}/{name}", Token("1"), 1, now)
        yield Info(f"{folder}/repository.json", Token("1"), 1, now)
