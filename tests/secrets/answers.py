"""Answers of a store that tells all it knows of whoever asks."""

from __future__ import annotations

import base64
from urllib.parse import quote
from xml.sax.saxutils import escape

from tests.secrets.planted import ENCODED_PASSWORD, KEY_ID, SECRET_KEY, SIGNATURE, SSE_KEY, TOKEN
from tests.support.canned_server import Answer

_KNOWN = (KEY_ID, SECRET_KEY, TOKEN, SSE_KEY)
_URL = f"http://user:{ENCODED_PASSWORD}@127.0.0.1:1/x?X-Amz-Credential={quote(KEY_ID)}&X-Amz-Signature={SIGNATURE}"
_ECHO = " ".join(
    (
        f"Authorization: AWS4-HMAC-SHA256 Credential={KEY_ID}/20260101/us-east-1/s3, Signature={SIGNATURE}",
        *_KNOWN,
        *(quote(secret, safe="") for secret in _KNOWN),
        *(base64.b64encode(secret.encode()).decode() for secret in _KNOWN),
        _URL,
    )
)


def _error(status: int, code: str, message: str = _ECHO) -> Answer:
    details = f"<AWSAccessKeyId>{KEY_ID}</AWSAccessKeyId><StringToSign>{escape(_ECHO)}</StringToSign>"
    body = f"<Error><Code>{escape(code)}</Code><Message>{escape(message)}</Message>{details}</Error>"
    return Answer(status, body=body.encode(), headers={"x-amz-request-id": KEY_ID})


ANSWERS = {
    "refused": _error(400, "InvalidArgument"),
    "code": _error(400, f"Bad {SECRET_KEY}"),
    "denied": _error(403, "AccessDenied"),
    "unknown-key": _error(403, "InvalidAccessKeyId"),
    "wrong-signature": _error(403, "SignatureDoesNotMatch"),
    "no-bucket": _error(404, "NoSuchBucket"),
    "unknown-feature": _error(501, "NotImplemented"),
    "server-error": _error(500, f"Internal{KEY_ID}"),
    "redirect": Answer(307, headers={"Location": _URL}, body=_ECHO.encode()),
    "other-region": Answer(301, headers={"Location": _URL, "x-amz-bucket-region": SECRET_KEY}, body=_ECHO.encode()),
    "page": Answer(200, body=f"<html>{_ECHO}</html>".encode(), headers={"ETag": f'"{SECRET_KEY}"'}),
    "json": Answer(200, body=f'{{"format": "{SECRET_KEY}", "public-url": "{_URL}"}}'.encode()),
}
"""By what they are."""
