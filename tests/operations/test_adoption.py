"""Repositories that other tools made, and tools that go on writing beside us."""

from __future__ import annotations

import hashlib
import logging
from pathlib import Path

import pytest

from s3pypi_setuptools.config.choices import IfExists
from s3pypi_setuptools.operations.file_selector import FileSelector
from s3pypi_setuptools.operations.prune_plan import PruneReport
from s3pypi_setuptools.operations.publish.publish import publish
from s3pypi_setuptools.operations.publish.report import Outcome
from s3pypi_setuptools.operations.verify.problems import Problem
from s3pypi_setuptools.operations.yank import yank
from s3pypi_setuptools.repository.manifest import Manifest
from s3pypi_setuptools.repository.opening import OpenOptions
from s3pypi_setuptools.repository.repository import Repository
from s3pypi_setuptools.stores.memory import MemoryStore
from tests.operations.conftest import World
from tests.operations.processes import pruned, reindexed, verified
from tests.support import samples
from tests.support.store_doubles import CarelessStore


@pytest.fixture(params=[False, True], ids=["pages read", "pages told"])
def world(tmp_path: Path, request: pytest.FixtureRequest) -> World:
    return World(tmp_path, MemoryStore(content_tokens=request.param))


FOREIGN = """<!DOCTYPE html><html><body>
<a href="demo-0.9-py3-none-any.whl#sha256={digest}" data-requires-python="&gt;=3.6"
 data-yanked="broken &amp; old">demo-0.9-py3-none-any.whl</a><br>
<a href="demo-0.8.tar.gz">demo-0.8.tar.gz</a><br>
<a href="demo-0.7.tar.gz">demo-0.7.tar.gz</a><br>
<a href="https://elsewhere.example/demo-0.6.tar.gz">demo-0.6.tar.gz</a><br>
<a href="../">..</a>
</body></html>"""


def foreign(world: World, page: str = "index.html") -> str:
    """Another tool's project: 0.9 and 0.8 exist, 0.7 does not, 0.6 lies elsewhere; the digest of 0.9."""
    digest = hashlib.sha256(b"nine").hexdigest()
    world.put("team/demo/demo-0.9-py3-none-any.whl", b"nine")
    world.put("team/demo/demo-0.8.tar.gz", b"eight")
    world.put(f"team/demo/{page}", FOREIGN.format(digest=digest).encode())
    world.put(f"team/{page}", b'<a href="demo/">demo</a><a href="older/">older</a>')
    return digest


@pytest.mark.parametrize("page", ["index.html", ""])
def test_the_first_push_takes_over_what_lies_there(world: World, page: str, caplog: pytest.LogCaptureFixture) -> None:
    digest = foreign(world, page)

    assert world.push(world.wheel("1.0")).ok

    [json, html] = [world.pages_there("demo")[0], world.pages_there("demo")[-1]]
    assert json.files == html.files
    found = {file.filename: file for file in json.files}
    assert list(found) == [
        "demo-0.6.tar.gz",
        "demo-0.8.tar.gz",
        "demo-0.9-py3-none-any.whl",
        "demo-1.0-py3-none-any.whl",
    ]
    nine = found["demo-0.9-py3-none-any.whl"]
    assert (nine.sha256, nine.size, nine.requires_python, nine.yanked) == (digest, 4, ">=3.6", "broken & old")
    assert nine.upload_time is not None
    assert found["demo-0.8.tar.gz"].hashes == ()
    assert found["demo-0.8.tar.gz"].size == 5
    assert found["demo-0.6.tar.gz"].url == "https://elsewhere.example/demo-0.6.tar.gz"
    assert "demo-0.7.tar.gz: the page of demo links to it, but it does not exist" in caplog.text
    assert all(root.projects == ("demo", "older") for root in world.roots())


@pytest.mark.parametrize(("page", "style"), [("index.html", "index.html"), ("", "/")])
def test_the_page_style_of_a_foreign_repository_is_kept(world: World, page: str, style: str) -> None:
    foreign(world, page)
    world.push(world.wheel("1.0"))
    assert f'"pages": [\n    "index.json",\n    "{style}"\n  ]' in world.store.get("team/repository.json").data.decode()
    assert ("team/demo/" in world.stored()) is (style == "/")


def test_a_conflict_with_a_foreign_file_changes_nothing(world: World) -> None:
    foreign(world)
    before = {info.key: info.token for info in world.store.list("team/demo/")}

    report = world.push(world.wheel("0.9"))

    assert [file.outcome for file in report.files] == [Outcome.FAILED]
    after = {info.key: info.token for info in world.store.list("team/demo/")}
    # What was stored beside the foreign file before the conflict was known is listed by nothing.
    after.pop("team/demo/demo-0.9-py3-none-any.whl.metadata", None)
    assert after == before


def test_a_foreign_file_without_a_hash_is_compared_by_its_bytes(world: World) -> None:
    foreign(world)
    sdist = world.sdist("0.8")
    world.put("team/demo/demo-0.8.tar.gz", sdist.read_bytes())

    assert [file.outcome for file in world.push(sdist).files] == [Outcome.PRESENT]
    assert [file.outcome for file in world.push(world.sdist("0.8", salt="x")).files] == [Outcome.FAILED]


def test_what_another_tool_adds_later_is_taken_over_and_what_it_drops_stays(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    kept, removed = world.wheel("1.0"), world.wheel("2.0")
    world.push(kept, removed)
    world.push(world.wheel("2.0", salt="x"), if_exists=IfExists.REPLACE)
    later = world.sdist("3.0")
    world.put(f"team/demo/{later.name}", later.read_bytes())
    page = f'<a href="{later.name}">{later.name}</a><a href="{removed.name}">{removed.name}</a>'
    world.put("team/demo/index.html", page.encode())

    with caplog.at_level(logging.WARNING):
        assert world.push(world.wheel("4.0")).ok

    assert "team/demo/index.html: written by another tool" in caplog.text
    pages = world.pages()
    assert len({page.commit for page in pages}) == 1
    assert all(page.files == pages[0].files for page in pages)
    files = {file.filename: file.url for file in pages[0].files}
    assert set(files) == {kept.name, removed.name, later.name, "demo-4.0-py3-none-any.whl"}
    assert files[removed.name] != removed.name, "a removed key is not listed again"


def test_a_foreign_page_that_cannot_be_read_stops_the_work(world: World) -> None:
    world.put("team/demo/index.json", b"{}")
    report = world.push(world.wheel())
    assert str(report.files[0].error).startswith("team/demo/index.json: ")
    assert "team/demo/manifest.json" not in world.stored()


def test_what_another_publisher_probes_meanwhile_is_no_page_style(world: World) -> None:
    world.put("team/.s3pypi-probe-5f0c/", b"probe")
    world.push(world.wheel())
    assert "team/demo/index.html" in world.stored()


def test_a_folder_mark_of_a_console_is_no_page(world: World) -> None:
    world.put("team/", b"", "application/x-directory")
    world.put("team/demo/", b"", "application/x-directory")
    assert world.push(world.wheel()).ok
    assert world.listed()
    assert world.projects() == ("demo",)


def test_where_conditions_are_ignored_what_another_tool_adds_is_not_written_over(tmp_path: Path) -> None:
    """Its page is read then, not told from the manifest: writing it would not fail."""
    world = World(tmp_path, CarelessStore(content_tokens=True))
    repository = Repository(world.store, world.layout, OpenOptions(unsafe_no_locking=True))
    try:
        publish(repository, [samples.read(world.wheel("1.0"))], cautious=True)
        foreign(world)
        yank(repository, "demo", FileSelector("1.0"))
    finally:
        repository.close()
    for page in world.pages():
        assert {"demo-0.9-py3-none-any.whl", "demo-1.0-py3-none-any.whl"} < {file.filename for file in page.files}


def test_prune_deletes_nothing_that_another_tool_lists_by_now(world: World) -> None:
    world.push(world.wheel("1.0"))
    later = world.wheel("2.0")
    world.put(f"team/demo/{later.name}", later.read_bytes())
    world.put("team/demo/index.html", f'<a href="{later.name}">{later.name}</a>'.encode())

    assert pruned(world, dry_run=True).pruned == ()
    assert pruned(world).pruned == ()

    assert world.store.get(f"team/demo/{later.name}").data == later.read_bytes()
    manifest = Manifest.from_json(world.store.get("team/demo/manifest.json").data, "team/demo/manifest.json")
    assert not manifest.removed


def test_prune_lists_what_another_tool_lists_since_the_question(world: World) -> None:
    world.push(world.wheel("1.0"))
    later = world.wheel("2.0")
    world.put(f"team/demo/{later.name}", later.read_bytes())

    def list_it(report: PruneReport) -> None:
        assert [one.name for one in report.pruned] == [later.name]
        world.put("team/demo/index.html", f'<a href="{later.name}">{later.name}</a>'.encode())

    assert pruned(world, confirm=list_it).ok

    assert world.store.get(f"team/demo/{later.name}").data == later.read_bytes()
    assert later.name in {file.filename for file in world.pages_there("demo")[0].files}


def test_reindex_says_of_pages_that_list_no_existing_file_that_it_left_them(world: World) -> None:
    world.push(world.wheel(name="other"))
    world.put("team/demo/index.html", b'<a href="demo-2.0.tar.gz">demo-2.0.tar.gz</a>')

    [report] = reindexed(world).projects

    assert report.corrected == ()
    assert [line for line in report.left if "team/demo/: its pages list no file that exists" in line]
    [finding] = [found for found in verified(world).findings if found.problem is Problem.NO_MANIFEST]
    assert "otherwise remove them" in finding.detail
