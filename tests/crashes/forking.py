"""A warm process: all is imported, no thread runs, and every program that it is told to run is a fork of it.

Each line on its standard input is a JSON object: ``program`` (``s3pypi`` or ``pip``), ``arguments``, ``environment``
(the whole of it), ``output`` (the file that takes stdout and stderr) and, for a program that is to be killed by itself,
``folder`` and ``change``: SIGKILL comes before the change of that number, from 0, of what lies in that folder. The
answers are a line with the process's id, and one with its exit status when it has ended (negative: a signal).

In the fork, what happens is what happens in a new Python: the console script's function runs, in the main thread, on
``sys.argv``, and the interpreter exits with its result.
"""

from __future__ import annotations

import functools
import gc
import importlib
import itertools
import json
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

WARM = (
    "botocore.session", "botocore.httpsession", "botocore.auth", "botocore.parsers", "encodings.idna",
    "http.cookiejar", "pip._internal.cli.main", "pip._internal.commands.install", "pip._internal.index.package_finder",
    "pip._internal.network.session", "pip._internal.operations.install.wheel",
    "pip._internal.resolution.resolvelib.resolver",
    "rich.console", "s3pypi_setuptools.api", "s3pypi_setuptools.session", "s3pypi_setuptools.cli.entry",
    *(f"s3pypi_setuptools.operations.{name}" for name in ("delete", "migrate_index", "prune", "publish.publish",
        "reindex.reindex", "reindex.recovery", "transfer.promote", "transfer.import_repository", "verify.verify",
        "yank")),
    *(f"s3pypi_setuptools.cli.commands.{name}" for name in ("delete", "migrate_index", "promote", "prune", "reindex",
        "upload", "verify", "yank")),
    "s3pypi_setuptools.config.resolve", "s3pypi_setuptools.report_lines", "s3pypi_setuptools.distribution.selection",
    "s3pypi_setuptools.stores.local.store", "s3pypi_setuptools.stores.probe", "s3pypi_setuptools.stores.s3.store",
)  # fmt: skip

RENAMES = frozenset(
    {"os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.utime", "os.link", "os.symlink", "os.truncate"}
)
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC


def main() -> Callable[[], object]:
    """Serve; in a fork, the program that it is to be."""
    for name in WARM:
        importlib.import_module(name)
    warm_botocore()
    warm_pip()
    gc.collect()
    gc.freeze()
    for line in sys.stdin:
        task = json.loads(line)
        sys.stdout.flush()
        pid = os.fork()
        if pid == 0:
            return program(task)
        print(pid, flush=True)
        _, status = os.waitpid(pid, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)
    return lambda: 0


def warm_botocore() -> None:
    """Have botocore import what it imports late."""
    session = importlib.import_module("botocore.session").Session()
    session.create_client("s3", region_name="us-east-1", aws_access_key_id="-", aws_secret_access_key="-").close()


def warm_pip() -> None:
    """Have pip ask the machine's other programs only once for what it tells servers of them."""
    session = importlib.import_module("pip._internal.network.session")
    session.user_agent = functools.cache(session.user_agent)
    session.user_agent()


def program(task: dict[str, Any]) -> Callable[[], object]:
    os.environ.clear()
    os.environ.update(task["environment"])
    output = os.open(task["output"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for descriptor, standard in ((nothing, 0), (output, 1), (output, 2)):
        os.dup2(descriptor, standard)
    sys.argv = [task["program"], *task["arguments"]]
    if task.get("change") is not None:
        die_at(task["folder"], task["change"])
    if task["program"] == "pip":
        run: Callable[[], object] = importlib.import_module("pip._internal.cli.main").main
    else:
        run = importlib.import_module("s3pypi_setuptools.cli").main
    return run


def die_at(folder: str, change: int) -> None:
    """End this process before its change of that number of the folder."""
    count = itertools.count()

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        changes = event in RENAMES or (event == "open" and isinstance(arguments[2], int) and arguments[2] & WRITING)
        if not changes or not isinstance(arguments[0], (str, os.PathLike)):
            return
        path = os.fspath(arguments[0])
        # The store names files relative to open folders, and the event of an opening does not say to which.
        there = path.startswith(folder) or not Path(path).is_absolute()
        if there and next(count) == change:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(hook)


if __name__ == "__main__":
    sys.exit(main()())
