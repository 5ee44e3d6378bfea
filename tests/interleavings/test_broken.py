"""Steps of the protocol that are left out, each in the way that seems natural: every one is found."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from typing import Any
from unittest import mock

import pytest

from s3pypi_setuptools.config.choices import IfExists
from s3pypi_setuptools.operations.delete import _Deletion
from s3pypi_setuptools.repository import change, pages
from s3pypi_setuptools.repository.change import Change
from s3pypi_setuptools.repository.manifest import Manifest
from s3pypi_setuptools.repository.pages import DerivedPages
from s3pypi_setuptools.repository.project_list import ProjectList
from s3pypi_setuptools.repository.root_entry import RootEntry
from s3pypi_setuptools.repository.snapshot import ProjectDocuments
from s3pypi_setuptools.repository.upload import Upload
from s3pypi_setuptools.stores.base import ANY
from s3pypi_setuptools.stores.memory import MemoryStore
from tests.interleavings.commands import Command, Delete, Files, Prune, Publish, SetStatus, Yank
from tests.interleavings.conftest import Beginnings
from tests.interleavings.oracle import Violation
from tests.interleavings.orders import LENGTH, Order
from tests.interleavings.runs import Run, fill, play
from tests.interleavings.scheduling import Fault
from tests.support.markers import case

RUNS = 1000
"""How many orders are looked at before a broken protocol counts as not found; most show in the first hundred."""

REPLACE = Publish(salt="b", if_exists=IfExists.REPLACE)
NEXT, LAST = Publish(version="2.0"), Publish(version="3.0")


def around(owner: object, name: str, broken: Callable[..., Any]) -> Any:
    """``broken`` is called with what it replaces, and with what that is called with."""
    whole = getattr(owner, name)
    return mock.patch.object(owner, name, lambda *args, **options: broken(whole, *args, **options))


def nothing_removed(whole: Callable[..., bytes], manifest: Manifest) -> bytes:
    return whole(replace(manifest, removed=frozenset()))


def objects_first(whole: Callable[..., Any], self: Any, committed: Any) -> Any:
    self._sweep(committed.decision.sweep & committed.manifest.removed, committed.manifest)
    return whole(self, committed)


def first_decision(whole: Callable[..., Any], self: Any, now: Any) -> Any:
    self._first = getattr(self, "_first", None) or whole(self, now)
    return self._first


def record_first(self: Any, written: Any, kind: Any, taken_over: Any) -> None:
    record, _ = self._source.read()
    state = self.state(kind)
    if record is not None and not self._current(record, kind, state):
        self._put(record, kind, state)


def same_is_done(whole: Callable[..., Any], self: Any, committed: Any) -> Any:
    return whole(self, committed) if committed.changed else committed.decision.result


def deletes_any(whole: Callable[..., Any], self: Any, manifest: Manifest) -> Any:
    self._files = None
    return whole(self, manifest)


def one_look(self: Any, present: Any, absent: Any, gone: Callable[[str], bool]) -> None:
    with self._turn:
        self._change(lambda projects: (projects | present) - {name for name in absent & projects if gone(name)})


def takes_none_along(whole: Callable[..., bool], self: Any, project: str, others: Any = (), **options: Any) -> bool:
    return whole(self, project, **options)


@dataclass(frozen=True)
class Broken:
    """A step that is broken.

    :param patch: breaks it.
    :param beginning: where it shows, when ``commands`` run there at once.
    """

    patch: Callable[[], Any]
    beginning: str
    commands: Sequence[Command]
    faults: Sequence[str] = ()


BROKEN: Mapping[str, Broken] = {
    "removals are forgotten": Broken(
        lambda: around(Manifest, "to_json", nothing_removed), "listed", (REPLACE, Delete(version="1.0"))
    ),
    "objects go before pages": Broken(
        lambda: around(Change, "_finish", objects_first), "listed", (Delete(version="1.0"),)
    ),
    "the root comes late": Broken(
        lambda: mock.patch.object(ProjectList, "enter", return_value=False), "another project", (Publish(),)
    ),
    "the first decision stands": Broken(lambda: around(Change, "_decide", first_decision), "listed", (NEXT, LAST)),
    "the manifest is put on any state": Broken(
        lambda: mock.patch.object(change, "Matches", return_value=ANY), "listed", (NEXT, LAST)
    ),
    "pages are put on any state": Broken(
        lambda: mock.patch.object(pages, "Matches", return_value=ANY), "listed", (NEXT, LAST)
    ),
    "the record is read before the page": Broken(
        lambda: mock.patch.object(DerivedPages, "_catch_up", record_first), "listed", (NEXT, LAST, Yank())
    ),
    "the same bytes need no pages": Broken(
        lambda: around(Change, "_finish", same_is_done), "another project", (Publish(),), (Fault.CRASH,)
    ),
    "created is ours": Broken(
        lambda: mock.patch.object(Upload, "_is_ours", return_value=True),
        "another project",
        (Publish(), Publish(salt="b")),
    ),
    "a deletion takes what came later": Broken(
        lambda: around(_Deletion, "decide", deletes_any),
        "listed",
        (Delete(version="1.0"), REPLACE),
    ),
    "pages are created full": Broken(
        lambda: mock.patch.object(ProjectDocuments, "deletable", False),
        "another project",
        (Publish(), Delete(), Yank()),
    ),
    "the root is looked at once": Broken(
        lambda: mock.patch.object(ProjectList, "reconcile", one_look), "deleted", (Prune(), Publish())
    ),
    "the root is not looked at after the commits": Broken(
        lambda: mock.patch.object(RootEntry, "finish"), "deleted", (Prune(), Publish(version="2.0", also=("other",)))
    ),
    "who is taken along does not enter": Broken(
        lambda: around(ProjectList, "enter", takes_none_along), "nothing", (Publish(also=("other",)),)
    ),
    "a later page counts as any": Broken(
        lambda: mock.patch.object(DerivedPages, "_follows", return_value=True), "listed", (NEXT, SetStatus())
    ),
}


@contextmanager
def broken(*patches: Any) -> Iterator[None]:
    with ExitStack() as stack:
        for patch in patches:
            stack.enter_context(patch)
        yield


def runs(files: Files, beginnings: Beginnings, step: Broken) -> Iterator[Callable[[], None]]:
    """Runs in orders drawn by lot, the same at each call."""
    chance = random.Random(1)
    template, _ = beginnings(step.beginning)
    for _ in range(RUNS):
        store = MemoryStore(content_tokens=chance.random() < 0.5)
        fill(store, template)
        faults = {chance.randrange(40): fault for fault in step.faults}
        order = Order(chance.randbytes(LENGTH), chance.choice([0, 128, 224]), faults)
        yield lambda store=store, order=order: play(Run(store, files), step.commands, order)  # type: ignore[misc]


LATE = {"the root is looked at once", "the root is not looked at after the commits"}
"""Steps whose lack shows only in one of hundreds of orders: looking for it takes seconds."""


@pytest.mark.parametrize("name", [case(name, slow=name in LATE) for name in BROKEN])
def test_a_broken_step_is_found(files: Files, beginnings: Beginnings, name: str) -> None:
    step = BROKEN[name]
    tries = runs(files, beginnings, step)  # which are made with the whole protocol
    for number, run in enumerate(tries):
        with broken(step.patch()):
            try:
                run()
            except Violation as violation:
                print(f"found at order {number + 1}: {violation}")
                return
    pytest.fail(f"{RUNS} orders, and nothing was found")
