"""Find the objects of a repository that links on its pages name, and adopt the files that other tools' pages list.

An absolute URL, with or without a scheme, names an object of the repository if it lies below the repository's public
URL, or if the store recognizes it. A path from the host's root does not show where the repository begins, so each of
its ends may be a key.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterable, Mapping
from dataclasses import replace
from urllib.parse import SplitResult, unquote, urlsplit

from ..errors import StoreError
from ..index.model import File, Project
from ..index.urls import DEFAULT_PORTS, is_relative
from ..stores.base import Info
from .layout import Layout
from .objects import head_if_exists
from .workspace import Workspace

log = logging.getLogger(__name__)


def adopt_files(workspace: Workspace, project: str, files: Iterable[File]) -> tuple[File, ...]:
    """The entries for those of ``files``, from another tool's page (s3pypi, ilabs.s3util, …), whose objects exist.

    Of several files of one name, the first counts. The size is the object's, and so is the upload time if the page
    states none. An absolute URL of an object in the repository becomes a relative one. A file outside the repository
    is kept as the page lists it. A link to an object that does not exist is left out, with a warning.

    Raises `StoreError` if an object cannot be looked up.
    """
    listing = {info.key: info for info in workspace.store.list(workspace.layout.folder(project))}
    unique: dict[str, File] = {}
    for file in files:
        unique.setdefault(file.filename, file)
    adopted = workspace.pool.map(lambda file: _adopt(workspace, project, file, listing), unique.values())
    return tuple(file for file in adopted if file)


def _adopt(workspace: Workspace, project: str, file: File, listing: Mapping[str, Info]) -> File | None:
    layout = workspace.layout
    if info := _linked_object(workspace, project, file.url, listing):
        sidecar = layout.sidecar(info.key)
        if sidecar.startswith(layout.folder(project)):
            described = sidecar in listing
        else:
            described = file.core_metadata is not None and head_if_exists(workspace.store, sidecar) is not None
        metadata = file.core_metadata if described else None
        file = replace(file, url=layout.object_url(project, info.key), core_metadata=metadata)
    elif key := layout.object_key(project, file.url):
        log.warning("%s: the page of %s links to it, but it does not exist; left out", key, project)
        return None
    else:
        outside = find_key(workspace, project, file.url) if is_relative(file.url) else None
        info = head_if_exists(workspace.store, outside) if outside else None
    return replace(file, size=info.size, upload_time=file.upload_time or info.modified) if info else file


def find_key(workspace: Workspace, project: str, url: str, listing: Mapping[str, Info] | None = None) -> str | None:
    """The key that ``url``, on the pages of ``project`` (normalized), names; None if that is not known.

    The object need not exist if ``url`` is relative. It may lie outside the repository, elsewhere in the same store, if
    the credentials may read there.

    :param listing: the objects of the project's folder, by key, if it was listed.

    Raises `StoreError` if an object of the repository cannot be looked up.
    """
    layout = workspace.layout
    if not is_relative(url):
        info = _linked_object(workspace, project, url, listing)
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


def _linked_object(
    workspace: Workspace, project: str, url: str, listing: Mapping[str, Info] | None = None
) -> Info | None:
    """The object of the repository that ``url``, on the pages of ``project``, names; None if there is none."""
    folder = workspace.layout.folder(project)
    for key in _linked_keys(workspace, project, url):
        known = listing if key.startswith(folder) else None
        info = head_if_exists(workspace.store, key) if known is None else known.get(key)
        if info:
            return info
    return None


def _linked_keys(workspace: Workspace, project: str, url: str) -> tuple[str, ...]:
    """The keys that ``url``, on the pages of ``project``, may name; the likeliest first.

    Empty if nothing shows that it names an object of the repository.
    """
    layout = workspace.layout
    if is_relative(url):
        key = layout.object_key(project, url)
        return (key,) if key else ()
    try:
        parts = urlsplit(url)
        sure = [key for base in workspace.public_urls() if (key := _key_below(layout, base, parts))]
    except ValueError:
        return ()
    if parts.scheme or parts.netloc:
        return tuple(sure[:1]) or _stored_keys(workspace, url)
    possible = layout.possible_keys(url)
    own = [key for key in possible if key.startswith(layout.folder(project))]
    return tuple(dict.fromkeys((*sure, *own, *possible)))


def _key_below(layout: Layout, public_url: str, url: SplitResult) -> str | None:
    """The key that ``url`` names below the repository's public URL; None if it lies elsewhere."""
    base = urlsplit(public_url)
    if url.netloc and (url.hostname, _port(url, base)) != (base.hostname, _port(base, base)):
        return None
    folder = f"{base.path.rstrip('/')}/"
    if url.scheme not in ("", "http", "https") or not url.path.startswith(folder):
        return None
    return layout.key_below(unquote(url.path[len(folder) :]))


def _stored_keys(workspace: Workspace, url: str) -> tuple[str, ...]:
    """The key in the repository that the store recognizes in ``url``, if any."""
    key, top = workspace.store.key_of(url), workspace.layout.top
    inside = workspace.layout.key_below(key[len(top) :]) if key and key.startswith(top) else None
    return (inside,) if inside else ()


def _port(url: SplitResult, base: SplitResult) -> int | None:
    """The port, or None for the scheme's default one: http and https show the same objects."""
    return None if url.port in (None, DEFAULT_PORTS.get(url.scheme or base.scheme)) else url.port
