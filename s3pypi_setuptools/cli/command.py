"""Commands as values: their help, their options, and the functions that run them."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from ..config.options import CONNECTION
from ..config.target import is_name
from ..errors import UsageError
from ..monitor import SAME_COMMAND, Monitor
from .options import CHANGING, EVERY, TO_WRITE, add_settings, given, resolved
from .parser import ArgumentParser, add_output_options

if TYPE_CHECKING:
    from ..api import PackageRepository
    from ..config.settings import Settings
    from .render.output import Output
    from .terminal import Terminal

DRY_RUN = "show what would be done, and write nothing"
_YES = "do not ask for confirmation; required when stdin is not a terminal"
_R = TypeVar("_R")


class Argument:
    """The parameters of `argparse.ArgumentParser.add_argument`, and the group of the help that shows the argument."""

    def __init__(self, *strings: str, group: str = "what", **details: Any) -> None:
        self.strings = strings
        self.group = group
        self.details = details


def no_target(text: str) -> str:
    """``text``, a project's name or a glob; raises `argparse.ArgumentTypeError` for what is written as a target."""
    if not is_name(text):
        raise argparse.ArgumentTypeError(f"{text!a} is not the name of a project; give a target with --target")
    return text


PROJECT = Argument("project", metavar="PROJECT", type=no_target, help="the project's name")
PROJECTS = Argument("projects", metavar="PROJECT", nargs="*", type=no_target, help="only these projects (default: all)")
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


def must_ask(arguments: argparse.Namespace) -> bool:
    """Whether the user has to confirm: not with ``--yes`` or ``--dry-run``.

    Raises `UsageError` if stdin is not a terminal.
    """
    if arguments.yes or arguments.dry_run:
        return False
    if sys.stdin is None or not sys.stdin.isatty():
        raise UsageError("confirmation needed, but stdin is not a terminal; pass --yes, or use --dry-run")
    return True


class Command(NamedTuple):
    """A command: its help, its arguments and options, and what it does.

    :param program: the words that call it, ``s3pypi delete``.
    :param usage: the rest of the usage line.
    :param run: does the work.
    :param settings: names of the settings that are options of it.
    :param titles: other titles for groups of settings in the help.
    :param json: whether ``--json`` is an option of it.
    :param two_targets: ``--from`` and ``--to`` are options of it.
    :param needs_source: the beginning of the error if ``--from`` is missing; None: it may be missing.
    :param dry_run: the help of ``--dry-run``; None: it is no option of the command.
    :param asks: whether these arguments need a confirmation; None: the command never asks. ``--yes`` is accepted then,
        too, so that scripts may give it to every command that has ``--dry-run``.
    :param done: what happens to each file, as a past participle, for `Journal.begin`.
    :param then: what to do after an interruption, for `Journal.begin`; None: run the same command again.
    :param sends: progress bars show the bytes that are hashed and sent.
    :param counts: the name and unit of a progress bar that counts.
    :param answers: the output answers a question, and is printed even with ``--quiet``.
    :param passes_on: what follows ``--`` is passed on to another program, as ``arguments.passed_on``.
    :param check: raises `UsageError` for arguments that do not go together, and may convert them.
    :param resolve: makes the settings from the arguments.
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
    asks: Callable[[argparse.Namespace], bool] | None = None
    done: str | None = None
    then: str | None = None
    sends: bool = False
    counts: tuple[str, str] | None = None
    answers: bool = False
    passes_on: bool = False
    check: Callable[[argparse.Namespace], None] = lambda arguments: None
    resolve: Callable[[argparse.Namespace], Settings] = resolved

    def parser(self) -> ArgumentParser:
        """A parser for its arguments."""
        made = ArgumentParser(
            self.program, usage=f"{self.program} {self.usage}", description=self.description, epilog=self.examples
        )
        groups: dict[str, argparse._ArgumentGroup] = {}
        for argument in (*self.arguments, *(_TWO_TARGETS if self.two_targets else ())):
            if argument.group not in groups:
                groups[argument.group] = made.add_argument_group(argument.group)
            groups[argument.group].add_argument(*argument.strings, **argument.details)
        add_settings(made, self.settings, TO_WRITE if self.two_targets else self.titles)
        if self.dry_run:
            group = made.add_argument_group("dry run and confirmation" if self.asks else "dry run")
            group.add_argument("-n", "--dry-run", action="store_true", help=self.dry_run)
            group.add_argument("-y", "--yes", action="store_true", help=_YES if self.asks else argparse.SUPPRESS)
        add_output_options(made, json=self.json)
        return made

    def execute(self, argv: Sequence[str], terminal: Terminal) -> int:
        """Parse the arguments, and run the command; returns the exit status."""
        own, passed_on = list(argv), []
        if self.passes_on and "--" in own:
            own, passed_on = own[: own.index("--")], own[own.index("--") + 1 :]
        try:
            arguments = self.parser().parse_intermixed_args(own)
        except UsageError:
            if self.passes_on and not passed_on:
                self.check(argparse.Namespace(passed_on=passed_on))  # its words may stand where arguments are expected
            raise
        arguments.passed_on = passed_on
        return self.run_parsed(arguments, terminal)

    def run_parsed(self, arguments: argparse.Namespace, terminal: Terminal) -> int:
        """Run the command with parsed arguments; returns the exit status."""
        terminal.configure_from(arguments)
        self.check(arguments)
        if self.needs_source and arguments.origin is None:
            raise UsageError(f"{self.needs_source}: --from TARGET")
        confirms = self.asks is not None and self.asks(arguments) and must_ask(arguments)
        if self.done or self.then:
            terminal.journal.begin(self.done, self.then or SAME_COMMAND)
        settings = self.resolve(arguments)
        source = self._resolve_source(arguments)
        terminal.use(settings, source)
        if self.answers:
            terminal.quiet = False
        with terminal.monitoring(sends=self.sends, counts=self.counts) as monitor:
            output = self.run(Call(arguments, terminal, monitor, confirms, settings, source or settings))
        return terminal.show(output)

    def _resolve_source(self, arguments: argparse.Namespace) -> Settings | None:
        """The settings of the repository that ``--from`` names: it, and the options for the connection to S3."""
        if not self.two_targets or arguments.origin is None:
            return None
        from ..config.resolve import resolve  # noqa: PLC0415

        connection = {name: value for name, value in given(arguments).items() if name in CONNECTION}
        return resolve(command_line={**connection, "target": arguments.origin})


changing = partial(Command, settings=CHANGING, dry_run=DRY_RUN)
"""A command that changes a repository."""


@dataclass
class Call:
    """One run of a command.

    :param arguments: the parsed arguments.
    :param monitor: draws progress, and cancels the work after an interruption.
    :param confirms: whether the user has to confirm what is about to be deleted.
    :param settings: of the repository that the command works on.
    :param source_settings: of the repository that ``--from`` names; the same as ``settings`` without ``--from``.
    """

    arguments: argparse.Namespace
    terminal: Terminal
    monitor: Monitor
    confirms: bool
    settings: Settings
    source_settings: Settings

    @cached_property
    def repository(self) -> PackageRepository:
        """The repository that the command works on."""
        from ..api import PackageRepository  # noqa: PLC0415

        return PackageRepository(self.settings)

    @cached_property
    def source(self) -> PackageRepository:
        """The repository that ``--from`` names; it shares the credentials of `repository`."""
        from ..api import PackageRepository  # noqa: PLC0415

        return PackageRepository(self.source_settings, beside=self.repository)

    def asking(self, ask: Callable[[_R], tuple[Iterable[str], str] | None]) -> Callable[[_R], None] | None:
        """The ``confirm`` argument of an operation: ask about its report; None if nothing needs to be confirmed.

        :param ask: makes the lines to print and the question from a report; None if that report needs no confirmation.
        """

        def ask_about(report: _R) -> None:
            if question := ask(report):
                self.terminal.confirm(*question)

        return ask_about if self.confirms else None
