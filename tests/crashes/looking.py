"""What installers find in a repository, read by the standard library alone, and what is wrong with it."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from posixpath import join, normpath
from urllib.parse import unquote

from tests.crashes.places import Place

__all__ = ["Contents", "look", "wrong_after_kill", "wrong_in_the_end"]

Entry = tuple[str, str, str, str]
"""Of a listed file: SHA-256, requires-python, yanked, SHA-256 of the metadata."""

Listing = Mapping[str, Entry]

PAGES = ("index.json", "index.html", "")
COMMIT = re.compile(rb'commit"(?::| content=)"([0-9a-f]{32})"')


@dataclass
class Contents:
    """:param pages: the listing on each page of a project, by key; those that are there.
    :param roots: the projects on each page of the root, by key.
    :param commits: the commit id of each page of a project, by key.
    :param broken: what an installer would stumble over.
    """

    pages: dict[str, Listing] = field(default_factory=dict)
    roots: dict[str, frozenset[str]] = field(default_factory=dict)
    commits: dict[str, str] = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)

    def listed(self, project: str) -> list[str]:
        """The files that the project's JSON page lists."""
        return sorted(self.pages.get(f"{project}/index.json", ()))


def look(place: Place, name: str) -> Contents:
    """Read every page, every file that one lists, and every metadata file."""
    seen = Contents()
    stored: dict[str, str | None] = {}
    for key in sorted(place.keys(name)):
        folder, _, page = key.rpartition("/")
        if page not in PAGES or "/" in folder or folder.startswith("."):
            continue
        data = place.get(name, key) or b""
        if not folder:
            seen.roots[key] = frozenset(root_of(page, data))
            continue
        links = list(links_of(page, data))
        seen.pages[key] = {link.filename: link.entry for link in links}
        seen.commits[key] = match[1].decode() if (match := COMMIT.search(data)) else "none"
        seen.broken += [f"{key} lists {link.filename} without its hash" for link in links if not link.entry[0]]
        for link in links:
            url = normpath(join(folder, link.url))
            for path, listed in ((url, link.entry[0]), (f"{url}.metadata", link.entry[3])):
                if listed and path not in stored:
                    found = place.get(name, path)
                    stored[path] = None if found is None else hashlib.sha256(found).hexdigest()
                if listed and stored[path] != listed:
                    seen.broken.append(f"{key} lists {path} as {listed:.8}, and it is {stored[path] or 'missing':.8}")
    return seen


def wrong_after_kill(before: Contents, after: Contents, now: Contents) -> Iterator[str]:
    """What may not be, wherever the change from ``before`` to ``after`` was ended."""
    yield from (broken for broken in now.broken if broken not in before.broken)
    for key in sorted({*before.pages, *after.pages, *now.pages}):
        listing, old = now.pages.get(key), before.pages.get(key)
        blank = old is None and listing == {}  # as pages are made
        if listing not in (old, after.pages.get(key)) and not blank:
            yield f"{key} is neither as before nor as after: {listing and sorted(listing)}"
    for key in sorted({*before.roots, *after.roots, *now.roots}):
        sides = [contents.roots.get(key) for contents in (before, after)]
        root = now.roots.get(key)
        if root is None:
            if None not in sides:
                yield f"{key!r}, of the root, is missing"
        elif (
            not (sides[0] or frozenset()) & (sides[1] or frozenset()) <= root <= frozenset().union(*filter(None, sides))
        ):
            yield f"{key!r}, of the root, lists {sorted(root)}"


def wrong_in_the_end(after: Contents, now: Contents) -> Iterator[str]:
    """What may not be when the command has been run again."""
    yield from now.broken
    for what, is_, should in (("lists", now.pages, after.pages), ("of the root, lists", now.roots, after.roots)):
        for key in sorted({*is_, *should}):
            if is_.get(key) != should.get(key):  # type: ignore[attr-defined]
                yield f"in the end {key!r}, {what} {is_.get(key)} instead of {should.get(key)}"  # type: ignore[attr-defined]
    for project in sorted({key.partition("/")[0] for key in now.commits}):
        commits = {commit for key, commit in now.commits.items() if key.startswith(f"{project}/")}
        if len(commits) != 1 or "none" in commits:
            yield f"in the end {project}'s pages are of commits {sorted(commits)}"


@dataclass(frozen=True)
class Link:
    filename: str
    url: str
    entry: Entry


def links_of(page: str, data: bytes) -> Iterator[Link]:
    if page == "index.json":
        for file in json.loads(data)["files"]:
            metadata = file.get("core-metadata") or {}
            yanked = file.get("yanked", False)
            entry = (
                file["hashes"]["sha256"],
                file.get("requires-python", ""),
                "" if yanked is False else "yes" if yanked is True else yanked,
                metadata.get("sha256", ""),
            )
            yield Link(file["filename"], unquote(file["url"]), entry)
        return
    for text, attributes in anchors(data):
        url, _, fragment = attributes["href"].partition("#")
        entry = (
            fragment.removeprefix("sha256="),
            attributes.get("data-requires-python", ""),
            "" if "data-yanked" not in attributes else attributes["data-yanked"] or "yes",
            attributes.get("data-core-metadata", "").removeprefix("sha256="),
        )
        yield Link(text, unquote(url), entry)


def root_of(page: str, data: bytes) -> Iterator[str]:
    if page == "index.json":
        yield from (project["name"] for project in json.loads(data)["projects"])
    else:
        yield from (text for text, _ in anchors(data))


def anchors(data: bytes) -> list[tuple[str, dict[str, str]]]:
    """Text and attributes of each link."""
    parser = Anchors()
    parser.feed(data.decode())
    parser.close()
    return [(text, attributes) for text, attributes in parser.found]


class Anchors(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self.inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self.inside = True
            self.found.append(("", {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        self.inside = self.inside and tag != "a"

    def handle_data(self, data: str) -> None:
        if self.inside:
            text, attributes = self.found[-1]
            self.found[-1] = (text + data, attributes)
