"""Pages that are brought up to a manifest that was committed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from s3pypi_setuptools.errors import AccessDenied, Error, PreconditionFailed, Unavailable
from s3pypi_setuptools.index.model import File, Project
from s3pypi_setuptools.repository.manifest import Manifest
from s3pypi_setuptools.repository.page_kind import PageKind
from s3pypi_setuptools.repository.pages import COMMIT, ForeignPage, PageState
from s3pypi_setuptools.repository.snapshot import ProjectDocuments
from s3pypi_setuptools.stores.base import Token
from tests.repository.desks import HTML, JSON, KEYS, KINDS, MANIFEST, SLASH, PageDesk, manifest
from tests.support.store_doubles import Request, once, raising


@pytest.fixture
def desk() -> PageDesk:
    return PageDesk()


def test_pages_are_put_on_the_tokens_that_were_read(desk: PageDesk) -> None:
    desk.publish(manifest(1))
    states = desk.states()
    record = desk.commit(manifest(2, "2.0"))
    desk.store.requests.clear()

    desk.pages().write(record, states)

    assert [request.verb for request in desk.store.requests] == ["put"] * 3
    assert desk.commits() == dict.fromkeys(KINDS, record.commit)
    for kind, key in KEYS.items():
        attributes = desk.store.store.attributes(key)  # type: ignore[attr-defined]
        assert attributes == kind.attributes._replace(metadata={COMMIT: record.commit})


def test_only_the_kinds_asked_for_are_written(desk: PageDesk) -> None:
    record = desk.commit(manifest(1))
    desk.pages(JSON).write(record, desk.states())
    assert desk.commits() == {JSON: record.commit}


@pytest.mark.parametrize("error", [Unavailable("k", "no answer"), PreconditionFailed("k")], ids=["lost", "refused"])
def test_a_put_that_fails_is_settled_by_reading(desk: PageDesk, error: Error) -> None:
    desk.publish(manifest(1))
    states = desk.states()
    record = desk.commit(manifest(2, "2.0"))
    desk.store.before = once("put", KEYS[HTML], raising(error))

    desk.pages().write(record, states)

    assert desk.commits() == dict.fromkeys(KINDS, record.commit)


def test_a_put_that_took_effect_though_its_answer_was_lost_is_not_sent_again(desk: PageDesk) -> None:
    desk.publish(manifest(1))
    states = desk.states()
    record = desk.commit(manifest(2, "2.0"))
    desk.store.after = once("put", KEYS[HTML], raising(Unavailable("k", "no answer")))
    desk.store.requests.clear()

    desk.pages(HTML).write(record, states)

    assert desk.asked("put") == [("put", KEYS[HTML])]


@pytest.mark.parametrize("last", [3, 4, 5])
def test_a_page_of_a_later_commit_is_left_to_others(desk: PageDesk, last: int) -> None:
    desk.publish(manifest(2))
    states = desk.states()
    later = desk.publish(manifest(3, "3.0"))
    if last > 3:
        desk.commit(manifest(last, "3.0"))
    desk.store.requests.clear()

    desk.pages().write(manifest(2), {kind: replace(state, token=Token("old")) for kind, state in states.items()})

    assert desk.commits() == dict.fromkeys(KINDS, later.commit)
    assert desk.asked("put") == [("put", key) for key in KEYS.values()], "each on its token, and not again"


@pytest.mark.parametrize(
    ("number", "salt"),
    [(2, "f"), (9, "0"), (1, "0")],
    ids=["of the same number and another commit", "of a commit that was lost", "older"],
)
def test_a_page_of_no_commit_between_is_written(desk: PageDesk, number: int, salt: str) -> None:
    desk.publish(manifest(number, "0.5", salt=salt))
    record = desk.commit(manifest(2))

    desk.pages().write(record, {})

    assert desk.commits() == dict.fromkeys(KINDS, record.commit)


def test_a_page_of_the_last_number_and_another_commit_is_written(desk: PageDesk) -> None:
    """The manifest was restored from a backup, and others have committed since."""
    desk.publish(manifest(3, "0.5", salt="f"))
    record = desk.commit(manifest(3))

    desk.pages().write(manifest(2), {})

    assert desk.commits() == dict.fromkeys(KINDS, record.commit)


def test_a_page_of_a_later_commit_is_deleted_with_its_project(desk: PageDesk) -> None:
    desk.publish(manifest(3))
    desk.commit(manifest(4, deleted=True))
    desk.pages().write(manifest(2), {})
    assert desk.commits() == {}


def test_a_page_whose_id_has_no_number_is_written(desk: PageDesk) -> None:
    old = replace(manifest(1).project, commit="2026-11")
    for kind in KINDS:
        desk.put(kind, kind.render_project(old), {COMMIT: "2026-11"})
    record = desk.commit(manifest(2))
    desk.pages().write(record, {})
    assert desk.commits() == dict.fromkeys(KINDS, record.commit)


def test_reindex_does_not_leave_a_later_page_to_others(desk: PageDesk) -> None:
    desk.publish(manifest(3, "3.0"))
    record = desk.commit(manifest(4))
    desk.pages(exact=True).write(manifest(2), {})
    assert desk.commits() == dict.fromkeys(KINDS, record.commit)


@pytest.mark.parametrize("exact", [False, True])
def test_bytes_of_a_page_are_compared_by_reindex_alone(desk: PageDesk, exact: bool) -> None:
    record = desk.publish(manifest(1))
    good = desk.store.store.get(KEYS[HTML]).data
    desk.put(HTML, good + b"<!-- changed -->", {COMMIT: record.commit or ""})

    desk.pages(exact=exact).write(record, {})

    assert (desk.store.store.get(KEYS[HTML]).data == good) is exact
    assert desk.asked("put") == ([("put", KEYS[HTML])] if exact else [])


def test_an_exact_page_that_goes_while_it_is_compared_is_made_again(desk: PageDesk) -> None:
    record = desk.publish(manifest(1))
    desk.store.before = once("get", KEYS[HTML], lambda: desk.store.store.delete(KEYS[HTML]))
    desk.pages(HTML, exact=True).write(record, {})
    assert desk.commits() == dict.fromkeys(KINDS, record.commit)


def test_pages_that_went_are_made_again(desk: PageDesk) -> None:
    record = desk.publish(manifest(1))
    desk.store.store.delete(KEYS[HTML])
    desk.pages().write(record, {})
    assert desk.commits() == dict.fromkeys(KINDS, record.commit)


def test_a_page_made_again_is_of_what_the_record_says_after_it_was_made_blank(desk: PageDesk) -> None:
    record, newer = desk.commit(manifest(1)), manifest(2, "2.0")
    desk.store.before = once("put", KEYS[HTML], lambda: desk.commit(newer))
    desk.pages(HTML).write(record, {})
    assert desk.commits() == {HTML: newer.commit}


def test_another_tools_page_is_not_written_over_and_all_others_are_up(desk: PageDesk) -> None:
    desk.publish(manifest(1))
    states = desk.states()
    desk.put(JSON, b'{"meta":{"api-version":"1.0"},"name":"demo","files":[]}')
    record = desk.commit(manifest(2, "2.0"))

    with pytest.raises(ForeignPage):
        desk.pages().write(record, states)

    assert desk.commits() == {JSON: None, HTML: record.commit, SLASH: record.commit}


def test_another_tools_page_that_was_taken_over_is_written_over(desk: PageDesk) -> None:
    record = desk.publish(manifest(1))
    desk.put(JSON, b'{"meta":{"api-version":"1.0"},"name":"demo","files":[]}')
    desk.pages().write(record, {}, [desk.store.store.head(KEYS[JSON]).token])
    assert desk.commits() == dict.fromkeys(KINDS, record.commit)


@pytest.mark.parametrize("refused", [HTML, SLASH])
def test_an_error_says_more_than_another_tools_page(desk: PageDesk, refused: PageKind) -> None:
    record = desk.publish(manifest(1))
    desk.put(HTML if refused is SLASH else SLASH)
    desk.store.store.delete(KEYS[refused])

    def refuse(request: Request) -> None:
        if request.writes and request.key == KEYS[refused]:
            raise AccessDenied(request.key, "no")

    desk.store.before = refuse
    with pytest.raises(AccessDenied):
        desk.pages().write(record, {})


def test_a_record_that_is_not_found_any_more_is_no_reason_to_write(desk: PageDesk) -> None:
    record = desk.publish(manifest(1))
    desk.store.store.delete(MANIFEST)
    desk.store.store.delete(KEYS[HTML])
    with pytest.raises(Unavailable, match=f"{KEYS[HTML]}: is not up to date: its record was there"):
        desk.pages(HTML).write(record, {})
    assert HTML not in desk.commits()


def test_a_record_that_is_not_found_after_the_blank_page_leaves_that_blank(desk: PageDesk) -> None:
    record = desk.commit(manifest(1))
    desk.store.before = once("put", KEYS[HTML], lambda: desk.store.store.delete(MANIFEST))
    with pytest.raises(Unavailable, match="its record was there"):
        desk.pages(HTML).write(record, {})
    assert desk.pages().state(HTML).blank


def large() -> Manifest:
    files = tuple(
        File(f"demo-{n}.tar.gz", f"demo-{n}.tar.gz", hashes=(("sha256", "ab" * 32),), size=3) for n in range(200)
    )
    return Manifest(Project.of("demo", files, None, f"{1:012x}{'0' * 20}"), generation=1)


@pytest.mark.parametrize("compresses", [False, True])
def test_large_json_pages_are_compressed_where_the_repository_compresses(compresses: bool) -> None:
    desk = PageDesk(compresses=compresses)
    desk.publish(large())
    encodings = {
        kind: desk.store.store.attributes(key).content_encoding  # type: ignore[attr-defined]
        for kind, key in KEYS.items()
    }
    assert encodings == {JSON: "gzip" if compresses else None, HTML: None, SLASH: None}


def test_pages_that_are_never_deleted_are_not_made_blank(desk: PageDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ProjectDocuments, "deletable", False)
    record = desk.commit(manifest(1))
    pages = desk.pages(HTML)
    creating = pages.creating_blank({HTML: PageState()})
    assert {kind: future.result() for kind, future in creating.items()} == {HTML: PageState()}
    pages.write(record, {HTML: PageState()})
    assert [(request.verb, request.key) for request in desk.store.requests] == [("put", KEYS[HTML])]
    desk.put(HTML)
    with pytest.raises(ForeignPage):
        pages.write(record, {HTML: PageState()})
