"""Where a request comes from: whether this machine's user sent it, or a web page of somebody else.

A page that a browser shows may send requests to servers on the same machine, and read the answers if a name of its own
leads to 127.0.0.1 (DNS rebinding). So what is open because nobody but this machine reaches the service is open only
under names of this machine, and no page of another origin uploads. Installers and upload tools send neither header.
https://fetch.spec.whatwg.org/#origin-header, https://www.w3.org/TR/fetch-metadata/#sec-fetch-site-header
"""

from __future__ import annotations

import ipaddress
from collections.abc import Awaitable, Callable
from typing import TypeAlias
from urllib.parse import urlsplit

from .messages import Receive, Request, Scope, Send

App: TypeAlias = Callable[[Scope, Receive, Send], Awaitable[None]]
"""An ASGI application."""
ANY_PROXY = "*"
"""The setting ``trusted-proxies`` where whoever connects is a proxy."""
_OF_PROXIES = (b"forwarded", b"x-forwarded-for", b"x-forwarded-host")
_SAME_SITE = ("same-origin", "none")


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches the address, or the name is that of this machine (RFC 6761, section 6.3)."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        name = host.lower().rstrip(".")
        return name == "localhost" or name.endswith(".localhost")


def comes_from_this_machine(request: Request) -> bool:
    """Whether a request to a service on loopback names it so, and no proxy says that it passed the request on."""
    if any(name in request.headers for name in _OF_PROXIES):
        return False
    try:
        host = urlsplit(f"//{request.header(b'host')}").hostname
    except ValueError:
        return False
    return host is not None and is_loopback(host)


def comes_from_another_site(request: Request) -> bool:
    """Whether a browser sent it for a page that is not the service's own."""
    site, origin = request.header(b"sec-fetch-site"), request.header(b"origin")
    if site:
        return site not in _SAME_SITE
    return bool(origin) and origin.partition("://")[2] != request.header(b"host")


def behind_any_proxy(app: App) -> App:
    """``app``, whose clients are those that the proxy in front of it names, whatever its address.

    The last address in ``X-Forwarded-For`` counts: the proxy added it, and clients choose what is before it.
    """

    async def adapted(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            headers = dict(scope["headers"])  # of several of one name, the last counts
            address = _without_port(headers.get(b"x-forwarded-for", b"").decode("latin-1").rpartition(",")[2].strip())
            scheme = headers.get(b"x-forwarded-proto", b"").decode("latin-1").strip()
            scope = {
                **scope,
                **({"client": (address, 0)} if address else {}),
                **({"scheme": scheme} if scheme in ("http", "https") else {}),
            }
        await app(scope, receive, send)

    return adapted


def _without_port(address: str) -> str:
    """An address as some proxies write it, ``192.0.2.1:80`` or ``[2001:db8::1]:80``, without its port."""
    if address.startswith("["):
        return address[1:].partition("]")[0]
    return address.partition(":")[0] if address.count(":") == 1 else address
