"""The commands and the repositories that the model starts from."""

from __future__ import annotations

import enum
from typing import Any

from .bucket import PROJECT_LIST, PROJECT_LIST_PAGE, Bucket, File, Manifest, Page, ProjectList, plain_key
from .jobs import Action, Job, Shape, manifest_key

WHEEL = "f.whl"

COMMANDS: dict[str, tuple[Job, ...]] = {
    "publish a": (Job(Action.PUBLISH, "p", WHEEL, "a"),),
    "publish b": (Job(Action.PUBLISH, "p", WHEEL, "b"),),
    "publish large a": (Job(Action.PUBLISH, "p", WHEEL, "a", large=True),),
    "publish large b": (Job(Action.PUBLISH, "p", WHEEL, "b", large=True),),
    "publish g": (Job(Action.PUBLISH, "p", "g.whl", "a"),),
    "publish q": (Job(Action.PUBLISH, "q", WHEEL, "a"),),
    "publish both": (Job(Action.PUBLISH, "p", WHEEL, "a"), Job(Action.PUBLISH, "q", WHEEL, "a")),
    "replace a": (Job(Action.REPLACE, "p", WHEEL, "a"),),
    "replace b": (Job(Action.REPLACE, "p", WHEEL, "b"),),
    "delete": (Job(Action.DELETE, "p", WHEEL),),
    "delete project": (Job(Action.DELETE_PROJECT, "p"),),
    "prune": (Job(Action.PRUNE, "p"),),
    "reindex": (Job(Action.REINDEX, "p"),),
    "install": (Job(Action.INSTALL, "p", WHEEL),),
}
"""What each command does, to the files of two projects; an installer is one, too."""


class Repository(enum.Enum):
    """A repository at the start."""

    NEW = "there is no project p"
    EMPTY = "p has no files"
    LISTED = "p lists f.whl with content a"
    ORPHAN = "the object of f.whl is there, and not listed"
    HALF_DELETED = "f.whl was deleted by a command that was killed before it wrote the page"
    DELETED = "the whole project p was deleted"
    MISSING = "p lists f.whl with content a, and its object is gone"
    FOREIGN = "another tool's page lists f.whl with content a; there is no manifest"

    def bucket(self, shape: Shape) -> Bucket:
        """The objects."""
        file = File(WHEEL, plain_key("p", WHEEL), "a")
        none: frozenset[File] = frozenset()
        projects = ProjectList(
            1, frozenset(() if self in (Repository.NEW, Repository.DELETED, Repository.FOREIGN) else {"p"})
        )
        objects: dict[str, Any] = {PROJECT_LIST: projects, PROJECT_LIST_PAGE: projects}
        if self not in (Repository.NEW, Repository.EMPTY, Repository.DELETED, Repository.MISSING):
            objects |= dict(shape.objects(file.key, file.content))
        files = {file} if self in (Repository.LISTED, Repository.MISSING) else none
        page: Page | None = Page((2, ""), frozenset(files))
        manifest: Manifest | None = Manifest((2, ""), frozenset(files))
        if self is Repository.HALF_DELETED:
            page, manifest = (
                Page((1, ""), frozenset({file})),
                Manifest((2, ""), none, frozenset({(file.name, file.key)})),
            )
        elif self is Repository.DELETED:
            page, manifest = None, Manifest((2, ""), none, frozenset({(file.name, file.key)}), deleted=True)
        elif self is Repository.FOREIGN:
            page, manifest = Page(None, frozenset({file})), None
        elif self is Repository.NEW:
            page = manifest = None
        if page:
            objects |= dict.fromkeys(shape.page_keys("p"), page)
        if manifest:
            objects[manifest_key("p")] = manifest
        return frozenset(objects.items())
