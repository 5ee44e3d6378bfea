"""How ``s3pypi serve`` is run, as settings."""

from __future__ import annotations

from dataclasses import dataclass

from .service_options import DEFAULT_MAX_SIZE, DownloadStyle, LogFormat


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
