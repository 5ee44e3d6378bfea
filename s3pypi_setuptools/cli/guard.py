"""From any way that a program can end to an exit status and at most one line."""

from __future__ import annotations

from collections.abc import Callable

from ..errors import Error
from .terminal import Terminal

__all__ = ["run"]

_INTERRUPTED = 130


def run(program: str, work: Callable[[Terminal], int]) -> int:
    """The exit status of ``work``: 0 done, 1 failed, 2 used wrongly, 130 interrupted. Raises nothing."""
    terminal = Terminal(program)
    try:
        return work(terminal)
    except Error as error:
        terminal.fail(error)
        return error.exit_status
    except KeyboardInterrupt:
        terminal.error("interrupted; what was listed stays listed, and the same command again completes the rest")
        return _INTERRUPTED
    except SystemExit as error:  # argparse, after --help, --version and usage errors
        return error.code if isinstance(error.code, int) else 0
    except Exception as error:  # the last net; the line says that it is a defect
        terminal.fail(error)
        return 1
