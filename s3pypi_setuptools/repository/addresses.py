"""Which objects of a repository the URLs on its pages name that are not relative.

A whole URL, or one without its scheme, names an object of ours where the repository's public URL or the store itself
says so. Of a path from the host's root only the end is certain: whoever asks tries which of its ends is a key.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from urllib.parse import SplitResult, unquote, urlsplit

from ..errors import StoreError
from ..index.model import Project
from ..index.urls import is_relative
from ..stores.base import Info, Store
from .inventory import lookup
from .layout import Layout
from .workspace import Workspace

__all__ = ["find_key", "located", "named_keys", "unclear_names"]

_PORTS = {"http": 80, "https": 443}


def named_keys(workspace: Workspace, project: str, url: str) -> tuple[str, ...]:
    """Keys of the objects of the repository that ``url``, on the pages of ``project``, may name; the likeliest first.

    Empty where nothing tells that it leads here.
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


def located(workspace: Workspace, project: str, url: str, listing: Mapping[str, Info] | None = None) -> Info | None:
    """The object of the repository that ``url``, on the pages of ``project``, names; None where there is none.

    :param listing: of the project's folder, if it was listed.
    """
    folder = workspace.layout.folder(project)
    for key in named_keys(workspace, project, url):
        known = listing if key.startswith(folder) else None
        info = lookup(workspace.store, key) if known is None else known.get(key)
        if info:
            return info
    return None


def find_key(workspace: Workspace, project: str, url: str, listing: Mapping[str, Info] | None = None) -> str | None:
    """The key under which the object of ``url`` lies, or should lie; None where that cannot be told.

    It may lie outside the repository, in the same store, where we may look.
    """
    layout = workspace.layout
    if not is_relative(url):
        info = located(workspace, project, url, listing)
        return info.key if info else None
    if key := layout.object_key(project, url):
        return key
    if outside := layout.store_key(project, url):
        with contextlib.suppress(StoreError):
            lookup(workspace.store, outside)
            return outside
    return None


def unclear_names(project: Project) -> frozenset[str]:
    """The filenames that ``project`` lists by URLs that may name an object in its folder, or another."""
    return frozenset(file.filename for file in project.files if not is_relative(file.url))


def _below(layout: Layout, public_url: str, url: SplitResult) -> str | None:
    """The key that ``url`` names below the public URL of the repository; None where it lies elsewhere."""
    base = urlsplit(public_url)
    if url.netloc and (url.hostname, _port(url, base)) != (base.hostname, _port(base, base)):
        return None
    if url.scheme not in ("", "http", "https") or not url.path.startswith(f"{base.path.rstrip('/')}/"):
        return None
    return layout.key_below(unquote(url.path[len(base.path.rstrip("/")) + 1 :]))


def _port(url: SplitResult, base: SplitResult) -> int | None:
    """A port that is not the usual one; http and https show the same objects."""
    return None if url.port in (None, _PORTS.get(url.scheme or base.scheme)) else url.port


def _of_store(store: Store, layout: Layout, url: str) -> tuple[str, ...]:
    key = store.key_of(url)
    inside = layout.key_below(key[len(layout.top) :]) if key and key.startswith(layout.top) else None
    return (inside,) if inside else ()
