"""Whether a place where a repository is to be lies in the folder of another repository's project."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass

from ..errors import AccessDenied, RepositoryError, StoreError
from ..naming import is_project_name, normalize_name
from ..stores.base import Store
from .document_kind import Kind, kind_at
from .layout import Layout
from .nesting import project_page

__all__ = ["refuse_project_folder"]


@dataclass(frozen=True, slots=True)
class _Place:
    """A folder that holds the place, or the place itself.

    :param name: its own name.
    :param around: URL of the folder in which it lies.
    """

    store: Store
    layout: Layout
    name: str
    around: str

    def is_project(self, listed: Collection[str] | None) -> bool:
        """Whether a project's manifest lies there, or a page that offers the project's files.

        :param listed: the keys of all objects there; None where they are not known.
        """
        record, pages = self.layout.root_manifest, [self.layout.root_html]
        if self.store.slash_keys is not False and self.layout.root_slash:
            pages.append(self.layout.root_slash)
        if listed is not None:
            pages = [page for page in pages if page in listed]
        if (listed is None or record in listed) and kind_at(self.store, record) is Kind.PROJECT:
            return True
        return is_project_name(self.name) and any(project_page(self.store, page, self.name) for page in pages)


def refuse_project_folder(store: Store, layout: Layout, listed: Collection[str] | None = None) -> None:
    """Raise `RepositoryError` if the place is a project's folder, or lies below one; it names the repository around.

    What may not be read above the place is passed over: credentials are often good for one prefix alone.

    :param listed: the keys of all objects in the place, where they are known.
    """
    here = store.url_of(layout.prefix)
    for number, place in enumerate(_places(store, layout)):
        with suppress(AccessDenied, *([StoreError] if number and place.store is not store else [])):
            if place.is_project(None if number else listed):
                project = normalize_name(place.name)
                what = "is" if number == 0 else "lies in"
                raise RepositoryError(
                    f"{here}: {what} the folder of the project {project} in the repository {place.around}: give that "
                    "repository as the target, or a folder outside its projects"
                )


def _places(store: Store, layout: Layout) -> Iterator[_Place]:
    """The place, and the folders that hold it, from the inside out."""
    prefix = layout.prefix
    while prefix:
        around, _, name = prefix.rpartition("/")
        yield _Place(store, Layout(prefix), name, store.url_of(around))
        prefix = around
    while (outer := store.outer) is not None:
        holder, name = outer
        yield _Place(store, Layout(), name, holder.url)
        store = holder
