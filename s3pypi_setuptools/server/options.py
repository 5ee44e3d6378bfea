"""What the service is told when it starts."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass

from ..config.service import DownloadStyle
from ..config.settings import Settings
from ..errors import ConfigurationError
from .fallback import fallback_url
from .user_stores import open_users
from .users import UserStore

__all__ = ["ServiceOptions", "options_of"]

DEFAULT_MAX_SIZE = 5 * 1024**3


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceOptions:
    """How a service is run.

    :param users: who may do what; None where there are none.
    :param anonymous_read: anybody may read.
    :param anonymous_upload: anybody may upload.
    :param overwrite: an upload replaces a file of the same name; otherwise it is refused.
    :param fallback: the index that unknown projects are looked up in: its URL without ``/`` at the end, or None.
    :param reserved: glob patterns of project names, in any spelling, that are never looked up there.
    :param downloads: how files of a bucket are served.
    :param max_size: bytes that one uploaded file may have.
    :param root_path: what the service's URLs begin with behind a proxy; empty, or begins with ``/`` and ends without.
    """

    users: UserStore | None = None
    anonymous_read: bool = False
    anonymous_upload: bool = False
    overwrite: bool = False
    fallback: str | None = None
    reserved: tuple[str, ...] = ()
    downloads: DownloadStyle = DownloadStyle.REDIRECT
    max_size: int = DEFAULT_MAX_SIZE
    root_path: str = ""


def options_of(all_settings: Settings, *, listens: bool = True) -> ServiceOptions:
    """What the service is told, checked: who may do what has to be said beyond this machine.

    :param listens: at the configured address; otherwise requests come from anywhere, over HTTPS.

    Raises `ConfigurationError`.
    """
    settings = all_settings.service
    here = listens and is_loopback(settings.host)
    users = open_users(settings.users, all_settings) if settings.users else None
    if users is not None:
        users.users()  # raises for what cannot be read
    is_plain = listens and not (settings.tls_certificate or settings.insecure_http or settings.trusted_proxies)
    if is_plain and not here:
        raise ConfigurationError(
            f"host {settings.host}: plain HTTP beyond this machine shows passwords to everybody on the way; give "
            "--tls-certificate, --trusted-proxies for a proxy that speaks HTTPS, or --insecure-http"
        )
    return ServiceOptions(
        users=users,
        anonymous_read=settings.anonymous_read or (users is None and here),
        anonymous_upload=settings.anonymous_upload or (users is None and here),
        overwrite=settings.overwrite,
        fallback=fallback_url(settings.fallback),
        reserved=settings.reserved,
        downloads=settings.downloads,
        max_size=settings.max_size,
        root_path=settings.root_path,
    )


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches the address."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
