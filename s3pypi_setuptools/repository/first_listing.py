"""What the first push into a place has listed there before it made the repository's record.

A reading like any other, only earlier: what was absent then need not be asked for again before it is created, since a
creation is conditional. Where somebody else was faster it fails, and everything is read for real.
"""

from __future__ import annotations

from collections.abc import Mapping

from .inventory import Folder
from .layout import Layout

__all__ = ["FirstListing"]


class FirstListing:
    """The objects of a place, which were listed to the end.

    :param folders: those that hold any, by name.
    """

    def __init__(self, layout: Layout, folders: Mapping[str, Folder]) -> None:
        self._layout = layout
        self._folders = folders

    @property
    def root_is_absent(self) -> bool:
        """Whether neither the root record nor a root page lay there."""
        keys = {self._layout.root_manifest, *self._layout.pages().values()}
        return keys.isdisjoint(self._folders[""].objects)

    def new_project(self, name: str) -> Folder | None:
        """The folder of the project, if no manifest and no other repository lay in it; None otherwise."""
        folder = self._folders.get(name) or Folder(name, {})
        known = folder.is_other or folder.others or self._layout.manifest(name) in folder.objects
        return None if known else folder
