"""Progress bars, drawn with rich on stderr, and removed at the end.

A bar is drawn from the first event. Before that, credentials are obtained, and the terminal is free for a prompt.
"""

from __future__ import annotations

import threading

import rich.progress
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    ProgressColumn,
    Task,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from ...monitor import ItemCounter, Progress
from ...text import printable, size_text

__all__ = ["ByteBars", "CountBar"]


class _Bars:
    def __init__(self, *columns: ProgressColumn) -> None:
        console = Console(stderr=True)
        self._display = rich.progress.Progress(*columns, console=console, redirect_stdout=False, transient=True)
        self._lock = threading.Lock()
        self._stopped = False

    def stop(self) -> None:
        """Stop drawing, and remove the bars from the terminal."""
        with self._lock:
            self._stopped = True
            self._display.stop()

    def _start(self) -> None:
        """Begin to draw, unless `stop` was called; the caller holds the lock."""
        if not self._stopped:
            self._display.start()


class _Sizes(ProgressColumn):
    """Shows how many bytes of all are done."""

    def render(self, task: Task) -> Text:
        """The text of the column (`ProgressColumn`)."""
        return Text(f"{size_text(int(task.completed))} of {size_text(int(task.total or 0))}")


class CountBar(_Bars, ItemCounter):
    """A count, drawn as one bar called ``what`` that counts in ``unit``s."""

    def __init__(self, what: str, unit: str) -> None:
        texts = (TextColumn(what, markup=False), TextColumn(unit, markup=False))
        super().__init__(texts[0], BarColumn(), MofNCompleteColumn(), texts[1], TimeElapsedColumn())
        self._task = self._display.add_task(what, total=None)
        self._total = 0

    def expect(self, count: int) -> None:
        """``count`` more items are to be looked at."""
        with self._lock:
            self._start()
            self._total += count
            self._display.update(self._task, total=self._total)

    def advance(self, count: int) -> None:
        """``count`` more items were looked at."""
        self._display.update(self._task, advance=count)


class ByteBars(_Bars, Progress):
    """Progress, drawn as a bar for hashing and one for sending."""

    def __init__(self) -> None:
        filename = TextColumn("{task.fields[filename]}", markup=False)
        what = TextColumn("{task.description}", markup=False)
        super().__init__(what, BarColumn(), _Sizes(), TimeRemainingColumn(), filename)
        self._tasks: dict[str, TaskID] = {}
        self._totals: dict[str, int] = {}

    def hashing(self, filename: str, size: int) -> None:
        """The file's ``size`` bytes are about to be hashed."""
        self._expect("Hashing", filename, size)

    def hashed(self, filename: str, count: int) -> None:
        """``count`` more bytes of the file are hashed."""
        self._advance("Hashing", filename, count)

    def sending(self, filename: str, size: int) -> None:
        """The file's ``size`` bytes are about to be sent."""
        self._expect("Sending", filename, size)

    def sent(self, filename: str, count: int) -> None:
        """``count`` more bytes of the file are stored."""
        self._advance("Sending", filename, count)

    def _expect(self, kind: str, filename: str, size: int) -> None:
        with self._lock:
            self._start()
            self._totals[kind] = total = self._totals.get(kind, 0) + size
            if kind not in self._tasks:
                self._tasks[kind] = self._display.add_task(kind, total=None, filename="")
            self._display.update(self._tasks[kind], total=total, filename=printable(filename))

    def _advance(self, kind: str, filename: str, count: int) -> None:
        self._display.update(self._tasks[kind], advance=count, filename=printable(filename))
