"""Print a program's output: results to stdout, everything else to stderr; for people, for scripts, or as JSON.

On a terminal, tables and progress bars are drawn with rich (extra ``cli``), which is imported only then.
"""

from __future__ import annotations

import argparse
import contextlib
import logging
import sys
import traceback
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from ..errors import Error
from ..monitor import Journal, Monitor
from ..redaction import Redactor
from ..text import is_drawable, is_watched, printable
from .streams import Streams

if TYPE_CHECKING:
    from ..config.settings import Settings
    from ..tables import Table
    from .render.bars import ByteBars, CountBar
    from .render.output import Output

NOTHING_CHANGED = "nothing was changed"
_PACKAGE = __name__.partition(".")[0]


class Declined(Error):
    """The user did not confirm."""


class Terminal:
    """Prints what ``program`` has to say, in the form that the output options ask for.

    Secrets are hidden in everything on stderr, and control characters are escaped everywhere.

    :param json: print the report, or the error that ended the program, as one JSON object on stdout.
    """

    def __init__(self, program: str, *, json: bool = False) -> None:
        self.program = program
        self.verbose = False
        self.quiet = False
        self.json = json
        self.journal = Journal()
        """Records which changes are done, for the line that an interruption prints."""
        self.redactor = Redactor()
        """Hides the secrets of the settings that `use` names."""
        self._bars: ByteBars | CountBar | None = None
        self._reported = False
        self._streams = Streams()

    def configure_from(self, arguments: argparse.Namespace) -> None:
        """Set the form of the output from parsed options."""
        self.verbose, self.quiet, self.json = arguments.verbose, arguments.quiet, arguments.json

    @contextlib.contextmanager
    def logging(self) -> Iterator[None]:
        """Print the package's log on stderr while the context lasts: warnings, and everything with ``--verbose``."""
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
        """Hide the secrets of ``settings`` from now on, and print their notes as warnings.

        :param source: the settings of a repository that is only read. Their notes are about writing, and not printed.
        """
        for each in filter(None, (settings, source)):
            self.redactor.include(each.redactor)
        self.warnings(settings.notes)

    def results(self, lines: Iterable[str]) -> None:
        """Print result lines, unless ``--quiet`` is given."""
        if not self.quiet:
            self.text("\n".join(map(printable, lines)))

    def text(self, text: str) -> None:
        """Print text such as help, even with ``--quiet``."""
        if text:
            self._streams.out(f"{text}\n")

    def error(self, line: str) -> None:
        """Print what failed, in one line."""
        self._diagnostic("error", line)

    def warning(self, line: str) -> None:
        """Print one line about something that users may not expect."""
        self._diagnostic("warning", line)

    def warnings(self, lines: Iterable[str]) -> None:
        """Print several warnings."""
        for line in lines:
            self.warning(line)

    def remark(self, line: str) -> None:
        """Print a line of another program unchanged, but without secrets."""
        self._streams.err(f"{self.redactor.redact(line)}\n")

    def fail(self, error: BaseException) -> None:
        """Print the error that ends the program; with ``--verbose``, also the traceback of a defect."""
        known = isinstance(error, Error)
        line = self.redactor.describe(error)
        self.error(line if known or self.verbose else f"{line} (run with -v for the traceback)")
        if self.verbose and not known:
            text = self.redactor.redact("".join(traceback.format_exception(error)))
            self._streams.err("".join(f"{printable(line)}\n" for line in text.splitlines()))
        if self.json:
            self.object({"ok": False, "error": {"type": type(error).__name__, "message": line}})

    def interrupted(self, word: str) -> None:
        """Print which changes were done before the program was interrupted; may be called from any thread.

        :param word: ``interrupted`` or ``terminated``.
        """
        self.stop_drawing()
        line = self.redactor.redact(f"{word}: {self.journal.sentence()}")
        self.error(line)
        if self.json and not self._reported:
            error = {"type": word.capitalize(), "message": line}
            self.object({"ok": False, "error": error, "changes": self.journal.changes()})

    def object(self, value: dict[str, object]) -> None:
        """Print a JSON object on stdout."""
        from .render.output import to_json  # noqa: PLC0415

        self._reported = True
        self.text(to_json(value))

    def ended(self, status: int) -> int:
        """The exit status of a program whose work ended with ``status``: at least 1 if its results were not written.

        The changes that were done are printed on stderr then.
        """
        if (failure := self._streams.failure) is None:
            return status
        reason = f"the output cannot be written: {failure.strerror or failure}"
        self.error("; ".join(filter(None, (reason, self.journal.outcome()))))
        return status or 1

    @contextlib.contextmanager
    def monitoring(self, *, sends: bool = False, counts: tuple[str, str] | None = None) -> Iterator[Monitor]:
        """A `Monitor` that cancels the work after an interruption, and draws progress bars on a terminal.

        :param sends: draw the bytes that are hashed and sent.
        :param counts: draw one bar that counts: its name, and its unit.
        """
        if not (sends or counts) or self.quiet or self.json or not is_drawable(sys.stderr):
            yield Monitor(observer=self.journal)
            return
        from .render.bars import ByteBars, CountBar  # noqa: PLC0415

        bars = ByteBars() if counts is None else CountBar(*counts)
        self._bars = bars
        try:
            if isinstance(bars, ByteBars):
                yield Monitor(progress=bars, observer=self.journal)
            else:
                yield Monitor(count=bars, observer=self.journal)
        finally:
            bars.stop()

    def confirm(self, lines: Iterable[str], question: str, declined: str = NOTHING_CHANGED) -> None:
        """Print ``lines``, which say what is about to be deleted, and ask; raise `Declined` unless the answer is yes.

        Questions go to stderr, so that results can be piped.

        :param declined: what the error says was done so far.
        """
        self.stop_drawing()
        shown = [printable(self.redactor.redact(text)) for text in (*lines, question)]
        self._streams.err("\n".join(shown) + " [y/N] ")
        answer = sys.stdin.readline()
        if not answer.endswith("\n"):  # stdin has ended
            self._streams.err("\n")
        if answer.strip().lower() not in {"y", "yes"}:
            raise Declined(f"{declined}: the answer was not yes")

    def stop_drawing(self) -> None:
        """Remove progress bars from the terminal; may be called from any thread."""
        if self._bars is not None:
            self._bars.stop()

    def show(self, output: Output) -> int:
        """Print a report in the form that the output options ask for; return the exit status."""
        if self.json:
            self.object(output.as_object())
        elif self.quiet:
            self.text("" if output.ok else "\n".join(map(printable, output.failures)))
        elif output.drawn and is_watched():
            self._draw(output.drawn())
        else:
            self.results(output.lines)
        for error in output.errors:
            self.error(str(error))
        self.warnings(output.warnings)
        return output.exit_status

    def _diagnostic(self, kind: str, line: str) -> None:
        self._streams.err(f"{self.program}: {kind}: {printable(self.redactor.redact(line))}\n")

    def _draw(self, drawn: Table | Iterable[str]) -> None:
        from ..tables import Table  # noqa: PLC0415

        if isinstance(drawn, Table):
            with self._streams.drawing():
                drawn.draw()
        else:
            self.results(drawn)


class _Handler(logging.Handler):
    """Prints the package's log on stderr; the logs of other packages hold request headers, and are not printed.

    A warning that several steps of one command log is printed once.
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
