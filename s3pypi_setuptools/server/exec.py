"""``s3pypi exec``: run one command beside a service of its own.

Installers read a private bucket through it, with this process's AWS credentials.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from types import FrameType

from ..api import PackageRepository
from ..config.environment import Environment
from ..config.pip_conf import configured_extra_indexes
from ..config.service import Service as ServiceSettings
from ..config.service_options import DownloadStyle
from ..config.settings import Settings
from ..errors import Error
from ..text import plain
from .installer_environment import IndexURL, installer_environment
from .options import options_of
from .password_records import new_token, token_record
from .run import serve_in_thread
from .users import FixedUsers, Role, Token, User

_NOT_FOUND = 127
"""Exit status for a command that does not exist, as shells have it."""
_NOT_RUNNABLE = 126
"""Exit status for a command that exists and cannot be run, as shells have it."""
_TURN_SECONDS = 1.0
"""How long to wait for the command at once; meanwhile Python looks for its end, and for signals, 20 times a second."""
_NAME = "exec"
_LOOPBACK = "127.0.0.1"
_PASSED_ON = ("SIGINT", "SIGQUIT", "SIGTERM", "SIGHUP", "SIGUSR1", "SIGUSR2", "SIGBREAK")
_OF_TERMINALS = ("SIGINT", "SIGQUIT", "SIGBREAK")
"""Signals of keys, which a terminal sends to the command, too."""


def run_beside(repository: PackageRepository, settings: Settings, command: Sequence[str], *, extra: bool) -> int:
    """Run ``command`` while a service for it alone listens on this machine; its exit status, 128 + n after signal n.

    The token in the URL that the command is given is new each time, and so is the port unless the settings name one: no
    other user of the machine can read the repository through it. Signals reach the command, and it ends by itself.

    :param settings: the service's address, users, TLS and downloads among them are for ``s3pypi serve``, and not used.
        The service streams files itself, since installers may lack what this process needs to reach the bucket: a
        proxy, or a CA certificate.
    :param extra: use the repository in addition to the indexes that installers are configured with.

    Raises `ConfigurationError`, and an error with the exit status of shells where the command cannot be run.
    """
    token = new_token(_NAME)
    user = User(_NAME, Role.READ, tokens=(Token(_NAME, token_record(token), datetime.now(timezone.utc)),))
    users = FixedUsers("the command's own user", {_NAME: user}, "the service ends with the command")
    given = settings.service
    service = ServiceSettings(
        host=_LOOPBACK,
        port=given.port if "port" in settings.origins else 0,
        fallback=given.fallback,
        reserved=given.reserved,
        downloads=DownloadStyle.STREAM,
    )
    options = options_of(replace(settings, service=service))
    options = replace(options, users=users, anonymous_read=False, anonymous_upload=False, open_locally=False)
    others = configured_extra_indexes(Environment.current()) if extra else ()
    with serve_in_thread(repository, service, options) as url:
        index = IndexURL(f"{url}/simple/", _NAME, token)
        return _run(command, installer_environment(os.environ, index, extra=extra, pip_extra=others))


def _run(command: Sequence[str], environment: Mapping[str, str]) -> int:
    """Run the command; its exit status as shells show it."""
    with _Signals() as signals:
        if signals.received:
            return 128 + signals.received[0]
        child = _start(command, environment)
        signals.pass_on_to(child)
        status = _wait(child)
    return status if status >= 0 else 128 - status


def _wait(child: subprocess.Popen[bytes]) -> int:
    """The exit status of ``child``, waited for in turns.

    The system may hand a signal to any thread, and Python runs its handler in the main thread alone, which a wait
    without an end would keep from it.
    """
    while True:
        with contextlib.suppress(subprocess.TimeoutExpired):
            return child.wait(_TURN_SECONDS)


def _start(command: Sequence[str], environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    program, *arguments = command
    path = shutil.which(program)
    if os.name == "nt" and path is not None:  # CreateProcess does not look for .bat and .cmd files
        program = path
    try:
        return subprocess.Popen([program, *arguments], env=environment)  # noqa: S603 - it is the user's own
    except FileNotFoundError:
        if path is None:
            raise _CannotRun(f"{plain(program)}: no such program", _NOT_FOUND) from None
        raise _CannotRun(f"{plain(path)}: cannot be run: its interpreter is missing", _NOT_RUNNABLE) from None
    except OSError as error:
        raise _CannotRun(f"{plain(program)}: cannot be run: {error.strerror}", _NOT_RUNNABLE) from error


class _Signals:
    """Leave signals to the command while the context lasts; those that are ignored stay ignored, for it as well.

    :ivar received: those that came before there was a command to pass them on to.
    """

    def __init__(self) -> None:
        self.received: list[int] = []
        self._child: subprocess.Popen[bytes] | None = None
        self._before: dict[int, object] = {}

    def __enter__(self) -> _Signals:
        for name in _PASSED_ON:
            number = getattr(signal, name, None)
            if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
                self._before[number] = signal.signal(number, self._receive)
        return self

    def __exit__(self, *error: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)  # type: ignore[arg-type]

    def pass_on_to(self, child: subprocess.Popen[bytes]) -> None:
        """Send what was received to ``child``, and what is received from now on."""
        self._child = child
        for number in self.received:
            _send(child, number)

    def _receive(self, number: int, frame: FrameType | None) -> None:
        del frame
        if self._child is None:
            self.received.append(number)
        elif not (signal.Signals(number).name in _OF_TERMINALS and _has_terminal()):
            _send(self._child, number)


def _send(child: subprocess.Popen[bytes], number: int) -> None:
    if os.name == "nt":  # which knows no other way
        child.terminate()
    else:
        child.send_signal(number)


def _has_terminal() -> bool:
    """Whether the keys of a terminal send signals to this process, and so to its children, too."""
    if os.name == "nt":
        return True
    try:
        with Path("/dev/tty").open("rb", buffering=0) as terminal:
            return os.tcgetpgrp(terminal.fileno()) == os.getpgrp()
    except OSError:
        return False


class _CannotRun(Error):
    """The command cannot be started."""

    def __init__(self, message: str, exit_status: int) -> None:
        super().__init__(message)
        self.exit_status = exit_status
