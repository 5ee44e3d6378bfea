"""Find the objects of a repository that absolute URLs on its pages name.

An absolute URL, with or without its scheme, names an object of ours if it lies below the repository's public URL, or if
the store recognizes it. Of a path from the host's root only the end is certain, so each of its ends may be a key.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterable, Mapping
from dataclasses import replace
from urllib.parse import SplitResult, unquote, urlsplit

from ..errors import StoreError
from ..index.model import File, Project
from ..index.urls import is_relative
from ..stores.base import Info, Store
from .layout import Layout
from .objects import head_if_exists
from .workspace import Workspace

__all__ = ["adoptable", "find_key", "linked_keys", "linked_object", "names_with_absolute_urls"]

log = logging.getLogger(__name__)

_PORTS = {"http": 80, "https": 443}


def linked_keys(workspace: Workspace, project: str, url: str) -> tuple[str, ...]:
    """The keys that ``url``, on the pages of ``project``, may name; the likeliest first.

    Empty if nothing shows that it names an object of the repository.
    """
    store, layout = workspace.store, workspace.layout
    if is_relative(url):
        key = layout.object_key(project, url)
        return (key,) if key else ()
    try:
        parts = urlsplit(url)
        sure = [key for base in workspace.public_urls() if (key := _below(layout, base, parts))]
    except ValueError:
        return ()
    if parts.scheme or parts.netloc:
        return tuple(sure[:1]) or _of_store(store, layout, url)
    possible = layout.possible_keys(url)
    own = [key for key in possible if key.startswith(layout.folder(project))]
    return tuple(dict.fromkeys((*sure, *own, *possible)))


def linked_object(
    workspace: Workspace, project: str, url: str, listing: Mapping[str, Info] | None = None
) -> Info | None:
    """The object of the repository that ``url``, on the pages of ``project``, names; None if there is none.

    :param listing: the objects of the project's folder, by key, if it was listed.
    """
    folder = workspace.layout.folder(project)
    for key in linked_keys(workspace, project, url):
        known = listing if key.startswith(folder) else None
        info = head_if_exists(workspace.store, key) if known is None else known.get(key)
        if info:
            return info
    return None


def find_key(workspace: Workspace, project: str, url: str, listing: Mapping[str, Info] | None = None) -> str | None:
    """The key that ``url`` names, whether or not the object exists; None if that is not known.

    It may lie outside the repository, elsewhere in the same store, if the credentials may read there.
    """
    layout = workspace.layout
    if not is_relative(url):
        info = linked_object(workspace, project, url, listing)
        return info.key if info else None
    if key := layout.object_key(project, url):
        return key
    if outside := layout.store_key(project, url):
        with contextlib.suppress(StoreError):
            head_if_exists(workspace.store, outside)
            return outside
    return None


def names_with_absolute_urls(project: Project) -> frozenset[str]:
    """The names of files that ``project`` lists by absolute URLs, which may lead to its folder or elsewhere."""
    return frozenset(file.filename for file in project.files if not is_relative(file.url))


def _below(layout: Layout, public_url: str, url: SplitResult) -> str | None:
    """The key that ``url`` names below the repository's public URL; None if it lies elsewhere."""
    base = urlsplit(public_url)
    if url.netloc and (url.hostname, _port(url, base)) != (base.hostname, _port(base, base)):
        return None
    if url.scheme not in ("", "http", "https") or not url.path.startswith(f"{base.path.rstrip('/')}/"):
        return None
    return layout.key_below(unquote(url.path[len(base.path.rstrip("/")) + 1 :]))


def _port(url: SplitResult, base: SplitResult) -> int | None:
    """The port, or None for the scheme's default one: http and https show the same objects."""
    return None if url.port in (None, _PORTS.get(url.scheme or base.scheme)) else url.port


def _of_store(store: Store, layout: Layout, url: str) -> tuple[str, ...]:
    key = store.key_of(url)
    inside = layout.key_below(key[len(layout.top) :]) if key and key.startswith(layout.top) else None
    return (inside,) if inside else ()


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
    if info := linked_object(workspace, project, file.url, listing):
        url, sidecar = layout.object_url(project, info.key), layout.sidecar(info.key)
        if sidecar.startswith(layout.folder(project)):
            described = sidecar in listing
        else:
            described = file.core_metadata is not None and head_if_exists(workspace.store, sidecar) is not None
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
    info = head_if_exists(workspace.store, outside) if outside else None
    return file if info is None else replace(file, size=info.size, upload_time=file.upload_time or info.modified)
