"""The state from which a change starts: the manifest, the pages, and what other tools' pages add."""

from __future__ import annotations

import pytest

from s3pypi_setuptools.errors import RepositoryError
from s3pypi_setuptools.repository.manifest import Manifest
from s3pypi_setuptools.repository.page_kind import PageKind
from s3pypi_setuptools.repository.snapshot import DamagedPage, ProjectDocuments, Snapshot
from s3pypi_setuptools.stores.base import Attributes
from s3pypi_setuptools.stores.memory import MemoryStore
from tests.repository.conftest import workspace
from tests.repository.desks import FIRST, MANIFEST, SECOND, ProjectDesk, listing, unlisting
from tests.support.store_doubles import FaultyStore

PAGE = "team/demo/index.html"
THEIRS = f'<!DOCTYPE html><a href="{FIRST}">{FIRST}</a><a href="{SECOND}">{SECOND}</a>'.encode()


@pytest.fixture
def desk() -> ProjectDesk:
    """A store that holds the objects of both files."""
    desk = ProjectDesk()
    for name in (FIRST, SECOND):
        put(desk, f"team/demo/{name}", b"abc")
    return desk


def put(desk: ProjectDesk, key: str, data: bytes = THEIRS) -> None:
    desk.store.store.put(key, data, Attributes("text/html"))


def snapshot(desk: ProjectDesk, *, brief: bool = False) -> Snapshot:
    documents = ProjectDocuments(workspace(desk.store), "demo")
    return documents.snapshot(documents.reading(brief=brief))


def names(manifest: Manifest) -> list[str]:
    return [file.filename for file in manifest.project.files]


def test_without_anything_it_is_empty(desk: ProjectDesk) -> None:
    found = snapshot(desk)
    assert (found.manifest, found.token, names(found.base)) == (None, None, [])
    assert {state.token for state in found.pages.values()} == {None}


def test_the_base_is_the_manifest_while_all_pages_are_ours(desk: ProjectDesk) -> None:
    desk.change(listing(FIRST))
    found = snapshot(desk)
    assert found.base == found.manifest == desk.manifest
    assert {state.commit for state in found.pages.values()} == {desk.manifest.commit}


def test_expected_states_are_those_that_would_be_read() -> None:
    desk = ProjectDesk(FaultyStore(MemoryStore(content_tokens=True)))
    desk.change(listing(FIRST))
    read = snapshot(desk)
    desk.store.requests.clear()
    assert snapshot(desk, brief=True) == read
    assert [request.key for request in desk.store.requests] == [MANIFEST]


def test_what_another_tools_page_adds_is_taken_over_with_a_warning(
    desk: ProjectDesk, caplog: pytest.LogCaptureFixture
) -> None:
    desk.change(listing(FIRST))
    put(desk, PAGE)
    found = snapshot(desk)
    assert (names(found.manifest or found.base), names(found.base)) == ([FIRST], [FIRST, SECOND])
    assert found.pages[PageKind.HTML].foreign
    assert caplog.messages == [f"{PAGE}: written by another tool; what it adds is taken over, what it dropped stays"]


def test_another_tools_project_is_taken_over_without_a_warning(
    desk: ProjectDesk, caplog: pytest.LogCaptureFixture
) -> None:
    put(desk, PAGE)
    found = snapshot(desk)
    assert (found.manifest, names(found.base), caplog.messages) == (None, [FIRST, SECOND], [])


def test_a_removed_file_does_not_come_back_with_another_tools_page(
    desk: ProjectDesk, caplog: pytest.LogCaptureFixture
) -> None:
    desk.change(listing(FIRST))
    desk.change(unlisting())
    put(desk, PAGE)
    found = snapshot(desk)
    assert (names(found.base), found.base.deleted, caplog.messages) == ([SECOND], True, [])


def test_our_pages_without_a_manifest_end_the_work(desk: ProjectDesk) -> None:
    desk.change(listing(FIRST))
    desk.store.store.delete(MANIFEST)
    with pytest.raises(RepositoryError, match=f"{MANIFEST}: is missing, though the project has pages of ours"):
        snapshot(desk)


def test_a_page_that_cannot_be_parsed_is_named(desk: ProjectDesk) -> None:
    put(desk, "team/demo/index.json", b"{")
    with pytest.raises(DamagedPage, match=r"team/demo/index\.json: .*; nothing was changed"):
        snapshot(desk)
