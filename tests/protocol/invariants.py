"""What must hold in every state, whatever the order of requests, kills and lost responses."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from .bucket import (
    PROJECT_LIST,
    PROJECT_LIST_PAGE,
    Bucket,
    File,
    Manifest,
    Request,
    is_file,
    listed,
    plain_key,
    removed_keys,
    replaced,
)
from .jobs import PUBLISHERS, Action, Job, Outcome, Shape, manifest_key, shown
from .project_list import Ended
from .repositories import WHEEL, Repository

UNLISTED, LISTED, TAKEN = range(3)
"""Of a publisher's file: not listed yet; listed; removed or replaced since, by who was asked to."""


class History(NamedTuple):
    """What the bucket does not show.

    :param published: how each publisher's file is listed, by command and job.
    :param deleted: files that were deleted on request, (project, filename).
    :param commits: how often each command has committed.
    """

    published: tuple[tuple[int, ...], ...]
    deleted: frozenset[tuple[str, str]]
    commits: tuple[int, ...]

    @classmethod
    def of(cls, commands: Sequence[tuple[Job, ...]], repository: Repository) -> History:
        deleted = (
            frozenset({("p", WHEEL)}) if repository in (Repository.HALF_DELETED, Repository.DELETED) else frozenset()
        )
        return cls(tuple((UNLISTED,) * len(jobs) for jobs in commands), deleted, (0,) * len(commands))

    def started_again(self, index: int) -> History:
        published = (UNLISTED,) * len(self.published[index])
        return self._replace(
            published=replaced(self.published, index, published), commits=replaced(self.commits, index, 0)
        )

    def with_published(self, index: int, job: int, value: int) -> History:
        row = replaced(self.published[index], job, value)
        return self._replace(published=replaced(self.published, index, row))


class Invariants:
    """The checks of one case.

    :param commands: what each command does.
    """

    def __init__(self, commands: Sequence[tuple[Job, ...]], shape: Shape, repository: Repository) -> None:
        self._commands = commands
        self._shape = shape
        self._gone = plain_key("p", WHEEL) if repository is Repository.MISSING else None
        self._leaves_list = repository is Repository.DELETED or any(
            job.action is Action.DELETE_PROJECT for jobs in commands for job in jobs
        )
        self._unlisted_content: dict[Bucket, list[File]] = {}

    def changes(self, jobs: tuple[Job, ...]) -> bool:
        """Whether the command changes anything."""
        return jobs[0].action is not Action.INSTALL

    def follow(
        self, history: History, index: int, phase: str, request: Request, answer: Any
    ) -> tuple[History, list[str]]:
        """The history after a request, and what was wrong with it."""
        numbers = [n for n, job in enumerate(self._commands[index]) if request.key == manifest_key(job.project)]
        if not numbers or not self.changes(self._commands[index]):
            return history, []
        number, job = numbers[0], self._commands[index][numbers[0]]
        publishes = job.action in PUBLISHERS
        if request.kind == "get" and publishes and phase in ("start", "commit"):
            file = listed(answer, job.filename)
            now = LISTED if file and file.content == job.content else UNLISTED
            return history.with_published(index, number, now), []
        if request.kind == "put" and answer:
            history, wrong = self._committed(history, job, request.expected, request.value)
            if publishes:
                history = history.with_published(index, number, LISTED)
            return history._replace(commits=replaced(history.commits, index, history.commits[index] + 1)), wrong
        return history, []

    def _committed(self, history: History, job: Job, old: Manifest | None, new: Manifest) -> tuple[History, list[str]]:
        wrong = []
        for file in old.files if old else ():
            now = listed(new, file.name)
            if now and now.content == file.content:
                continue
            asked_for = job.action is Action.DELETE_PROJECT or (
                job.action in (Action.DELETE, Action.REPLACE) and job.filename == file.name
            )
            if not (asked_for or (file.key == self._gone and now)):
                wrong.append(f"committed files are not lost: {file.name} was lost by {job.action.name}")
            if asked_for or job.action is not Action.PUBLISH:
                history = self._taken(history, job.project, file)
        publishes = job.action in PUBLISHERS
        wrong += [
            f"deleted files stay deleted: {file.name} was listed again by {job.action.name}"
            for file in new.files
            if (job.project, file.name) in history.deleted and not (publishes and file.name == job.filename)
        ]
        mine = frozenset({(job.project, job.filename)})
        if publishes:
            history = history._replace(deleted=history.deleted - mine)
        elif job.action is Action.DELETE:
            history = history._replace(deleted=history.deleted | mine)
        elif job.action is Action.DELETE_PROJECT:
            names = {(job.project, file.name) for file in (old.files if old else ())}
            history = history._replace(deleted=history.deleted | names)
        return history, wrong

    def _taken(self, history: History, project: str, file: File) -> History:
        for index, jobs in enumerate(self._commands):
            for number, job in enumerate(jobs):
                same = (job.project, job.filename, job.content) == (project, file.name, file.content)
                if same and history.published[index][number] == LISTED:
                    history = history.with_published(index, number, TAKEN)
        return history

    def broken(self, bucket: Bucket, ends: Sequence[Ended | None], history: History) -> Iterator[str]:
        """What does not hold in a state.

        :param ends: how each command ended; None for those that run.
        """
        objects = dict(bucket)
        rest = None not in ends and all(end and end.outcome is not Outcome.KILLED for end in ends)
        done = rest and all(end and end.outcome is Outcome.DONE for end in ends)
        published = any(job[:3] == (Action.PUBLISH, "p", WHEEL) for jobs in self._commands for job in jobs)
        excused = None if done and published else self._gone
        if any(file.key != excused for file in self._without_object(bucket)):
            yield "listed files exist: a manifest or page lists an object that is missing, or is another"
        if rest or not self._leaves_list:
            yield from self._broken_list(objects, rest=done)
        for index, (jobs, end) in enumerate(zip(self._commands, ends, strict=True)):
            if end is None:
                continue
            for number, job in enumerate(jobs):
                yield from self._broken_job(objects, job, end, history.published[index][number], rest=rest)
            if jobs[0].action is Action.DELETE and history.commits[index] > 1:
                yield "deleted files stay deleted: one deletion took effect twice"

    def _broken_list(self, objects: dict[str, Any], *, rest: bool) -> Iterator[str]:
        for key, manifest in objects.items():
            project, _, name = key.partition("/")
            if name == "manifest.json":
                listed_in = [project in objects[place].projects for place in (PROJECT_LIST, PROJECT_LIST_PAGE)]
                if not manifest.deleted and not all(listed_in):
                    yield "projects are on the list: one has a manifest and is not on it"
                if manifest.deleted and rest and any(listed_in):
                    yield "deleted projects are off the list: one is on it"

    def _broken_job(
        self, objects: dict[str, Any], job: Job, end: Ended, published: int, *, rest: bool
    ) -> Iterator[str]:
        manifest = objects.get(manifest_key(job.project))
        pages = [objects.get(key) for key in self._shape.page_keys(job.project)]
        if job.action is Action.INSTALL:
            if end.outcome is Outcome.OTHER_CONTENT:
                yield "installers get what is listed: the content was another"
            if end.outcome is Outcome.NOT_FOUND and not (end.keys <= removed_keys(manifest) or self._gone in end.keys):
                yield "installers get what is listed: the file was not found"
            return
        rows = [listed(document, job.filename) for document in (manifest, *pages)]
        finished = end.outcome is Outcome.DONE
        if rest and finished and manifest and any(page != shown(manifest) for page in pages):
            yield "pages follow the manifest: at rest, one differs"
        if job.action in PUBLISHERS and finished and published != TAKEN:
            mine = all(file and file.content == job.content for file in rows)
            if published == UNLISTED or not mine:
                yield f"who exits 0 is listed: {job.action.name} ended, and is not"
        refused = job.action is Action.PUBLISH and end.outcome is Outcome.REFUSED
        if refused and not any(rows) and not removed_keys(manifest, job.filename):
            yield "a conflict is with something listed: nothing is"
        if finished and any(file and file.key in end.keys for file in rows):
            yield "deleted files stay deleted: a key that a command removed is listed"

    def _without_object(self, bucket: Bucket) -> list[File]:
        """The listed files whose objects do not hold their content."""
        if bucket not in self._unlisted_content:
            objects = dict(bucket)
            documents = [value for key, value in bucket if hasattr(value, "files")]
            files = {file for document in documents for file in document.files}
            self._unlisted_content[bucket] = [
                file
                for file in files
                if any(objects.get(key) != content for key, content in self._shape.objects(file.key, file.content))
            ]
        return self._unlisted_content[bucket]

    def broken_after_run_again(self, index: int, outcome: Outcome, bucket: Bucket) -> Iterator[str]:
        """What a killed command has left undone when it was run again, alone."""
        objects = dict(bucket)
        for job in self._commands[index]:
            manifest = objects.get(manifest_key(job.project))
            pages = [objects.get(key) for key in self._shape.page_keys(job.project)]
            file, removed = listed(manifest or pages[0], job.filename), removed_keys(manifest, job.filename)
            kept = {key for key in objects if key.startswith(f"{job.project}/") and is_file(key)}
            if outcome is Outcome.DONE and manifest and any(page != shown(manifest) for page in pages):
                yield "who is killed is run again: a page was not repaired"
            others = len(self._commands[index]) > 1 and outcome is Outcome.REFUSED  # one of several may be refused
            same = file is not None and file.content == job.content
            if job.action in PUBLISHERS and not (file and (others or same == (outcome is Outcome.DONE))):
                yield f"who is killed is run again: {job.project}'s file was not published"
            refused = outcome is Outcome.REFUSED
            if job.action is Action.DELETE and (file or (refused and removed) or kept & removed):
                yield "who is killed is run again: the deletion is not complete"
            if job.action is Action.DELETE_PROJECT and not refused and (manifest is None or not manifest.deleted):
                yield "who is killed is run again: the project is not deleted"
            if job.action is Action.PRUNE and manifest:
                expected = {key for one in manifest.files for key, _ in self._shape.objects(one.key, "")}
                if kept - expected:
                    yield "who is killed is run again: objects are left that nothing lists"
