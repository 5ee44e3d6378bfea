"""Run one command beside a service of its own: installers read a private bucket with this process's AWS credentials."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timezone
from types import FrameType

from ..api import PackageRepository
from ..config.service import Service as ServiceSettings
from ..errors import Error
from .options import ServiceOptions
from .password_records import new_token, token_record
from .run import serve_in_thread
from .users import FixedUsers, Role, Token, User

__all__ = ["installer_environment", "run_beside"]

_NOT_FOUND = 127
_NOT_RUNNABLE = 126
_NAME = "exec"
_LOOPBACK = "127.0.0.1"


def run_beside(
    repository: PackageRepository,
    settings: ServiceSettings,
    options: ServiceOptions,
    command: Sequence[str],
    *,
    extra: bool,
) -> int:
    """Run ``command`` while a service for it alone listens on a free port of this machine; its exit status.

    The port, and the token in the URL that the command is given, are new each time: no other user of the machine can
    read the repository through it. Signals reach the command, and it ends by itself.

    :param extra: beside the indexes that installers are configured with, and not in their place.

    Raises `ConfigurationError`.
    """
    token = new_token(_NAME)
    user = User(_NAME, Role.READ, tokens=(Token(_NAME, token_record(token), datetime.now(timezone.utc)),))
    users = FixedUsers("the command's own user", {_NAME: user}, "the service ends with the command")
    options = replace(options, users=users, anonymous_read=False, anonymous_upload=False)
    settings = replace(settings, host=_LOOPBACK, tls_certificate=None, tls_key=None, root_path="")
    with serve_in_thread(repository, settings, options) as url:
        scheme, _, address = url.partition("://")
        index_url = f"{scheme}://{_NAME}:{token}@{address}/simple/"
        environment = installer_environment(os.environ, index_url, extra=extra)
        with _signals() as forward:
            try:
                child = subprocess.Popen(command, env=environment)  # noqa: S603 - it is the user's own
            except FileNotFoundError:
                raise _CannotRun(f"{command[0]}: no such program", _NOT_FOUND) from None
            except OSError as error:
                raise _CannotRun(f"{command[0]}: cannot be run: {error.strerror}", _NOT_RUNNABLE) from error
            forward(child)
            status = child.wait()
    return status if status >= 0 else 128 - status


def installer_environment(environment: Mapping[str, str], index_url: str, *, extra: bool) -> dict[str, str]:
    """The environment in which pip, uv, pdm and pipenv read the index at ``index_url``, first or alone.

    https://pip.pypa.io/en/stable/topics/configuration/#environment-variables,
    https://docs.astral.sh/uv/reference/environment/, https://pdm-project.org/en/stable/usage/config/,
    https://pipenv.pypa.io/en/latest/configuration.html
    """
    if extra:
        others = environment.get("PIP_EXTRA_INDEX_URL", "")
        more = environment.get("UV_INDEX", "")
        found = {
            "PIP_EXTRA_INDEX_URL": f"{index_url} {others}".strip(),
            "UV_INDEX": f"{index_url} {more}".strip(),
        }
    else:
        found = {
            "PIP_INDEX_URL": index_url,
            "UV_DEFAULT_INDEX": index_url,
            "PDM_PYPI_URL": index_url,
            "PIPENV_PYPI_MIRROR": index_url,
        }
    without_proxy = ",".join(filter(None, (environment.get("NO_PROXY") or environment.get("no_proxy"), _LOOPBACK)))
    proxies = {"NO_PROXY": without_proxy, "no_proxy": without_proxy}
    return {**environment, **found, **proxies}


@contextlib.contextmanager
def _signals() -> Iterator[Callable[[subprocess.Popen[bytes]], None]]:
    """Let signals be the child's: a terminal sends Ctrl-C to it itself, and SIGTERM is passed on.

    What is yielded is told the child; a signal that came before is passed on then.
    """
    children: list[subprocess.Popen[bytes]] = []
    early: list[int] = []

    def pass_on(number: int, frame: FrameType | None) -> None:
        del frame
        if not children:
            early.append(number)
        elif number != signal.SIGINT:
            children[0].send_signal(number)

    def start(child: subprocess.Popen[bytes]) -> None:
        children.append(child)
        for number in early:
            child.send_signal(number)

    names = ("SIGINT", "SIGTERM", "SIGHUP", "SIGUSR1", "SIGUSR2")
    numbers = [getattr(signal, name) for name in names if hasattr(signal, name)]
    before = {number: signal.signal(number, pass_on) for number in numbers}
    try:
        yield start
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class _CannotRun(Error):
    """The command cannot be started."""

    def __init__(self, message: str, exit_status: int) -> None:
        super().__init__(message)
        self.exit_status = exit_status
