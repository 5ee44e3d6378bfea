"""What publishing stores, under which conditions, and whom it tells of it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from s3pypi_setuptools.config.choices import IfExists
from s3pypi_setuptools.distribution.local_file import PART_SIZE
from s3pypi_setuptools.errors import Contended
from s3pypi_setuptools.monitor import Monitor, Progress, Stage
from s3pypi_setuptools.operations.publish.publish import publish
from s3pypi_setuptools.operations.transfer.promote import promote
from s3pypi_setuptools.repository.repository import Repository
from s3pypi_setuptools.stores.base import Attributes
from s3pypi_setuptools.stores.memory import MemoryStore
from tests.operations.attestations import attest
from tests.operations.conftest import World
from tests.operations.processes import foreign
from tests.repository.desks import Observer
from tests.support import samples
from tests.support.store_doubles import FaultyStore, Request

FOREVER = "max-age=365000000, immutable"


@pytest.mark.client
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_objects_carry_their_type_how_long_they_may_be_kept_and_their_hash(world: World, scheme: str) -> None:
    wheel, sdist = world.wheel(), world.sdist()
    attest(wheel)

    world.push(wheel, sdist, index_url=f"{scheme}://packages.example/")

    assert isinstance(world.store, MemoryStore)
    stored = {name: world.store.attributes(f"team/demo/{name}") for name in _names(world)}
    hashes = world.listed()
    assert stored == {
        wheel.name: Attributes("application/zip", FOREVER, {"s3pypi-sha256": hashes[wheel.name]}),
        f"{wheel.name}.metadata": Attributes(cache_control=FOREVER),
        f"{wheel.name}.provenance": Attributes("application/vnd.pypi.integrity.v1+json", FOREVER),
        sdist.name: Attributes("application/gzip", FOREVER, {"s3pypi-sha256": hashes[sdist.name]}),
    }
    [listed] = [file for file in world.pages()[0].files if file.filename == wheel.name]
    assert listed.provenance == f"{scheme}://packages.example/demo/{wheel.name}.provenance"


def _names(world: World) -> list[str]:
    return [key.rpartition("/")[2] for key in world.stored() if key.startswith("team/demo/demo-")]


@dataclass
class Recorder(Progress):
    """Progress as it was told."""

    told: set[tuple[str, str, int]] = field(default_factory=set)

    def sending(self, filename: str, size: int) -> None:
        self.told.add(("sending", filename, size))

    def sent(self, filename: str, count: int) -> None:
        self.told.add(("sent", filename, count))


def test_whoever_watches_hears_of_each_file_by_its_name(world: World) -> None:
    world.push(world.wheel("0.9"))
    paths = [world.wheel(), world.sdist(), world.wheel("0.9", salt="x")]
    recorder, observer = Recorder(), Observer()
    repository = Repository(world.store, world.layout, monitor=Monitor(recorder, observer=observer))
    try:
        publish(repository, [*map(samples.read, paths)], if_exists=IfExists.SKIP)
    finally:
        repository.close()

    new = {(path.name, path.stat().st_size) for path in paths[:2]}
    assert recorder.told == {(what, name, size) for what in ("sending", "sent") for name, size in new}
    assert {(stage, project, tuple(sorted(names))) for stage, project, names in observer.stages} == {
        (Stage.PENDING, "demo", tuple(sorted(path.name for path in paths))),
        *(
            (stage, "demo", tuple(sorted(path.name for path in paths[:2])))
            for stage in (Stage.COMMITTING, Stage.COMMITTED, Stage.PUBLISHED)
        ),
    }


@pytest.mark.parametrize(("size", "times"), [(PART_SIZE, 100), (PART_SIZE + 1, 5)])
def test_a_large_file_is_sent_few_times_to_a_store_that_cannot_make_up_its_mind(
    world: World, size: int, times: int
) -> None:
    wheel = samples.wheel(world.folder, padding=size - world.wheel().stat().st_size)
    assert wheel.stat().st_size == size

    def contended(request: Request) -> None:
        if request.verb == "put_file":
            raise Contended(request.key, version="")

    store = FaultyStore(world.store, before=contended)
    report = world.push(wheel, store=store)

    assert f"refused {times} times" in str(report.files[0].error)
    assert len([request for request in store.requests if request.verb == "put_file"]) == times


def test_a_promotion_overwrites_nothing_that_lies_in_its_place(tmp_path: Path, world: World) -> None:
    staging = World(tmp_path / "staging")
    staging.push(staging.wheel())
    key = "team/demo/demo-1.0-py3-none-any.whl"
    world.push(world.wheel("0.9"))
    world.put(key, b"another publisher's")

    with staging.opened(reading=True) as origin, world.opened() as destination:
        assert promote(origin, destination, "demo", "1.0").ok

    assert world.store.get(key).data == b"another publisher's"
    assert world.listed()["demo-1.0-py3-none-any.whl"] == staging.listed()["demo-1.0-py3-none-any.whl"]


@pytest.mark.parametrize(("folder", "way"), [("demo", ""), ("files", "/team/files/")])
def test_metadata_that_a_page_speaks_of_is_listed_only_where_it_lies_beside_the_file(
    world: World, folder: str, way: str
) -> None:
    bare, described, plain = (f"demo-0.{number}-py3-none-any.whl" for number in (7, 8, 9))
    for name in (bare, described, f"{described}.metadata", plain):
        world.put(f"team/{folder}/{name}", b"x")
    digest = "a" * 64
    links = "".join(
        f'<a href="{way}{name}#sha256={digest}" data-core-metadata="sha256={digest}">{name}</a>'
        for name in (bare, described)
    )
    world.put("team/demo/index.html", f'{links}<a href="{way}{plain}#sha256={digest}">{plain}</a>'.encode())

    assert world.push(world.wheel()).ok

    files = {file.filename: file for file in world.pages_there("demo")[0].files}
    assert {name: files[name].core_metadata for name in (bare, described, plain)} == {
        bare: None,
        described: (("sha256", digest),),
        plain: None,
    }
    assert world.fetched("demo", files[bare].url) == hashlib.sha256(b"x").hexdigest()


def test_of_a_file_outside_the_repository_size_and_time_are_learned_where_it_can_be_read(world: World) -> None:
    world.put("pool/demo-0.9.tar.gz", b"nine")
    world.put("team/demo/index.html", b'<a href="../../pool/demo-0.9.tar.gz">demo-0.9.tar.gz</a>')

    assert world.push(world.wheel()).ok

    file = world.pages_there("demo")[0].files[0]
    modified = world.store.head("pool/demo-0.9.tar.gz").modified
    assert (file.url, file.size, file.upload_time) == ("../../pool/demo-0.9.tar.gz", 4, modified)


def test_taking_over_what_lies_in_a_project_asks_for_no_object_that_was_listed(world: World) -> None:
    paths = world.wheel("0.8"), world.wheel("0.9")
    links = "".join(f'<a href="{path.name}">{path.name}</a>' for path in paths)
    foreign(world, "demo", *paths, links=f'{links}<a href="/team/demo/demo-0.7.tar.gz">demo-0.7.tar.gz</a>')
    store = FaultyStore(world.store)

    assert world.push(world.wheel(), store=store).ok

    asked = [request.key for request in store.requests if request.verb == "head" and "/demo-" in request.key]
    assert not [key for key in asked if key.startswith("team/demo/")]
    assert len(asked) == len({*asked}), "a place outside the folder where the file may lie is looked at once"
    sizes = {file.filename: file.size for file in world.pages_there("demo")[0].files}
    assert sizes.items() >= {path.name: path.stat().st_size for path in paths}.items()


def test_a_public_url_that_ends_in_a_slash_names_the_same_objects(world: World) -> None:
    world.push(world.wheel(name="other"))
    record = json.loads(world.store.get("team/repository.json").data)
    record["public-url"] = "https://packages.example/simple/"
    world.put("team/repository.json", json.dumps(record).encode(), "application/json")
    path = world.sdist("0.9")
    foreign(world, "demo", path, links=f'<a href="https://packages.example/simple/demo/{path.name}">{path.name}</a>')

    assert world.push(world.wheel()).ok

    assert {file.filename: file.url for file in world.pages()[0].files}[path.name] == path.name


@pytest.mark.client
def test_a_copy_without_its_attestation_asks_for_no_provenance(world: World) -> None:
    wheel = world.wheel()
    beside = attest(wheel)
    world.push(wheel, index_url="https://packages.example/")
    beside.unlink()
    store = FaultyStore(world.store)

    report = world.push(wheel, store=store)

    assert [(file.outcome.value, file.note) for file in report.files] == [("present", None)]
    assert [request for request in store.requests if request.key.endswith(".provenance")] == []
