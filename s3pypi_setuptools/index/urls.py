"""The URLs of files on index pages (PEP 503, PEP 691).

A file's **url** is the reference that the pages hold (PEP 691 ``url``): relative to the project's pages, and
percent-encoded (``+`` as ``%2B``), such as ``demo-1.0.tar.gz`` or ``5f0c…/demo-1.0.tar.gz``; adopted files may have
``../other/demo-1.0.tar.gz`` or an absolute URL. It has no fragment.
"""

from __future__ import annotations

import posixpath
import re
from urllib.parse import quote, unquote, urlsplit

__all__ = ["LONGEST_URL", "canonical_url", "file_url", "filename_of", "is_elsewhere", "is_relative"]

_PLAIN_URL = re.compile(r"[A-Za-z0-9_.~-][A-Za-z0-9_.~/-]*")
CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_SCHEMES = ("http", "https", "file")
LONGEST_URL = 8192
"""Characters; no key is as long, nor do servers take longer ones. A page may not make much of little."""


def file_url(filename: str, folder: str = "") -> str:
    """The url of a file of a project, in the project's own folder or in ``folder`` within it."""
    return quote(f"{folder}/{filename}" if folder else filename, safe="/")


def filename_of(url: str) -> str:
    """The filename at the end of ``url``; empty when it ends in ``/`` or is no URL."""
    try:
        return posixpath.basename(unquote(urlsplit(url).path))
    except ValueError:
        return ""


def is_relative(url: str) -> bool:
    """Whether ``url`` begins where its page lies: neither a whole URL nor a path from the host's root."""
    if _PLAIN_URL.fullmatch(url):
        return True
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return not (parts.scheme or parts.netloc or parts.path.startswith("/"))


def is_elsewhere(url: str) -> bool:
    """Whether the object of ``url`` lies, or may lie, outside the project's folder, where nothing is stored for it."""
    return url.startswith("../") or not is_relative(url)


def canonical_url(reference: str) -> str | None:
    """The url that a page's ``reference`` means, in the one spelling used here: percent-encoded, without fragment.

    None for what no installer fetches: other schemes than http, https and file; control characters; no path at all; too
    long a text.
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
    # In a path on another host "+" may be spelled either way for a reason; ours must not become a space on S3.
    path = quote(parts.path, safe="/%+@:=,;!$&'()*~") if host or scheme else quote(path, safe="/")
    if path.startswith("//") and not host:
        return None
    query = f"?{quote(parts.query, safe='=&%+/:;,@!$()*~?')}" if parts.query else ""
    start = f"{scheme}://{host}" if scheme else f"//{host}" if host else ""
    url = f"{start}{path}{query}"
    return url if len(url) <= LONGEST_URL else None
