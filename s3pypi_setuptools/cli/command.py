"""A command as a value, from its help to the function that does it, and one run of it."""

from __future__ import annotations

import argparse
import contextlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from ..config.options import CONNECTION
from ..errors import UsageError
from ..monitor import SAME_COMMAND, Monitor
from .confirmation import Confirm, confirmation
from .options import EVERY, add_settings, given
from .parser import ArgumentParser, add_output_options

if TYPE_CHECKING:
    from ..api import PackageRepository
    from ..config.settings import Settings
    from .render.output import Output
    from .terminal import Terminal

__all__ = ["DRY_RUN", "FILENAMES", "PROJECT", "PROJECTS", "TARGET", "VERSION", "Argument", "Call", "Command"]

DRY_RUN = "show what would be done, and write nothing"
_R = TypeVar("_R")


class Argument:
    """What `argparse.ArgumentParser.add_argument` takes, and the group of the help that shows it."""

    def __init__(self, *strings: str, group: str = "what", **details: Any) -> None:
        self.strings = strings
        self.group = group
        self.details = details


PROJECT = Argument("project", metavar="PROJECT", help="the project's name")
PROJECTS = Argument("projects", metavar="PROJECT", nargs="*", help="only these projects (default: all)")
VERSION = Argument("release", metavar="VERSION", nargs="?", help="all files of this version")
FILENAMES = Argument(
    "--file", dest="filenames", metavar="NAME", action="append", default=[], help="this file; may be repeated"
)
TARGET = Argument("place", metavar="TARGET", nargs="?", help="the repository, in any form of --target")
_TWO_TARGETS = (
    Argument(
        "--from",
        dest="origin",
        metavar="TARGET",
        help="the repository to read, in any form of --target",
        group="the two repositories",
    ),
    Argument(
        "--to", metavar="TARGET", help="the repository to write; the same as --target", group="the two repositories"
    ),
)


def _resolve(arguments: argparse.Namespace) -> Settings:
    """The settings of the repository that a command works on; raises `UsageError` and `ConfigurationError`."""
    from ..config.resolve import resolve  # noqa: PLC0415

    settings = given(arguments, getattr(arguments, "place", None))
    if (to := getattr(arguments, "to", None)) is not None:
        if "target" in settings or "bucket" in settings:
            raise UsageError("give the repository to write once: with --to, or with --target")
        settings["target"] = to
    return resolve(command_line=settings)


class Command(NamedTuple):
    """A command: what its help says, what it takes, and what it does.

    :param program: the words that call it, ``s3pypi delete``.
    :param usage: what follows them.
    :param settings: names of the settings that it takes.
    :param titles: other titles for groups of settings in the help.
    :param json: whether it can report as JSON.
    :param two_targets: it takes ``--from`` and ``--to``.
    :param needs_source: what an error asks for where ``--from`` is missing.
    :param dry_run: what ``--dry-run`` does, for the help; None: the command does not take it.
    :param takes_yes: ``--yes`` is accepted, without effect, so that scripts may always give it.
    :param asks: whether to ask before anything is changed; None: the command never asks.
    :param done: what becomes of each file, as a past participle, for the account of an interruption.
    :param then: what that account advises; None: the same command again, where ``done`` is given.
    :param sends: bars show bytes that are hashed and sent.
    :param counts: a bar counts; its name and unit.
    :param answers: the output is what was asked for, and is shown even with ``--quiet``.
    :param check: raises `UsageError` for arguments that do not go together.
    :param resolve: makes settings of the arguments.
    :param run: does it.
    """

    program: str
    usage: str
    description: str
    run: Callable[[Call], Output]
    examples: str | None = None
    arguments: tuple[Argument, ...] = ()
    settings: Collection[str] = EVERY
    titles: Mapping[str, str] = MappingProxyType({})
    json: bool = True
    two_targets: bool = False
    needs_source: str | None = None
    dry_run: str | None = None
    takes_yes: bool = False
    asks: Callable[[argparse.Namespace], bool] | None = None
    done: str | None = None
    then: str | None = None
    sends: bool = False
    counts: tuple[str, str] | None = None
    answers: bool = False
    check: Callable[[argparse.Namespace], None] = lambda arguments: None
    resolve: Callable[[argparse.Namespace], Settings] = _resolve

    def parser(self) -> ArgumentParser:
        """The parser of its arguments."""
        made = ArgumentParser(
            self.program, usage=f"{self.program} {self.usage}", description=self.description, epilog=self.examples
        )
        groups: dict[str, argparse._ArgumentGroup] = {}
        for argument in (*self.arguments, *(_TWO_TARGETS if self.two_targets else ())):
            if argument.group not in groups:
                groups[argument.group] = made.add_argument_group(argument.group)
            groups[argument.group].add_argument(*argument.strings, **argument.details)
        add_settings(made, self.settings, self.titles)
        if self.dry_run:
            self._add_change_options(made, self.dry_run)
        add_output_options(made, json=self.json)
        return made

    def execute(self, argv: Sequence[str], terminal: Terminal) -> int:
        """Parse the arguments, and run the command; the exit status."""
        return self.run_parsed(self.parser().parse_intermixed_args(argv), terminal)

    def run_parsed(self, arguments: argparse.Namespace, terminal: Terminal) -> int:
        """Run the command on arguments that its parser made; the exit status."""
        terminal.configure_from(arguments)
        self.check(arguments)
        if self.needs_source and arguments.origin is None:
            raise UsageError(f"{self.needs_source}: --from TARGET")
        confirm = confirmation(arguments, terminal) if self.asks and self.asks(arguments) else None
        if self.done or self.then:
            terminal.journal.begin(self.done, self.then or SAME_COMMAND)
        settings = self.resolve(arguments)
        source = self._resolve_source(arguments)
        terminal.use(settings, source)
        if self.answers:
            terminal.quiet = False
        with self._monitor(terminal) as monitor:
            call = Call(
                arguments,
                terminal,
                monitor=monitor,
                confirm=confirm,
                settings=settings,
                source_settings=source or settings,
            )
            output = self.run(call)
        return terminal.show(output)

    def _add_change_options(self, parser: ArgumentParser, dry_run: str) -> None:
        group = parser.add_argument_group("dry run and confirmation" if self.asks else "dry run")
        group.add_argument("-n", "--dry-run", action="store_true", help=dry_run)
        if self.asks:
            group.add_argument("-y", "--yes", action="store_true", help="do not ask; needed if stdin is not a terminal")
        elif self.takes_yes:
            group.add_argument("-y", "--yes", action="store_true", help=argparse.SUPPRESS)

    def _resolve_source(self, arguments: argparse.Namespace) -> Settings | None:
        """The settings of the repository that is only read: those of the connection, and ``--from``."""
        if not self.two_targets or arguments.origin is None:
            return None
        from ..config.resolve import resolve  # noqa: PLC0415

        connection = {name: value for name, value in given(arguments).items() if name in CONNECTION}
        return resolve(command_line={**connection, "target": arguments.origin})

    @contextlib.contextmanager
    def _monitor(self, terminal: Terminal) -> Iterator[Monitor]:
        if self.sends:
            with terminal.progress() as progress:
                yield Monitor(progress, observer=terminal.journal)
        elif self.counts:
            with terminal.counting(*self.counts) as count:
                yield Monitor(count=count, observer=terminal.journal)
        else:
            yield Monitor(observer=terminal.journal)


class Call:
    """One run of a command.

    :param arguments: as its parser made them.
    :param monitor: draws progress, and ends the work after an interruption.
    :param confirm: asks; None where nothing is to be asked.
    :param settings: of the repository that the command works on.
    :param source_settings: of the repository that ``--from`` names; those of the other where it names none.
    """

    def __init__(
        self,
        arguments: argparse.Namespace,
        terminal: Terminal,
        *,
        monitor: Monitor,
        confirm: Confirm | None,
        settings: Settings,
        source_settings: Settings,
    ) -> None:
        self.arguments = arguments
        self.terminal = terminal
        self.monitor = monitor
        self.confirm = confirm
        self.settings = settings
        self._source_settings = source_settings

    @cached_property
    def repository(self) -> PackageRepository:
        """The repository that the command works on, and writes."""
        from ..api import PackageRepository  # noqa: PLC0415

        return PackageRepository(self.settings)

    @cached_property
    def source(self) -> PackageRepository:
        """The repository that ``--from`` names; it shares the credentials of the other."""
        from ..api import PackageRepository  # noqa: PLC0415

        return PackageRepository(self._source_settings, beside=self.repository)

    def asking(self, ask: Callable[[_R], tuple[Iterable[str], str] | None]) -> Callable[[_R], None] | None:
        """Ask before a report's work is done; None where nothing is to be asked.

        :param ask: the lines to show and the question; None where the report needs none.
        """
        if (confirm := self.confirm) is None:
            return None

        def ask_about(report: _R) -> None:
            if question := ask(report):
                confirm(*question)

        return ask_about
