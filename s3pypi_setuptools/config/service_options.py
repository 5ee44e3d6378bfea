"""The table of the settings that ``s3pypi serve`` alone has: the fields of `Service`."""

from __future__ import annotations

from .option import Form, Option
from .service import (
    DownloadStyle,
    LogFormat,
    fallback_of,
    patterns_of,
    port_of,
    proxies_of,
    root_path_of,
    size_of,
    workers_of,
)

__all__ = ["SERVICE_OPTIONS"]

SERVICE_OPTIONS: tuple[Option, ...] = (
    Option("host", "address to listen on (default: 127.0.0.1)", metavar="ADDRESS"),
    Option("port", "port to listen on (default: 8080; of exec any that is free)", convert=port_of, metavar="PORT"),
    Option(
        "users",
        "the users: a file written by s3pypi user, an htpasswd file, or ssm:HOST",
        metavar="STORE",
    ),
    Option("anonymous-read", "let anybody read", form=Form.FLAG),
    Option("anonymous-upload", "let anybody upload; with --anonymous-read", form=Form.FLAG),
    Option("overwrite", "let uploads replace published files of the same name", form=Form.FLAG),
    Option(
        "fallback",
        "index to send installers to for projects that are not here: its URL, or pip for the one that pip uses",
        convert=fallback_of,
        metavar="URL",
    ),
    Option(
        "reserved",
        "names that are never looked up in the fallback, such as 'acme-*,internal-*'",
        convert=patterns_of,
        metavar="PATTERNS",
    ),
    Option(
        "downloads",
        "files of a bucket: redirect to it (the default), or stream them through the service",
        form=Form.CHOICE,
        choices=tuple(style.value for style in DownloadStyle),
        convert=DownloadStyle,
        metavar="HOW",
    ),
    Option("max-size", "size of the largest upload (default: 5GiB)", convert=size_of, metavar="SIZE"),
    Option(
        "root-path",
        "path under which a proxy shows the service, such as /pypi",
        convert=root_path_of,
        metavar="PATH",
    ),
    Option("tls-certificate", "PEM file of the certificate, for HTTPS", metavar="FILE"),
    Option("tls-key", "PEM file of the certificate's key, if it is another one", metavar="FILE"),
    Option("workers", "processes (default: 1)", convert=workers_of, metavar="NUMBER"),
    Option(
        "insecure-http",
        "speak plain HTTP beyond this machine: passwords can be read on the way",
        form=Form.FLAG,
    ),
    Option(
        "trusted-proxies",
        "addresses of proxies whose X-Forwarded-For and -Proto headers are believed, or *",
        convert=proxies_of,
        metavar="ADDRESSES",
    ),
    Option(
        "log-format",
        "lines of the log: text (the default) or json",
        form=Form.CHOICE,
        choices=tuple(form.value for form in LogFormat),
        convert=LogFormat,
        metavar="FORMAT",
    ),
)
"""In the order in which help texts show them."""
