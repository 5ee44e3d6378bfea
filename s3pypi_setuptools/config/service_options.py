"""The table of the settings that ``s3pypi serve`` alone has: the fields of `Service`."""

from __future__ import annotations

import enum
import re

from ..errors import ConfigurationError
from ..text import quoted
from .option import Option, checked_url, number

_UNITS = {"": 1, "k": 1000, "m": 1000**2, "g": 1000**3, "ki": 1024, "mi": 1024**2, "gi": 1024**3}
_SIZE = re.compile(r"(\d{1,15}) ?(|[kmg]i?)b?", re.IGNORECASE)
_MOST_WORKERS = 256

port_of = number("a port, such as 8080", 0, 65535)
workers_of = number(f"a number of processes from 1 to {_MOST_WORKERS}", 1, _MOST_WORKERS)

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


def size_of(text: str) -> int:
    """The number of bytes that ``2GiB``, ``500 MB`` or ``1000`` means; raises `ConfigurationError`."""
    match = _SIZE.fullmatch(text)
    if match is None:
        raise ConfigurationError(f"must be a size such as 2GiB or 500MB, not {quoted(text)}")
    return int(match[1]) * _UNITS[match[2].lower()]


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
    import ipaddress  # noqa: PLC0415 - setuptools reads the table in every build

    parts = patterns_of(text)
    for part in () if parts == ("*",) else parts:
        try:
            ipaddress.ip_network(part)
        except ValueError as error:
            wanted = "must be addresses or networks such as 10.0.0.7 or 10.0.0.0/8, or * alone"
            raise ConfigurationError(f"{wanted}, not {quoted(part)}") from error
    return ",".join(parts)


SERVICE_OPTIONS: tuple[Option, ...] = (
    Option("host", "address to listen on (default: 127.0.0.1)", "ADDRESS"),
    Option("port", "port to listen on (default: 8080; for exec, a free port)", "PORT", convert=port_of),
    Option("users", "where users are kept: a file made by s3pypi user, an htpasswd file, or ssm:HOST", "STORE"),
    Option("anonymous-read", "let anybody read"),
    Option("anonymous-upload", "let anybody upload (needs --anonymous-read)"),
    Option("overwrite", "let uploads replace published files of the same name"),
    Option(
        "fallback",
        "index to which installers are redirected for projects that are not in the repository: a URL, or pip for the "
        "index that pip is configured with",
        "URL",
        convert=fallback_of,
    ),
    Option(
        "reserved",
        "names of projects that are never redirected to the fallback, such as 'acme-*,internal-*'",
        "PATTERNS",
        convert=patterns_of,
    ),
    Option(
        "downloads",
        "how to send files of a bucket: redirect to the bucket, or stream through the service (default: redirect)",
        "HOW",
        one_of=DownloadStyle,
    ),
    Option("max-size", "size of the largest upload (default: 5GiB)", "SIZE", convert=size_of),
    Option("root-path", "path under which a proxy shows the service, such as /pypi", "PATH", convert=root_path_of),
    Option("tls-certificate", "PEM file of the certificate, for HTTPS", "FILE"),
    Option("tls-key", "PEM file of the certificate's key, if it is not in the certificate file", "FILE"),
    Option("workers", "number of processes (default: 1)", "NUMBER", convert=workers_of),
    Option("insecure-http", "allow plain HTTP for other machines; passwords can be read on the way"),
    Option(
        "trusted-proxies",
        "addresses of proxies whose X-Forwarded-For and X-Forwarded-Proto headers are trusted, or * for all",
        "ADDRESSES",
        convert=proxies_of,
    ),
    Option("log-format", "format of log lines: text or json (default: text)", "FORMAT", one_of=LogFormat),
)
"""In the order in which help texts show them."""
