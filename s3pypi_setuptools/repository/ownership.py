"""Which objects are a project's to delete, whatever a manifest or page says that it lists or ever listed."""

from __future__ import annotations

from ..index.versions import version_of
from ..layout import Layout

__all__ = ["own_key"]


def own_key(layout: Layout, project: str, url: str) -> str | None:
    """Key of the object of ``url``, if it is a file of ``project``, and no other project's.

    Own are the files at the two places that a project has in its folder (`Layout.is_own_place`), and those at the top
    of the repository whose names say that they are of the project (older tools keep files there). Manifests, pages and
    ``repository.json`` are no files.
    """
    key = layout.object_key(project, url)
    if key is None:
        return None
    top = f"{layout.prefix}/" if layout.prefix else ""
    folder, _, name = key.removeprefix(top).rpartition("/")
    if not folder:
        return key if version_of(project, name) is not None else None
    documents = (layout.manifest(project), layout.json_page(project), layout.html_page(project))
    return key if layout.is_own_place(project, key) and key not in documents else None
