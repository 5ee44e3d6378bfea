"""Take over what another tool's pages list (s3pypi, ilabs.s3util, pypiprivate)."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import replace

from ..index.model import File
from ..layout import Layout
from ..stores.base import Store
from .survey import lookup

__all__ = ["adoptable"]

log = logging.getLogger(__name__)


def adoptable(store: Store, layout: Layout, project: str, files: Iterable[File]) -> tuple[File, ...]:
    """Those of ``files``, as another tool's page lists them, that can be listed: their objects exist.

    Size and upload time are taken from the objects where the page has none. Files outside the repository are kept as
    they are. A link to an object that does not exist is left out, with a warning.
    """
    folder = layout.folder(project)
    listing = {info.key: info for info in store.list(folder)}
    found: dict[str, File] = {}
    for file in files:
        if file.filename in found:
            continue
        key = layout.object_key(project, file.url)
        if key is None:
            found[file.filename] = file
            continue
        info = listing.get(key) if key.startswith(folder) else lookup(store, key)
        if info is None:
            log.warning("%s: the page of %s links to it, but it does not exist; left out", key, project)
            continue
        found[file.filename] = replace(
            file,
            url=layout.object_url(project, key),
            size=info.size,
            upload_time=file.upload_time or info.modified,
            core_metadata=file.core_metadata if layout.sidecar(key) in listing else None,
        )
    return tuple(found.values())
