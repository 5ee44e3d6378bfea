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
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Protocol, TextIO

from ..errors import Error
from ..monitor import Account, Progress, Silent
from ..redaction import Redactor
from ..text import is_drawable, is_watched, printable

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    from ..config.settings import Settings
    from ..operations.init import InitReport
    from ..operations.publish.report import PublishReport
    from ..operations.upload_files import UploadReport

__all__ = ["Drawing", "Terminal"]

_PACKAGE = __name__.partition(".")[0]


class Drawing(Protocol):
    """What is drawn on a terminal, until it is stopped."""

    def stop(self) -> None:
        """Draw no more, and take away what was drawn."""


class Terminal:
    """What ``program`` says, in the form that was asked for.

    :param json: results and the error that ended the program are JSON objects on stdout.
    """

    def __init__(self, program: str, *, json: bool = False) -> None:
        self.program = program
        self.verbose = False
        self.quiet = False
        self.json = json
        self.account = Account()
        """What is done of what was asked for, told when it is interrupted; verbs that change anything `begin` it."""
        self.redactor = Redactor()
        """Hides the secrets of the settings in use; see `use`."""
        self._bars: Drawing | None = None
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
        line = self.redactor.redact(f"{word}: {self.account.sentence()}")
        self.error(line)
        if self.json and not self._reported:
            error = {"type": word.capitalize(), "message": line}
            self.object({"ok": False, "error": error, "changes": self.account.changes()})

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
        self.error("; ".join(filter(None, (f"the output cannot be written: {reason}", self.account.outcome()))))
        return status or 1

    @contextlib.contextmanager
    def progress(self) -> Iterator[Progress]:
        """Progress that is drawn where somebody watches."""
        if self.quiet or self.json or not is_drawable(sys.stderr):
            yield Silent()
            return
        from .progress_bars import ProgressBars  # noqa: PLC0415

        bars = ProgressBars()
        with self.drawing(bars), bars:
            yield bars

    def ask(self, lines: Iterable[str], question: str) -> str:
        """Show ``lines`` and ask ``question`` on stderr; the answer from stdin in lower case, empty at its end."""
        for line in lines:
            self._write(sys.stderr, f"{printable(self.redactor.redact(line))}\n")
        self._write(sys.stderr, f"{printable(self.redactor.redact(question))} [y/N] ")
        answer = sys.stdin.readline()
        if not answer.endswith("\n"):
            self._write(sys.stderr, "\n")
        return answer.strip().lower()

    @contextlib.contextmanager
    def drawing(self, bars: Drawing) -> Iterator[None]:
        """Whatever stops all drawing stops ``bars`` too, while the context lasts, and after an interruption of it."""
        self._bars = bars
        yield
        self._bars = None

    def stop_drawing(self) -> None:
        """Leave the terminal as it was, from whichever thread."""
        if self._bars is not None:
            self._bars.stop()

    def report(self, report: PublishReport | UploadReport | InitReport) -> int:
        """Show what was done; the exit status."""
        from .. import reports  # noqa: PLC0415
        from ..operations.init import InitReport  # noqa: PLC0415
        from ..operations.publish.report import PublishReport  # noqa: PLC0415

        if self.json:
            self.object(reports.to_json(report))
        elif self.quiet:
            pass
        elif isinstance(report, PublishReport) and is_watched():
            from ..summary import show_summary  # noqa: PLC0415

            self._draw(lambda: show_summary(report))
        elif isinstance(report, PublishReport):
            self.results(reports.publish_lines(report))
        elif isinstance(report, InitReport):
            self.results(reports.init_lines(report))
        else:
            self.results(reports.upload_lines(report))
        if isinstance(report, InitReport):
            return 0
        for line in reports.failures(report):
            self.error(line)
        return 0 if report.ok else 1

    def show(
        self,
        report: DataclassInstance,
        lines: Iterable[str],
        draw: Callable[[], None] | None = None,
        failures: Iterable[str] = (),
    ) -> int:
        """Show what a verb reported; the exit status, 1 where the report has an ``ok`` that is false.

        :param lines: the report for programs to read, a line a thing; not asked for where it is JSON or a drawing.
        :param draw: shows it to people on stdout; without one they get the lines.
        :param failures: of the lines those that say what failed, and are said however quiet the program is to be; none
            where the caller says it on stderr.
        """
        from .. import reports  # noqa: PLC0415

        ok = getattr(report, "ok", True)
        if self.json:
            self.object(reports.to_json(report))
        elif self.quiet:
            self.text("" if ok else "\n".join(map(printable, failures)))
        elif draw and is_watched():
            self._draw(draw)
        else:
            self.results(lines)
        return 0 if ok else 1

    def _diagnostic(self, kind: str, line: str) -> None:
        self._write(sys.stderr, f"{self.program}: {kind}: {printable(self.redactor.redact(line))}\n")

    def _draw(self, draw: Callable[[], None]) -> None:
        try:
            draw()
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
