"""Who may do what: the sender of a request, and whether their role allows it (RFC 9110, section 15.5.2 and 15.5.4)."""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus

from .authentication import CHALLENGE, Authenticator
from .messages import Request
from .options import ServiceOptions
from .origins import comes_from_another_site, comes_from_this_machine
from .problems import Problem
from .users import Identity, Role

_LOCAL = Identity("", Role.UPLOAD)


class Permissions:
    """Identifies who sends a request, and refuses what they may not do.

    :param options: what anybody may do.
    :param authenticator: None where there are no users: credentials are not looked at then.
    """

    def __init__(self, options: ServiceOptions, authenticator: Authenticator | None) -> None:
        self._authenticator = authenticator
        role = Role.UPLOAD if options.anonymous_upload else Role.READ if options.anonymous_read else Role.NONE
        self._anybody = Identity("", role)
        self._open_locally = options.open_locally and authenticator is None

    async def identify(self, request: Request) -> None:
        """Find out who sends the request.

        Raises `Problem` for wrong credentials, for too many of them, and for what a page of another site sends.
        """
        if request.method == "POST" and comes_from_another_site(request):
            raise Problem(HTTPStatus.FORBIDDEN, "another-site", "A page of another site may not upload")
        header = request.headers.get(b"authorization")
        if header is None or self._authenticator is None:  # clients send what they are configured with
            local = self._open_locally and comes_from_this_machine(request)
            request.identity = _LOCAL if local else self._anybody
            return
        address = (request.scope.get("client") or ("",))[0]
        identity = await self._authenticator.identify(header, address)
        request.identity = replace(identity, also=self._anybody)

    def require(self, request: Request, role: Role, project: str | None = None) -> None:
        """Raise `Problem` unless the sender has the role: for ``project`` (normalized), or for some project.

        The status is 401 where nobody signed in, and 403 where somebody did.
        """
        if request.identity.may(role, project):
            return
        if not request.identity.name and self._open_locally:
            message = (
                "This is open to this machine alone, as 127.0.0.1 or localhost; start the service with --users, "
                "--anonymous-read or --anonymous-upload"
            )
            raise Problem(HTTPStatus.FORBIDDEN, "local-only", message)
        if not request.identity.name:
            message = "A user name and a password are needed"
            raise Problem(HTTPStatus.UNAUTHORIZED, "no-credentials", message, (CHALLENGE,))
        what = "upload" if role is Role.UPLOAD else "read"
        raise Problem(HTTPStatus.FORBIDDEN, "forbidden", f"You may not {what} {project or 'here'}")
