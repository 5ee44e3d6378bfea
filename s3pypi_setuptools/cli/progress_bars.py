"""Progress drawn with rich on stderr: one bar for hashing, one for sending; both are gone at the end."""

from __future__ import annotations

import threading
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TaskID, TextColumn, TimeRemainingColumn
from rich.text import Text

from ..text import printable, size_text

__all__ = ["ProgressBars"]


class ProgressBars:
    """`..progress.Progress`, drawn from the first event on while the context lasts.

    Before, while credentials are obtained, the terminal is for whoever asks for a code there.
    """

    def __init__(self) -> None:
        self._display = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            _Sizes(),
            TimeRemainingColumn(),
            TextColumn("{task.fields[filename]}", markup=False),
            console=Console(stderr=True),
            redirect_stdout=False,
            transient=True,
        )
        self._lock = threading.Lock()
        self._stopped = False
        self._tasks: dict[str, TaskID] = {}
        self._totals: dict[str, int] = {}

    def __enter__(self) -> ProgressBars:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """Draw no more, and take the bars away."""
        with self._lock:
            self._stopped = True
            self._display.stop()

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
            if not self._stopped:
                self._display.start()
            self._totals[kind] = total = self._totals.get(kind, 0) + size
            if kind in self._tasks:
                self._display.update(self._tasks[kind], total=total, filename=printable(filename))
            else:
                self._tasks[kind] = self._display.add_task(kind, total=total, filename=printable(filename))

    def _advance(self, kind: str, filename: str, count: int) -> None:
        self._display.update(self._tasks[kind], advance=count, filename=printable(filename))


class _Sizes(ProgressColumn):
    """How much is done, of how much."""

    def render(self, task: Task) -> Text:
        """As of `ProgressColumn`."""
        return Text(f"{size_text(int(task.completed))} of {size_text(int(task.total or 0))}")
