"""``s3pypi exec`` as a program: what its command is given, and how both end."""

from __future__ import annotations

import ctypes
import os
import pty
import re
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from s3pypi_setuptools import open_repository
from tests.support import in_process, samples
from tests.support.forked_programs import PATIENCE, Ended
from tests.support.markers import case
from tests.support.programs import assert_one_line, run
from tests.support.servers import free_port, program

SCRIPT = [sys.executable, "-m", "s3pypi_setuptools"]
PIP = [sys.executable, "-m", "pip", "download", "--no-deps", "--no-cache-dir", "--disable-pip-version-check"]
WAIT = "while True:\n    time.sleep(0.1)"
"""Not ``signal.pause()``, which misses a signal that comes just before it."""
EXECUTE = "os.execv(sys.argv[1], sys.argv[1:])"
"""Begins the program that follows in the arguments. Before it, a test says what becomes of a signal: who runs the tests
in the background of a shell, or with ``nohup``, has some ignored."""


def execute(
    target: str, *command: str, options: tuple[str, ...] = (), environment: Mapping[str, str] | None = None
) -> Ended:
    """The finished ``s3pypi exec``, which must not show the token that its command was given."""
    done = run("s3pypi", "exec", target, *options, "--", *command, cwd=Path.cwd(), environ=environment)
    assert "s3pypi-exec-" not in done.stdout + done.stderr
    return done


def python(*lines: str) -> list[str]:
    """A command that runs the code."""
    return [sys.executable, "-c", "\n".join(("import os, signal, sys, time", *lines))]


@pytest.fixture
def target(tmp_path: Path) -> str:
    """A repository in a folder that has one project."""
    where = (tmp_path / "repository").as_uri()
    open_repository(where).publish(samples.wheel(tmp_path / "dist"))
    return where


def test_a_command_reads_the_repository_and_nobody_else_does(target: str, tmp_path: Path) -> None:
    got = tmp_path / "got"
    done = execute(target, *PIP, "-d", str(got), "demo")
    assert done.status == 0, done.stderr
    wheel = samples.wheel(tmp_path / "dist")
    assert (got / wheel.name).read_bytes() == wheel.read_bytes()
    look = python(
        "import urllib.request, urllib.error",
        "bare = 'http://' + os.environ['PIP_INDEX_URL'].partition('@')[2]",
        "try:\n    urllib.request.urlopen(bare)",
        "except urllib.error.HTTPError as error:\n    print(error.code)",
    )
    bare = execute(target, *look)
    assert bare.stdout == "401\n", bare.stderr


def test_a_command_may_be_this_program(target: str) -> None:
    done = execute(target, *SCRIPT, "list", "--names", "-t", target)
    assert (done.status, done.stdout, done.stderr) == (0, "demo\n", "")


def test_settings_for_a_service_that_others_reach_are_not_used(target: str) -> None:
    settings = {"S3PYPI_HOST": "0.0.0.0", "S3PYPI_USERS": "/missing/users.toml", "S3PYPI_TLS_CERTIFICATE": "/missing"}
    show = python("print(os.environ['PIP_INDEX_URL'].partition('@')[2].partition(':')[0])")
    done = execute(target, *show, environment=settings)
    assert (done.status, done.stdout) == (0, "127.0.0.1\n"), done.stderr


def test_a_port_may_be_chosen_and_must_be_free(target: str) -> None:
    port = free_port()
    show = python("print(os.environ['PDM_PYPI_URL'])")
    assert execute(target, *show, options=("--port", str(port))).stdout == f"http://127.0.0.1:{port}/simple/\n"
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = str(other.getsockname()[1])
        done = execute(target, *show, options=("--port", taken))
    assert (done.status, done.stdout) == (1, "")
    assert_one_line(done.stderr)
    assert f"cannot listen on 127.0.0.1:{taken}" in done.stderr


def test_a_fallback_that_is_the_service_itself_is_one_clear_error(target: str, tmp_path: Path) -> None:
    here = f"http://127.0.0.1:{(port := free_port())}/simple"
    done = execute(target, *PIP, "-d", str(tmp_path), "public", options=("--port", str(port), "--fallback", here))
    assert done.status == 1
    said = f"s3pypi: error: fallback {here}: is this service itself, so public was not looked up; change --fallback\n"
    assert said in done.stderr


@pytest.mark.parametrize(("options", "version"), [((), "1.0"), (("--extra",), "9.0")])
def test_extra_indexes_of_pip_are_read_with_extra_alone(
    target: str, tmp_path: Path, options: tuple[str, ...], version: str
) -> None:
    public = (tmp_path / "public").as_uri()
    open_repository(public).publish(samples.wheel(tmp_path / "dist", version="9.0"))
    config = tmp_path / "pip.conf"
    config.write_text(f"[install]\nindex-url = {public}\n[global]\nextra-index-url = {public}\n", encoding="utf-8")
    install = [sys.executable, "-m", "pip", "install", "--no-cache-dir", "--disable-pip-version-check", "--target"]
    environment = {"PIP_CONFIG_FILE": str(config)}
    done = execute(target, *install, str(tmp_path / "site"), "demo", options=options, environment=environment)
    assert done.status == 0, done.stderr
    assert (tmp_path / "site" / f"demo-{version}.dist-info").is_dir()


def test_a_proxy_for_http_is_not_asked(target: str, tmp_path: Path) -> None:
    proxy = dict.fromkeys(("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"), "http://127.0.0.1:9")
    proxy |= {"NO_PROXY": "", "no_proxy": ""}
    done = execute(target, *PIP, "-d", str(tmp_path / "got"), "demo", environment=proxy)
    assert done.status == 0, done.stderr
    uv = [program("uv"), "pip", "install", "--no-cache", "--target", str(tmp_path / "site"), "demo"]
    done = execute(target, *uv, environment=proxy)
    assert done.status == 0, done.stderr


@pytest.mark.parametrize(
    ("code", "status"), [("sys.exit(7)", 7), ("os.kill(os.getpid(), signal.SIGTERM)", 143), ("", 0)]
)
def test_the_exit_status_is_the_commands(target: str, code: str, status: int) -> None:
    done = execute(target, *python(code))
    assert (done.status, done.stderr) == (status, "")


@pytest.mark.parametrize(
    "name", ["SIGTERM", "SIGINT", *(case(name, slow=True) for name in ("SIGQUIT", "SIGHUP", "SIGUSR1"))]
)
def test_signals_are_passed_on(target: str, name: str) -> None:
    wait = python(f"signal.signal(signal.{name}, lambda *a: sys.exit(9))", "print('ready', flush=True)", WAIT)
    before = python(f"signal.signal(signal.{name}, signal.SIG_DFL)", EXECUTE)
    process = subprocess.Popen(
        [*before, *SCRIPT, "exec", target, "--", *wait], stdout=subprocess.PIPE, start_new_session=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    process.send_signal(getattr(signal, name))
    assert process.wait(PATIENCE) == 9
    process.stdout.close()


@pytest.mark.skipif(sys.platform != "linux", reason="only here can a signal be sent to one thread of a process")
def test_a_signal_that_the_system_gives_to_another_thread_is_passed_on(target: str) -> None:
    wait = python("signal.signal(signal.SIGTERM, lambda *a: sys.exit(9))", "print('ready', flush=True)", WAIT)
    process = subprocess.Popen([*SCRIPT, "exec", target, "--", *wait], stdout=subprocess.PIPE, start_new_session=True)
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    threads = {int(path.name) for path in Path(f"/proc/{process.pid}/task").iterdir()} - {process.pid}
    assert ctypes.CDLL(None).tgkill(process.pid, threads.pop(), signal.SIGTERM) == 0
    assert process.wait(PATIENCE) == 9
    process.stdout.close()


@pytest.mark.parametrize(("key", "name"), [(b"\x03", "SIGINT"), case(b"\x1c", "SIGQUIT", slow=True)])
def test_a_key_of_the_terminal_reaches_the_command_once(target: str, key: bytes, name: str) -> None:
    count = python(
        "seen = []",
        # What exec passes on of the key's signal, it passes on before this one.
        f"signal.signal(signal.{name}, lambda *a: (seen.append(1), os.kill(os.getppid(), signal.SIGUSR1)))",
        "signal.signal(signal.SIGUSR1, lambda *a: (os.write(1, b'seen %d' % len(seen)), sys.exit(3)))",
        "print('ready', flush=True)",
        WAIT,
    )
    own = python(
        "import fcntl, termios",
        "fcntl.ioctl(0, termios.TIOCSCTTY, 0)",
        f"signal.signal(signal.{name}, signal.SIG_DFL)",
        EXECUTE,
    )
    keyboard, terminal = pty.openpty()
    process = subprocess.Popen(
        [*own, *SCRIPT, "exec", target, "--", *count], stdin=terminal, stdout=terminal, start_new_session=True
    )
    os.close(terminal)
    shown(keyboard, rb"ready")
    os.write(keyboard, key)
    assert shown(keyboard, rb"seen (\d)")[1] == b"1"
    assert process.wait(PATIENCE) == 3
    os.close(keyboard)


def shown(terminal: int, pattern: bytes) -> re.Match[bytes]:
    """What a terminal shows, once it has the pattern."""
    output = b""
    while (found := re.search(pattern, output)) is None:
        assert select.select([terminal], [], [], PATIENCE)[0], f"nothing came after {output!r}"
        output += os.read(terminal, 1000)
    return found


def test_a_signal_that_is_ignored_is_ignored_by_the_command_too(target: str) -> None:
    """As after ``nohup``."""
    show = python("print(signal.getsignal(signal.SIGHUP) == signal.SIG_IGN)")
    before = python("signal.signal(signal.SIGHUP, signal.SIG_IGN)", EXECUTE)
    done = subprocess.run(
        [*before, *SCRIPT, "exec", target, "--", *show], capture_output=True, text=True, check=False, timeout=PATIENCE
    )
    assert (done.stdout, done.stderr) == ("True\n", "")


def test_a_target_that_cannot_be_read_is_one_clear_error_and_nothing_is_run(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    done = execute(file.as_uri(), *python("print('run')"))
    assert (done.status, done.stdout, done.stderr) == (1, "", f"s3pypi: error: {file}: is a file; give a folder\n")


def test_a_target_without_a_repository_is_one_clear_error_and_nothing_is_run(tmp_path: Path) -> None:
    done = execute(tmp_path.as_uri(), *python("print('ran')"))
    assert (done.status, done.stdout) == (1, "")
    assert_one_line(done.stderr)
    assert "there is no repository here; check the target, or make one with s3pypi init" in done.stderr


@pytest.mark.parametrize("words", [["pip", "install", "demo"], ["./repo", "pip", "install", "-U", "demo"]])
def test_a_command_without_the_dashes_before_it_is_told_of_them(words: list[str], tmp_path: Path) -> None:
    done = in_process.run("s3pypi", "exec", *words, cwd=tmp_path)
    assert (done.status, len(done.errors)) == (2, 1)
    assert "give the command to run after --" in done.err


def test_a_command_that_cannot_be_run_is_one_clear_error(target: str, tmp_path: Path) -> None:
    done = execute(target, "no-such-program")
    assert (done.status, done.stderr) == (127, "s3pypi: error: no-such-program: no such program\n")
    file = tmp_path / "file"
    file.write_text("#!/no/such/interpreter\n", encoding="utf-8")
    done = execute(target, str(file))
    assert (done.status, done.stderr) == (126, f"s3pypi: error: {file}: cannot be run: Permission denied\n")
    file.chmod(0o755)
    done = execute(target, str(file))
    assert done.status == 126
    assert done.stderr == f"s3pypi: error: {file}: cannot be run: its interpreter is missing\n"
