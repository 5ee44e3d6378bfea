"""How each command changes a repository: the protocol, as phases.

A phase is a generator. It yields lists of requests, which are in flight together and land in any order, gets their
answers, and returns the next phase. What a phase needs it takes as arguments: two commands that are in one phase with
the same arguments are in the same state, however they came there, and that keeps the search small.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from .bucket import Commit, Manifest, Page, Request, create, delete, get, list_folder, listed, swap
from .choices import Choices, Plan, Upload
from .jobs import PUBLISHERS, Action, Job, Outcome, Shape, manifest_key, shown
from .project_list import Ended, Next, Phase, ProjectListPhases
from .rules import Rule


class Work(NamedTuple):
    """One project's part of a command.

    :param me: what the command's own keys begin with.
    :param enters: new projects that this part puts on the list of projects.
    :param seen: what the command knows of the store (see `Choices.plan`).
    :param manifest: as it was read, with the state of each page.
    """

    me: str
    job: Job
    enters: frozenset[str]
    seen: Any
    manifest: Manifest | None
    pages: tuple[Any, ...]
    then: Next | Ended


class Protocol(ProjectListPhases):
    """The phases of all commands.

    :param without: rules that are left out.
    """

    def __init__(self, shape: Shape, without: Rule | None = None) -> None:
        self._shape = shape
        self._without = without
        self._choices = Choices(shape, without)

    def phase(self, name: str) -> Callable[..., Phase]:
        return getattr(self, name)

    # --- wave 1: store, and read ---

    def start(self, me: str, jobs: tuple[Job, ...]) -> Phase:
        """Store the small files and read everything, of all projects together."""
        if jobs[0].action is Action.INSTALL:
            return (yield from self.install(jobs[0]))
        batches = [[*self._choices.creations(job), *self._first_look(job), *self._reading(job.project)] for job in jobs]
        answers = yield [request for batch in batches for request in batch]
        todo: list[tuple[Job, Any, Manifest | None, tuple[Any, ...]]] = []
        for job, batch in zip(jobs, batches, strict=True):
            mine, answers = answers[: len(batch)], answers[len(batch) :]
            seen: Any = None
            if job.action in PUBLISHERS:
                created, mine = mine[: len(self._choices.creations(job))], mine[len(self._choices.creations(job)) :]
                seen = Upload((yield from self._choices.compared(job, created)))
            elif self._first_look(job):
                seen, *mine = mine
            manifest, *pages = mine
            if job.action is Action.DELETE:
                seen = (file := listed(self._base(manifest, pages), job.filename)) and file.key
            if job.action is Action.DELETE_PROJECT:
                seen = self._base(manifest, pages).files
            todo.append((job, seen, manifest, self._page_states(manifest, pages)))
        new = frozenset(job.project for job, _, manifest, _ in todo if manifest is None or manifest.deleted)
        if len(todo) > 1 and self._lacks(Rule.SHARED_LIST_ENTRY_FIRST):
            todo.reverse()
        then: Next | Ended = Ended(Outcome.DONE)
        for number, (job, seen, manifest, pages) in reversed(list(enumerate(todo))):
            enters = new if number == 0 or new == {job.project} else frozenset()
            if len(todo) > 1 and self._lacks(Rule.SHARED_LIST_ENTRY_FIRST):
                enters = new if number else frozenset()
            then = Next("decide", (Work(me, job, enters, seen, manifest, pages, then),))
        return then

    def _first_look(self, job: Job) -> list[Request]:
        return [list_folder(f"{job.project}/")] if job.action in (Action.PRUNE, Action.REINDEX) else []

    def _reading(self, project: str) -> list[Request]:
        """The requests for the manifest and the pages' tokens."""
        return [get(manifest_key(project)), *map(get, self._shape.page_keys(project))]

    def _page_states(self, manifest: Manifest | None, pages: Any) -> tuple[Any, ...]:
        if self._shape.expected and manifest:
            return (shown(manifest),) * self._shape.pages
        return tuple(pages)

    def _base(self, manifest: Manifest | None, pages: Any) -> Manifest:
        """The manifest, empty where there is none, with what another tool's page adds."""
        base = manifest or Manifest()
        page = pages[0]
        if page is None or page.commit is not None:
            return base
        names = {file.name for file in base.files}
        if not self._lacks(Rule.ADOPTION_HEEDS_REMOVED):
            names |= {name for name, _ in base.removed}
        return base._replace(files=base.files | {file for file in page.files if file.name not in names})

    # --- decide, and wave 2: the commit ---

    def decide(self, work: Work) -> Phase:
        """What the manifest becomes; where it stays the same, only the pages follow."""
        job, manifest = work.job, work.manifest
        base = self._base(manifest, work.pages)
        plan: Plan = yield from self._choices.plan(work.me, job, base, work.seen)
        work = work._replace(seen=plan.seen, then=refused(work.then) if plan.refused else work.then)
        new = Manifest((base.commit[0] + 1, work.me), plan.files, plan.removed, plan.deleted)
        same = new._replace(commit=base.commit) == base
        if manifest is None and (plan.refused or (same and not base.files)):
            return work.then
        if manifest and same and base.files == manifest.files and not plan.renews:
            return self._repeat(work, manifest, plan.sweep, refused=plan.refused)
        commit = Next("commit", (work, new, plan.sweep))
        if new.deleted or not (manifest is None or manifest.deleted):
            return commit
        if not self._lacks(Rule.PAGES_BEGIN_BLANK):
            commit = Next("open", (work, new, plan.sweep))
        if work.enters and not self._lacks(Rule.PROJECT_LIST_FIRST):
            return Next("enter", (work.enters, commit))
        return commit

    def _repeat(self, work: Work, manifest: Manifest, sweep: frozenset[str], *, refused: bool = False) -> Next | Ended:
        """What follows where nothing is left to commit: pages, list and objects."""
        job, late = work.job, self._shape.page_keys(work.job.project)
        if job.action is Action.PRUNE and self._lacks(Rule.PRUNE_WAITS_FOR_PAGES):
            late = ()
        if job.action is Action.PUBLISH and not refused and self._lacks(Rule.REPEATED_PUSH_REPAIRS_PAGES):
            return work.then
        then = Next("sweep", (sweep, work.then))
        if manifest.deleted and not refused:
            then = Next("leave", (job.project, then))
        pages = Next("catch_up", (work.me, job.project, manifest.commit, late, then))
        return pages if manifest.deleted or refused else Next("enter", (frozenset({job.project}), pages, True))

    def open(self, work: Work, new: Manifest, sweep: frozenset[str]) -> Phase:
        """Create the pages that are absent, blank."""
        pages = dict(zip(self._shape.page_keys(work.job.project), work.pages, strict=True))
        absent = [key for key, page in pages.items() if page is None]
        if absent:
            for key, made in zip(absent, (yield [create(key, blank(work.me)) for key in absent]), strict=True):
                [pages[key]] = [blank(work.me)] if made else (yield [get(key)])
        return Next("commit", (work._replace(pages=tuple(pages.values())), new, sweep))

    def commit(self, work: Work, new: Manifest, sweep: frozenset[str]) -> Phase:
        """Put the manifest on its token; then every page on the token that was read before."""
        project = work.job.project
        states = dict(zip(self._shape.page_keys(project), work.pages, strict=True))
        blind = self._lacks(Rule.PAGES_BEGIN_BLANK) and not new.deleted
        pages = [write_page(key, page, new) for key, page in states.items() if page or blind]
        early = pages if self._lacks(Rule.PAGES_AFTER_COMMIT) else []
        done, *written = yield [swap(manifest_key(project), work.manifest, new), *early]
        if not done:
            manifest, *read = yield self._reading(project)
            work = work._replace(
                manifest=manifest, pages=self._page_states(manifest, read), enters=frozenset({project})
            )
            if manifest and manifest.commit == new.commit:
                return self._repeat(work, manifest, sweep)  # ours took effect, and its response was lost
            file = listed(new, work.job.filename)
            if manifest and file and self._lacks(Rule.DECIDE_AGAIN):
                again = manifest._replace(commit=(manifest.commit[0] + 1, work.me), files=manifest.files | {file})
                return Next("commit", (work, again, sweep))
            return Next("decide", (work,))
        if sweep and self._lacks(Rule.PAGES_BEFORE_DELETION):
            yield [delete(key) for key in sorted(sweep)]
        if pages and not early:
            written = yield pages
        ready = {request.key for request, done in zip(pages, written, strict=True) if done}
        late = tuple(key for key in states if key not in ready)
        finish = Next("sweep", (sweep, work.then))
        if new.deleted:
            finish = Next("leave", (project, finish))
        elif work.manifest is None or work.manifest.deleted:
            if self._lacks(Rule.PROJECT_LIST_FIRST):
                finish = Next("enter", (frozenset({project}), finish))
            elif not self._lacks(Rule.ENTRY_IS_CHECKED):
                finish = Next("check_entry", (project, finish))
        return Next("catch_up", (work.me, project, new.commit, late, finish))

    # --- wave 3: the pages, and what follows ---

    def catch_up(self, me: str, project: str, written: Commit, late: tuple[str, ...], then: Next) -> Phase:
        """Bring the first late page up: read it, then the manifest; whoever commits later sees to later pages."""
        if not late:
            return then
        key, again = late[0], Next("catch_up", (me, project, written, late, then))
        order = [key, manifest_key(project)]
        if self._lacks(Rule.PAGE_IS_READ_FIRST):
            order.reverse()
        read = {}
        for each in order:
            [read[each]] = yield [get(each)]
        page, manifest = read[key], read[manifest_key(project)]
        if page is None and not manifest.deleted and not self._lacks(Rule.PAGES_BEGIN_BLANK):
            [page] = [blank(me)] if (yield [create(key, blank(me))]) == [True] else (yield [get(key)])
            [manifest] = yield [get(manifest_key(project))]
            if page is None:
                return again
        if page != shown(manifest):
            commit = page.commit[0] if page and page.commit else 0
            if manifest.deleted or not written[0] < commit < manifest.commit[0]:
                [done] = yield [write_page(key, page, manifest)]
                if not done:
                    return again
        return Next("catch_up", (me, project, written, late[1:], then))

    def sweep(self, keys: frozenset[str], then: Next | Ended) -> Phase:
        """Delete the objects that no page lists any more."""
        if keys:
            yield [delete(each) for key in sorted(keys) for each, _ in self._shape.objects(key, "")]
        return Ended(then.outcome, then.keys | keys) if isinstance(then, Ended) else then

    def install(self, job: Job) -> Phase:
        """What an installer does: read the page, then the file that it lists."""
        [page] = yield [get(self._shape.page_keys(job.project)[0])]
        if not (file := listed(page, job.filename)):
            return Ended(Outcome.DONE)
        [content] = yield [get(file.key)]
        if content is None:
            return Ended(Outcome.NOT_FOUND, frozenset({file.key}))
        return Ended(Outcome.DONE if content == file.content else Outcome.OTHER_CONTENT)


def blank(me: str) -> Page:
    """A page that lists nothing yet."""
    return Page((0, me), frozenset())


def write_page(key: str, page: Page | None, manifest: Manifest) -> Request:
    """Write the manifest's page over ``page``, or delete it."""
    new = shown(manifest)
    return delete(key, page) if new is None else swap(key, page, new)


def refused(then: Next | Ended) -> Next | Ended:
    """The same, with the outcome of a command of which one project was refused."""
    if isinstance(then, Ended):
        return Ended(Outcome.REFUSED, then.keys)
    [work] = then.arguments
    return Next(then.phase, (work._replace(then=refused(work.then)),))
