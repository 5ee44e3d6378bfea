"""A process that has imported everything a program needs, and runs each program in a fork of itself.

``python -m tests.support.fork_server SOCKET [MODULE …]``; `tests.support.forked_programs` starts it and talks to it. A
client connects to the socket and sends a task as a JSON object. The answer is a line with the program's process id, and
a JSON object in a second line when the program has ended. What a program prints, how it ends and what it leaves behind
is the same as in a new Python process: in the fork, the console script's function runs in the main thread on
``sys.argv``, and the process exits with its result. Only the imports cost no time, nor does the end of what was
imported (`end`).
"""

from __future__ import annotations

import atexit
import contextlib
import ctypes
import fcntl
import functools
import gc
import importlib
import io
import itertools
import json
import os
import pkgutil
import resource
import signal
import socket
import sys
import termios
import threading
import warnings
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

from botocore.session import Session

from s3pypi_setuptools import cli, interruption
from tests.support import botocore_data

CAPABILITIES_V3 = 0x20080522
OVERRIDES = 1 << 1 | 1 << 2  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
PIP = (
    "pip._internal.cli.main", "pip._internal.commands.download", "pip._internal.commands.install",
    "pip._internal.index.package_finder",
    "pip._internal.network.session", "pip._internal.operations.install.wheel",
    "pip._internal.resolution.resolvelib.resolver",
)  # fmt: skip
OTHER_PROGRAMS = {"hatch": "hatch.cli", "pip": "pip._internal.cli.main"}
"""Where the function ``main`` of programs that are not of this package is."""
FRONTENDS = ("__main__", "build_meta", "command", "hatch")
"""Modules that no console script imports, as they need a build tool."""
OTHERS = ("botocore.httpsession", "encodings.idna", "encodings.utf_8_sig", "http.cookiejar", "rich.console")
CHANGES = frozenset(
    {"os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.utime", "os.link", "os.symlink", "os.truncate"}
)
RESOURCES = (io.FileIO, socket.socket)
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC


def import_everything(more: Sequence[str]) -> None:
    """Import what programs import late, and have botocore and pip do once what takes them long.

    :param more: other modules to import.
    """
    botocore_data.read_once()
    package = importlib.import_module("s3pypi_setuptools")
    names = [module.name for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")]
    for name in (*(name for name in names if name.split(".")[1] not in FRONTENDS), *OTHERS):
        importlib.import_module(name)
    Session().create_client("s3", region_name="us-east-1", aws_access_key_id="-", aws_secret_access_key="-").close()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name in (*PIP, *more):
            importlib.import_module(name)
        pip_session = importlib.import_module("pip._internal.network.session")
        # pip runs other programs of the machine to find out what it tells servers of itself.
        user_agent = functools.cache(pip_session.user_agent)
        user_agent()
        pip_session.__dict__["user_agent"] = user_agent


def serve(path: str) -> None:
    """Accept connections; each program runs in a fork, for which a thread waits."""
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen(64)
        print("ready", flush=True)
        while True:
            connection, _ = listener.accept()
            start(connection)


def start(connection: socket.socket) -> None:
    """Start the program that the client asks for."""
    beginning, descriptors, _, _ = socket.recv_fds(connection, 65536, 3)
    with connection.makefile("rb") as file:
        task = json.loads(beginning + file.read())
    streams = dict(zip(task["streams"], descriptors, strict=True))
    if 0 not in streams:
        streams[0] = os.open(os.devnull, os.O_RDONLY)
    pipes = {number: os.pipe() for number in (1, 2) if number not in streams}
    streams |= {number: pipe[1] for number, pipe in pipes.items()}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the threads of this process hold no lock that a fork needs
        child = os.fork()
    if child == 0:
        run_program(task, streams)
    for descriptor in streams.values():
        os.close(descriptor)
    output = {number: pipe[0] for number, pipe in pipes.items()}
    threading.Thread(target=report, args=(connection, child, output), daemon=True).start()


def report(connection: socket.socket, child: int, output: Mapping[int, int]) -> None:
    """Tell the client the program's process id, and how it ended.

    :param output: pipes with what it writes to its standard streams, by their numbers.
    """
    said = {1: "", 2: ""}

    def read(number: int, pipe: int) -> None:
        with os.fdopen(pipe, errors="backslashreplace") as file:
            said[number] = file.read()

    with connection:
        connection.sendall(f"{child}\n".encode())
        # A program that fills one pipe waits for whoever reads it.
        readers = [threading.Thread(target=read, args=each, daemon=True) for each in output.items()]
        for reader in readers:
            reader.start()
        for reader in readers:
            reader.join()
        _, status = os.waitpid(child, 0)
        answer = {"status": os.waitstatus_to_exitcode(status), "stdout": said[1], "stderr": said[2]}
        with contextlib.suppress(ConnectionError):  # the client has gone
            connection.sendall(f"{json.dumps(answer)}\n".encode())


def run_program(task: dict[str, Any], streams: Mapping[int, int]) -> None:
    """Be the program, from here to its end.

    :param streams: the open files of its standard streams, by their numbers.
    """
    gc.freeze()
    for number, descriptor in streams.items():
        os.dup2(descriptor, number)
    os.closerange(3, 256)
    if task["controlled"]:
        os.setsid()
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    sys.stdin = open(0, closefd=False)  # noqa: SIM115
    sys.stdout = open(1, "w", closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", 1, errors="backslashreplace", closefd=False)  # noqa: SIM115
    os.chdir(task["cwd"])
    os.environ.clear()
    os.environ.update(task["environ"])
    if (size := task["largest_file"]) is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
    obey_permissions()
    if task["grace"] is not None:
        interruption.GRACE = task["grace"]
    sys.argv = [task["program"], *task["arguments"]]
    main = main_of(task["program"])
    if task["killed_at"] is not None:
        kill_at_change(*task["killed_at"])
    try:
        status = main()
    except SystemExit as ended:
        if not isinstance(ended.code, (int, type(None))):
            raise
        status = ended.code
    end(status)


def end(status: int | None) -> NoReturn:
    """End the process as the interpreter does, in a quarter of the time.

    It waits for threads, calls what is registered with `atexit`, and says what the program has left open. It does not
    take modules apart, which would copy all memory that the fork shares with the server.
    """
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    gc.collect()
    # Of these objects, none is from before the fork: those are frozen.
    left = [each for each in gc.get_objects() if issubclass(type(each), RESOURCES) and is_open(each)]
    for each in left:
        print(f"ResourceWarning: unclosed {each!r}", file=sys.stderr)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status or 0)


def is_open(resource: Any) -> bool:
    """Whether a file or socket is open, other than the three standard streams."""
    closed = resource.fileno() < 0 if issubclass(type(resource), socket.socket) else resource.closed
    return not closed and resource.fileno() > 2


def main_of(program: str) -> Callable[[], int | None]:
    """The function that the console script calls."""
    if program in OTHER_PROGRAMS:
        warnings.simplefilter("ignore")
        main: Callable[[], int | None] = importlib.import_module(OTHER_PROGRAMS[program]).main
        return main
    return {"s3pypi": cli.main, "s3upload": cli.s3upload, "pypi-private": cli.pypi_private}[program]


def obey_permissions() -> None:
    """Make permission bits apply to root, too, by giving up two of the capabilities of Linux."""
    if os.geteuid() != 0:
        return
    libc = ctypes.CDLL(None, use_errno=True)
    header, sets = (ctypes.c_uint32 * 2)(CAPABILITIES_V3, 0), (ctypes.c_uint32 * 6)()
    for call in (libc.capget, libc.capset):
        if call(header, sets):
            raise OSError(ctypes.get_errno(), "the capabilities cannot be set")
        sets[0] &= ~OVERRIDES


def kill_at_change(folder: str, number: int) -> None:
    """Have this process killed (SIGKILL) before it makes its change of that number, from 0, inside the folder."""
    count = itertools.count()

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        changes = event in CHANGES or (event == "open" and isinstance(arguments[2], int) and arguments[2] & WRITING)
        if not changes or not isinstance(arguments[0], (str, os.PathLike)):
            return
        path = os.fspath(arguments[0])
        # The store names files relative to open folders, and the audit event does not say which folder that is.
        inside = path.startswith(folder) or not Path(path).is_absolute()
        if inside and next(count) == number:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(hook)


if __name__ == "__main__":
    import_everything(sys.argv[2:])
    gc.collect()
    gc.freeze()
    serve(sys.argv[1])
