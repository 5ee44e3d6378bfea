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
    Option("port", "port to listen on (default: 8080; for exec, a free port)", convert=port_of, metavar="PORT"),
    Option(
        "users",
        "where users are kept: a file made by s3pypi user, an htpasswd file, or ssm:HOST",
        metavar="STORE",
    ),
    Option("anonymous-read", "let anybody read", form=Form.FLAG),
    Option("anonymous-upload", "let anybody upload (needs --anonymous-read)", form=Form.FLAG),
    Option("overwrite", "let uploads replace published files of the same name", form=Form.FLAG),
    Option(
        "fallback",
        "index to which installers are redirected for projects that are not in the repository: a URL, or pip for the "
        "index that pip is configured with",
        convert=fallback_of,
        metavar="URL",
    ),
    Option(
        "reserved",
        "names of projects that are never redirected to the fallback, such as 'acme-*,internal-*'",
        convert=patterns_of,
        metavar="PATTERNS",
    ),
    Option(
        "downloads",
        "how to send files of a bucket: redirect to the bucket, or stream through the service (default: redirect)",
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
    Option("tls-key", "PEM file of the certificate's key, if it is not in the certificate file", metavar="FILE"),
    Option("workers", "number of processes (default: 1)", convert=workers_of, metavar="NUMBER"),
    Option(
        "insecure-http",
        "allow plain HTTP for other machines; passwords can be read on the way",
        form=Form.FLAG,
    ),
    Option(
        "trusted-proxies",
        "addresses of proxies whose X-Forwarded-For and X-Forwarded-Proto headers are trusted, or * for all",
        convert=proxies_of,
        metavar="ADDRESSES",
    ),
    Option(
        "log-format",
        "format of log lines: text or json (default: text)",
        form=Form.CHOICE,
        choices=tuple(form.value for form in LogFormat),
        convert=LogFormat,
        metavar="FORMAT",
    ),
)
"""In the order in which help texts show them."""
