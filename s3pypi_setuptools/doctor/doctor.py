"""Examine a target: whether publishing to it is sound, and what to do where it is not."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from ..errors import Error
from ..monitor import UNCOUNTED, ItemCounter
from ..repository.layout import Layout
from ..repository.repository_config import RepositoryConfig, read_config
from ..stores.base import Store
from ..stores.capabilities import Capabilities
from ..stores.probe import probe_folder
from .check import GET, PUT, Check, Examiner, Result, failed
from .conditions import condition_checks, raced, settled, unraced
from .index import UNCHECKED
from .repository_config import renew

__all__ = ["Check", "DoctorReport", "Result", "doctor"]


@dataclass(frozen=True, slots=True)
class DoctorReport:
    """What a target was found to be able to do.

    :param read_only: nothing was written; ``ok`` tells of reading alone.
    :param checks: in the order in which they build on one another.
    """

    target: str
    read_only: bool
    checks: tuple[Check, ...]

    @property
    def ok(self) -> bool:
        """Whether publishing there is sound."""
        return not failed(self.checks)

    @property
    def is_index_checked(self) -> bool:
        """Whether the index could be reached as installers reach it, where its URL is known."""
        return not any(check.found.startswith(UNCHECKED) for check in self.checks)


def doctor(
    store: Store,
    layout: Layout,
    examiner: Examiner,
    *,
    target: str,
    origin: str | None = None,
    tolerated: str | None = None,
    locks: Callable[[], list[Check]] = lambda: [],
    index: Callable[[RepositoryConfig | None], list[Check]] = lambda record: [],
    read_only: bool = False,
    left: Callable[[str | None], None] = lambda where: None,
    counter: ItemCounter = UNCOUNTED,
) -> DoctorReport:
    """Ask all that can be asked; what goes wrong is a check, and no error.

    Where it is interrupted, it deletes what it wrote to ask.

    :param target: where it is, as people write it, and ``origin`` what says so.
    :param tolerated: why a store that ignores conditions will do all the same; None when nothing makes it do.
    :param locks: asks the lock table.
    :param index: asks what installers are given, of a repository with that record.
    :param read_only: write nothing.
    :param left: told where objects may stay before the first is written, and None when, interrupted, none stays.
    :param counter: counts the steps.
    """
    work = _Examination(store, layout, examiner, tolerated, left)
    steps: list[Callable[[], list[Check]]] = [
        examiner.reach,
        work.read,
        *([work.skip] if read_only else [work.write, work.conditions]),
        lambda: work.records(read_only=read_only),
        locks,
        lambda: index(work.record),
    ]
    counter.expect(len(steps))
    told = f"{target} (from {origin})" if origin else target
    checks: dict[str, Check] = {"target": Check("target", Result.OK, told)}
    try:
        for step in steps:
            found = step()
            counter.advance(1)
            checks.update({check.name: check for check in found})
            if step is steps[0] and _unreachable(found):
                break
    except BaseException:
        work.clear()
        raise
    return DoctorReport(target, read_only, tuple(checks.values()))


def _unreachable(checks: list[Check]) -> bool:
    return bool(checks) and checks[-1].result is Result.NO


class _Examination:
    def __init__(
        self,
        store: Store,
        layout: Layout,
        examiner: Examiner,
        tolerated: str | None,
        left: Callable[[str | None], None],
    ) -> None:
        self._store = store
        self._layout = layout
        self._examiner = examiner
        self._tolerated = tolerated
        self._folder = probe_folder(layout.prefix)
        self._left = left
        self._writes = False
        self._lacking: list[str] = []
        self._found: Capabilities | None = None
        self.record: RepositoryConfig | None = None

    def read(self) -> list[Check]:
        checks = self._examiner.read(self._layout.prefix, self._folder)
        with contextlib.suppress(Error):  # what is wrong with it, or with reading, is told by other checks
            self.record = read_config(self._store, self._layout)
        return checks

    def skip(self) -> list[Check]:
        return [Check(PUT, Result.SKIPPED, "--read-only"), *unraced("--read-only")]

    def write(self) -> list[Check]:
        self._writes = True
        self._left(self._store.url_of(f"{self._folder}/"))
        checks = self._examiner.write(self._folder)
        self._lacking = [check.name for check in checks if check.result in (Result.NO, Result.WARNING)]
        # Where it could not be tried on what was written, what was found before counts.
        return [check for check in checks if not (check.name == GET and check.result is Result.SKIPPED)]

    def conditions(self) -> list[Check]:
        for needed in (PUT, GET):
            if needed in self._lacking:
                return unraced(f"needs {needed}")
        with ThreadPoolExecutor(1) as aside:
            kept = aside.submit(self._examiner.keep, self._folder)
            found = raced(self._examiner, self._folder, surely=self._store.conditional_writes is True)
        if not isinstance(found, Capabilities):
            return [*found, *kept.result()]
        self._found = settled(found, self.record, self._lacking)
        return [*condition_checks(found, self.record, self._lacking, tolerated=self._tolerated), *kept.result()]

    def clear(self) -> None:
        if self._writes and self._examiner.clear(self._folder):
            self._left(None)

    def records(self, *, read_only: bool) -> list[Check]:
        return [renew(self._store, self._layout, None if read_only else self._found)]
