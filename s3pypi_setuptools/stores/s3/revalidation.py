"""Ask often, and with little work, whether objects are unchanged.

A conditional read through botocore takes three times the processor time of the same request by a URL that is signed in
advance, and a service asks at each of its requests. Only the answer 304 (RFC 9110, section 15.4.5) counts here:
whatever else happens, the caller asks through botocore, which knows retries, redirects and errors.
"""

from __future__ import annotations

import threading
import time
from http import HTTPStatus
from typing import NamedTuple

from .bucket import Bucket
from .presigned import presigned_url

__all__ = ["Revalidation"]

_SIGNED_SECONDS = 30 * 60
_MOST_URLS = 10_000
"""URLs that are kept; each takes less than a kilobyte."""
_PAUSE_SECONDS = 60
"""How long signed URLs are not tried after they have failed, where botocore did not: then each costs a request more."""


class _Url(NamedTuple):
    url: str
    until: float


class Revalidation:
    """Conditional reads of the objects of ``bucket`` by signed URLs; safe between threads."""

    def __init__(self, bucket: Bucket) -> None:
        self._bucket = bucket
        self._urls: dict[str, _Url] = {}
        self._lock = threading.Lock()
        self._paused_until = 0.0

    def confirms(self, key: str, etag: str) -> bool:
        """Whether the store says that the object still has the ETag; False also where the store cannot be asked so."""
        if time.monotonic() < self._paused_until:
            return False
        try:
            url = self._url(key)
            return url is not None and self._status(url, etag) == HTTPStatus.NOT_MODIFIED
        except Exception:  # whatever it is, botocore meets it again, and its error is the one to report
            return False

    def pause(self) -> None:
        """Try no signed URLs for a while, and no old ones then: botocore got the answer that they did not get."""
        with self._lock:
            self._urls.clear()
        self._paused_until = time.monotonic() + _PAUSE_SECONDS

    def _url(self, key: str) -> str | None:
        known = self._urls.get(key)
        if known is None or known.until < time.monotonic():
            signed = presigned_url(self._bucket, key, _SIGNED_SECONDS)
            if signed is None or not signed.seconds:
                return None
            known = _Url(signed.url, time.monotonic() + signed.seconds)
            with self._lock:
                if len(self._urls) >= _MOST_URLS:
                    self._urls.clear()
                self._urls[key] = known
        return known.url

    def _status(self, url: str, etag: str) -> int:
        from botocore.awsrequest import AWSRequest  # noqa: PLC0415 (botocore is loaded when it is needed)

        session = self._bucket.client.get()._endpoint.http_session  # with the proxies, certificates and limits of all
        # Shared caches may answer for the store where no Authorization header forbids it (RFC 9111, section 3.5).
        headers = {"If-None-Match": etag, "Cache-Control": "no-cache"}
        request = AWSRequest("GET", url, headers=headers, stream_output=True)
        answer = session.send(request.prepare())
        if answer.status_code == HTTPStatus.NOT_MODIFIED:
            answer.raw.read()  # there is no body, and the connection is free again
        answer.raw.close()
        return int(answer.status_code)
