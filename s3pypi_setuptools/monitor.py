"""Progress events, counters, cancellation and a journal, for long-running operations."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


class Progress:
    """Receives progress events, and ignores them; subclasses show them. Called from several threads at once.

    A subclass has all four events, or `begin_work` and `advance_work`.
    """

    def hashing(self, filename: str, size: int) -> None:
        """Hashing of a file of ``size`` bytes begins."""
        self.begin_work("hashing", filename, size)

    def hashed(self, filename: str, count: int) -> None:
        """``count`` more bytes of the file were hashed."""
        self.advance_work("hashing", filename, count)

    def sending(self, filename: str, size: int) -> None:
        """Sending of a file of ``size`` bytes begins."""
        self.begin_work("sending", filename, size)

    def sent(self, filename: str, count: int) -> None:
        """``count`` more bytes of the file were stored."""
        self.advance_work("sending", filename, count)

    def begin_work(self, work: str, filename: str, size: int) -> None:
        """``work``, which is ``hashing`` or ``sending``, of a file of ``size`` bytes begins."""

    def advance_work(self, work: str, filename: str, count: int) -> None:
        """``count`` more bytes of the file were hashed or stored."""


class Stage(enum.Enum):
    """The state of a change of a file, or of a project as a whole."""

    PENDING = "pending"
    """It is not committed."""
    COMMITTING = "committing"
    """The commit was sent. Until the answer arrives, it is unknown whether it took effect."""
    COMMITTED = "committed"
    """It is in the project's manifest; some pages may be older."""
    PUBLISHED = "published"
    """It is on all pages."""


class Cancelled(BaseException):
    """Cancellation was requested; the work ended before its next commit.

    Not an `Exception`, so that no handler takes it for the failure of one file and continues with the next.
    """


class Observer:
    """Receives the stages of changes, and may cancel the work; this class does nothing, subclasses do.

    Called from several threads at once.
    """

    def on_stage(self, stage: Stage, project: str, names: Iterable[str]) -> None:
        """The changes of those ``names`` reached ``stage``; they are names of files, or that of the project."""

    def check_cancelled(self) -> None:
        """Raise `Cancelled` if cancellation was requested. Called before every commit and between parts."""


class ItemCounter:
    """Receives the progress of a count, and ignores it; subclasses show it. Called from several threads at once."""

    def expect(self, count: int) -> None:
        """``count`` more items will be examined."""

    def advance(self, count: int) -> None:
        """``count`` more items were examined."""


SAME_COMMAND = "the same command completes what is left"
SAME_FILES = "the same command with the same files completes what is left"

_FEW = 5
"""Names that a sentence lists in full."""
_SHOWN = 3
"""Names that a sentence lists if there are more."""


@dataclass(frozen=True, slots=True)
class Monitor:
    """What receives the events of one call of an operation; by default, all events are ignored.

    :param progress: receives the bytes that were hashed and sent.
    :param count: receives the number of items that were examined.
    :param observer: receives the stage of each change, and may cancel the call before a commit.
    """

    progress: Progress = Progress()
    count: ItemCounter = ItemCounter()
    observer: Observer = Observer()


UNMONITORED = Monitor()


class Journal(Observer):
    """Records the stage of each change, and cancels the work after `stop`.

    It takes no locks, since signal handlers call it; single operations on a dict are atomic.
    """

    def __init__(self) -> None:
        self._stages: dict[tuple[str, str], Stage] = {}
        self._stopped = False
        self._done: str | None = None
        self._then: str | None = None

    def begin(self, done: str | None, then: str = SAME_COMMAND) -> Journal:
        """Set the words for what is about to be done; returns the journal itself.

        :param done: what happens to each file, as a past participle such as ``published``; None if no file changes.
        :param then: what the user should do after an interruption.
        """
        self._done, self._then = done, then
        return self

    def on_stage(self, stage: Stage, project: str, names: Iterable[str]) -> None:
        """Record ``stage`` for those names."""
        for name in names:
            self._stages[project, name] = stage

    def check_cancelled(self) -> None:
        """Raise `Cancelled` if `stop` was called."""
        if self._stopped:
            raise Cancelled

    def stop(self) -> None:
        """Request cancellation: no more commits begin."""
        self._stopped = True

    def sentence(self) -> str:
        """What was done, what may have been done, and what to do now; without a full stop."""
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
        """What was done, such as ``published demo-1.0.tar.gz``; empty if the work changes no files."""
        if self._done is None:
            return ""
        return f"{self._done} {_listed(names)}" if (names := self._at(Stage.PUBLISHED)) else f"nothing {self._done}"

    def changes(self) -> list[dict[str, str]]:
        """All recorded changes, in order, with the keys ``project``, ``name`` and ``stage``."""
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
