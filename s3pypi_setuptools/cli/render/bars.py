"""Progress bars, drawn with rich on stderr, and removed at the end.

A bar is drawn from the first event. Before that, credentials are obtained, and the terminal is free for a prompt.
"""

from __future__ import annotations

import threading

import rich.progress
from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    ProgressColumn,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from ...monitor import ItemCounter, Progress
from ...text import printable


class _Bars:
    """Bars by name. They are drawn from the first `_expect` until `stop`, by any number of threads."""

    def __init__(self, *columns: ProgressColumn) -> None:
        console = Console(stderr=True)
        self._display = rich.progress.Progress(*columns, console=console, redirect_stdout=False, transient=True)
        self._lock = threading.Lock()
        self._stopped = False
        self._tasks: dict[str, TaskID] = {}
        self._totals: dict[str, int] = {}

    def stop(self) -> None:
        """Stop drawing, and remove the bars from the terminal."""
        with self._lock:
            self._stopped = True
            self._display.stop()

    def _expect(self, name: str, count: int, filename: str = "") -> None:
        """``count`` more of ``name`` are to be done."""
        with self._lock:
            if not self._stopped:
                self._display.start()
            self._totals[name] = total = self._totals.get(name, 0) + count
            if name not in self._tasks:
                self._tasks[name] = self._display.add_task(name, total=None, filename="")
            self._display.update(self._tasks[name], total=total, filename=printable(filename))

    def _advance(self, name: str, count: int, filename: str = "") -> None:
        self._display.update(self._tasks[name], advance=count, filename=printable(filename))


class CountBar(_Bars, ItemCounter):
    """A count, drawn as one bar called ``what`` that counts in ``unit``s."""

    def __init__(self, what: str, unit: str) -> None:
        texts = (TextColumn(what, markup=False), TextColumn(unit, markup=False))
        super().__init__(texts[0], BarColumn(), MofNCompleteColumn(), texts[1], TimeElapsedColumn())
        self._what = what

    def expect(self, count: int) -> None:
        """``count`` more items are to be looked at."""
        self._expect(self._what, count)

    def advance(self, count: int) -> None:
        """``count`` more items were looked at."""
        self._advance(self._what, count)


class ByteBars(_Bars, Progress):
    """Progress, drawn as a bar for hashing and one for sending."""

    def __init__(self) -> None:
        filename = TextColumn("{task.fields[filename]}", markup=False)
        what = TextColumn("{task.description}", markup=False)
        super().__init__(what, BarColumn(), DownloadColumn(), TimeRemainingColumn(), filename)

    def begin_work(self, work: str, filename: str, size: int) -> None:
        """``work`` of a file of ``size`` bytes begins."""
        self._expect(work.capitalize(), size, filename)

    def advance_work(self, work: str, filename: str, count: int) -> None:
        """``count`` more bytes of the file are done."""
        self._advance(work.capitalize(), count, filename)
