"""Where a program's output goes: results to stdout, all else to stderr; rich for people, plain lines for programs.

rich is imported only when it is used: on a terminal, and where it is installed (extra ``cli``); lines otherwise.
"""

from __future__ import annotations

import argparse
import contextlib
import logging
import os
import sys
import traceback
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, TextIO

from ..errors import Error
from ..monitor import UNCOUNTED, ItemCounter, Journal, Progress, SilentProgress
from ..redaction import Redactor
from ..text import is_drawable, is_watched, printable

if TYPE_CHECKING:
    from ..config.settings import Settings
    from ..tables import Table
    from .render.bars import ByteBars, CountBar
    from .render.output import Output

__all__ = ["Terminal"]

_PACKAGE = __name__.partition(".")[0]


class Terminal:
    """What ``program`` says, in the form that was asked for.

    :param json: results and the error that ended the program are JSON objects on stdout.
    """

    def __init__(self, program: str, *, json: bool = False) -> None:
        self.program = program
        self.verbose = False
        self.quiet = False
        self.json = json
        self.journal = Journal()
        """What is done of what was asked for, told when it is interrupted; commands that change anything `begin` it."""
        self.redactor = Redactor()
        """Hides the secrets of the settings in use; see `use`."""
        self._bars: ByteBars | CountBar | None = None
        self._reported = False
        self._unwritten: OSError | None = None
        for stream in (sys.stdout, sys.stderr):
            if hasattr(stream, "reconfigure"):  # a console's or pipe's code page may lack a filename's characters
                stream.reconfigure(errors="backslashreplace")

    def configure_from(self, arguments: argparse.Namespace) -> None:
        """Take over the output options."""
        self.verbose, self.quiet, self.json = arguments.verbose, arguments.quiet, arguments.json

    @contextlib.contextmanager
    def logging(self) -> Iterator[None]:
        """Show the package's log while the context lasts: warnings, and all of it if the output is verbose."""
        logger = logging.getLogger(_PACKAGE)
        before = logger.level, logger.handlers[:], logger.propagate
        logger.setLevel(logging.DEBUG)
        logger.handlers[:], logger.propagate = [_Handler(self)], False
        try:
            yield
        finally:
            logger.setLevel(before[0])
            logger.handlers[:], logger.propagate = before[1:]

    def use(self, settings: Settings, source: Settings | None = None) -> None:
        """Show what people should know of ``settings``, and hide their secrets from now on.

        :param source: settings of a repository that is only read; their notes are about writing, and not shown.
        """
        for each in filter(None, (settings, source)):
            self.redactor.include(each.redactor)
        self.warnings(settings.notes)

    def result(self, line: str) -> None:
        """A line of what was asked for."""
        self.results([line])

    def results(self, lines: Iterable[str]) -> None:
        """Lines of what was asked for."""
        if not self.quiet:
            self.text("\n".join(map(printable, lines)))

    def text(self, text: str) -> None:
        """What was asked for as a whole, such as help: shown however quiet the program is to be."""
        if text:
            self._write(sys.stdout, f"{text}\n")

    def error(self, line: str) -> None:
        """A line that says what failed."""
        self._diagnostic("error", line)

    def warning(self, line: str) -> None:
        """A line about what went on otherwise than one may expect."""
        self._diagnostic("warning", line)

    def warnings(self, lines: Iterable[str]) -> None:
        """Warnings, one a line."""
        for line in lines:
            self.warning(line)

    def remark(self, line: str) -> None:
        """A line that another program wrote for people, as it is but for secrets."""
        self._write(sys.stderr, f"{self.redactor.redact(line)}\n")

    def fail(self, error: BaseException) -> None:
        """The error that ends the program."""
        known = isinstance(error, Error)
        line = self.redactor.describe(error)
        self.error(line if known or self.verbose else f"{line} (run with -v for the traceback)")
        if self.verbose and not known:
            text = self.redactor.redact("".join(traceback.format_exception(error)))
            self._write(sys.stderr, "".join(f"{printable(line)}\n" for line in text.splitlines()))
        if self.json:
            self.object({"ok": False, "error": {"type": type(error).__name__, "message": line}})

    def interrupted(self, word: str) -> None:
        """Say what was done before the program was ``word``: interrupted or terminated; from whichever thread."""
        self.stop_drawing()
        line = self.redactor.redact(f"{word}: {self.journal.sentence()}")
        self.error(line)
        if self.json and not self._reported:
            error = {"type": word.capitalize(), "message": line}
            self.object({"ok": False, "error": error, "changes": self.journal.changes()})

    def object(self, value: dict[str, object]) -> None:
        """A JSON object on stdout, indented for people's eyes."""
        from json import dumps  # noqa: PLC0415

        self._reported = True
        self.text(dumps(value, indent=2))

    def ended(self, status: int) -> int:
        """The exit status of a program whose work ended with ``status``: 1 where its results could not be written.

        What was done all the same is said then, since the results would have told.
        """
        if self._unwritten is None:
            return status
        reason = self._unwritten.strerror or str(self._unwritten)
        self.error("; ".join(filter(None, (f"the output cannot be written: {reason}", self.journal.outcome()))))
        return status or 1

    @contextlib.contextmanager
    def progress(self) -> Iterator[Progress]:
        """Progress that is drawn where somebody watches."""
        if not self._draws_bars():
            yield SilentProgress()
            return
        from .render.bars import ByteBars  # noqa: PLC0415

        bars = ByteBars()
        with self._drawing(bars):
            yield bars

    @contextlib.contextmanager
    def counting(self, what: str, unit: str) -> Iterator[ItemCounter]:
        """A count that is drawn where somebody watches, as a bar called ``what`` that counts in ``unit``s."""
        if not self._draws_bars():
            yield UNCOUNTED
            return
        from .render.bars import CountBar  # noqa: PLC0415

        bar = CountBar(what, unit)
        with self._drawing(bar):
            yield bar

    def ask(self, lines: Iterable[str], question: str) -> str:
        """Show ``lines`` and ask ``question`` on stderr; the answer from stdin in lower case, empty at its end."""
        for line in lines:
            self._write(sys.stderr, f"{printable(self.redactor.redact(line))}\n")
        self._write(sys.stderr, f"{printable(self.redactor.redact(question))} [y/N] ")
        answer = sys.stdin.readline()
        if not answer.endswith("\n"):
            self._write(sys.stderr, "\n")
        return answer.strip().lower()

    def stop_drawing(self) -> None:
        """Leave the terminal as it was, from whichever thread."""
        if self._bars is not None:
            self._bars.stop()

    def show(self, output: Output) -> int:
        """Show a report in the form that was asked for; the exit status."""
        if self.json:
            from .render.as_json import to_json  # noqa: PLC0415

            self.object(to_json(output.report))
        elif self.quiet:
            self.text("" if output.ok else "\n".join(map(printable, output.failures)))
        elif output.drawn and is_watched():
            self._draw(output.drawn())
        else:
            self.results(output.lines)
        for line in output.errors:
            self.error(line)
        self.warnings(output.warnings)
        return 0 if output.ok else 1

    def _draws_bars(self) -> bool:
        return not self.quiet and not self.json and is_drawable(sys.stderr)

    @contextlib.contextmanager
    def _drawing(self, bars: ByteBars | CountBar) -> Iterator[None]:
        """Stop ``bars`` at the end of the context, and earlier when all drawing is stopped."""
        self._bars = bars
        try:
            yield
        finally:
            bars.stop()
        self._bars = None

    def _diagnostic(self, kind: str, line: str) -> None:
        self._write(sys.stderr, f"{self.program}: {kind}: {printable(self.redactor.redact(line))}\n")

    def _draw(self, drawn: Table | Iterable[str]) -> None:
        from ..tables import Table  # noqa: PLC0415

        if not isinstance(drawn, Table):
            self.results(drawn)
            return
        try:
            drawn.draw()
        except SystemExit:  # how rich says that nobody reads any more
            _silence(sys.stdout)
        except OSError as error:
            self._stop_writing(sys.stdout, error)

    def _write(self, stream: TextIO | None, text: str) -> None:
        if stream is None:  # pythonw
            return
        try:
            stream.write(text)
            stream.flush()
        except OSError as error:
            self._stop_writing(stream, error)

    def _stop_writing(self, stream: TextIO, error: OSError) -> None:
        """Go on without ``stream``: that nobody reads any more is no error, the work's result stays; a full disk is."""
        if stream is sys.stdout and not isinstance(error, BrokenPipeError):
            self._unwritten = error
        _silence(stream)


class _Handler(logging.Handler):
    """The package's log as lines on stderr; other packages' logs hold request headers and stay unseen.

    A warning that several steps of one command give is shown once.
    """

    def __init__(self, terminal: Terminal) -> None:
        super().__init__()
        self._terminal = terminal
        self._warned: set[str] = set()

    def emit(self, record: logging.LogRecord) -> None:
        if record.levelno < logging.WARNING and not self._terminal.verbose:
            return
        line = record.getMessage()
        if record.levelno == logging.WARNING:
            if line in self._warned:
                return
            self._warned.add(line)
        self._terminal._diagnostic(record.levelname.lower(), line)


def _silence(stream: TextIO) -> None:
    """Let all that is written from now on, and what is left to be written at the interpreter's end, be lost."""
    with contextlib.suppress(OSError):  # there may be no file behind it
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
