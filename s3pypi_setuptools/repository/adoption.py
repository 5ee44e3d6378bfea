"""Adopt the files that another tool's pages list (s3pypi, ilabs.s3util, pypiprivate)."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import replace

from ..index.model import File
from ..index.urls import is_relative
from ..stores.base import Info
from .addresses import find_key, located
from .inventory import lookup
from .workspace import Workspace

__all__ = ["adoptable"]

log = logging.getLogger(__name__)


def adoptable(workspace: Workspace, project: str, files: Iterable[File]) -> tuple[File, ...]:
    """Entries for those of ``files``, from another tool's page, whose objects exist.

    The size is the object's, and so is the upload time if the page states none. An absolute URL of an object in the
    repository becomes a relative one. A file outside the repository is kept as the page lists it. A link to an object
    that does not exist is left out, with a warning.
    """
    listing = {info.key: info for info in workspace.store.list(workspace.layout.folder(project))}
    unique = {file.filename: file for file in reversed(tuple(files))}
    adopted = workspace.pool.map(lambda file: _adopted(workspace, project, file, listing), [*unique.values()][::-1])
    return tuple(file for file in adopted if file)


def _adopted(workspace: Workspace, project: str, file: File, listing: Mapping[str, Info]) -> File | None:
    layout = workspace.layout
    if info := located(workspace, project, file.url, listing):
        url, sidecar = layout.object_url(project, info.key), layout.sidecar(info.key)
        if sidecar.startswith(layout.folder(project)):
            described = sidecar in listing
        else:
            described = file.core_metadata is not None and lookup(workspace.store, sidecar) is not None
        return replace(
            file,
            url=url,
            size=info.size,
            upload_time=file.upload_time or info.modified,
            core_metadata=file.core_metadata if described else None,
        )
    if key := layout.object_key(project, file.url):
        log.warning("%s: the page of %s links to it, but it does not exist; left out", key, project)
        return None
    outside = find_key(workspace, project, file.url) if is_relative(file.url) else None
    info = lookup(workspace.store, outside) if outside else None
    return file if info is None else replace(file, size=info.size, upload_time=file.upload_time or info.modified)
