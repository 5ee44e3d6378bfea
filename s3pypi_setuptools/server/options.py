"""The options of the service, and the checks that they fit together."""

from __future__ import annotations

import logging
import os
from dataclasses import dataclass

from ..config.elasticpypi import with_elasticpypi
from ..config.resolve import resolve
from ..config.service_options import DEFAULT_MAX_SIZE, DownloadStyle
from ..config.settings import Settings
from ..errors import ConfigurationError
from .fallback import fallback_url
from .origins import is_loopback
from .user_stores import existing_users
from .users import UserStore

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceOptions:
    """How a service is run.

    :param users: who may do what; None where there are none.
    :param anonymous_read: anybody may read.
    :param anonymous_upload: anybody may upload, who then must be allowed to read, too.
    :param open_locally: without users, whoever asks from this machine may read and upload: the service listens there
        alone.
    :param overwrite: an upload replaces a file of the same name; otherwise it is refused.
    :param fallback: the index that unknown projects are looked up in: its URL without ``/`` at the end, or None.
    :param reserved: glob patterns of project names, in any spelling, that are never looked up there.
    :param downloads: how files of a bucket are served.
    :param max_size: bytes that one uploaded file may have.
    :param root_path: what the service's URLs begin with behind a proxy; empty, or begins with ``/`` and ends without.
    :param public_url: the URL of the index that pages for people show, without ``/`` at the end; None for the one that
        a request names.
    """

    users: UserStore | None = None
    anonymous_read: bool = False
    anonymous_upload: bool = False
    open_locally: bool = False
    overwrite: bool = False
    fallback: str | None = None
    reserved: tuple[str, ...] = ()
    downloads: DownloadStyle = DownloadStyle.REDIRECT
    max_size: int = DEFAULT_MAX_SIZE
    root_path: str = ""
    public_url: str | None = None

    def __post_init__(self) -> None:
        """Raise `ConfigurationError` for options that contradict each other."""
        if self.anonymous_upload and not self.anonymous_read:
            raise ConfigurationError("anonymous-upload: whoever uploads may read; give anonymous-read, too")


def options_of(all_settings: Settings, *, listens: bool = True) -> ServiceOptions:
    """The options in the settings; a service that other machines reach must say who may do what.

    :param listens: at the configured address; otherwise requests come from anywhere, over HTTPS.

    Raises `ConfigurationError`.
    """
    settings = all_settings.service
    here = listens and is_loopback(settings.host)
    users = None if settings.users is None else existing_users(settings.users, all_settings)
    if settings.tls_key and not settings.tls_certificate:
        raise ConfigurationError("tls-key: give the certificate, too, as --tls-certificate")
    is_plain = listens and not (settings.tls_certificate or settings.insecure_http or settings.trusted_proxies)
    if is_plain and not here:
        raise ConfigurationError(
            f"host {settings.host}: plain HTTP beyond this machine shows passwords to everybody on the way; give "
            "--tls-certificate, --trusted-proxies for a proxy that speaks HTTPS, or --insecure-http"
        )
    if users is None and not here and not settings.anonymous_read:
        nobody = "users: there are none, so nobody may read"
        if listens:
            raise ConfigurationError(f"{nobody}; give --users, or --anonymous-read")
        log.warning("%s; set S3PYPI_USERS, or S3PYPI_ANONYMOUS_READ=1", nobody)
    return ServiceOptions(
        users=users,
        anonymous_read=settings.anonymous_read,
        anonymous_upload=settings.anonymous_upload,
        open_locally=users is None and here,
        overwrite=settings.overwrite,
        fallback=fallback_url(settings.fallback),
        reserved=settings.reserved,
        downloads=settings.downloads,
        max_size=settings.max_size,
        root_path=settings.root_path,
        public_url=all_settings.public_url,
    )


def configured() -> tuple[Settings, ServiceOptions]:
    """The settings, with their target, and the options that files and variables name, for a server that is not ours.

    Raises `ConfigurationError`.
    """
    settings = with_elasticpypi(resolve(), os.environ)
    settings.require_target()
    for note in settings.notes:
        log.warning("%s", note)
    return settings, options_of(settings, listens=False)
