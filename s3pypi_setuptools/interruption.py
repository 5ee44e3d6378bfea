"""Ctrl-C and SIGTERM: the work ends at the next point where nothing is half done, and the process ends soon."""

from __future__ import annotations

import _thread
import contextlib
import os
import signal
import threading
from collections.abc import Callable
from types import FrameType, TracebackType

__all__ = ["GRACE", "INTERRUPTED", "Interruption", "Terminated"]

INTERRUPTED = 130
"""Exit status after Ctrl-C, as shells have it: 128 and the signal's number."""
TERMINATED = 143

GRACE = 3.0
"""Seconds that interrupted work has to tidy up: requests in flight may not end for much longer."""

_SAYING = 1.0
"""Seconds that saying so may take, where nobody reads what is said."""


class Terminated(SystemExit):
    """SIGTERM came; unless somebody catches it, the process ends with its exit status."""

    def __init__(self) -> None:
        super().__init__(TERMINATED)


class Interruption:
    """Ctrl-C and SIGTERM, while the context lasts.

    The first one calls ``stop`` and raises `KeyboardInterrupt` or `Terminated` in the main thread. The process ends by
    itself when that has not led out of the context after `GRACE` seconds, or when a second one comes. Either way,
    ``say`` is called once.

    Signals that are ignored, or that the program around this handles itself, are left to it, and so are all where the
    context is not entered in the main thread.

    :param stop: lets nothing more begin; called in the signal handler.
    :param say: tells people what was done; given what happened in a word, and called from any thread.
    :param last: the process has nothing else to do: after a signal its end, too, may take no longer.
    """

    def __init__(self, stop: Callable[[], None], say: Callable[[str], None], *, last: bool = False) -> None:
        self.status: int | None = None
        """The exit status that the signal asks for; None while none came."""
        self._stop = stop
        self._say = say
        self._last = last
        self._said = threading.Lock()
        self._replaced: dict[signal.Signals, signal.Handlers | Callable[[int, FrameType | None], object]] = {}
        self._over = threading.Event()

    def __enter__(self) -> Interruption:
        for number, default in ((signal.SIGINT, signal.default_int_handler), (signal.SIGTERM, signal.SIG_DFL)):
            with contextlib.suppress(ValueError):  # not the main thread
                if signal.getsignal(number) is default:
                    signal.signal(number, self._begin)
                    self._replaced[number] = default
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if isinstance(error, KeyboardInterrupt) and self.status is None:  # raised by another handler
            self.status = INTERRUPTED
        if error is not None:
            self.tell()
        if self.status is None or not self._last:
            self._over.set()
        for number, default in self._replaced.items():
            signal.signal(number, default)

    def tell(self) -> None:
        """Call ``say``, if a signal came, and nobody has yet."""
        if self.status is not None and self._said.acquire(blocking=False):
            self._say("terminated" if self.status == TERMINATED else "interrupted")

    def _begin(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002
        again = self.status is not None
        self.status = 128 + number
        if again:
            self._leave()
        self._stop()
        # Not by `threading`: what the signal interrupts may hold a lock that starting a thread there takes.
        _thread.start_new_thread(self._count_down, ())
        raise KeyboardInterrupt if number == signal.SIGINT else Terminated

    def _count_down(self) -> None:
        if not self._over.wait(GRACE):
            self._leave()

    def _leave(self) -> None:
        said = threading.Event()

        def saying() -> None:
            self.tell()
            said.set()

        # In a thread, since the main one may have been stopped in the middle of writing.
        _thread.start_new_thread(saying, ())
        said.wait(_SAYING)
        os._exit(self.status or INTERRUPTED)
