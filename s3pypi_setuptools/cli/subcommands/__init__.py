"""The subcommands of ``s3pypi``, a module each; only the chosen one is imported.

Such a module has ``parser() -> argparse.ArgumentParser`` and ``run(arguments, terminal) -> int``, the exit status.
"""

from __future__ import annotations

import argparse
import importlib
from typing import Protocol, cast

from ..terminal import Terminal

__all__ = ["GROUPS", "SUBCOMMANDS", "Subcommand", "load"]

GROUPS: dict[str, dict[str, str]] = {
    "publishing": {
        "upload": "publish distributions; the default, so the word may be left out",
        "release": "build a project, and publish what was built",
    },
    "looking": {
        "list": "list the projects, or the files of one",
        "show": "tell all about a project, or one of its versions",
        "download": "download the files of a version, verified by their hashes",
    },
    "changing": {
        "delete": "delete a version, single files, or a whole project",
        "yank": "mark a version as one that installers should avoid",
        "unyank": "take that mark off",
        "status": "show or set a project's status: active, archived, quarantined or deprecated",
    },
    "keeping in order": {
        "verify": "check that what is listed is there, and that the pages say what the records say",
        "reindex": "rebuild records and pages from what lies there: files put there by hand, lost records",
        "prune": "delete what nothing lists, and old releases by rules of retention",
    },
    "between repositories": {
        "promote": "list a version in another repository, too",
        "mirror": "copy a repository to another place, and again what is new",
        "import": "adopt a repository that another tool made",
        "migrate-index": "change the pages: HTML at index.html, / or both, or JSON at /",
    },
    "lock tables": {
        "locks": "list who holds which lock of the DynamoDB lock table",
        "force-unlock": "remove a lock whose holder is gone",
    },
    "setting up": {
        "init": "make an empty repository",
        "doctor": "examine a target: can it be published to, and what to do where not",
        "config": "show every setting, its value, and where it came from",
        "completion": "print a script that completes commands and options in your shell",
    },
}
"""Names, and what each is for, in the groups and order in which help shows them."""

SUBCOMMANDS = {name: summary for group in GROUPS.values() for name, summary in group.items()}
"""All of them."""


class Subcommand(Protocol):
    """What a subcommand's module holds."""

    def parser(self) -> argparse.ArgumentParser:
        """The parser of its arguments."""

    def run(self, arguments: argparse.Namespace, terminal: Terminal) -> int:
        """Do it; the exit status."""


def load(name: str) -> Subcommand:
    """The module of the subcommand ``name``; a ``-`` in the name is a ``_`` in the module's."""
    return cast("Subcommand", importlib.import_module(f".{name.replace('-', '_')}", __name__))
