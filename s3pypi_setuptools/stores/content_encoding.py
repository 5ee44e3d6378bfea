"""Gzip as the ``Content-Encoding`` of a stored object (https://www.rfc-editor.org/rfc/rfc9110#section-8.4.1).

`Store.put` takes encoded bytes, with `Attributes.content_encoding` to say so; `Store.get` gives decoded bytes.
"""

from __future__ import annotations

import zlib

from ..index.model import LARGEST_DOCUMENT
from .limits import check_size

GZIP = "gzip"

_LEVEL = 1
"""Most of a large index is digests, which no level makes smaller: level 6 takes three times as long to save a tenth."""
_MAGIC = b"\x1f\x8b"
_HEADER = _MAGIC + b"\x08\x00\x00\x00\x00\x00\x00\xff"
"""Deflate, no name, no time, unknown system: the same bytes on every machine
(https://www.rfc-editor.org/rfc/rfc1952#section-2.3)."""
_GZIP_FORMAT = 31


def encode(data: bytes) -> bytes:
    """``data`` compressed; equal data gives equal bytes if the installed zlib is the same."""
    deflate = zlib.compressobj(_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    body = deflate.compress(data) + deflate.flush()
    return _HEADER + body + zlib.crc32(data).to_bytes(4, "little") + (len(data) % 2**32).to_bytes(4, "little")


def decode(name: str, data: bytes, content_encoding: str | None) -> bytes:
    """``data`` without the compression that ``content_encoding`` states.

    Bytes that are not the gzip that it states are returned as they are: a proxy has decoded them, or they are damaged.

    :param name: the object's URL, for the error.

    Raises `StoreError` if the result has more than `LARGEST_DOCUMENT` bytes.
    """
    codings = (content_encoding or "").lower().replace(" ", "").split(",")
    if GZIP not in codings or not data.startswith(_MAGIC):
        return data
    inflate = zlib.decompressobj(_GZIP_FORMAT)
    try:
        decoded = inflate.decompress(data, LARGEST_DOCUMENT + 1)
    except zlib.error:
        return data
    check_size(name, len(decoded))
    return decoded if inflate.eof else data
