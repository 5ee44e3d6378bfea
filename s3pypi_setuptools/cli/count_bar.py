"""A bar that counts, drawn with rich on stderr where somebody watches; it is gone at the end."""

from __future__ import annotations

import contextlib
import sys
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..monitor import UNWATCHED, Tally
from ..text import is_drawable
from .terminal import Terminal

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

__all__ = ["count_bar"]


@contextlib.contextmanager
def count_bar(terminal: Terminal, what: str, unit: str) -> Iterator[Tally]:
    """A tally that is drawn, from the first call on, as a bar called ``what``, counting in ``unit``s.

    Before, while credentials are obtained, the terminal is for whoever asks for a code there.
    """
    if terminal.quiet or terminal.json or not is_drawable(sys.stderr):
        yield UNWATCHED
        return
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn  # noqa: PLC0415

    columns = (TextColumn(what, markup=False), BarColumn(), MofNCompleteColumn(), TextColumn(unit, markup=False))
    display = Progress(
        *columns, TimeElapsedColumn(), console=Console(stderr=True), redirect_stdout=False, transient=True
    )
    bar = _Bar(display, display.add_task(what, total=None))
    with terminal.drawing(bar), contextlib.closing(bar):
        yield bar


class _Bar:
    def __init__(self, display: Progress, task: TaskID) -> None:
        self._display = display
        self._task = task
        self._total = 0
        self._lock = threading.Lock()
        self._stopped = False

    def expect(self, count: int) -> None:
        """``count`` more are to be looked at."""
        with self._lock:
            if not self._stopped:
                self._display.start()
            self._total += count
            self._display.update(self._task, total=self._total)

    def advance(self, count: int) -> None:
        """``count`` more were looked at."""
        self._display.update(self._task, advance=count)

    def stop(self) -> None:
        """Draw no more, and take the bar away."""
        with self._lock:
            self._stopped = True
            self._display.stop()

    close = stop
