"""Which documents are stored gzip-encoded: manifests and JSON pages of large projects.

All installers in use take that for JSON pages. It is not done to HTML, which urllib-based tools read without decoding,
nor to metadata files, whose hash pip compares with the bytes that come.
"""

from __future__ import annotations

from dataclasses import replace

from ..stores.base import Attributes
from ..stores.content_encoding import GZIP, encode

__all__ = ["LARGE", "stored_form"]

LARGE = 14_600
"""Bytes, about 40 files: what is smaller arrives within one round trip anyway (ten TCP segments, RFC 6928), and stays
readable with any tool."""


def stored_form(data: bytes, attributes: Attributes, *, compress: bool) -> tuple[bytes, Attributes]:
    """The bytes to store for the document ``data``, and how.

    :param compress: whether the store keeps ``Content-Encoding``, and clients of such documents heed it.
    """
    if compress and len(data) >= LARGE:
        return encode(data), replace(attributes, content_encoding=GZIP)
    return data, attributes
