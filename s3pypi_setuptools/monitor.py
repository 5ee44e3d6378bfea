"""Progress events, counts, cancellation and a record of what was done, for long-running operations."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

__all__ = [
    "SAME_COMMAND",
    "SAME_FILES",
    "UNCOUNTED",
    "UNMONITORED",
    "UNOBSERVED",
    "Cancelled",
    "ItemCounter",
    "Journal",
    "Monitor",
    "Observer",
    "Progress",
    "SilentProgress",
    "Stage",
    "Uncounted",
    "Unobserved",
]


class Progress(Protocol):
    """Told of work as it is done; called from several threads at once."""

    def hashing(self, filename: str, size: int) -> None:
        """The file's ``size`` bytes are about to be hashed."""

    def hashed(self, filename: str, count: int) -> None:
        """``count`` more bytes of the file are hashed."""

    def sending(self, filename: str, size: int) -> None:
        """The file's ``size`` bytes are about to be sent."""

    def sent(self, filename: str, count: int) -> None:
        """``count`` more bytes of the file are stored."""


class SilentProgress:
    """Progress that nobody watches."""

    def hashing(self, filename: str, size: int) -> None:
        """Nothing."""

    def hashed(self, filename: str, count: int) -> None:
        """Nothing."""

    def sending(self, filename: str, size: int) -> None:
        """Nothing."""

    def sent(self, filename: str, count: int) -> None:
        """Nothing."""


class Stage(enum.Enum):
    """How far the change of a file, or of a project as a whole, has come."""

    PENDING = "pending"
    """Nothing of it is committed."""
    COMMITTING = "committing"
    """Its commit is under way: until the answer comes, nobody knows whether it took effect."""
    COMMITTED = "committed"
    """The project's record tells of it; not all pages do, perhaps."""
    PUBLISHED = "published"
    """All pages tell of it."""


class Cancelled(BaseException):
    """The work was to end, and did so before its next commit."""


class Observer(Protocol):
    """Told how far changes have come, and asked whether to begin more; called from several threads at once."""

    def on_stage(self, stage: Stage, project: str, names: Iterable[str]) -> None:
        """What changes by these ``names``, of files or of the project itself, has come so far."""

    def check_cancelled(self) -> None:
        """Asked before what need not be begun, such as a commit; raises `Cancelled` where it is not to be."""


class Unobserved:
    """Work that nobody observes."""

    def on_stage(self, stage: Stage, project: str, names: Iterable[str]) -> None:
        """Nothing."""

    def check_cancelled(self) -> None:
        """Always."""


UNOBSERVED = Unobserved()


class ItemCounter(Protocol):
    """Told how far a count has come; called from several threads at once."""

    def expect(self, count: int) -> None:
        """``count`` more are to be looked at."""

    def advance(self, count: int) -> None:
        """``count`` more were looked at."""


class Uncounted:
    """A count that nobody watches."""

    def expect(self, count: int) -> None:
        """Nothing."""

    def advance(self, count: int) -> None:
        """Nothing."""


UNCOUNTED = Uncounted()
SAME_COMMAND = "the same command completes what is left"
SAME_FILES = "the same command with the same files completes what is left"

_FEW = 5
_SHOWN = 3
"""Names that are shown where there are more than a few."""


@dataclass(frozen=True, slots=True)
class Monitor:
    """Who is told of one call's work while it is done, and may cancel it; by default nobody.

    :param progress: told of bytes hashed and sent.
    :param count: told how many things are looked at.
    :param observer: told how far each change has come, and asked before it commits.
    """

    progress: Progress = SilentProgress()  # noqa: RUF009 - it has no state
    count: ItemCounter = UNCOUNTED
    observer: Observer = UNOBSERVED


UNMONITORED = Monitor()


class Journal:
    """An `Observer` that remembers what it is told, and ends the work when it is asked to.

    It takes no locks, as signal handlers call it: single operations on a dict are atomic.
    """

    def __init__(self) -> None:
        self._stages: dict[tuple[str, str], Stage] = {}
        self._stopped = False
        self._done: str | None = None
        self._then: str | None = None

    def begin(self, done: str | None, then: str = SAME_COMMAND) -> Journal:
        """Say what is about to be done; the account itself, to be passed on.

        :param done: what becomes of each file, as a past participle: ``published``; None where it concerns none.
        :param then: what to do after an interruption.
        """
        self._done, self._then = done, then
        return self

    def on_stage(self, stage: Stage, project: str, names: Iterable[str]) -> None:
        """As of `Observer`."""
        for name in names:
            self._stages[project, name] = stage

    def check_cancelled(self) -> None:
        """Raises `Cancelled` after `stop`."""
        if self._stopped:
            raise Cancelled

    def stop(self) -> None:
        """Let no more commits begin."""
        self._stopped = True

    def sentence(self) -> str:
        """What was done, what nearly was, and what to do now; without a full stop."""
        if self._then is None:
            return "nothing was changed"
        if self._done is None:
            return self._then
        said = [self.outcome()]
        if names := self._at(Stage.COMMITTED):
            said.append(f"committed, but not on all pages yet: {_listed(names)}")
        if names := self._at(Stage.COMMITTING):
            said.append(f"perhaps committed, as no answer came: {_listed(names)}")
        return "; ".join([*said, self._then])

    def outcome(self) -> str:
        """What was done, such as ``published demo-1.0.tar.gz``; empty where there was nothing to do to files."""
        if self._done is None:
            return ""
        return f"{self._done} {_listed(names)}" if (names := self._at(Stage.PUBLISHED)) else f"nothing {self._done}"

    def changes(self) -> list[dict[str, str]]:
        """Everything that was to change, in the order in which it was told of: ``project``, ``name`` and ``stage``."""
        return [
            {"project": project, "name": name, "stage": stage.value}
            for (project, name), stage in self._stages.copy().items()
        ]

    def _at(self, stage: Stage) -> list[str]:
        return [name for (_, name), reached in self._stages.copy().items() if reached is stage]


def _listed(names: Sequence[str]) -> str:
    if len(names) <= _FEW:
        return ", ".join(names)
    return f"{len(names)} ({', '.join(names[:_SHOWN])} and others)"
