"""Secrets that are easy to recognise, in every form in which they may come to light."""

from __future__ import annotations

import base64
import traceback
from urllib.parse import quote, quote_plus

KEY_ID = "AKIAPLANTED7KEY0ID42"
SECRET_KEY = "pl4nted/Secret+Key/0123456789/abcdefghij"
TOKEN = "IQoJb3JpZ2luPlanted//Session+Token0987654321=="
PASSWORD = "pl4nted-Passw0rd/of@urls"
SSE_KEY = "planted+sse/customer=key.32bytes"
SIGNATURE = "0f1e2d3c4b5a69788796a5b4c3d2e1f0planted"

ENCODED_PASSWORD = quote(PASSWORD, safe="")

_LONGEST_KNOWN = 10
"""Characters of a secret that nobody may see in a row."""


def _base64_cores(data: bytes) -> set[str]:
    """What base64 of any text with ``data`` in it holds, whatever comes before and after."""
    cores = set()
    for before in range(3):
        encoded = base64.b64encode(b"." * before + data).decode().rstrip("=")
        cores.add(encoded[4 if before else 0 : -4])
    return cores


def _forms(secret: str) -> set[str]:
    plain = {secret, quote(secret, safe=""), quote(secret), quote_plus(secret), ascii(secret)[1:-1]}
    return plain | _base64_cores(secret.encode())


_FORMS = {
    name: {form.lower() for form in _forms(secret)}
    for name, secret in {
        "key id": KEY_ID,
        "secret key": SECRET_KEY,
        "token": TOKEN,
        "password": PASSWORD,
        "customer key": SSE_KEY,
        "signature": SIGNATURE,
    }.items()
} | {
    # The parts between which a careless pattern may cut.
    "piece of a secret": {
        piece.lower()
        for secret in (SECRET_KEY, TOKEN, PASSWORD, SSE_KEY)
        for piece in (secret[:_LONGEST_KNOWN], secret[-_LONGEST_KNOWN:])
    }
}


def assert_hidden(*texts: object) -> None:
    """None of the secrets is in any of the texts; of an exception, in what is shown of it, its causes too."""
    for each in texts:
        text = whole(each) if isinstance(each, BaseException) else str(each)
        for name, forms in _FORMS.items():
            for form in forms:
                assert form not in text.lower(), f"a {name} is shown: {text}"


def whole(error: BaseException) -> str:
    """The error as whoever handles it may write it: text, representation, arguments, traceback with all causes."""
    return "\n".join((str(error), repr(error), repr(error.args), *traceback.format_exception(error)))
