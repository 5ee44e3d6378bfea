"""A process that has loaded the console scripts, and runs one in a fork of itself for each connection to a socket.

A request is a JSON object, the answer too; see `forked`. What a program says, how it ends and what it leaves behind is
as in a process started anew, only sooner.
"""

from __future__ import annotations

import ctypes
import gc
import json
import os
import resource
import socket
import sys
from collections.abc import Callable
from typing import Any

from botocore import credentials, endpoint, httpchecksum, httpsession, parsers, retryhandler, session  # noqa: F401

from s3pypi_setuptools import cli
from s3pypi_setuptools import session as opened_session  # noqa: F401
from s3pypi_setuptools.cli.commands import s3upload, upload  # noqa: F401
from s3pypi_setuptools.operations import delete, download, listing, migrate_index, prune, status, yank  # noqa: F401
from s3pypi_setuptools.operations.publish import publish  # noqa: F401
from s3pypi_setuptools.operations.reindex import reindex  # noqa: F401
from s3pypi_setuptools.operations.transfer import import_repository, promote  # noqa: F401
from s3pypi_setuptools.operations.verify import verify  # noqa: F401
from s3pypi_setuptools.stores import probe  # noqa: F401
from s3pypi_setuptools.stores.local import store as local  # noqa: F401
from s3pypi_setuptools.stores.s3 import store as s3  # noqa: F401

CAPABILITIES_V3 = 0x20080522
OVERRIDES = 1 << 1 | 1 << 2  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
PROGRAMS: dict[str, Callable[[], int]] = {"s3pypi": cli.main, "s3upload": cli.s3upload}


def serve(path: str) -> None:
    gc.collect()
    gc.freeze()
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen(64)
        print("ready", flush=True)
        while True:
            connection, _ = listener.accept()
            if os.fork() == 0:
                listener.close()
                attend(connection)
                os._exit(0)
            connection.close()
            reap()


def reap() -> None:
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass


def attend(connection: socket.socket) -> None:
    """Run what the client asks for, and tell it how it went."""
    with connection.makefile("rb") as file:
        asked = json.load(file)
    out, err = os.pipe(), os.pipe()
    child = os.fork()
    if child == 0:
        connection.close()
        become(asked, out[1], err[1])
    os.close(out[1])
    os.close(err[1])
    said = [read(pipe[0]) for pipe in (err, out)]
    _, ended = os.waitpid(child, 0)
    answer = {"status": os.waitstatus_to_exitcode(ended), "stderr": said[0], "stdout": said[1]}
    connection.sendall(json.dumps(answer).encode())


def read(pipe: int) -> str:
    with os.fdopen(pipe, errors="backslashreplace") as file:
        return file.read()


def become(asked: dict[str, Any], out: int, err: int) -> None:
    """The program, from here to its end."""
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(out, 1)
    os.dup2(err, 2)
    os.closerange(3, 64)
    sys.stdout, sys.stderr = open(1, "w", closefd=False), open(2, "w", closefd=False)  # noqa: SIM115
    os.chdir(asked["cwd"])
    os.environ.clear()
    os.environ.update(asked["environ"])
    if (size := asked["largest_file"]) is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
    obey_permissions()
    sys.argv = [asked["program"], *asked["arguments"]]
    sys.exit(PROGRAMS[asked["program"]]())


def obey_permissions() -> None:
    """Let permission bits bind root, too, as they bind everyone else: by what Linux calls capabilities."""
    if os.geteuid() != 0:
        return
    libc = ctypes.CDLL(None, use_errno=True)
    header, sets = (ctypes.c_uint32 * 2)(CAPABILITIES_V3, 0), (ctypes.c_uint32 * 6)()
    for call in (libc.capget, libc.capset):
        if call(header, sets):
            raise OSError(ctypes.get_errno(), "the capabilities cannot be set")
        sets[0] &= ~OVERRIDES


if __name__ == "__main__":
    serve(sys.argv[1])
