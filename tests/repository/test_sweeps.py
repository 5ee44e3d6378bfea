"""Objects that are listed no more, and which of them are deleted."""

from __future__ import annotations

from dataclasses import replace

import pytest

from s3pypi_setuptools.errors import AccessDenied
from s3pypi_setuptools.repository.change import Decision
from s3pypi_setuptools.repository.manifest import Manifest
from s3pypi_setuptools.stores.base import Attributes
from tests.repository.desks import FIRST, SECOND, ProjectDesk, file, listing, unlisting
from tests.support.store_doubles import once, raising


@pytest.fixture
def desk() -> ProjectDesk:
    return ProjectDesk()


def beside(key: str) -> tuple[str, ...]:
    return key, f"{key}.metadata", f"{key}.provenance"


def test_objects_that_are_listed_no_more_are_deleted_with_what_lies_beside_them(desk: ProjectDesk) -> None:
    desk.change(listing(FIRST, SECOND))
    for name in (*beside(FIRST), *beside(SECOND)):
        desk.store.store.put(f"team/demo/{name}", b"x", Attributes())

    desk.change(unlisting(FIRST, sweep=[SECOND, "demo-9.0.tar.gz"]))

    files = {key for key in desk.stored() if "demo/demo-" in key}
    assert files == {f"demo/{name}" for name in beside(SECOND)}


def test_objects_are_deleted_after_every_page_has_caught_up(desk: ProjectDesk) -> None:
    desk.change(listing(FIRST))
    desk.store.requests.clear()
    desk.change(unlisting(FIRST))
    verbs = [request.verb for request in desk.store.requests if request.writes]
    assert verbs == ["put"] * 4 + ["delete"] * 3


def test_a_key_that_is_listed_in_another_spelling_stays(desk: ProjectDesk) -> None:
    desk.change(listing(FIRST))
    desk.store.store.put("team/demo/demo-1.0+x.tar.gz", b"x", Attributes())

    def decide(manifest: Manifest) -> Decision[str]:
        plus = replace(file("demo-1.0+x.tar.gz"), url="demo-1.0%2Bx.tar.gz")
        new = replace(manifest.with_files([plus]), removed=frozenset({"demo-1.0+x.tar.gz"}))
        return Decision(new, "", sweep=new.removed)

    desk.change(decide)
    assert "demo/demo-1.0+x.tar.gz" in desk.stored()


def test_an_object_that_may_not_be_deleted_is_named_and_the_others_go(
    desk: ProjectDesk, caplog: pytest.LogCaptureFixture
) -> None:
    desk.change(listing(FIRST, SECOND))
    for name in (FIRST, SECOND):
        desk.store.store.put(f"team/demo/{name}", b"x", Attributes())
    desk.store.before = once("delete", f"team/demo/{FIRST}", raising(AccessDenied("k", "no")))
    desk.change(unlisting())
    assert caplog.messages == [f"team/demo/{FIRST}: is listed no more, but was not deleted: no"]
    assert f"demo/{SECOND}" not in desk.stored()
