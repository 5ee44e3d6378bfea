"""Run the service in this process, until a signal ends it."""

from __future__ import annotations

import contextlib
import errno
import os
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import uvicorn

from ..api import PackageRepository
from ..config.service import Service as ServiceSettings
from ..errors import ConfigurationError
from .access_log import written_log
from .app import Service
from .options import ServiceOptions
from .origins import ANY_PROXY, behind_any_proxy
from .workers import run_workers

_BACKLOG = 2048
_LOOK_SECONDS = 0.1
_ABOUT_PORTS = (errno.EADDRINUSE, errno.EACCES)
_FINISH_SECONDS = 300
"""How long uploads that are under way may take to finish after SIGTERM."""
_KEEP_ALIVE_SECONDS = 310
"""How long a connection may be idle: longer than load balancers keep theirs (docs/run-the-service.md has them wait for
300 seconds), or they would use a connection that is closed at that moment, and answer 502
(https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-troubleshooting.html)."""


def run(
    repository: PackageRepository,
    settings: ServiceSettings,
    options: ServiceOptions,
    *,
    started: Callable[[str], None] = lambda url: None,
) -> None:
    """Serve ``repository`` until a signal comes; uploads that are under way then are finished.

    :param started: called with the service's URL once it answers.

    Raises `ConfigurationError` where the address cannot be had, or the certificate cannot be read.
    """
    with _listening(settings) as (listener, url), written_log(settings.log_format):
        server = _server(repository, settings, options)
        if settings.workers == 1:
            server.on_start = lambda: started(url)
            server.run([listener])
            return

        def begun() -> None:
            listener.close()  # or this process would keep it open when the others finish their uploads
            started(url)

        run_workers(settings.workers, lambda: server.run([listener]), begun)


@contextlib.contextmanager
def serve_in_thread(repository: PackageRepository, settings: ServiceSettings, options: ServiceOptions) -> Iterator[str]:
    """Serve in a thread, while the context lasts; the service's URL. Raises as `run`."""
    with _listening(settings) as (listener, url):
        server = _server(repository, settings, options, finish_seconds=1)
        ready = threading.Event()
        server.on_start = ready.set
        thread = threading.Thread(target=server.run, args=([listener],), name="s3pypi-service")
        thread.start()
        try:
            while not ready.wait(_LOOK_SECONDS) and thread.is_alive():
                pass
            yield url
        finally:
            server.should_exit = True
            thread.join()


@contextlib.contextmanager
def _listening(settings: ServiceSettings) -> Iterator[tuple[socket.socket, str]]:
    """A socket that listens, and the service's URL."""
    with contextlib.closing(_listen(settings.host, settings.port)) as listener:
        host, port = listener.getsockname()[:2]
        shown = f"[{host}]" if ":" in host else host
        scheme = "https" if settings.tls_certificate else "http"
        yield listener, f"{scheme}://{shown}:{port}{settings.root_path}"


def _server(
    repository: PackageRepository,
    settings: ServiceSettings,
    options: ServiceOptions,
    finish_seconds: int = _FINISH_SECONDS,
) -> _Server:
    app, proxies = Service(repository, options), settings.trusted_proxies
    config = uvicorn.Config(
        behind_any_proxy(app) if proxies == ANY_PROXY else app,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=proxies not in (None, ANY_PROXY),
        forwarded_allow_ips=proxies,
        timeout_graceful_shutdown=finish_seconds,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        backlog=_BACKLOG,
        lifespan="on",
        ws="none",
        ssl_certfile=_file(settings.tls_certificate),
        ssl_keyfile=_file(settings.tls_key),
    )
    try:
        config.load()
    except (OSError, ssl.SSLError) as error:  # OpenSSL's reasons are words such as KEY_VALUES_MISMATCH
        reason = getattr(error, "reason", None) or error.strerror or str(error)
        files = " and ".join(filter(None, (settings.tls_certificate, settings.tls_key)))
        raise ConfigurationError(f"tls-certificate: {files} cannot be used: {reason}") from error
    return _Server(config)


def _file(path: str | None) -> str | None:
    return None if path is None else str(Path(path).expanduser())


class _Server(uvicorn.Server):
    """uvicorn's server; a signal ends it, and not the program around it."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.on_start: Callable[[], None] = lambda: None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self.on_start()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        with super().capture_signals():
            yield
            self._captured_signals.clear()  # they are obeyed already


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family)
    try:
        if os.name != "nt":
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(_BACKLOG)
    except (OSError, UnicodeError) as error:  # a name that is none is the second
        listener.close()
        reason = getattr(error, "strerror", None) or "it is no name of a host"
        advice = "--port" if getattr(error, "errno", None) in _ABOUT_PORTS else "--host"
        raise ConfigurationError(f"cannot listen on {host}:{port}: {reason}; choose another {advice}") from error
    return listener
