"""The URLs of files on index pages (https://peps.python.org/pep-0503/, https://peps.python.org/pep-0691/).

A file's **url** is the reference on the pages, without fragment. It is relative to the project's pages and
percent-encoded (``+`` as ``%2B``), such as ``demo-1.0.tar.gz`` or ``5f0c…/demo-1.0.tar.gz``. Files that were adopted
from another tool may have ``../other/demo-1.0.tar.gz`` or an absolute URL.
"""

from __future__ import annotations

import posixpath
import re
from urllib.parse import quote, unquote, urlsplit

_PLAIN_URL = re.compile(r"[A-Za-z0-9_.~-][A-Za-z0-9_.~/-]*")
CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_SCHEMES = ("http", "https", "file")
DEFAULT_PORTS = {"http": 80, "https": 443}
"""See https://www.rfc-editor.org/rfc/rfc9110#section-4.2."""
LONGEST_URL = 8192
"""Characters of a URL. Keys of S3 have at most 1024 bytes, and many servers refuse longer URLs."""


def file_url(filename: str, folder: str = "") -> str:
    """The url of a file in the project's folder, or in ``folder`` below it."""
    return quote(f"{folder}/{filename}" if folder else filename, safe="/")


def filename_of(url: str) -> str:
    """The filename at the end of ``url``; empty if it ends in ``/`` or is no URL."""
    try:
        return posixpath.basename(unquote(urlsplit(url).path))
    except ValueError:
        return ""


def is_relative(url: str) -> bool:
    """Whether ``url`` is relative to its page: neither a whole URL nor a path from the host's root."""
    if _PLAIN_URL.fullmatch(url):
        return True
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return not (parts.scheme or parts.netloc or parts.path.startswith("/"))


def is_elsewhere(url: str) -> bool:
    """Whether the object of ``url`` is, or may be, outside the project's folder."""
    return url.startswith("../") or not is_relative(url)


def canonical_url(reference: str) -> str | None:
    """Bring the reference on a page into the form that is used here: percent-encoded, without fragment.

    None if no installer would fetch it: its scheme is not http, https or file, it has control characters or no path, or
    it is too long.
    """
    if len(reference) > LONGEST_URL:
        return None
    if _PLAIN_URL.fullmatch(reference):
        return reference
    try:
        parts = urlsplit(reference.strip(" \t\r\n\f"))
        scheme = parts.scheme.lower()
        host = quote(parts.netloc, safe="@:[]%.-_~")
    except ValueError:
        return None
    path = unquote(parts.path)
    if (scheme and scheme not in _SCHEMES) or not path or CONTROL.search(reference.strip()) or CONTROL.search(path):
        return None
    # Another host may distinguish "+" from "%2B". On S3, "+" in a path means a space, so ours is always "%2B".
    path = quote(parts.path, safe="/%+@:=,;!$&'()*~") if host or scheme else quote(path, safe="/")
    if path.startswith("//") and not host:
        return None
    query = f"?{quote(parts.query, safe='=&%+/:;,@!$()*~?')}" if parts.query else ""
    start = f"{scheme}://{host}" if scheme else f"//{host}" if host else ""
    url = f"{start}{path}{query}"
    return url if len(url) <= LONGEST_URL else None
