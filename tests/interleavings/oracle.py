"""What must hold at every moment, and at rest: told from the writes alone, kept in plain dictionaries."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import lru_cache

from s3pypi_setuptools.index import simple_html, simple_json
from s3pypi_setuptools.index.model import File, Project, Root
from s3pypi_setuptools.repository.layout import Layout
from s3pypi_setuptools.repository.manifest import Manifest
from s3pypi_setuptools.stores.base import Store
from tests.interleavings.commands import Command, Delete, Files, Found, Publish, entries, filename
from tests.interleavings.strands import Actor

PROJECTS = ("demo", "other")
PAGES = ("index.json", "index.html", "")


class Violation(AssertionError):
    """A promise was broken."""


manifest_of = lru_cache(4096)(Manifest.from_json)


def require(holds: object, what: str) -> None:
    if not holds:
        raise Violation(what)


@lru_cache(4096)
def page_of(data: bytes, json: bool, project: str) -> Project:
    return simple_json.parse_project(data) if json else simple_html.parse_project(data, project)


@lru_cache(4096)
def root_of(data: bytes, json: bool) -> Root:
    return simple_json.parse_root(data) if json else simple_html.parse_root(data)


@lru_cache(4096)
def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@dataclass
class Oracle:
    """The repository under ``layout`` as its readers see it, and its past.

    :param objects: every object's bytes, by key.
    :param past: the states of every project, in order.
    :param authors: who wrote the states of ``past``; None for the first.
    :param ever: hash by key, for every key that a manifest or page ever listed.
    :param order: the number of each commit.
    :param seen: the urls that each process found listed when it first decided about a project.
    :param decided: the processes that did so.
    """

    layout: Layout
    files: Files
    slash: bool
    projects: tuple[str, ...] = PROJECTS
    objects: dict[str, bytes] = field(default_factory=dict)
    past: dict[str, list[Found]] = field(default_factory=dict)
    authors: dict[str, list[Command | None]] = field(default_factory=dict)
    ever: dict[str, str] = field(default_factory=dict)
    order: dict[str, int] = field(default_factory=dict)
    seen: dict[tuple[Actor, str], frozenset[str]] = field(default_factory=dict)
    decided: set[tuple[Actor, str]] = field(default_factory=set)
    lenient: bool = False
    """Whether a command of this run takes projects off the root before their first commit."""

    def look(self, store: Store) -> None:
        """Begin with what lies in ``store``."""
        self.objects = {info.key: store.get(info.key).data for info in store.list("")}
        for project in self.projects:
            self.past[project] = [self.manifest(project)]
            self.authors[project] = [None]
            if found := self.past[project][0]:
                self.order[found.commit or ""] = found.generation
            self._sound(project)

    # What there is

    def manifest(self, project: str) -> Found:
        key = self.layout.manifest(project)
        data = self.objects.get(key)
        return None if data is None else manifest_of(data, key)

    def pages(self, project: str) -> dict[str, Project]:
        """The project's pages that exist, by the end of their keys."""
        keys = {name: self.layout.folder(project) + name for name in PAGES}
        return {
            name: page_of(self.objects[key], name == "index.json", project)
            for name, key in keys.items()
            if key in self.objects
        }

    def roots(self) -> list[Root]:
        """The root record, and the pages that exist."""
        layout = self.layout
        keys = dict.fromkeys((layout.project_list, *layout.pages().values()))
        return [root_of(self.objects[key], key.endswith(".json")) for key in keys if key in self.objects]

    @property
    def page_count(self) -> int:
        return 3 if self.slash else 2

    # What must hold at every moment

    def read(self, actor: Actor, key: str) -> None:
        """An object was read."""
        for project in self.projects:
            if key != self.layout.manifest(project) or (actor, project) in self.decided:
                continue
            if manifest := self.manifest(project):
                self.seen[actor, project] = frozenset(file.url for file in manifest.project.files)

    def tries(self, actor: Actor, key: str) -> None:
        """A write is tried; on a manifest, what it is about was decided before, on what had been read last."""
        self.decided |= {(actor, project) for project in self.projects if key == self.layout.manifest(project)}

    def wrote(self, actor: Actor, command: Command, key: str, data: bytes | None) -> None:
        """A write took effect: a put of ``data``, or a deletion."""
        before = self.objects.get(key)
        if data is None:
            self.objects.pop(key, None)
        else:
            self.objects[key] = data
        if before == data:
            return
        project = next((name for name in self.projects if key.startswith(self.layout.folder(name))), None)
        if project is None:
            self._on_root()
            return
        name = key.removeprefix(self.layout.folder(project))
        if name == "manifest.json":
            self._committed(project, command, actor)
        elif name in PAGES:
            self._paged(project, name, before)
        self._sound(project)
        self._on_root()

    def _committed(self, project: str, command: Command, actor: Actor) -> None:
        before = self.past[project][-1] or Manifest(Project(project))
        after = self.manifest(project)
        require(after is not None, f"the manifest of {project} was deleted")
        assert after is not None
        require(after.generation == before.generation + 1, f"{project}: generation skipped")
        require(after.removed >= before.removed, f"{project}: a removal is forgotten")
        require(not {file.url for file in after.project.files} & after.removed, f"{project}: lists a removed key")
        lost = {file.url for file in before.project.files} - {file.url for file in after.project.files}
        if isinstance(command, Delete):
            require(lost <= self.seen[actor, project], f"{command} deleted what it had not seen when it began")
        require(lost <= after.removed, f"{project}: {lost} is listed no more and not in removed")
        require(command.may(before, after), f"{command} made of {entries(before)} {entries(after)}")
        if isinstance(command, Publish):
            listed = after.file(filename(project, command.version))
            require(listed and listed.sha256 == command.sha256(self.files, project), f"{command} listed other bytes")
        self.past[project].append(after)
        self.authors[project].append(command)
        self.order[after.commit or ""] = after.generation

    def _paged(self, project: str, name: str, before: bytes | None) -> None:
        page = self.pages(project).get(name)
        if page is None or before is None:
            return
        old = page_of(before, name == "index.json", project)
        if old.commit in self.order and page.commit in self.order:
            require(self.order[page.commit] > self.order[old.commit], f"{project}/{name} went back")

    def _sound(self, project: str) -> None:
        """Every listed file exists with the bytes that are listed, under a key that never had others."""
        manifest = self.manifest(project)
        for where, listing in [("manifest", manifest.project if manifest else None), *self.pages(project).items()]:
            for file in listing.files if listing else ():
                self._there(f"{project}/{where}", project, file)

    def _there(self, where: str, project: str, file: File) -> None:
        key = self.layout.object_key(project, file.url) or ""
        require(key in self.objects, f"{where} lists {file.url}, which does not exist")
        found = sha256(self.objects[key])
        require(found == file.sha256, f"{where} lists {file.url} with another hash")
        require(self.ever.setdefault(key, found) == found, f"{key} was listed with other bytes before")
        if file.core_metadata:
            beside = self.layout.sidecar(key)
            require(beside in self.objects, f"{where} lists {file.url}, whose metadata file does not exist")
            require(
                dict(file.core_metadata)["sha256"] == sha256(self.objects[beside]),
                f"{where} lists {file.url} with another metadata file",
            )

    def _on_root(self) -> None:
        """What has a manifest is on the root; one that was deleted may be taken off for a moment after it came back."""
        for project in self.projects:
            manifest = self.manifest(project)
            comes_back = self.lenient or any(found and found.deleted for found in self.past[project])
            if comes_back or manifest is None or manifest.deleted:
                continue
            roots = self.roots()
            require(len(roots) == self.page_count + 1, f"{project} is there, and the root has no page")
            require(all(project in root.projects for root in roots), f"{project} is there, and not on every root page")

    # What must hold when a command ends

    def ended(self, command: Command, since: dict[str, int], *, refused: bool) -> None:
        """A command that met no fault ended well, or was refused; it began when ``since`` was the past's length."""
        projects = command.projects or self.projects
        states = {project: self.past[project][since[project] - 1 :] for project in projects}
        if refused:
            told = any(command.explains(each, found, refused=True) for each in projects for found in states[each])
            require(told, f"{command} was refused, and no state explains it")
            return
        for project in projects:
            require(
                command.succeeds(project, states[project]), f"{command} ended well, and {project} never was like that"
            )
            if isinstance(command, Publish):
                self._published(command, project, since[project] - 1)
            self._unlisted(command, project, since[project] - 1)

    def _published(self, command: Publish, project: str, start: int) -> None:
        name = filename(project, command.version)
        states = list(enumerate(self.past[project]))[start:]
        listed = [number for number, found in states if name in entries(found)]
        ours = [
            number
            for number in listed
            if entries(self.past[project][number])[name].sha256 == command.sha256(self.files, project)
        ]
        if command.if_exists.value == "skip" and ours != listed:
            return  # it may have been passed over while another file was listed
        require(ours, f"{command} ended well, and its file was never listed")
        url = entries(self.past[project][ours[0]])[name].url
        if any(url != getattr(entries(found).get(name), "url", None) for _, found in states[ours[0] - start :]):
            return  # since then it was deleted or replaced
        pages = self.pages(project)
        require(len(pages) == self.page_count, f"{command} ended well, and {project} lacks a page")
        for where, page in pages.items():
            shown = {file.filename: file.sha256 for file in page.files}
            quarantined = page.status is not None and page.status.status.value == "quarantined"
            require(
                quarantined or shown.get(name) == command.sha256(self.files, project),
                f"{command} ended well, and {project}/{where} does not list its file",
            )

    def _unlisted(self, command: Command, project: str, start: int) -> None:
        """No page lists what the command removed itself, nor, if it brought the pages up, what had gone before."""
        own = [
            found
            for number, found in enumerate(self.past[project])
            if found and ((number == start and command.projects) or self.authors[project][number] is command)
        ]
        removed = frozenset[str]().union(*(found.removed for found in own))
        for where, page in self.pages(project).items():
            shown = {file.url for file in page.files} & removed
            require(not shown, f"{command} ended well, and {project}/{where} lists {shown} that was removed")

    # What must hold at rest

    def at_rest(self) -> None:
        """Every command has ended well or was refused: the pages are those of the manifests, the root that of all."""
        live = set()
        for project in self.projects:
            manifest, pages = self.manifest(project), self.pages(project)
            if manifest is None or manifest.deleted:
                require(not pages, f"{project} has pages {[*pages]} and no manifest, or one that says it is deleted")
                continue
            live.add(project)
            require(len(pages) == self.page_count, f"{project} has only the pages {[*pages]}")
            for name, page in pages.items():
                require(page.commit == manifest.commit, f"{project}/{name} is not of the manifest's commit")
        roots = self.roots()
        for root in roots:
            require(set(root.projects) == live, f"a root page lists {root.projects}, not {sorted(live)}")
            require(root.commit == roots[0].commit, "the root pages are not of one commit")
        require(len(roots) in (0, self.page_count + 1), "a root page is missing")
