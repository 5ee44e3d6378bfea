"""``s3pypi completion SHELL``: a script that completes commands and options."""

from __future__ import annotations

import argparse

from ...errors import MissingPackage
from ..parser import ArgumentParser, add_output_options
from ..terminal import Terminal
from . import SUBCOMMANDS, load

__all__ = ["parser", "run"]

SHELLS = ("bash", "zsh", "fish")

_EXAMPLES = """\
examples:
  eval "$(s3pypi completion bash)"                                     in ~/.bashrc
  s3pypi completion zsh > ~/.zfunc/_s3pypi                             with ~/.zfunc in fpath
  s3pypi completion fish > ~/.config/fish/completions/s3pypi.fish"""


def parser() -> argparse.ArgumentParser:
    """The parser of its arguments."""
    made = ArgumentParser(
        "s3pypi completion",
        usage="s3pypi completion SHELL",
        description=(
            "Print a script that completes commands, options and files in your shell. It is complete in itself:\n"
            "pressing Tab starts no Python. Make it anew after an upgrade."
        ),
        epilog=_EXAMPLES,
    )
    made.add_argument_group("what").add_argument("shell", metavar="SHELL", choices=SHELLS, help=", ".join(SHELLS))
    add_output_options(made, json=False)
    return made


def run(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """Print the script; the exit status."""
    try:
        import shtab  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise MissingPackage.of("shtab", "cli") from error
    terminal.quiet = False  # the script is all there is to say
    terminal.results(shtab.complete(_program(), arguments.shell).rstrip().splitlines())
    return 0


def _program() -> argparse.ArgumentParser:
    """``s3pypi`` with all that it takes, as one parser."""
    import shtab  # noqa: PLC0415

    program = argparse.ArgumentParser("s3pypi", add_help=False)
    commands = program.add_subparsers()
    for name, summary in SUBCOMMANDS.items():
        own = load(name).parser()
        for action in own._actions:
            if kind := {"FILES": shtab.FILE, "PATH": shtab.DIRECTORY, "FOLDER": shtab.DIRECTORY}.get(_metavar(action)):
                action.complete = kind  # type: ignore[attr-defined]
        commands.add_parser(name, help=summary, parents=[own], add_help=False)
    return program


def _metavar(action: argparse.Action) -> str:
    return action.metavar if isinstance(action.metavar, str) else ""
