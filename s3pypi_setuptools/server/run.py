"""Run the service in this process, until a signal ends it."""

from __future__ import annotations

import contextlib
import ipaddress
import json
import logging
import os
import socket
import ssl
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import uvicorn

from ..api import PackageRepository
from ..aws.client import Access
from ..aws.parameters import Parameters
from ..config.environment import Environment
from ..config.pip_conf import configured_index
from ..config.service import LogFormat
from ..config.service import Service as ServiceSettings
from ..config.settings import Settings
from ..errors import ConfigurationError
from .app import access_log, create_app
from .options import ServiceOptions
from .user_file import HtpasswdFile, UserFile
from .users import UserStore
from .workers import run_workers

__all__ = ["open_users", "options_of", "run", "serve_in_thread"]

_BACKLOG = 2048
_LOOK_SECONDS = 0.1
_FINISH_SECONDS = 300
"""How long uploads that are under way may take to finish after SIGTERM."""


def open_users(where: str, settings: Settings) -> UserStore:
    """The store of users that ``where`` names: ``ssm:HOST``, or a file; htpasswd's where its name says so.

    Raises `ConfigurationError`.
    """
    if where.startswith("ssm:"):
        from .user_parameters import REGION, UserParameters, parameters_path  # noqa: PLC0415 - most users are in files

        connection = replace(settings.connection, region=REGION, endpoint_url=None, no_sign_request=False)
        access = Access(connection, redactor=settings.redactor)
        return UserParameters(Parameters(parameters_path(where.removeprefix("ssm:")), access))
    path = Path(where).expanduser()
    return HtpasswdFile(path) if "htpasswd" in path.name else UserFile(path)


def options_of(all_settings: Settings) -> ServiceOptions:
    """What the service is told, checked: who may do what has to be said beyond this machine.

    Raises `ConfigurationError`.
    """
    settings = all_settings.service
    here = is_loopback(settings.host)
    users = open_users(settings.users, all_settings) if settings.users else None
    if users is not None:
        users.users()  # raises for what cannot be read
    if not here and not settings.tls_certificate and not settings.insecure_http and not settings.trusted_proxies:
        raise ConfigurationError(
            f"host {settings.host}: plain HTTP beyond this machine shows passwords to everybody on the way; give "
            "--tls-certificate, --trusted-proxies for a proxy that speaks HTTPS, or --insecure-http"
        )
    fallback = settings.fallback
    if fallback == "pip":
        fallback = configured_index(Environment.current())
    if fallback is not None and urlsplit(fallback).scheme not in ("http", "https"):
        raise ConfigurationError("fallback: must be an http:// or https:// URL, or pip")
    return ServiceOptions(
        users=users,
        anonymous_read=settings.anonymous_read or (users is None and here),
        anonymous_upload=settings.anonymous_upload or (users is None and here),
        overwrite=settings.overwrite,
        fallback=fallback.rstrip("/") if fallback else None,
        reserved=settings.reserved,
        downloads=settings.downloads,
        max_size=settings.max_size,
        root_path=settings.root_path,
    )


def run(
    repository: PackageRepository,
    settings: ServiceSettings,
    options: ServiceOptions,
    *,
    started: Callable[[str], None] = lambda url: None,
) -> None:
    """Serve ``repository`` until a signal comes; uploads that are under way then are finished.

    :param started: told the service's URL once it answers.

    Raises `ConfigurationError` where the address cannot be had, or the certificate cannot be read.
    """
    with _listening(settings) as (listener, url), _logging(settings.log_format):
        if settings.workers > 1:
            run_workers(
                settings.workers,
                lambda: _server(repository, settings, options).run([listener]),
                lambda: started(url),
            )
            return
        server = _server(repository, settings, options)
        server.on_start = lambda: started(url)
        server.run([listener])


@contextlib.contextmanager
def serve_in_thread(repository: PackageRepository, settings: ServiceSettings, options: ServiceOptions) -> Iterator[str]:
    """Serve on a free port, in a thread, while the context lasts; the service's URL. Raises as `run`."""
    with _listening(replace(settings, port=0)) as (listener, url):
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
    config = uvicorn.Config(
        create_app(repository, options),
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=settings.trusted_proxies is not None,
        forwarded_allow_ips=settings.trusted_proxies,
        timeout_graceful_shutdown=finish_seconds,
        backlog=_BACKLOG,
        lifespan="on",
        ws="none",
        ssl_certfile=settings.tls_certificate,
        ssl_keyfile=settings.tls_key,
    )
    try:
        config.load()
    except (OSError, ssl.SSLError) as error:
        raise ConfigurationError(f"tls-certificate: cannot be used: {error.strerror or error}") from error
    return _Server(config)


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches the address."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


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
    except OSError as error:
        listener.close()
        raise ConfigurationError(f"cannot listen on {host}:{port}: {error.strerror}; choose another --port") from error
    return listener


@contextlib.contextmanager
def _logging(form: LogFormat) -> Iterator[None]:
    """Write the log of requests to stdout while the context lasts."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(_JsonLines() if form is LogFormat.JSON else _TextLines())
    before = access_log.level, access_log.handlers[:], access_log.propagate
    access_log.setLevel(logging.INFO)
    access_log.handlers[:], access_log.propagate = [handler], False
    try:
        yield
    finally:
        access_log.setLevel(before[0])
        access_log.handlers[:], access_log.propagate = before[1:]


_FIELDS = ("request", "client", "user", "method", "path", "status", "size", "seconds")


class _TextLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        """One line: when, who asked for what, and how it was answered."""
        facts = record.__dict__
        when = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(record.created))
        return (
            f"{when} {facts['request']} {facts['client']} {facts['user'] or '-'} {facts['method']} "
            f"{facts['path']!r} {facts['status']} {facts['size']} {facts['seconds']:.3f}"
        )


class _JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        """One JSON object."""
        when = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(record.created))
        return json.dumps({"time": when, **{name: record.__dict__[name] for name in _FIELDS}})
