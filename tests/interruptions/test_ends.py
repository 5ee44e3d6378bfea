"""How a program ends that was interrupted: soon, quietly, and with the terminal as it was."""

from __future__ import annotations

import fcntl
import os
import signal
import sys
import termios
from pathlib import Path

import pytest

from tests.interruptions.publishing import SDIST, WHEEL, Publishing, puts
from tests.interruptions.signals import halted, send
from tests.support import samples
from tests.support.forked_programs import CHECKOUT, Running, shared_programs
from tests.support.programs import LONG_GRACE, SHORT_GRACE, run_on_terminal, start, wait_until

PIPE = 4096
"""Bytes that the smallest pipe holds."""
HIDDEN, SHOWN = "\x1b[?25l", "\x1b[?25h"


def test_a_second_ctrl_c_ends_it_at_once(publishing: Publishing) -> None:
    with halted(publishing.server.endpoint_url, halt := puts(f"demo/{WHEEL}")) as proxy:
        process = shared_programs().start(
            "s3pypi",
            *("dist", "-t", publishing.target),
            cwd=publishing.folder,
            environ={**publishing.server.environment, "AWS_ENDPOINT_URL": proxy.url},
            grace=LONG_GRACE,
        )
        halt.wait()
        send(process, signal.SIGINT)
        assert process.poll() is None
        process.send_signal(signal.SIGINT)
        done = process.wait()
    assert done.status == 130
    assert done.stderr.startswith("s3pypi: error: interrupted: nothing published; ")


@pytest.mark.parametrize("options", [[], ["--json"]])
def test_a_report_that_nobody_reads_can_be_interrupted(tmp_path: Path, options: list[str]) -> None:
    """Everything is published then, which the line says; the end of the process does not wait for the reader either."""
    for number in range(60):
        samples.wheel(tmp_path / "dist", version=f"1.{number}")
    read, write = os.pipe()
    fcntl.fcntl(write, fcntl.F_SETPIPE_SZ, PIPE)
    process = shared_programs().start(
        "s3pypi", "dist", "-t", "./repo", *options, cwd=tmp_path, streams={1: write}, grace=SHORT_GRACE
    )
    os.close(write)
    wait_until(lambda: waiting_bytes(read) == PIPE)
    send(process, signal.SIGINT)
    done = process.wait()
    os.close(read)
    assert done.status == 130
    assert done.stderr.startswith("s3pypi: error: interrupted: published 60 (demo-1.0-py3-none-any.whl, ")
    assert done.stderr.count("\n") == 1


def waiting_bytes(pipe: int) -> int:
    return int.from_bytes(fcntl.ioctl(pipe, termios.FIONREAD, bytes(4)), sys.byteorder)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_that_the_caller_has_ignored_stays_ignored(publishing: Publishing, number: signal.Signals) -> None:
    ignoring = (
        f"import os, signal, sys; signal.signal({number.value}, signal.SIG_IGN); os.execv(sys.argv[1], sys.argv[1:])"
    )
    code = "import sys; from s3pypi_setuptools.cli import main; sys.exit(main())"
    words = [sys.executable, "-c", ignoring, sys.executable, "-c", code, "dist", "-t", publishing.target]
    done = publishing.interrupt(puts(f"demo/{WHEEL}"), publishing.starting(words), number)
    assert (done.status, done.stderr) == (0, "")


def large(folder: Path) -> None:
    """A wheel behind so much of nothing that it takes seconds to hash, and no place on the disk."""
    wheel = samples.wheel(folder, "large")
    data = wheel.read_bytes()
    with wheel.open("wb") as file:
        file.seek(4 * 1024**3)
        file.write(data)


@pytest.mark.parametrize(("bar", "grace"), [("Hashing", LONG_GRACE), ("Sending", SHORT_GRACE)])
def test_no_bar_is_left_and_the_cursor_is_back(publishing: Publishing, bar: str, grace: float) -> None:
    if bar == "Hashing":
        large(publishing.folder / "dist")
    sent = False

    def interrupt(shown: str, terminal: int, process: Running) -> None:
        nonlocal sent
        if bar in shown and not sent:
            process.send_signal(signal.SIGINT)
            sent = True

    with halted(publishing.server.endpoint_url, puts(f"demo/{SDIST}")) as proxy:
        environ = {**publishing.server.environment, "AWS_ENDPOINT_URL": proxy.url, "COLUMNS": "200"}
        arguments = ("dist", "-t", publishing.target)
        status, output = run_on_terminal(
            *arguments, cwd=publishing.folder, environ=environ, react=interrupt, grace=grace
        )
    assert status == 130
    drawn, _, said = output.rpartition("s3pypi: error: ")
    assert said.startswith("interrupted: nothing published; ")
    assert said.count("\n") == 1
    assert HIDDEN in drawn
    assert drawn.rfind(SHOWN) > drawn.rfind(HIDDEN)
    assert drawn.endswith("\x1b[2K")  # the bars' last line is erased
    assert HIDDEN not in said


def test_a_host_without_handlers_can_be_interrupted(tmp_path: Path) -> None:
    process = start([sys.executable, "-m", "tests.interruptions.slow_push", str(tmp_path)], cwd=CHECKOUT)
    assert process.stdout
    assert process.stdout.readline() == "stored\n"
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=300)
    assert errors.rstrip().endswith("KeyboardInterrupt")
