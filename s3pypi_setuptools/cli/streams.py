"""Write to stdout and stderr, either of which may be missing, closed by its reader, or full."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from typing import TextIO

from ..interruption import Terminated


class Streams:
    """The program's stdout and stderr.

    After a stream has failed, everything that is written to it is lost, and the program goes on.
    """

    def __init__(self) -> None:
        self.failure: OSError | None = None
        """Why stdout could not be written, such as a full disk; that its reader closed a pipe is no failure."""
        for stream in (sys.stdout, sys.stderr):
            if hasattr(stream, "reconfigure"):  # the code page of a console or pipe may lack a filename's characters
                stream.reconfigure(errors="backslashreplace")

    def out(self, text: str) -> None:
        """Write to stdout."""
        try:
            _write(sys.stdout, text)
        except OSError as error:
            self._give_up(error)

    def err(self, text: str) -> None:
        """Write to stderr."""
        try:
            _write(sys.stderr, text)
        except OSError:
            _silence(sys.stderr)

    @contextlib.contextmanager
    def drawing(self) -> Iterator[None]:
        """Survive errors of stdout while rich prints there, which raises `SystemExit` if the reader closed a pipe."""
        try:
            yield
        except Terminated:
            raise
        except SystemExit:
            _silence(sys.stdout)
        except OSError as error:
            self._give_up(error)

    def _give_up(self, error: OSError) -> None:
        if not isinstance(error, BrokenPipeError):
            self.failure = error
        _silence(sys.stdout)


def _write(stream: TextIO | None, text: str) -> None:
    if stream is not None:  # pythonw has none
        stream.write(text)
        stream.flush()


def _silence(stream: TextIO) -> None:
    """Lose everything that is written to ``stream`` from now on, also at the end of the interpreter."""
    with contextlib.suppress(OSError):  # the stream may have no file
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
