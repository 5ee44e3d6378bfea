"""The protocol, in every order of requests. `docs/protocol.md` says what it is and why.

By default each command runs alone with a kill and a lost response, and pairs of commands run undisturbed; on
repositories other than one that lists a file, these tests are ``slow``. With
`S3PYPI_TEST_PROTOCOL=all`, all pairs have a kill and a lost response, on repositories of every shape: that takes hours.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from tests.support.markers import case

from .explorer import PLAIN, Explorer, Result
from .jobs import Shape
from .repositories import COMMANDS, Repository
from .rules import Rule

CHANGES = [name for name in COMMANDS if name != "install"]
METADATA = Shape(metadata=True)
SHAPES = {
    "one page": PLAIN,
    "metadata files": METADATA,
    "two pages": Shape(pages=2),
    "expected tokens": Shape(expected=True),
}

DEEP = os.environ.get("S3PYPI_TEST_PROTOCOL") == "all"

PAIRS: dict[str, dict[str, Any]] = {"undisturbed": {}}
"""What may happen while two commands run."""
if DEEP:
    PAIRS |= {name: {"kills": 1, "lost": 1, "shape": shape} for name, shape in SHAPES.items()}

RARE = {
    "publish both": Repository.NEW,
    "publish q": Repository.NEW,
    "publish large a": Repository.MISSING,
    "publish large b": Repository.MISSING,
    "publish g": Repository.FOREIGN,
    "replace a": Repository.LISTED,
}
"""Commands that by default are one of a pair on one repository alone, where they differ most from others."""

LEFT_OUT = {
    Rule.REMOVED_NAMES_GET_NEW_KEYS: (Repository.LISTED, ("publish a", "delete"), {}),
    Rule.CONTENT_DECIDES: (Repository.LISTED, ("publish a", "delete", "delete"), {}),
    Rule.REMOVED_ONLY_GROWS: (Repository.LISTED, ("publish b", "replace a", "delete"), {}),
    Rule.DECIDE_AGAIN: (Repository.EMPTY, ("publish a", "publish a", "delete"), {}),
    Rule.NEW_KEYS_ARE_CHECKED_AGAIN: (Repository.LISTED, ("replace b", "prune"), {}),
    Rule.PAGES_AFTER_COMMIT: (Repository.EMPTY, ("publish a", "publish a"), {}),
    Rule.PAGE_IS_READ_FIRST: (Repository.EMPTY, ("publish a", "delete"), {}),
    Rule.PAGES_BEGIN_BLANK: (Repository.NEW, ("publish a", "delete project"), {}),
    Rule.ENTRY_IS_CHECKED: (Repository.EMPTY, ("publish a", "delete project"), {}),
    Rule.RETURN_IS_CHECKED: (Repository.NEW, ("publish a", "delete project"), {}),
    Rule.LEAVING_IS_CHECKED: (Repository.EMPTY, ("publish a", "delete project"), {}),
    Rule.PAGES_BEFORE_DELETION: (Repository.LISTED, ("delete",), {}),
    Rule.DELETE_TWICE: (Repository.LISTED, ("delete",), {"kills": 1}),
    Rule.REPEATED_PUSH_REPAIRS_PAGES: (Repository.EMPTY, ("publish a",), {"kills": 1}),
    Rule.PROJECT_LIST_FIRST: (Repository.NEW, ("publish a",), {"kills": 1}),
    Rule.SHARED_LIST_ENTRY_FIRST: (Repository.NEW, ("publish both",), {"kills": 1}),
    Rule.PRUNE_MARKS_REMOVED: (Repository.EMPTY, ("publish a", "prune"), {}),
    Rule.PRUNE_WAITS_FOR_PAGES: (Repository.LISTED, ("delete", "prune"), {"kills": 1}),
    Rule.PRUNE_FINDS_METADATA: (Repository.ORPHAN, ("prune",), {"kills": 1, "shape": METADATA}),
    Rule.REINDEX_HEEDS_REMOVED: (Repository.LISTED, ("delete", "reindex"), {}),
    Rule.ADOPTION_HEEDS_REMOVED: (Repository.FOREIGN, ("publish g", "delete"), {}),
    Rule.DELETE_ONLY_WHAT_WAS_SEEN: (Repository.LISTED, ("publish a", "delete"), {"lost": 1}),
    Rule.EXISTING_OBJECT_IS_NO_CONFLICT: (Repository.ORPHAN, ("publish b",), {}),
    Rule.METADATA_BELONGS_TO_ITS_FILE: (Repository.EMPTY, ("publish a", "publish b"), {"shape": METADATA}),
    Rule.RENEW_AFTER_RESTORING: (Repository.MISSING, ("publish a", "publish b"), {}),
    Rule.RENEW_WHEN_UNSURE: (Repository.MISSING, ("publish a", "publish b"), {"lost": 1}),
    Rule.RENEW_AFTER_A_LOST_RACE: (Repository.MISSING, ("publish large a", "publish large b", "publish g"), {}),
    Rule.LOOK_AT_LISTED_OBJECTS: (Repository.MISSING, ("publish large a",), {}),
}
"""For each rule, a small case that fails without it."""

LARGE = {Rule.CONTENT_DECIDES, Rule.REMOVED_ONLY_GROWS, Rule.DECIDE_AGAIN, Rule.RENEW_AFTER_A_LOST_RACE}
"""Rules whose case has three commands, and takes as long as all others together."""


def explain(result: Result) -> str:
    failure, trace = min(result.failures.items(), key=lambda item: len(item[1]))
    return "\n  ".join([failure, *trace])


def check(repository: Repository, commands: tuple[str, ...], **options: object) -> None:
    result = Explorer(repository, commands, **options).run()
    assert not result.failures, explain(result)


@pytest.mark.parametrize("shape", [case(shape, slow=shape != "one page") for shape in SHAPES])
@pytest.mark.parametrize("repository", Repository, ids=lambda each: each.name)
def test_each_command_with_a_kill_and_a_lost_response(repository: Repository, shape: str) -> None:
    deep = DEEP or shape == "one page"
    for command in CHANGES:
        if deep or command != "publish both":
            check(repository, (command,), kills=1, lost=int(deep), shape=SHAPES[shape])


@pytest.mark.parametrize("first", CHANGES)
@pytest.mark.parametrize(
    "repository", [case(each, id=each.name, slow=each is not Repository.LISTED) for each in Repository]
)
@pytest.mark.parametrize("options", PAIRS)
def test_pairs_of_commands(options: str, repository: Repository, first: str) -> None:
    disturbances = dict(PAIRS[options])
    if repository is Repository.DELETED:
        disturbances["kills"] = 0  # who is killed before it looks again leaves a project off the list: a known limit
    for second in CHANGES[CHANGES.index(first) :]:
        if DEEP or all(RARE.get(command, repository) is repository for command in (first, second)):
            check(repository, (first, second), **disturbances)


@pytest.mark.parametrize("commands", [("publish a", "delete"), ("publish a", "publish b")], ids=" and ".join)
def test_a_pair_with_a_kill_and_a_lost_response(commands: tuple[str, ...]) -> None:
    check(Repository.LISTED, commands, kills=1, lost=1)


@pytest.mark.parametrize("rule", [case(rule, id=rule.name, slow=rule in LARGE) for rule in Rule])
def test_no_rule_can_be_left_out(rule: Rule) -> None:
    repository, commands, options = LEFT_OUT[rule]
    assert Explorer(repository, commands, without=rule, **options).run().failures
    check(repository, commands, **options)


def test_the_page_on_the_protocol_explains_every_rule() -> None:
    page = (Path(__file__).parents[2] / "docs" / "protocol.md").read_text(encoding="utf-8")
    assert [rule.name for rule in Rule if f"`{rule.name}`" not in page] == []


@pytest.mark.parametrize("command", ["delete", "replace b", "prune", "publish b"])
def test_an_installer_gets_what_its_page_lists_or_404(command: str) -> None:
    check(Repository.LISTED, (command, "install"))


def test_a_known_limit_of_old_pages() -> None:
    """An installer that still has the page from before a deletion may find another's new content at the plain key."""
    result = Explorer(Repository.LISTED, ("publish b", "delete", "install")).run()
    assert [*result.failures] == ["installers get what is listed: the content was another"]
