"""How ``s3pypi serve`` is run, as settings."""

from __future__ import annotations

import enum
import ipaddress
import re
from dataclasses import dataclass

from ..errors import ConfigurationError
from ..text import quoted
from .option import checked_url

__all__ = [
    "DEFAULT_MAX_SIZE",
    "DownloadStyle",
    "LogFormat",
    "Service",
    "fallback_of",
    "patterns_of",
    "port_of",
    "root_path_of",
    "size_of",
    "workers_of",
]

_UNITS = {"": 1, "k": 1000, "m": 1000**2, "g": 1000**3, "ki": 1024, "mi": 1024**2, "gi": 1024**3}
_SIZE = re.compile(r"(\d{1,15}) ?(|[kmg]i?)b?", re.IGNORECASE)
_LARGEST_PORT = 65535
_MOST_WORKERS = 256

DEFAULT_MAX_SIZE = 5 * 1024**3
"""Bytes of one uploaded file, if no setting says how many."""


class DownloadStyle(enum.Enum):
    """How files of a bucket are served."""

    REDIRECT = "redirect"
    """The client is sent to a URL of the bucket that is valid for an hour at most."""
    STREAM = "stream"
    """The service passes the bytes on."""


class LogFormat(enum.Enum):
    """How the service writes its log."""

    TEXT = "text"
    JSON = "json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """How the service is run.

    :param host: the address to listen on.
    :param port: to listen on; 0 for any that is free.
    :param users: where the users are kept: a file, or ``ssm:HOST``; None for no users.
    :param anonymous_read: anybody may read.
    :param anonymous_upload: anybody may upload.
    :param overwrite: an upload replaces a published file of the same name.
    :param fallback: URL of the index to which clients are sent for unknown projects, or ``pip`` for the one that pip is
        configured with; None for none.
    :param reserved: patterns of project names for which clients are never sent there.
    :param max_size: bytes that one uploaded file may have.
    :param root_path: what the service's URLs begin with behind a proxy; empty, or ``/…`` without a ``/`` at the end.
    :param tls_certificate: a PEM file with the certificate chain; None for plain HTTP.
    :param tls_key: a PEM file with its key; None where the certificate's file holds it.
    :param workers: processes.
    :param insecure_http: speak plain HTTP beyond this machine, too.
    :param trusted_proxies: addresses whose ``X-Forwarded-…`` headers are believed; ``*`` for all.
    """

    host: str = "127.0.0.1"
    port: int = 8080
    users: str | None = None
    anonymous_read: bool = False
    anonymous_upload: bool = False
    overwrite: bool = False
    fallback: str | None = None
    reserved: tuple[str, ...] = ()
    downloads: DownloadStyle = DownloadStyle.REDIRECT
    max_size: int = DEFAULT_MAX_SIZE
    root_path: str = ""
    tls_certificate: str | None = None
    tls_key: str | None = None
    workers: int = 1
    insecure_http: bool = False
    trusted_proxies: str | None = None
    log_format: LogFormat = LogFormat.TEXT


def size_of(text: str) -> int:
    """The number of bytes that ``2GiB``, ``500 MB`` or ``1000`` means; raises `ConfigurationError`."""
    match = _SIZE.fullmatch(text)
    if match is None:
        raise ConfigurationError(f"must be a size such as 2GiB or 500MB, not {quoted(text)}")
    return int(match[1]) * _UNITS[match[2].lower()]


def port_of(text: str) -> int:
    """A port's number; raises `ConfigurationError`."""
    return _number(text, 0, _LARGEST_PORT, "a port, such as 8080")


def workers_of(text: str) -> int:
    """A number of processes; raises `ConfigurationError`."""
    return _number(text, 1, _MOST_WORKERS, f"a number of processes from 1 to {_MOST_WORKERS}")


def patterns_of(text: str) -> tuple[str, ...]:
    """The patterns that a text lists, with commas between."""
    return tuple(pattern for part in text.split(",") if (pattern := part.strip()))


def root_path_of(text: str) -> str:
    """A path that URLs begin with; raises `ConfigurationError`."""
    path = text.rstrip("/")
    if path and not (path.startswith("/") and re.fullmatch(r"[A-Za-z0-9/._~-]+", path) and "//" not in path):
        raise ConfigurationError(f"must be a path such as /pypi, not {quoted(text)}")
    return path


def fallback_of(text: str) -> str:
    """``pip``, or the URL of an index without ``/`` at the end; raises `ConfigurationError`."""
    return text if text == "pip" else checked_url(text)


def proxies_of(text: str) -> str:
    """Addresses and networks of proxies, with commas between, or ``*``; raises `ConfigurationError`."""
    parts = patterns_of(text)
    for part in () if parts == ("*",) else parts:
        try:
            ipaddress.ip_network(part)
        except ValueError as error:
            wanted = "must be addresses or networks such as 10.0.0.7 or 10.0.0.0/8, or * alone"
            raise ConfigurationError(f"{wanted}, not {quoted(part)}") from error
    return ",".join(parts)


def _number(text: str, least: int, most: int, what: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= len(str(most)) and least <= int(text) <= most):
        raise ConfigurationError(f"must be {what}, not {quoted(text)}")
    return int(text)
