"""argparse with one-line errors, help that fits the terminal, and the options that every program takes."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from typing import Any, NoReturn

from .. import __version__
from ..errors import UsageError
from ..text import suggestion

_COLUMN = 34
_WIDEST = 118
_IGNORED = "ignored explicit argument"
_LIKENESS = 0.75
"""How like an unknown option a known one must be to be named; --bogus is like --verbose by 0.62."""


class Answer(SystemExit):
    """Raised by ``--help`` and ``--version``: print ``text``, and exit with status 0."""

    def __init__(self, text: str) -> None:
        super().__init__(0)
        self.text = text


class ArgumentParser(argparse.ArgumentParser):
    """A parser whose usage errors are one line, and whose help fits the terminal.

    Parsing raises `UsageError`; ``--help`` and ``--version`` raise `Answer`.
    """

    def __init__(self, prog: str, *, usage: str, description: str, epilog: str | None = None) -> None:
        super().__init__(
            prog,
            usage=usage,
            description=description,
            epilog=epilog,
            formatter_class=_Formatter,
            allow_abbrev=False,
            add_help=False,
        )

    def parse_intermixed_args(  # type: ignore[override]
        self, args: Sequence[str] | None = None, namespace: argparse.Namespace | None = None
    ) -> argparse.Namespace:
        """As argparse, but errors do not show the value of an unknown option: it may be a secret."""
        parsed, unknown = self.parse_known_intermixed_args(args, namespace)
        if options := [_option(argument) for argument in unknown if argument.startswith("-")]:
            self.error(f"unknown option {', '.join(options)}{self._nearest(options[0])}")
        if unknown:
            self.error(f"unexpected argument {' '.join(unknown)}")
        return parsed

    def _print_message(self, message: str, file: object = None) -> None:  # noqa: ARG002
        """Raise `Answer`: argparse calls this for ``--help`` and ``--version`` alone."""
        raise Answer(message.rstrip("\n"))

    def _nearest(self, option: str) -> str:
        """A hint at the known option that is most like the unknown one."""
        known = (name for name in self._option_string_actions if name.startswith("--"))
        return suggestion(option, known, likeness=_LIKENESS) if option.startswith("--") else ""

    def error(self, message: str) -> NoReturn:
        """Raise `UsageError`; a value that was given to a flag by mistake is not shown."""
        message, ignored, _ = message.partition(_IGNORED)
        message += ignored
        raise UsageError(f"{message} (see {self.prog} --help)")


def _option(argument: str) -> str:
    """The option alone; what follows a letter or ``=`` is its value."""
    return argument.partition("=")[0] if argument.startswith("--") else argument[:2]


class _Formatter(argparse.HelpFormatter):
    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=_COLUMN)

    def add_usage(
        self, usage: str | None, actions: Iterable[argparse.Action], groups: Iterable[Any], prefix: str | None = None
    ) -> None:
        if usage:
            from .help_text import filled_usage  # noqa: PLC0415

            usage = filled_usage(usage, self._width, len("usage: "))
        super().add_usage(usage, actions, groups, prefix)

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        from .help_text import filled  # noqa: PLC0415

        return "\n".join(indent + line for line in filled(text, min(width, _WIDEST)).splitlines())

    def _split_lines(self, text: str, width: int) -> list[str]:
        from .help_text import wrapped  # noqa: PLC0415

        return wrapped(" ".join(text.split()), width)

    def _format_action_invocation(self, action: argparse.Action) -> str:
        if not action.option_strings:
            return super()._format_action_invocation(action)
        short = [string for string in action.option_strings if not string.startswith("--")]
        long = next(string for string in action.option_strings if string.startswith("--"))
        value = "" if action.nargs == 0 else f" {self._format_args(action, action.dest.upper())}"
        return ", ".join((*short, long)) + value


def add_output_options(parser: argparse.ArgumentParser, *, json: bool = True) -> None:
    """Add the options that every program takes: ``--json``, ``-v``, ``-q``, ``-V`` and ``-h``."""
    group = parser.add_argument_group("output")
    if json:
        group.add_argument("--json", action="store_true", help="report as one JSON object on stdout, errors too")
    group.add_argument("-v", "--verbose", action="store_true", help="also print log messages")
    group.add_argument("-q", "--quiet", action="store_true", help="print only what failed")
    version = f"{parser.prog.split()[0]} {__version__}"
    group.add_argument("-V", "--version", action="version", version=version, help="show the version and exit")
    group.add_argument("-h", "--help", action="help", help="show this help and exit")
    parser.set_defaults(json=False)
