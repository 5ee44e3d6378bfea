"""What a repository must be like after a process was killed, and when the command has been run again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tests.support.repository_reader import ListedFile, RepositoryReader

Listing = frozenset[ListedFile]


@dataclass
class Contents:
    """What installers find at one time.

    :param pages: the files on each page of a project, by key.
    :param lists: the projects on each page of the project list, by key.
    :param commits: the commit id of each page of a project, by key.
    :param broken: what an installer would stumble over.
    """

    pages: dict[str, Listing]
    lists: dict[str, frozenset[str]]
    commits: dict[str, str | None]
    broken: list[str]

    @classmethod
    def read(cls, reader: RepositoryReader) -> Contents:
        """Read every page, every file that one lists, and every metadata file."""
        projects = reader.projects()
        pages = {f"{project}/{name}": page for project in projects for name, page in reader.pages(project).items()}
        return cls(
            {key: frozenset(page.files) for key, page in pages.items()},
            {name: found for name, (_, found) in reader.project_lists().items() if name != "manifest.json"},
            {key: page.commit for key, page in pages.items()},
            [broken for project in projects for broken in reader.check_files(project)],
        )

    @property
    def listed(self) -> dict[str, list[str]]:
        """The files that each project's JSON page lists."""
        projects = {key.partition("/")[0] for key in self.pages}
        return {name: sorted(file.filename for file in self.pages.get(f"{name}/index.json", ())) for name in projects}


def wrong_after_kill(before: Contents, after: Contents, now: Contents) -> Iterator[str]:
    """What may not be, wherever the change from ``before`` to ``after`` was ended."""
    yield from (broken for broken in now.broken if broken not in before.broken)
    for key in sorted({*before.pages, *after.pages, *now.pages}):
        listing, old = now.pages.get(key), before.pages.get(key)
        blank = old is None and listing == frozenset()  # a new page is written without files first
        if listing not in (old, after.pages.get(key)) and not blank:
            yield f"{key} is neither as before nor as after: {listing and names(listing)}"
    for key in sorted({*before.lists, *after.lists, *now.lists}):
        sides = [contents.lists.get(key) for contents in (before, after)]
        found = now.lists.get(key)
        if found is None:
            if None not in sides:
                yield f"{key!r}, of the project list, is missing"
        elif (
            not (sides[0] or frozenset()) & (sides[1] or frozenset())
            <= found
            <= frozenset().union(*filter(None, sides))
        ):
            yield f"{key!r}, of the project list, has {sorted(found)}"


def wrong_in_the_end(after: Contents, now: Contents) -> Iterator[str]:
    """What may not be when the command has been run again."""
    yield from now.broken
    for key in sorted({*now.pages, *after.pages}):
        if now.pages.get(key) != after.pages.get(key):
            yield f"in the end {key!r} lists {now.pages.get(key)} instead of {after.pages.get(key)}"
    for key in sorted({*now.lists, *after.lists}):
        if now.lists.get(key) != after.lists.get(key):
            yield f"in the end {key!r} has the projects {now.lists.get(key)} instead of {after.lists.get(key)}"
    for project in sorted({key.partition("/")[0] for key in now.commits}):
        commits = {commit for key, commit in now.commits.items() if key.startswith(f"{project}/")}
        if len(commits) != 1 or None in commits:
            yield f"in the end {project}'s pages are of commits {commits}"


def names(listing: Listing) -> list[str]:
    return sorted(file.filename for file in listing)
