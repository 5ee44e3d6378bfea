"""Who may do what: the sender of a request, and whether their role allows it (RFC 9110, section 15.5.2 and 15.5.4)."""

from __future__ import annotations

from http import HTTPStatus

from .authentication import Authenticator, BadCredentials, TooManyFailures
from .options import ServiceOptions
from .problems import Problem
from .replies import Request
from .users import Identity, Role

__all__ = ["Permissions"]

_CHALLENGE = (b"www-authenticate", b'Basic realm="Python packages", charset="UTF-8"')


class Permissions:
    """Tells who sends a request, and refuses what they may not do.

    :param options: tell what anybody may do.
    """

    def __init__(self, options: ServiceOptions, authenticator: Authenticator) -> None:
        self._authenticator = authenticator
        self._has_users = options.users is not None
        role = Role.UPLOAD if options.anonymous_upload else Role.READ if options.anonymous_read else Role.NONE
        self._anybody = Identity("", role)

    async def identify(self, request: Request) -> None:
        """Find out who sends the request; raises `Problem` for wrong credentials, and for too many of them."""
        header = request.headers.get(b"authorization")
        if header is None or not self._has_users:  # clients send what they are configured with
            request.identity = self._anybody
            return
        address = (request.scope.get("client") or ("",))[0]
        try:
            identity = await self._authenticator.identify(header, address)
        except BadCredentials:
            message = "The user name or password is wrong"
            raise Problem(HTTPStatus.UNAUTHORIZED, "bad-credentials", message, (_CHALLENGE,)) from None
        except TooManyFailures as error:
            after = (b"retry-after", str(error.seconds).encode())
            message = "Too many wrong passwords; try again later"
            raise Problem(HTTPStatus.TOO_MANY_REQUESTS, "too-many-failures", message, (after,)) from None
        request.identity = identity.with_rights_of(self._anybody)

    def require(self, request: Request, role: Role, project: str | None = None) -> None:
        """Raise `Problem` unless the sender has the role: for ``project`` (normalized), or for some project.

        The status is 401 where nobody signed in, and 403 where somebody did.
        """
        if request.identity.may(role, project):
            return
        if not request.identity.name:
            message = "A user name and a password are needed"
            raise Problem(HTTPStatus.UNAUTHORIZED, "no-credentials", message, (_CHALLENGE,))
        what = "upload" if role is Role.UPLOAD else "read"
        raise Problem(HTTPStatus.FORBIDDEN, "forbidden", f"You may not {what} {project or 'here'}")
