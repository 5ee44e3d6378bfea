"""Ctrl-C and SIGTERM: work ends where nothing is half done, and the process ends soon after."""

from __future__ import annotations

import _thread
import contextlib
import os
import signal
import threading
from collections.abc import Callable
from types import FrameType, TracebackType

INTERRUPTED = 130
"""Exit status after Ctrl-C: 128 plus the signal's number, as in shells."""
TERMINATED = 143
"""Exit status after SIGTERM."""

GRACE = 3.0
"""Seconds for interrupted work to tidy up; requests in flight may take much longer, and are not waited for."""

_MESSAGE_SECONDS = 1.0
"""Seconds for the last message, which may block if nobody reads the output."""


class Terminated(SystemExit):
    """SIGTERM was received; unless it is caught, the process ends with exit status 143."""

    def __init__(self) -> None:
        super().__init__(TERMINATED)


class Interruption:
    """Handle Ctrl-C and SIGTERM while the context lasts.

    The first signal calls ``stop`` and raises `KeyboardInterrupt` or `Terminated` in the main thread. If the context
    has not ended `GRACE` seconds later, or a second signal is received, the process ends. After a signal, ``say`` is
    called once.

    Signals that are ignored, or for which the program has a handler, are left alone; so are all signals if the context
    is not entered in the main thread.

    :param stop: makes sure that no other work begins; called in the signal handler.
    :param say: reports what was done, to people; called from any thread, with ``interrupted`` or ``terminated``.
    :param last: the process ends after the context; after a signal, that must not take longer than `GRACE` either.
    """

    def __init__(self, stop: Callable[[], None], say: Callable[[str], None], *, last: bool = False) -> None:
        self.status: int | None = None
        """The exit status for the signal that was received; None if none was."""
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
        """Call ``say`` if a signal was received, unless it was called before."""
        if self.status is not None and self._said.acquire(blocking=False):
            self._say("terminated" if self.status == TERMINATED else "interrupted")

    def _begin(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002
        again = self.status is not None
        self.status = 128 + number
        if again:
            self._leave()
        self._stop()
        # Not with `threading`: the code that the signal interrupts may hold a lock which starting a thread needs.
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

        # In a thread, because the signal may have stopped the main one in the middle of writing.
        _thread.start_new_thread(saying, ())
        said.wait(_MESSAGE_SECONDS)
        os._exit(self.status or INTERRUPTED)
