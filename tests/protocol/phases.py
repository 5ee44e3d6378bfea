"""How each command changes a repository: the protocol, as phases.

A phase is a generator. It yields lists of requests, which are in flight together and land in any order, gets their
answers, and returns the next phase. What a phase needs it takes as arguments: two commands that are in one phase with
the same arguments are in the same state, however they came there, and that keeps the search small.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any, NamedTuple

from .bucket import (
    NO_COMMIT,
    PROJECT_LIST,
    PROJECT_LIST_PAGE,
    Commit,
    Manifest,
    ProjectList,
    Request,
    delete,
    get,
    list_folder,
    listed,
    swap,
)
from .choices import Choices, Plan, Upload
from .jobs import PUBLISHERS, Action, Job, Outcome, Shape, manifest_key, shown
from .rules import Rule


class Ended(NamedTuple):
    """The end of a command.

    :param keys: those that it saw removed; of an installer, the key that was not found.
    """

    outcome: Outcome
    keys: frozenset[str] = frozenset()


class Next(NamedTuple):
    """The next phase, a method of `Protocol`, by name."""

    phase: str
    arguments: tuple[Any, ...]


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


Phase = Generator[list[Request], list[Any], "Next | Ended"]


class Protocol:
    """The phases of all commands.

    :param without: rules that are left out.
    """

    def __init__(self, shape: Shape, without: Rule | None = None) -> None:
        self._shape = shape
        self._without = without
        self._choices = Choices(shape, without)

    def phase(self, name: str) -> Callable[..., Phase]:
        return getattr(self, name)

    def _lacks(self, rule: Rule) -> bool:
        return rule is self._without

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
            elif job.action is not Action.DELETE:
                seen, *mine = mine
            manifest, *pages = mine
            if job.action is Action.DELETE:
                seen = (file := listed(self._base(manifest, pages), job.filename)) and file.key
            todo.append((job, seen, manifest, self._page_states(manifest, pages)))
        new = frozenset(job.project for job, _, manifest, _ in todo if manifest is None)
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
        if self._shape.told and manifest:
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
        """What the manifest becomes; the same, and it is only for the pages to follow."""
        job, manifest, then = work.job, work.manifest, work.then
        base = self._base(manifest, work.pages)
        plan: Plan = yield from self._choices.plan(work.me, job, base, work.seen)
        if plan.refused:
            then = refused(then)
        same = (plan.files, plan.removed) == (base.files, base.removed)
        if manifest is None and (plan.refused or (same and not base.files)):
            return then
        work = work._replace(seen=plan.seen, then=then)
        if manifest and same and base.files == manifest.files and not plan.renews:
            late = self._shape.page_keys(job.project)
            if job.action is Action.PRUNE and self._lacks(Rule.PRUNE_WAITS_FOR_PAGES):
                late = ()
            if job.action is Action.PUBLISH and not plan.refused and self._lacks(Rule.REPEATED_PUSH_REPAIRS_PAGES):
                return then
            return Next("catch_up", (job.project, manifest.commit, late, Next("sweep", (plan.sweep, then))))
        new = Manifest((base.commit[0] + 1, work.me), plan.files, plan.removed)
        commit = Next("commit", (work, new, plan.sweep))
        if manifest is None and work.enters and not self._lacks(Rule.PROJECT_LIST_FIRST):
            return Next("enter", (work.enters, commit))
        return commit

    def commit(self, work: Work, new: Manifest, sweep: frozenset[str]) -> Phase:
        """Put the manifest on its token; then every page on the token that was read before."""
        project = work.job.project
        keys = self._shape.page_keys(project)
        pages = [swap(key, page, shown(new)) for key, page in zip(keys, work.pages, strict=True)]
        early = pages if self._lacks(Rule.PAGES_AFTER_COMMIT) else []
        done, *written = yield [swap(manifest_key(project), work.manifest, new), *early]
        if not done:
            manifest, *read = yield self._reading(project)
            work = work._replace(
                manifest=manifest, pages=self._page_states(manifest, read), enters=frozenset({project})
            )
            file = listed(new, work.job.filename)
            if manifest and file and self._lacks(Rule.DECIDE_AGAIN):
                again = manifest._replace(commit=(manifest.commit[0] + 1, work.me), files=manifest.files | {file})
                return Next("commit", (work, again, sweep))
            return Next("decide", (work,))
        if sweep and self._lacks(Rule.PAGES_BEFORE_DELETION):
            yield [delete(key) for key in sorted(sweep)]
        if not early:
            written = yield pages
        late = tuple(key for key, done in zip(keys, written, strict=True) if not done)
        finish = Next("catch_up", (project, new.commit, late, Next("sweep", (sweep, work.then))))
        if work.manifest is None and self._lacks(Rule.PROJECT_LIST_FIRST):
            return Next("enter", (frozenset({project}), finish))
        return finish

    # --- wave 3: the pages, and what follows ---

    def catch_up(self, project: str, written: Commit, late: tuple[str, ...], then: Next) -> Phase:
        """Bring the first late page up: read it, then the manifest; whoever commits later sees to later pages."""
        if not late:
            return then
        if self._lacks(Rule.PAGE_IS_READ_FIRST):
            [manifest] = yield [get(manifest_key(project))]
            [page] = yield [get(late[0])]
        else:
            [page] = yield [get(late[0])]
            [manifest] = yield [get(manifest_key(project))]
        commit = page.commit if page and page.commit is not None else NO_COMMIT
        done = commit == manifest.commit or written[0] < commit[0] < manifest.commit[0]
        if not done:
            [done] = yield [swap(late[0], page, shown(manifest))]
        return Next("catch_up", (project, written, late[1:] if done else late, then))

    def sweep(self, keys: frozenset[str], then: Next | Ended) -> Phase:
        """Delete the objects that no page lists any more."""
        if keys:
            yield [delete(each) for key in sorted(keys) for each, _ in self._shape.objects(key, "")]
        return Ended(then.outcome, then.keys | keys) if isinstance(then, Ended) else then

    def enter(self, projects: frozenset[str], then: Next) -> Phase:
        """Put new projects on the list of projects: the record, then its page."""
        record, page = yield [get(PROJECT_LIST), get(PROJECT_LIST_PAGE)]
        if projects <= record.projects:
            return Next("enter_page", (then,))
        new = ProjectList(record.commit + 1, record.projects | projects)
        [done] = yield [swap(PROJECT_LIST, record, new)]
        if not done:
            return Next("enter", (projects, then))
        [done] = yield [swap(PROJECT_LIST_PAGE, page, new)]
        return then if done else Next("enter_page", (then,))

    def enter_page(self, then: Next) -> Phase:
        """Bring the page of the list of projects up to the record."""
        [page] = yield [get(PROJECT_LIST_PAGE)]
        [record] = yield [get(PROJECT_LIST)]
        [done] = [True] if page == record else (yield [swap(PROJECT_LIST_PAGE, page, record)])
        return then if done else Next("enter_page", (then,))

    def install(self, job: Job) -> Phase:
        """What an installer does: read the page, then the file that it lists."""
        [page] = yield [get(self._shape.page_keys(job.project)[0])]
        if not (file := listed(page, job.filename)):
            return Ended(Outcome.DONE)
        [content] = yield [get(file.key)]
        if content is None:
            return Ended(Outcome.NOT_FOUND, frozenset({file.key}))
        return Ended(Outcome.DONE if content == file.content else Outcome.OTHER_CONTENT)


def refused(then: Next | Ended) -> Next | Ended:
    """The same, with the outcome of a command of which one project was refused."""
    if isinstance(then, Ended):
        return Ended(Outcome.REFUSED, then.keys)
    [work] = then.arguments
    return Next(then.phase, (work._replace(then=refused(work.then)),))
