"""``s3pypi completion SHELL``: a script that completes commands and options."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...errors import needs_extra
from ..command import Argument, Call, Command
from ..render.output import Output
from . import SUBCOMMANDS, load

if TYPE_CHECKING:
    from ...config.settings import Settings

__all__ = ["COMPLETION"]

_SHELLS = ("bash", "zsh", "fish")


@dataclass(frozen=True, slots=True)
class Script:
    """A script for ``shell``."""

    shell: str
    text: str


def _no_settings(arguments: argparse.Namespace) -> Settings:  # noqa: ARG001
    from ...config.settings import Settings  # noqa: PLC0415

    return Settings()


def _completion(call: Call) -> Output:
    with needs_extra("cli"):
        import shtab  # noqa: PLC0415
    script = Script(call.arguments.shell, shtab.complete(_program(), call.arguments.shell).rstrip())
    return Output(report=script, lines=script.text.splitlines())


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


COMPLETION = Command(
    program="s3pypi completion",
    usage="SHELL",
    description="""\
Print a script that completes commands, options and files in your shell. The script needs no Python when you press Tab.
Print it again after an upgrade of s3pypi.""",
    examples="""\
examples:
  eval "$(s3pypi completion bash)"            in ~/.bashrc
  s3pypi completion zsh > ~/.zfunc/_s3pypi    with ~/.zfunc in fpath
  s3pypi completion fish > ~/.config/fish/completions/s3pypi.fish""",
    arguments=(Argument("shell", metavar="SHELL", choices=_SHELLS, help=", ".join(_SHELLS)),),
    settings=(),
    json=False,
    answers=True,
    resolve=_no_settings,
    run=_completion,
)
