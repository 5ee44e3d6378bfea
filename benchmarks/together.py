"""Programs of one package, started at one moment: ``together.py MODULE:FUNCTION``, run by the package's own Python.

Standard input holds a JSON list of argument lists; standard output gets a JSON list of [exit status, seconds, last line
said]. Each program is a process of its own, forked from this one, which has loaded the modules: what is measured begins
where a whole process's own code does, or 64 Pythons that start on few cores would hide it.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import tempfile
import time
from pathlib import Path

from botocore import credentials, endpoint, httpsession, parsers, retryhandler, session  # noqa: F401


def main(name: str) -> None:
    module, _, function = name.partition(":")
    program = getattr(importlib.import_module(module), function)
    arguments: list[list[str]] = json.load(sys.stdin)
    gate, opener = os.pipe()
    children: dict[int, int] = {}
    with tempfile.TemporaryDirectory() as folder:
        for number, each in enumerate(arguments):
            child = os.fork()
            if child == 0:
                os.close(opener)
                os.read(gate, 1)  # ends for all when the parent closes it
                run(program, each, Path(folder, str(number)))
            children[child] = number
        time.sleep(0.5)
        start = time.perf_counter()
        os.close(opener)
        ends: list[tuple[int, float, str]] = [(-1, 0.0, "")] * len(arguments)
        for _ in arguments:
            child, status = os.wait()
            number = children[child]
            said = Path(folder, str(number)).read_text(errors="replace").splitlines()
            code = os.waitstatus_to_exitcode(status)
            ends[number] = (code, time.perf_counter() - start, said[-1] if said else "")
    json.dump(ends, sys.stdout)


def run(program: object, arguments: list[str], output: Path) -> None:
    """The program, from here to its end."""
    file = os.open(output, os.O_WRONLY | os.O_CREAT)
    os.dup2(file, 1)
    os.dup2(file, 2)
    sys.argv = ["program", *arguments]
    status = 1
    try:
        status = program() or 0  # type: ignore[operator]
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException as error:
        print(repr(error), file=sys.stderr)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


if __name__ == "__main__":
    main(sys.argv[1])
