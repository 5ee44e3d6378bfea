"""URLs that let anybody read one object for some time (signature version 4 in the query).

https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from .bucket import Bucket

if TYPE_CHECKING:
    from botocore.awsrequest import AWSRequest

__all__ = ["presigned_url"]

_STAMP = "%Y%m%dT%H%M%SZ"


def presigned_url(bucket: Bucket, key: str, seconds: int) -> str | None:
    """A URL of the object that is valid for ``seconds`` at least, and at most twice as long.

    All processes that sign with the same credentials make the same URL within a window of ``seconds``, so that the
    caches of clients find it again. None where reading needs more than a URL says, such as a key of the customer's own.
    Raises as `S3Client.get`.
    """
    from botocore.auth import S3SigV4QueryAuth  # noqa: PLC0415
    from botocore.awsrequest import AWSRequest  # noqa: PLC0415

    client: Any = bucket.client.get()
    if bucket.client.arguments("GetObject"):
        return None
    url = client.generate_presigned_url("get_object", {"Bucket": bucket.name, "Key": key}).partition("?")[0]
    credentials = client._request_signer._credentials
    if credentials is None:  # requests are not signed: the object is public
        return str(url)
    begin = int(time.time()) // seconds * seconds

    class WindowAuth(S3SigV4QueryAuth):  # type: ignore[misc]
        """Signs as of the window's begin."""

        def add_auth(self, request: AWSRequest) -> None:
            request.context["timestamp"] = time.strftime(_STAMP, time.gmtime(begin))
            self._modify_request_before_signing(request)
            signed = self.string_to_sign(request, self.canonical_request(request))
            self._inject_signature_to_request(request, self.signature(signed, request))

    request = AWSRequest("GET", url)
    WindowAuth(credentials.get_frozen_credentials(), "s3", client.meta.region_name, expires=2 * seconds).add_auth(
        request
    )
    return str(request.url)
