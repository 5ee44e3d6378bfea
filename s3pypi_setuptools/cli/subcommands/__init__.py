"""The subcommands of ``s3pypi``, a module each; only the chosen one is imported.

Such a module has ``parser() -> argparse.ArgumentParser`` and ``run(arguments, terminal) -> int``, the exit status.
"""

from __future__ import annotations

import argparse
import importlib
from typing import Protocol, cast

from ..terminal import Terminal

__all__ = ["SUBCOMMANDS", "Subcommand", "load"]

SUBCOMMANDS = {
    "upload": "publish distributions; the default, so the word may be left out",
    "init": "make an empty repository",
    "config": "show every setting, its value, and where it came from",
}
"""Names, and what each is for."""


class Subcommand(Protocol):
    """What a subcommand's module holds."""

    def parser(self) -> argparse.ArgumentParser:
        """The parser of its arguments."""

    def run(self, arguments: argparse.Namespace, terminal: Terminal) -> int:
        """Do it; the exit status."""


def load(name: str) -> Subcommand:
    """The module of the subcommand ``name``."""
    return cast("Subcommand", importlib.import_module(f".{name}", __name__))
