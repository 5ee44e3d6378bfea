"""Whether the objects of a listed file exist: the distribution, its metadata file and its provenance."""

from __future__ import annotations

import enum
import hashlib
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass

from ..errors import Unavailable
from ..index.model import File
from ..stores.base import Info
from .layout import Layout, deletable_key
from .objects import head_if_exists, if_exists
from .upload import SHA256, Part, Upload
from .workspace import Workspace


class Contents(enum.Enum):
    """How a listed file's contents compare with those of a distribution of the same name."""

    SAME_BYTES = "the same bytes"
    EQUIVALENT = "the same members, bytes and modes"
    DIFFERENT = "other contents"
    UNKNOWN = "contents that cannot be read from here"


@dataclass(frozen=True, slots=True)
class Presence:
    """Which objects of a listed file exist, given a distribution of the same name.

    :param missing: the parts that do not exist, and may be stored again under the listed url.
    :param maybe_restored: the distribution exists, and this command stored it before, or may have: it got no answer.
    :param lost: whether the listed url can no longer hold the listed bytes: another tool has overwritten them, or they
        are missing from a folder that is not the project's.
    """

    missing: frozenset[Part] = frozenset()
    lost: bool = False
    maybe_restored: bool = False


def check_presence(
    workspace: Workspace, listed: File, upload: Upload, *, listed_since: bool = False
) -> Callable[[], Presence]:
    """Start to look up the objects of ``listed``; the returned function waits for the answer, or raises `StoreError`.

    Sizes and noted hashes are compared; only `s3pypi verify --deep` reads every file. Files outside the repository are
    not looked up. A part that ``upload`` has just created counts as missing.

    :param listed_since: somebody else listed the file after ``upload`` began, and relied on what it had created.
    """
    one = upload.distribution
    key = workspace.layout.object_key(one.project, listed.url)
    if key is None:
        return Presence
    ours = listed.sha256 == one.file.sha256
    offered = {Part.FILE: True, Part.METADATA: listed.core_metadata, Part.PROVENANCE: listed.provenance}
    made = {part for part in upload.created(listed.url) if offered[part] is not None}
    maybe_restored = upload.may_have_restored(listed.url)
    if ours and listed_since:
        made.clear()
        maybe_restored = False
    store, pool = workspace.store, workspace.pool
    head = pool.submit(head_if_exists, store, key)
    beside: dict[Part, Future[bool | None]] = {}
    if one.metadata is not None and _is_offered(listed, one.metadata):
        sidecar, metadata = workspace.layout.sidecar(key), one.metadata
        beside[Part.METADATA] = pool.submit(if_exists, lambda: store.get(sidecar).data == metadata)
    if ours and one.provenance is not None and listed.provenance is not None:
        beside[Part.PROVENANCE] = pool.submit(if_exists, lambda: upload.attests(key))

    def result() -> Presence:
        info = head.result()
        missing = {part for part, sound in beside.items() if sound.result() is None} | made
        if info is None or (listed.sha256 and not ours and info.metadata.get(SHA256) == one.file.sha256):
            missing.add(Part.FILE)
            if info is None and not ours and any(found.key == key for found in store.list(key)):
                raise Unavailable(key, "the store says that it is not there, and lists it; try again")
        elif _differs(info, listed):
            return Presence(lost=True)
        if ours and any(sound.result() is False for sound in beside.values()):
            return Presence(lost=True)
        if ours and missing and deletable_key(workspace.layout, one.project, listed.url) is None:
            return Presence(lost=True)
        return Presence(frozenset(missing), maybe_restored=maybe_restored)

    return result


def is_stored(layout: Layout, project: str, listed: File, objects: Mapping[str, Info]) -> bool:
    """Whether a listed file's hash is known and it, with its metadata file, is in ``objects`` (by key) or elsewhere."""
    key = layout.object_key(project, listed.url)
    if key is None or listed.sha256 is None:
        return listed.sha256 is not None
    info = objects.get(key)
    if info is None or listed.size not in (None, info.size):
        return False
    return listed.core_metadata is None or layout.sidecar(key) in objects


def _is_offered(listed: File, metadata: bytes) -> bool:
    """Whether the listed file offers a metadata file whose hash is unknown, or that of ``metadata``."""
    if listed.core_metadata is None:
        return False
    return listed.metadata_sha256 in (None, hashlib.sha256(metadata).hexdigest())


def _differs(info: Info, listed: File) -> bool:
    """Whether the object surely has other bytes than the listed file."""
    noted = info.metadata.get(SHA256)
    return listed.size not in (None, info.size) or (None not in (noted, listed.sha256) and noted != listed.sha256)
