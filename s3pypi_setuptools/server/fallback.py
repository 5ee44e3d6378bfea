"""Where installers are sent for projects that the repository never had."""

from __future__ import annotations

import logging
from fnmatch import fnmatchcase
from http import HTTPStatus

from ..config.environment import Environment
from ..config.option import checked_url
from ..config.pip_conf import configured_index
from ..errors import ConfigurationError
from .messages import Reply, Request, redirect
from .problems import Problem
from .users import normalized_pattern

log = logging.getLogger(__name__)

_DEFAULT_PORTS = {"http": ":80", "https": ":443"}


def fallback_url(setting: str | None) -> str | None:
    """The URL of the index that the setting ``fallback`` means, without ``/`` at the end; None for none.

    Raises `ConfigurationError` where it is ``pip``, and the URL of pip's index is none, or one with credentials: every
    client would be sent them.
    """
    if setting != "pip":
        return setting
    where, url = configured_index(Environment.current())
    try:
        return checked_url(url)
    except ConfigurationError as error:
        raise ConfigurationError(
            f"fallback: pip's index-url ({where}) {error}. Clients are sent that URL: give one for them as --fallback"
        ) from None


class Fallback:
    """Another index, for projects that are not here.

    :param url: without ``/`` at the end; None where there is none.
    :param reserved: glob patterns of project names, in any spelling, that are never looked up there.
    """

    def __init__(self, url: str | None, reserved: tuple[str, ...]) -> None:
        self._url = url
        self._reserved = tuple(map(normalized_pattern, reserved))

    def may_have(self, project: str) -> bool:
        """Whether ``project`` (normalized) may be looked up there, if it never was here."""
        return self._url is not None and not any(fnmatchcase(project, pattern) for pattern in self._reserved)

    def reply(self, request: Request, project: str) -> Reply:
        """The answer that sends a client there; raises `Problem` where that would lead back here."""
        url = self._url or ""
        scheme, _, address = url.partition("://")
        here = f"{request.header(b'host').lower().removesuffix(_DEFAULT_PORTS[scheme])}{request.root}/simple"
        host, slash, path = address.partition("/")
        if f"{host.lower().removesuffix(_DEFAULT_PORTS[scheme])}{slash}{path}" == here:
            log.error("fallback %s: is this service itself, so %s was not looked up; change --fallback", url, project)
            raise Problem(HTTPStatus.LOOP_DETECTED, "loop", "The fallback of this service is the service itself")
        return redirect(HTTPStatus.FOUND, f"{url}/{project}/")
