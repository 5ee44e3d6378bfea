"""How a call's new projects get on the root: all of them in one write, and one reading afterwards that checks it.

The root lists a project before the project's first manifest is committed. Whoever deletes a project, or finds a folder
without a manifest, takes it off the root; so after the commit the root is read again, and the project added again if it
is missing.
"""

from __future__ import annotations

import threading
from collections.abc import Collection

from .page_kind import PageKind
from .project_list import ProjectList

__all__ = ["RootEntry"]


class RootEntry:
    """The entry of one call's projects.

    :param kinds: the pages of the repository.
    :param together: projects that have no manifest: the first of them that enters takes the others along.
    :param absent: whether there was no root a moment ago; then it is not asked for before it is made.
    """

    def __init__(
        self, root: ProjectList, kinds: tuple[PageKind, ...], together: Collection[str] = (), *, absent: bool = False
    ) -> None:
        self.root = root
        self._kinds = kinds
        self._together = frozenset(together)
        self._lock = threading.Lock()
        self._outside = set(self._together)
        self._taken_along: set[str] = set()
        self._committed: set[str] = set()
        self._absent = absent

    def enter(self, project: str) -> bool:
        """As `ProjectList.enter`."""
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
        return self.root.enter(project, self._kinds, others, absent=absent)

    def is_missing(self, project: str) -> bool:
        """Whether the root lacks ``project``, which is committed; `finish` answers for those that go ``together``."""
        if project not in self._together:
            return project not in self.root.read()[0].projects
        with self._lock:
            self._committed.add(project)
        return False

    def finish(self) -> None:
        """Add again those that were committed ``together`` and that the root lacks."""
        if self._committed and (missing := self._committed - {*self.root.read()[0].projects}):
            project, *others = sorted(missing)
            self._enter(project, frozenset(others))
