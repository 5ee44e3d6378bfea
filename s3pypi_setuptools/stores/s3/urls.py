"""Find the key of an object in the URL under which S3 serves it.

Known are path-style and virtual-hosted URLs of the endpoint in use, and all such URLs of AWS, where bucket names are
unique (https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html); website endpoints
(https://docs.aws.amazon.com/AmazonS3/latest/userguide/WebsiteEndpoints.html); and hosts that have the bucket's name, as
websites under a domain of one's own must
(https://docs.aws.amazon.com/AmazonS3/latest/userguide/website-hosting-custom-domain-walkthrough.html).
"""

from __future__ import annotations

import re
from urllib.parse import unquote, urlsplit

from ...index.urls import DEFAULT_PORTS

_AWS = (
    r"(?:(?P<bucket>.+)\.)?s3(?:-website)?(?:[.-](?:dualstack[.-])?[a-z]{2,}(?:-[a-z]+)+-\d+|-external-1)?"
    r"\.amazonaws\.com(?:\.cn)?\.?"
)


def key_in_bucket(url: str, bucket: str, endpoint_url: str | None) -> str | None:
    """The key that ``url`` (whole, or without its scheme) has in ``bucket``; None for a URL of anything else.

    :param endpoint_url: of a store that is not AWS itself; None for AWS.
    """
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").lower(), parts.port
        endpoint = urlsplit(endpoint_url or "")
    except ValueError:
        return None
    if parts.scheme not in ("", "http", "https") or not host:
        return None
    path = unquote(parts.path).removeprefix("/")
    if host in (bucket, f"{bucket}."):
        return path or None
    if endpoint_url is None:
        found = re.fullmatch(_AWS, host)
        if found is None:
            return None
        named, path_style = found["bucket"], found["bucket"] is None
    else:
        own = (endpoint.hostname or "").lower()
        usual = DEFAULT_PORTS.get
        if (port or usual(parts.scheme or endpoint.scheme)) != (endpoint.port or usual(endpoint.scheme)):
            return None
        path_style = host == own
        named = host.removesuffix(f".{own}") if host.endswith(f".{own}") else None
    if path_style:
        named, _, path = path.partition("/")
    return path or None if named == bucket else None
