"""The root record, ``manifest.json`` at the top of a repository: the list of its projects.

It has the form of the root's JSON page (PEP 691), and states its ``kind``.
"""

from __future__ import annotations

from ..index.model import Root
from ..index.simple_json import decode, encode, root_document, root_of
from .document_kind import Kind, check_kind

__all__ = ["parse_root_record", "render_root_record"]


def render_root_record(root: Root) -> bytes:
    """The record's bytes; equal roots give equal bytes."""
    return encode({"kind": Kind.ROOT.value, **root_document(root.projects, root.commit)})


def parse_root_record(data: bytes) -> Root:
    """The root that `render_root_record` made; raises `InvalidIndex`, and `OtherKind` for a record of another kind."""
    document = decode(data)
    check_kind(document, Kind.ROOT)
    return root_of(document)
