"""What each command makes of a manifest."""

from __future__ import annotations

import enum
from collections.abc import Generator
from typing import Any, NamedTuple

from .bucket import MAYBE, File, Manifest, Request, create, filename_of, get, listed, plain_key, removed_keys
from .jobs import PUBLISHERS, Action, Job, Shape
from .rules import Rule

Requests = Generator[list[Request], list[Any], Any]
"""Yields requests that are in flight together, is sent their answers, returns a value."""


class Plain(enum.Enum):
    """What is known of the object at the plain key of a file that is published."""

    CREATED = "we created it"
    MAYBE_CREATED = "it was there, and holds our content; we may have created it, as an answer was lost"
    SAME = "it was there, and holds our content"
    OTHER = "it was there, and holds something else"
    NOT_SENT = "nobody has looked"


class Upload(NamedTuple):
    """Where a publisher's content lies.

    :param attempt: number of the key of our own that was stored last, 0 for none.
    :param restored: whether we stored the object of a listed file again.
    """

    plain: Plain
    attempt: int = 0
    restored: bool = False


class Plan(NamedTuple):
    """What a command makes of a manifest.

    :param seen: what the command knows, for when it has to decide again.
    :param sweep: keys whose objects are deleted in the end.
    :param renews: commit though the content is the same.
    """

    files: frozenset[File]
    removed: frozenset[tuple[str, str]]
    seen: Any
    sweep: frozenset[str] = frozenset()
    deleted: bool = False
    renews: bool = False
    refused: bool = False


class Choices:
    """The choices of all commands.

    :param without: the rule that is left out.
    """

    def __init__(self, shape: Shape, without: Rule | None) -> None:
        self._shape = shape
        self._without = without

    def _lacks(self, rule: Rule) -> bool:
        return rule is self._without

    def plan(self, me: str, job: Job, base: Manifest, seen: Any) -> Requests:
        """What the command makes of the manifest ``base``.

        :param me: what the keys of its own begin with.
        :param seen: what it knows from before: an `Upload`, the key to delete, or the objects found.
        """
        if job.action in PUBLISHERS:
            return (yield from self._publish(me, job, base, seen))
        if job.action is Action.DELETE:
            return self._delete(job, base, seen)
        if job.action is Action.DELETE_PROJECT:
            return self._delete_project(base, seen)
        if job.action is Action.PRUNE:
            return self._prune(base, seen)
        return self._reindex(job, base, seen)

    def creations(self, job: Job) -> list[Request]:
        """The requests that store a publisher's objects at the plain key."""
        if job.action not in PUBLISHERS or job.large:
            return []
        return [create(*each) for each in self._shape.objects(plain_key(job.project, job.filename), job.content)]

    def compared(self, job: Job, created: list[bool]) -> Requests:
        """What became of the plain object; where it was there already, its content tells."""
        if not created:
            return Plain.NOT_SENT
        found = Plain.CREATED if created[0] else Plain.MAYBE_CREATED if created[0] == MAYBE else Plain.SAME
        wanted = self._shape.objects(plain_key(job.project, job.filename), job.content)
        for (key, content), made in zip(wanted, created, strict=True):
            ignored = key.endswith(".metadata") and self._lacks(Rule.METADATA_BELONGS_TO_ITS_FILE)
            if not made and not ignored and (yield [get(key)])[0] != content:
                found = Plain.OTHER
        return found

    def _publish(self, me: str, job: Job, base: Manifest, upload: Upload) -> Requests:
        """List our file; where the name is listed, look at its object before anything else."""
        file, plain = listed(base, job.filename), plain_key(job.project, job.filename)
        gone = removed_keys(base, job.filename)
        unchanged = Plan(base.files, base.removed, upload, gone, base.deleted)
        if file and (file.content, file.by) == (job.content, me):
            return unchanged  # from a commit whose response was lost
        if file and (file.content == job.content or job.action is Action.PUBLISH):
            objects = self._shape.objects(file.key, file.content)
            [found, *others] = yield [get(key) for key, _ in objects]
            restored = upload.plain is Plain.CREATED and file.key == plain
            if self._lacks(Rule.LOOK_AT_LISTED_OBJECTS):
                found, restored = file.content, False
            if file.content == job.content:
                renews = self._renews(upload, restored=restored or found is None)
                if None in (found, *others):
                    yield [create(*each) for each in objects]
                    [found] = yield [get(file.key)]
                    upload = upload._replace(restored=not self._lacks(Rule.RENEW_AFTER_A_LOST_RACE))
                if found == file.content:
                    return unchanged._replace(renews=renews, seen=upload)
            elif not (found is None or restored or found == job.content):
                return unchanged._replace(refused=True)
        elif not file and upload.plain is Plain.OTHER and self._lacks(Rule.EXISTING_OBJECT_IS_NO_CONFLICT):
            return unchanged._replace(refused=True)
        removed = base.removed
        if self._lacks(Rule.REMOVED_ONLY_GROWS):
            removed = frozenset(each for each in removed if each[0] != job.filename)
        removed |= {(file.name, file.key)} if file else set()
        key, upload = yield from self._store(me, job, upload, removed)
        files = frozenset(other for other in base.files if other != file) | {File(job.filename, key, job.content, me)}
        return Plan(files, removed, upload, removed_keys(Manifest(files=files, removed=removed), job.filename))

    def _renews(self, upload: Upload, *, restored: bool) -> bool:
        """Whether the object of a listed file was missing, or may have been, so that its publisher commits."""
        if self._lacks(Rule.RENEW_AFTER_RESTORING):
            return False
        unsure = upload.plain is Plain.MAYBE_CREATED and not self._lacks(Rule.RENEW_WHEN_UNSURE)
        return restored or unsure or upload.restored

    def _store(self, me: str, job: Job, upload: Upload, removed: frozenset[tuple[str, str]]) -> Requests:
        """A key that holds our content and may be listed: the plain key, or a new one that nobody else uses."""
        plain, gone = plain_key(job.project, job.filename), {key for name, key in removed if name == job.filename}
        burnt = bool(gone) and not self._lacks(Rule.REMOVED_NAMES_GET_NEW_KEYS)
        if upload.plain is Plain.CREATED and self._lacks(Rule.CONTENT_DECIDES):
            burnt = False
        if upload.plain is Plain.NOT_SENT and not burnt:
            wanted = self._shape.objects(plain, job.content)
            made = yield [create(*each) for each in wanted]
            upload = upload._replace(plain=(yield from self.compared(job, made)))
        if not burnt and upload.plain in (Plain.CREATED, Plain.MAYBE_CREATED, Plain.SAME):
            return plain, upload

        def own_key() -> str:
            return f"{job.project}/{me}{upload.attempt}/{job.filename}"

        used = own_key() in gone and not self._lacks(Rule.NEW_KEYS_ARE_CHECKED_AGAIN)
        if not upload.attempt or used:
            upload = upload._replace(attempt=upload.attempt + 1)
            yield [create(*each) for each in self._shape.objects(own_key(), job.content)]
        return own_key(), upload

    def _delete(self, job: Job, base: Manifest, seen: str | None) -> Plan:
        """Unlist the key that was seen first; what was deleted before is deleted to the end."""
        file, gone = listed(base, job.filename), removed_keys(base, job.filename)
        if not file and (not gone or self._lacks(Rule.DELETE_TWICE)):
            return Plan(base.files, base.removed, seen, deleted=base.deleted, refused=True)
        if not file or (file.key != seen and not self._lacks(Rule.DELETE_ONLY_WHAT_WAS_SEEN)):
            return Plan(base.files, base.removed, seen, gone, base.deleted)
        return Plan(base.files - {file}, base.removed | {(file.name, file.key)}, seen, gone | {file.key})

    def _delete_project(self, base: Manifest, seen: frozenset[File]) -> Plan:
        """Unlist the files that were seen first; the project is deleted if no other is left."""
        files = base.files - seen
        removed = base.removed | {(file.name, file.key) for file in base.files & seen}
        refused = base == Manifest()
        sweep = removed_keys(Manifest(files=files, removed=removed))
        return Plan(files, removed, seen, sweep, deleted=not files, refused=refused)

    def _prune(self, base: Manifest, seen: tuple[tuple[str, str], ...]) -> Plan:
        """Remove every object that is not listed."""
        found = {key.removesuffix(".metadata") for key, _ in seen}
        if self._lacks(Rule.PRUNE_FINDS_METADATA):
            found &= {key for key, _ in seen}
        sweep = frozenset(found - {file.key for file in base.files}) if base.commit[0] else frozenset()
        marked = base.removed | {(filename_of(key), key) for key in sweep}
        if self._lacks(Rule.PRUNE_MARKS_REMOVED):
            marked = base.removed
        return Plan(base.files, marked, seen, sweep, base.deleted)

    def _reindex(self, job: Job, base: Manifest, seen: tuple[tuple[str, str], ...]) -> Plan:
        """List every plain object, with its metadata file, whose name is neither listed nor removed."""
        names = {file.name for file in base.files}
        if not self._lacks(Rule.REINDEX_HEEDS_REMOVED):
            names |= {name for name, _ in base.removed}
        found = {
            File(filename_of(key), key, content)
            for key, content in seen
            if key == plain_key(job.project, filename_of(key)) and filename_of(key) not in names
            if {*self._shape.objects(key, content)} <= {*seen}
        }
        return Plan(base.files | found, base.removed, seen, deleted=base.deleted and not found)
