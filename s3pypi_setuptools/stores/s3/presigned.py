# ruff: noqa: PLC0415 (botocore is loaded when it is needed)
"""URLs that let anybody read one object for some time (signature version 4 in the query).

https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from ..base import SignedUrl
from .bucket import Bucket

if TYPE_CHECKING:
    from botocore.credentials import Credentials

_STAMP = "%Y%m%dT%H%M%SZ"
_PARTS = (1, 2, 6)
"""Divisors of the time for which a URL is asked: the credentials may expire before the whole of it."""


def presigned_url(bucket: Bucket, key: str, seconds: int) -> SignedUrl | None:
    """A URL of the object for ``seconds`` at least, and at most twice as long; less if the credentials expire earlier.

    All processes that sign with the same credentials make the same URL within a window of ``seconds``, so that the
    caches of clients find it again. None where reading needs more than a URL says, such as a key of the customer's own.
    Raises as `S3Client.get`, and `NotAuthenticated` if credentials cannot be obtained.
    """
    from botocore.exceptions import NoCredentialsError

    client = bucket.client.get()
    if bucket.client.arguments("GetObject"):
        return None
    try:
        url = client.generate_presigned_url("get_object", {"Bucket": bucket.name, "Key": key}).partition("?")[0]
        if bucket.client.options.connection.no_sign_request:  # the object is public
            return SignedUrl(url, seconds)
        if (credentials := bucket.client.credentials()) is None:
            raise NoCredentialsError
        lasts = _seconds_left(credentials, seconds)
        begin = int(time.time()) // seconds * seconds
        return SignedUrl(_signed(url, credentials, client.meta.region_name, begin, 2 * seconds), lasts)
    except Exception as error:
        raise bucket.client.failure(error, "GetObject", bucket.object_name(key)) from error


def _signed(url: str, credentials: Credentials, region: str, begin: int, seconds: int) -> str:
    """``url``, signed as of ``begin``, in seconds since 1970, and valid for ``seconds`` from then on."""
    from botocore.auth import S3SigV4QueryAuth
    from botocore.awsrequest import AWSRequest

    keys = credentials.get_frozen_credentials()
    auth = S3SigV4QueryAuth(keys, "s3", region)
    request = AWSRequest("GET", url)
    request.context["timestamp"] = time.strftime(_STAMP, time.gmtime(begin))
    query = {
        "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
        "X-Amz-Credential": auth.scope(request),
        "X-Amz-Date": request.context["timestamp"],
        "X-Amz-Expires": str(seconds),
        "X-Amz-SignedHeaders": auth.signed_headers(auth.headers_to_sign(request)),
    }
    if keys.token:
        query["X-Amz-Security-Token"] = keys.token
    request.url = f"{url}?{urlencode(query, quote_via=quote, safe='-._~')}"
    signature = auth.signature(auth.string_to_sign(request, auth.canonical_request(request)), request)
    return f"{request.url}&X-Amz-Signature={signature}"


def _seconds_left(credentials: Credentials, seconds: int) -> int:
    """For how long, up to ``seconds``, the credentials surely last: 0 for temporary ones that do not tell.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-presigned-url.html#PresignedUrl-Expiration
    """
    from botocore.credentials import RefreshableCredentials

    if isinstance(credentials, RefreshableCredentials):
        found = (seconds // part for part in _PARTS)
        return next((left for left in found if not credentials.refresh_needed(left)), 0)
    return 0 if credentials.token else seconds
