"""Put the new projects of one call on the list of projects: in one write, and with one read afterwards to check it.

A project is put on the list before its first manifest is committed. Whoever deletes a project, or finds a folder
without a manifest, takes it off the list. So after the commit the list is read again, and the project is added again if
it is missing.
"""

from __future__ import annotations

import threading
from collections.abc import Collection

from .project_list import ProjectList
from .snapshot import ProjectDocuments


class RootEntry:
    """Puts the projects of one call on the list of projects.

    :param together: projects that have no manifest: when the first of them is added, the others are added with it.
    :param absent: whether there was no list a moment ago; then it is not read before it is made.
    """

    def __init__(self, root: ProjectList, together: Collection[str] = (), *, absent: bool = False) -> None:
        self._root = root
        self._together = frozenset(together)
        self._lock = threading.Lock()
        self._outside = set(self._together)
        self._taken_along: set[str] = set()
        self._committed: dict[str, ProjectDocuments] = {}
        self._absent = absent

    def enter(self, project: str) -> bool:
        """Put ``project`` on the list; returns whether this call, or an earlier one for another project, added it."""
        with self._lock:
            if project in self._outside:
                self._enter(project, frozenset(self._outside - {project}))
                self._taken_along, self._outside = self._outside - {project}, set()
                return True
            if project in self._taken_along:
                self._taken_along.remove(project)  # a project that enters once more may have been removed since
                return True
        return self._enter(project)

    def _enter(self, project: str, others: frozenset[str] = frozenset()) -> bool:
        absent, self._absent = self._absent, False
        return self._root.enter(project, others, absent=absent)

    def is_missing(self, documents: ProjectDocuments) -> bool:
        """Whether the list lacks a project that is committed; `finish` checks those that enter ``together``."""
        if documents.name not in self._together:
            return documents.name not in self._root.listed()
        with self._lock:
            self._committed[documents.name] = documents
        return False

    def enter_again(self, *missing: ProjectDocuments) -> None:
        """Put committed projects on the list from which somebody took them, but not if they are deleted by now."""
        if missing:
            project, *others = sorted(documents.name for documents in missing)
            self._enter(project, frozenset(others))
            self.leave_if_deleted(*missing)

    def leave_if_deleted(self, *projects: ProjectDocuments) -> None:
        """Take projects off the list if they are deleted."""
        documents = {each.name: each for each in projects}

        def is_deleted(name: str) -> bool:
            # If the list's record was lost, other projects get on the list with this write: leave them there.
            manifest = documents[name].read()[0] if name in documents else None
            return manifest is not None and manifest.deleted

        self._root.reconcile(frozenset(), frozenset(documents), is_deleted)

    def finish(self) -> None:
        """Put those on the list again that were committed ``together`` and that it lacks."""
        if self._committed:
            listed = self._root.listed()
            self.enter_again(*(documents for name, documents in self._committed.items() if name not in listed))
