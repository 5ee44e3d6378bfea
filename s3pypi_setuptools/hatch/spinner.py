"""Progress as hatch shows work that takes time: a spinner beside one line of text."""

from __future__ import annotations

import threading
from collections.abc import Callable
from types import TracebackType

from rich.console import Console
from rich.status import Status
from rich.text import Text

from ..monitor import Progress

__all__ = ["Spinner"]

_STYLE = "simpleDotsScrolling"
_WHOLE = 100


class Spinner(Progress):
    """Progress, drawn from the first event until the end of the context.

    Before the first event, credentials are obtained, and the terminal is free for a prompt.

    :param styled: gives a text the style in which hatch shows waiting.
    """

    def __init__(self, console: Console, title: str, styled: Callable[[str], Text]) -> None:
        self._title = title
        self._styled = styled
        self._status = Status(styled(title), console=console, spinner=_STYLE)
        self._lock = threading.Lock()
        self._sizes = {"hashing": 0, "sending": 0}
        self._done = {"hashing": 0, "sending": 0}
        self._shown = ""
        self._stopped = False

    def __enter__(self) -> Spinner:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """Stop, and remove the line from the terminal."""
        with self._lock:
            self._stopped = True
            self._status.stop()

    def hashing(self, filename: str, size: int) -> None:  # noqa: ARG002
        """The file's ``size`` bytes are about to be hashed."""
        self._add(self._sizes, "hashing", size)

    def hashed(self, filename: str, count: int) -> None:  # noqa: ARG002
        """``count`` more bytes of the file are hashed."""
        self._add(self._done, "hashing", count)

    def sending(self, filename: str, size: int) -> None:  # noqa: ARG002
        """The file's ``size`` bytes are about to be sent."""
        self._add(self._sizes, "sending", size)

    def sent(self, filename: str, count: int) -> None:  # noqa: ARG002
        """``count`` more bytes of the file are stored."""
        self._add(self._done, "sending", count)

    def _add(self, counts: dict[str, int], kind: str, count: int) -> None:
        with self._lock:
            counts[kind] += count
            percent = _WHOLE * self._done[kind] // (self._sizes[kind] or 1)
            text = f"{self._title}: {kind}, {percent} %"
            if text != self._shown and not self._stopped:
                self._status.start()
                self._shown = text
                self._status.update(self._styled(text))
