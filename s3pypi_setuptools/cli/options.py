"""The settings as command-line options."""

from __future__ import annotations

import argparse
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

from ..config.option import Option
from ..config.options import CONNECTION, OPTIONS, SERVICE
from ..errors import UsageError

if TYPE_CHECKING:
    from ..config.settings import Settings

_PLACE = ("target", "bucket", "prefix", "public-url")
_WHAT_HAPPENS = ("if-exists", "force", "strict")
_DISTRIBUTIONS = ("strict-metadata",)
_OBJECTS = ("acl", "s3-put-args", "pages", "index-html", "put-root-index")
LOCK_TABLE: Collection[str] = ("locks-profile", "locks-region", "locks-endpoint-url")
"""The connection to the lock table, where it differs from `CONNECTION`."""
_LOCKING = ("lock-indexes", "locks-table", "locks-timeout", *LOCK_TABLE, "unsafe-no-locking")
_GROUPS: tuple[tuple[str, Collection[str]], ...] = (
    ("where", _PLACE),
    ("the service", SERVICE),
    ("existing files", _WHAT_HAPPENS),
    ("distributions", _DISTRIBUTIONS),
    ("objects and pages", _OBJECTS),
    ("connection to S3", CONNECTION),
    ("locking", _LOCKING),
)

EVERY: frozenset[str] = frozenset(name for _, names in _GROUPS for name in names) - SERVICE
"""The options of commands that publish files of this machine."""
CHANGING: frozenset[str] = EVERY - {*_WHAT_HAPPENS, *_DISTRIBUTIONS}
"""The options of commands that change a repository in other ways."""
READING: Collection[str] = frozenset({*_PLACE, *CONNECTION})
"""The options of commands that only read."""
TO_WRITE = {"where": "the repository to write, instead of --to"}
"""The title of the options for the target in commands that have ``--from`` and ``--to``."""


def add_settings(parser: argparse.ArgumentParser, names: Collection[str], titles: Mapping[str, str]) -> None:
    """Add the settings with these ``names`` as options, in all their spellings, in groups.

    :param titles: other titles for some of the groups.
    """
    for title, group_names in _GROUPS:
        offered = [option for option in OPTIONS if option.name in group_names and option.name in names]
        if offered:
            group = parser.add_argument_group(titles.get(title, title))
            for option in offered:
                _add(group, option)


def given(arguments: argparse.Namespace) -> dict[str, object]:
    """The settings given on the command line, by name.

    The target may also be an argument (``place``), or come from ``--to``. Raises `UsageError` if it is given twice.
    """
    settings: dict[str, object] = {
        option.name: getattr(arguments, option.attribute)
        for option in OPTIONS
        if getattr(arguments, option.attribute, None) is not None
    }
    if (place := getattr(arguments, "place", None)) is not None:
        if "target" in settings:
            raise UsageError("give the target once: as an argument or with --target")
        settings["target"] = place
    if (to := getattr(arguments, "to", None)) is not None:
        if "target" in settings or "bucket" in settings:
            raise UsageError("give the repository to write once: with --to, or with --target")
        settings["target"] = to
    return settings


def resolved(arguments: argparse.Namespace, **how: Any) -> Settings:
    """The settings of a command; ``how`` as of `resolve`. Raises `UsageError`, and `ConfigurationError`."""
    from ..config.resolve import resolve  # noqa: PLC0415 - help needs no settings

    return resolve(command_line=given(arguments), **how)


def _add(group: argparse._ArgumentGroup, option: Option) -> None:
    text = argparse.SUPPRESS if option.hidden else option.help.replace("%", "%%")
    if option.flag:
        group.add_argument(*option.strings, dest=option.attribute, action="store_true", default=None, help=text)
    else:
        group.add_argument(
            *option.strings,
            dest=option.attribute,
            metavar=option.metavar,
            action="append" if option.repeatable else "store",
            choices=option.choices or None,
            default=None,
            help=text,
        )
