"""Pages as they are read, made, and brought up to a manifest that was committed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import pytest

from s3pypi_setuptools.errors import AccessDenied, Error, NotFound, PreconditionFailed, StoreError, Unavailable
from s3pypi_setuptools.index import simple_html
from s3pypi_setuptools.index.model import File, Project
from s3pypi_setuptools.repository.manifest import Manifest
from s3pypi_setuptools.repository.page_kind import PageKind
from s3pypi_setuptools.repository.pages import COMMIT, DerivedPages, ForeignPage, PageState
from s3pypi_setuptools.repository.project import ProjectDocuments
from s3pypi_setuptools.stores.base import ANY, Attributes, Condition, Matches, Token
from s3pypi_setuptools.stores.memory import MemoryStore
from tests.faults import FaultyStore, Request

from .conftest import workspace

JSON, HTML, SLASH = KINDS = (PageKind.JSON, PageKind.HTML, PageKind.SLASH)
KEYS = {JSON: "team/demo/index.json", HTML: "team/demo/index.html", SLASH: "team/demo/"}
MANIFEST = "team/demo/manifest.json"
THEIRS = b'<!DOCTYPE html><a href="demo-0.1.tar.gz">demo-0.1.tar.gz</a>'


def manifest(number: int, version: str = "1.0", *, salt: str = "0", deleted: bool = False) -> Manifest:
    """The manifest of the commit of that number, which lists one file."""
    name = f"demo-{version}.tar.gz"
    file = File(name, name, hashes=(("sha256", "ab" * 32),), size=3)
    project = Project.of("demo", () if deleted else (file,), None, f"{number:012x}{salt * 20}")
    return Manifest(project, generation=number, deleted=deleted)


@dataclass
class Desk:
    """A project's pages in a store."""

    store: FaultyStore = field(default_factory=lambda: FaultyStore(MemoryStore()))
    compresses: bool = False

    def pages(self, *, exact: bool = False) -> DerivedPages[Manifest]:
        """The pages, as one process changes them."""
        return ProjectDocuments(workspace(self.store, compresses=lambda: self.compresses), "demo", exact=exact).pages

    def commit(self, record: Manifest) -> Manifest:
        """Put the manifest; nothing of that shows among the requests."""
        self.store.store.put(MANIFEST, record.to_json(), Attributes())
        return record

    def states(self) -> dict[PageKind, PageState]:
        return {kind: future.result() for kind, future in self.pages().reading().items() if kind in KINDS}

    def publish(self, record: Manifest) -> Manifest:
        """Commit, with every page brought up to it."""
        self.commit(record)
        self.pages().write(record, self.states(), KINDS)
        self.store.requests.clear()
        return record

    def put(self, kind: PageKind, data: bytes = THEIRS, metadata: dict[str, str] | None = None) -> None:
        """What another tool does."""
        self.store.store.put(KEYS[kind], data, Attributes("text/html", metadata=metadata or {}))

    def commits(self) -> dict[PageKind, str | None]:
        """The commit id of each page that is there, as its bytes tell."""
        there = {info.key for info in self.store.store.list("team/demo/")}
        return {
            kind: kind.parse_project(self.store.store.get(key).data, "demo").commit
            for kind, key in KEYS.items()
            if key in there
        }

    def asked(self, *verbs: str) -> list[tuple[str, str]]:
        return [(request.verb, request.key) for request in self.store.requests if request.verb in verbs]


@pytest.fixture
def desk() -> Desk:
    return Desk()


def once(verb: str, key: str, does: Callable[[], object]) -> Callable[[Request], None]:
    """Before the first such request, ``does`` that."""
    todo = [does]

    def before(request: Request) -> None:
        if (request.verb, request.key) == (verb, key) and todo:
            todo.pop()()

    return before


def raising(error: BaseException) -> Callable[[], object]:
    def work() -> None:
        raise error

    return work


@pytest.mark.parametrize(
    ("state", "blank", "foreign"),
    [
        (PageState(), True, False),
        (PageState(Token("1"), ""), True, False),
        (PageState(Token("1"), "a"), False, False),
        (PageState(Token("1")), False, True),
    ],
)
def test_what_a_state_says(state: PageState, blank: bool, foreign: bool) -> None:
    assert (state.blank, state.foreign) == (blank, foreign)


def test_a_page_of_ours_is_known_by_a_head_alone(desk: Desk) -> None:
    record = desk.publish(manifest(1))

    state = desk.pages().state(JSON)

    assert state == PageState(desk.store.store.head(KEYS[JSON]).token, record.commit)
    assert desk.asked("head", "get") == [("head", KEYS[JSON])]


def test_a_page_whose_metadata_was_dropped_is_known_by_its_bytes(desk: Desk) -> None:
    record = desk.publish(manifest(1))
    desk.put(HTML, desk.store.store.get(KEYS[HTML]).data)

    assert desk.pages().state(HTML) == PageState(desk.store.store.head(KEYS[HTML]).token, record.commit)


def test_a_store_without_metadata_is_not_asked_for_any(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    record = desk.publish(manifest(1))
    monkeypatch.setattr(FaultyStore, "keeps_metadata", False)

    assert desk.pages().state(HTML).commit == record.commit
    assert desk.asked("head", "get") == [("get", KEYS[HTML])]


def test_a_page_of_another_tool_and_an_absent_one(desk: Desk) -> None:
    desk.put(HTML)
    assert desk.pages().state(HTML).foreign
    assert desk.pages().state(JSON) == PageState()


def test_two_kinds_of_one_key_are_asked_for_once(desk: Desk) -> None:
    desk.publish(manifest(1))
    states = desk.pages().reading()
    assert set(states) == set(PageKind)
    assert states[SLASH].result() == states[PageKind.SLASH_JSON].result()
    assert sorted(desk.asked("head")) == sorted(("head", key) for key in KEYS.values())


def test_only_pages_that_a_listing_shows_are_asked_for(desk: Desk) -> None:
    desk.publish(manifest(1))
    assert set(desk.pages().reading({KEYS[HTML]: None})) == {HTML}
    assert desk.asked("head") == [("head", KEYS[HTML])]


def test_what_is_told_of_pages_is_what_a_reading_finds() -> None:
    desk = Desk(FaultyStore(MemoryStore(content_tokens=True)))
    record = desk.publish(manifest(1))
    told = desk.pages().told(record)
    assert desk.store.requests == []
    assert {kind: told[kind] for kind in KINDS} == desk.states()
    assert set(desk.pages().told(manifest(2, deleted=True)).values()) == {PageState()}


def opened(desk: Desk, states: dict[PageKind, PageState]) -> dict[PageKind, PageState]:
    return {kind: future.result() for kind, future in desk.pages().opening(states).items()}


def test_absent_pages_are_made_blank_and_no_others(desk: Desk) -> None:
    desk.put(HTML)
    before = desk.states()

    after = opened(desk, before)

    assert after == desk.states()
    assert after[HTML] == before[HTML]
    assert after[JSON].blank
    assert after[JSON].token
    assert desk.store.store.get(KEYS[HTML]).data == THEIRS
    assert JSON.parse_project(desk.store.store.get(KEYS[JSON]).data, "demo").files == ()
    assert desk.asked("put") == [("put", KEYS[JSON]), ("put", KEYS[SLASH])]


def test_a_page_that_another_publisher_made_meanwhile_is_the_blank_page(desk: Desk) -> None:
    record = desk.commit(manifest(1))
    states = desk.states()
    other = Desk(FaultyStore(desk.store.store))
    desk.store.before = once("put", KEYS[JSON], lambda: other.publish(record))

    assert opened(desk, states) == desk.states()
    assert set(desk.commits().values()) == {record.commit}


def test_a_page_that_another_tool_made_meanwhile_counts_as_absent(desk: Desk) -> None:
    """The put that follows fails then, and what the page lists is read."""
    states = desk.states()
    desk.store.before = once("put", KEYS[HTML], lambda: desk.put(HTML))

    assert opened(desk, states)[HTML] == PageState()
    assert desk.store.store.get(KEYS[HTML]).data == THEIRS


def test_pages_are_put_on_the_tokens_that_were_read(desk: Desk) -> None:
    desk.publish(manifest(1))
    states = desk.states()
    record = desk.commit(manifest(2, "2.0"))
    desk.store.requests.clear()

    desk.pages().write(record, states, KINDS)

    assert [request.verb for request in desk.store.requests] == ["put"] * 3
    assert desk.commits() == dict.fromkeys(KINDS, record.commit)
    for kind, key in KEYS.items():
        attributes = desk.store.store.attributes(key)  # type: ignore[attr-defined]
        assert attributes == replace(kind.attributes, metadata={COMMIT: record.commit})


def test_only_the_kinds_asked_for_are_written(desk: Desk) -> None:
    record = desk.commit(manifest(1))
    desk.pages().write(record, desk.states(), (JSON,))
    assert desk.commits() == {JSON: record.commit}


@pytest.mark.parametrize("error", [Unavailable("k", "no answer"), PreconditionFailed("k")], ids=["lost", "refused"])
def test_a_put_that_fails_is_settled_by_reading(desk: Desk, error: Error) -> None:
    desk.publish(manifest(1))
    states = desk.states()
    record = desk.commit(manifest(2, "2.0"))
    desk.store.before = once("put", KEYS[HTML], raising(error))

    desk.pages().write(record, states, KINDS)

    assert desk.commits() == dict.fromkeys(KINDS, record.commit)


def test_a_put_that_took_effect_though_its_answer_was_lost_is_not_sent_again(desk: Desk) -> None:
    desk.publish(manifest(1))
    states = desk.states()
    record = desk.commit(manifest(2, "2.0"))
    desk.store.after = once("put", KEYS[HTML], raising(Unavailable("k", "no answer")))
    desk.store.requests.clear()

    desk.pages().write(record, states, (HTML,))

    assert desk.asked("put") == [("put", KEYS[HTML])]


@pytest.mark.parametrize("last", [3, 4, 5])
def test_a_page_of_a_later_commit_is_left_to_others(desk: Desk, last: int) -> None:
    desk.publish(manifest(2))
    states = desk.states()
    later = desk.publish(manifest(3, "3.0"))
    if last > 3:
        desk.commit(manifest(last, "3.0"))
    desk.store.requests.clear()

    desk.pages().write(manifest(2), {kind: replace(state, token=Token("old")) for kind, state in states.items()}, KINDS)

    assert desk.commits() == dict.fromkeys(KINDS, later.commit)
    assert desk.asked("put") == [("put", key) for key in KEYS.values()], "each on its token, and not again"


@pytest.mark.parametrize(
    ("number", "salt"),
    [(2, "f"), (9, "0"), (1, "0")],
    ids=["of the same number and another commit", "of a commit that was lost", "older"],
)
def test_a_page_of_no_commit_between_is_written(desk: Desk, number: int, salt: str) -> None:
    desk.publish(manifest(number, "0.5", salt=salt))
    record = desk.commit(manifest(2))

    desk.pages().write(record, {}, KINDS)

    assert desk.commits() == dict.fromkeys(KINDS, record.commit)


def test_a_page_of_the_last_number_and_another_commit_is_written(desk: Desk) -> None:
    """The manifest was restored from a backup, and others have committed since."""
    desk.publish(manifest(3, "0.5", salt="f"))
    record = desk.commit(manifest(3))

    desk.pages().write(manifest(2), {}, KINDS)

    assert desk.commits() == dict.fromkeys(KINDS, record.commit)


def test_a_page_of_a_later_commit_is_deleted_with_its_project(desk: Desk) -> None:
    desk.publish(manifest(3))
    desk.commit(manifest(4, deleted=True))
    desk.pages().write(manifest(2), {}, KINDS)
    assert desk.commits() == {}


def test_a_page_whose_id_has_no_number_is_written(desk: Desk) -> None:
    old = replace(manifest(1).project, commit="2026-11")
    for kind in KINDS:
        desk.put(kind, kind.render_project(old), {COMMIT: "2026-11"})
    record = desk.commit(manifest(2))
    desk.pages().write(record, {}, KINDS)
    assert desk.commits() == dict.fromkeys(KINDS, record.commit)


def test_reindex_does_not_leave_a_later_page_to_others(desk: Desk) -> None:
    desk.publish(manifest(3, "3.0"))
    record = desk.commit(manifest(4))
    desk.pages(exact=True).write(manifest(2), {}, KINDS)
    assert desk.commits() == dict.fromkeys(KINDS, record.commit)


@pytest.mark.parametrize("exact", [False, True])
def test_bytes_of_a_page_are_compared_by_reindex_alone(desk: Desk, exact: bool) -> None:
    record = desk.publish(manifest(1))
    good = desk.store.store.get(KEYS[HTML]).data
    desk.put(HTML, good + b"<!-- changed -->", {COMMIT: record.commit or ""})

    desk.pages(exact=exact).write(record, {}, KINDS)

    assert (desk.store.store.get(KEYS[HTML]).data == good) is exact
    assert desk.asked("put") == ([("put", KEYS[HTML])] if exact else [])


def test_an_exact_page_that_goes_while_it_is_compared_is_made_again(desk: Desk) -> None:
    record = desk.publish(manifest(1))
    desk.store.before = once("get", KEYS[HTML], lambda: desk.store.store.delete(KEYS[HTML]))
    desk.pages(exact=True).write(record, {}, (HTML,))
    assert desk.commits() == dict.fromkeys(KINDS, record.commit)


def test_pages_that_went_are_made_again(desk: Desk) -> None:
    record = desk.publish(manifest(1))
    desk.store.store.delete(KEYS[HTML])
    desk.pages().write(record, {}, KINDS)
    assert desk.commits() == dict.fromkeys(KINDS, record.commit)


def test_a_page_made_again_is_of_what_the_record_says_after_it_was_made_blank(desk: Desk) -> None:
    record, newer = desk.commit(manifest(1)), manifest(2, "2.0")
    desk.store.before = once("put", KEYS[HTML], lambda: desk.commit(newer))
    desk.pages().write(record, {}, (HTML,))
    assert desk.commits() == {HTML: newer.commit}


def test_another_tools_page_is_not_written_over_and_all_others_are_up(desk: Desk) -> None:
    desk.publish(manifest(1))
    states = desk.states()
    desk.put(JSON, b'{"meta":{"api-version":"1.0"},"name":"demo","files":[]}')
    record = desk.commit(manifest(2, "2.0"))

    with pytest.raises(ForeignPage):
        desk.pages().write(record, states, KINDS)

    assert desk.commits() == {JSON: None, HTML: record.commit, SLASH: record.commit}


def test_another_tools_page_that_was_taken_over_is_written_over(desk: Desk) -> None:
    record = desk.publish(manifest(1))
    desk.put(JSON, b'{"meta":{"api-version":"1.0"},"name":"demo","files":[]}')
    desk.pages().write(record, {}, KINDS, [desk.store.store.head(KEYS[JSON]).token])
    assert desk.commits() == dict.fromkeys(KINDS, record.commit)


@pytest.mark.parametrize("refused", [HTML, SLASH])
def test_an_error_says_more_than_another_tools_page(desk: Desk, refused: PageKind) -> None:
    record = desk.publish(manifest(1))
    desk.put(HTML if refused is SLASH else SLASH)
    desk.store.store.delete(KEYS[refused])

    def refuse(request: Request) -> None:
        if request.writes and request.key == KEYS[refused]:
            raise AccessDenied(request.key, "no")

    desk.store.before = refuse
    with pytest.raises(AccessDenied):
        desk.pages().write(record, {}, KINDS)


def test_a_record_that_is_not_found_any_more_is_no_reason_to_write(desk: Desk) -> None:
    record = desk.publish(manifest(1))
    desk.store.store.delete(MANIFEST)
    desk.store.store.delete(KEYS[HTML])
    with pytest.raises(Unavailable, match=f"{KEYS[HTML]}: is not up to date: its record was there"):
        desk.pages().write(record, {}, (HTML,))
    assert HTML not in desk.commits()


def test_a_record_that_is_not_found_after_the_blank_page_leaves_that_blank(desk: Desk) -> None:
    record = desk.commit(manifest(1))
    desk.store.before = once("put", KEYS[HTML], lambda: desk.store.store.delete(MANIFEST))
    with pytest.raises(Unavailable, match="its record was there"):
        desk.pages().write(record, {}, (HTML,))
    assert desk.pages().state(HTML).blank


def test_pages_of_a_deleted_project_are_deleted_on_their_tokens(desk: Desk) -> None:
    desk.publish(manifest(1))
    states = desk.states()
    conditions: list[Condition] = []
    delete = MemoryStore.delete

    class Noting(MemoryStore):
        def delete(self, key: str, condition: Condition = ANY) -> None:
            conditions.append(condition)
            delete(self, key, condition)

    desk.store.store.__class__ = Noting
    desk.pages().write(desk.commit(manifest(2, deleted=True)), states, KINDS)

    assert desk.commits() == {}
    assert conditions == [Matches(state.token) for state in states.values() if state.token]


def test_a_page_that_changed_before_it_was_to_be_deleted_is_deleted_all_the_same(desk: Desk) -> None:
    desk.publish(manifest(1))
    states = desk.states()
    desk.publish(manifest(2, "2.0"))
    desk.pages().write(desk.commit(manifest(3, deleted=True)), states, KINDS)
    assert desk.commits() == {}


def test_absent_pages_of_a_deleted_project_stay_absent(desk: Desk) -> None:
    desk.pages().write(desk.commit(manifest(3, deleted=True)), {}, KINDS)
    assert desk.commits() == {}
    assert desk.asked("put", "delete") == []


def test_a_page_that_is_not_found_and_listed_is_not_taken_for_deleted(desk: Desk) -> None:
    desk.publish(manifest(1))
    record = desk.commit(manifest(2, deleted=True))

    def hide(request: Request) -> None:
        if request.key == KEYS[HTML] and request.verb in ("head", "get"):
            raise NotFound(request.key)

    desk.store.before = hide
    with pytest.raises(StoreError, match=f"^{KEYS[HTML]}: the store refused"):
        desk.pages().write(record, {}, KINDS)


def test_a_longer_key_in_the_listing_is_not_the_page(desk: Desk) -> None:
    desk.store.store.put(f"{KEYS[HTML]}.asc", b"", Attributes())
    desk.pages().write(desk.commit(manifest(2, deleted=True)), {}, KINDS)


def test_a_deletion_that_ignored_its_condition_is_made_good(desk: Desk) -> None:
    """The record was published to again while its pages were deleted."""
    desk.publish(manifest(1))
    states, newer = desk.states(), manifest(3, "3.0")
    record = desk.commit(manifest(2, deleted=True))
    desk.store.after = once("delete", KEYS[SLASH], lambda: desk.commit(newer))

    desk.pages().write(record, states, KINDS)

    assert desk.commits() == dict.fromkeys(KINDS, newer.commit)


def test_pages_written_while_a_deletion_ignored_its_condition_are_brought_up(desk: Desk) -> None:
    desk.publish(manifest(1))
    states = desk.states()
    record = desk.commit(manifest(2, deleted=True))
    last = manifest(4, "4.0")

    def publish() -> None:
        Desk(FaultyStore(desk.store.store)).publish(manifest(3, "3.0"))
        desk.commit(last)

    desk.store.after = once("delete", KEYS[SLASH], publish)
    desk.pages().write(record, states, KINDS)
    assert desk.commits() == dict.fromkeys(KINDS, last.commit)


def test_another_tools_page_is_noticed_when_a_deletion_is_made_good(desk: Desk) -> None:
    desk.publish(manifest(1))
    states = desk.states()
    record = desk.commit(manifest(2, deleted=True))

    def write() -> None:
        desk.commit(manifest(3, "3.0"))
        desk.put(HTML)

    desk.store.after = once("delete", KEYS[SLASH], write)
    with pytest.raises(ForeignPage):
        desk.pages().write(record, states, KINDS)
    assert desk.store.store.get(KEYS[HTML]).data == THEIRS


def test_an_absent_page_that_may_be_deleted_again_is_blank_before_it_is_filled(desk: Desk) -> None:
    """That a page is absent has no token: a put on its absence could take effect after a deletion."""
    record = desk.commit(manifest(1))
    desk.pages().write(record, {HTML: PageState()}, (HTML,))
    assert desk.asked("put") == [("put", KEYS[HTML])] * 2
    assert desk.commits() == {HTML: record.commit}


def test_a_deletion_that_stands_writes_no_page(desk: Desk) -> None:
    desk.publish(manifest(1))
    states, newer = desk.states(), manifest(3, deleted=True)
    record = desk.commit(manifest(2, deleted=True))
    desk.store.after = once("delete", KEYS[SLASH], lambda: desk.commit(newer))
    desk.pages().write(record, states, KINDS)
    assert desk.asked("put") == []


def large() -> Manifest:
    files = tuple(
        File(f"demo-{n}.tar.gz", f"demo-{n}.tar.gz", hashes=(("sha256", "ab" * 32),), size=3) for n in range(200)
    )
    return Manifest(Project.of("demo", files, None, f"{1:012x}{'0' * 20}"), generation=1)


@pytest.mark.parametrize("compresses", [False, True])
def test_large_json_pages_are_compressed_where_the_repository_compresses(compresses: bool) -> None:
    desk = Desk(compresses=compresses)
    desk.publish(large())
    encodings = {
        kind: desk.store.store.attributes(key).content_encoding  # type: ignore[attr-defined]
        for kind, key in KEYS.items()
    }
    assert encodings == {JSON: "gzip" if compresses else None, HTML: None, SLASH: None}


def test_pages_that_are_never_deleted_are_not_made_blank(desk: Desk) -> None:
    record = manifest(1)
    pages: DerivedPages[Manifest] = DerivedPages(
        workspace(desk.store),
        {HTML: KEYS[HTML]},
        render=lambda kind, one: kind.render_project(one.project),
        commit_of=lambda kind, data: simple_html.parse_project(data, "demo").commit,
        read_record=lambda: record,
    )
    assert {kind: future.result() for kind, future in pages.opening({HTML: PageState()}).items()} == {HTML: PageState()}
    pages.write(record, {HTML: PageState()}, (HTML, JSON))
    assert [(request.verb, request.key) for request in desk.store.requests] == [("put", KEYS[HTML])]
    desk.put(HTML)
    with pytest.raises(ForeignPage):
        pages.write(record, {HTML: PageState()}, (HTML,))
