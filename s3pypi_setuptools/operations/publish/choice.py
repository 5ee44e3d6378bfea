"""Choose the outcome of one distribution, given how its filename is listed and what is stored: functions of values."""

from __future__ import annotations

import enum
from dataclasses import dataclass, replace
from datetime import datetime

from ...config.choices import IfExists
from ...errors import Error, FileConflict, RepositoryError
from ...index.model import File
from ...repository.listed_object import Contents, Presence
from ...repository.stored_file import Publishable
from ...repository.upload import Part
from ...text import without_credentials
from .report import Note, Outcome


class Need(enum.Enum):
    """What `choose` has to know about a listed file before it can choose."""

    PRESENCE = "whether its objects are present"
    CONTENTS = "whether it has the same contents"


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known about a listed file's objects; None where it was not looked up."""

    presence: Presence | None = None
    contents: Contents | None = None


NO_FACTS = Facts()


@dataclass(frozen=True, slots=True)
class Choice:
    """The outcome of one distribution.

    :param listed: how its filename is listed now; None if it is not.
    :param error: why it fails; None unless it does.
    :param missing: the parts to store again under the listed url.
    :param maybe_restored: as of `Presence`.
    """

    distribution: Publishable
    outcome: Outcome
    listed: File | None
    error: Error | None = None
    note: Note | None = None
    missing: frozenset[Part] = frozenset()
    maybe_restored: bool = False

    @property
    def filename(self) -> str:
        """The distribution's filename."""
        return self.distribution.filename

    @property
    def lists(self) -> bool:
        """Whether the manifest gets a new entry for our bytes."""
        return self.outcome in (Outcome.PUBLISHED, Outcome.REPLACED) and self.note is not Note.RESTORED

    @property
    def stays(self) -> bool:
        """Whether the listed file is ours, and stays listed as it is."""
        return (self.outcome is Outcome.PRESENT and self.note is None) or self.note is Note.RESTORED

    @property
    def moved(self) -> bool:
        """Whether the listed file, which is ours, gets another url and stays as it is otherwise."""
        return self.note is Note.MOVED

    @property
    def renews(self) -> bool:
        """Whether the manifest is committed even with the same content, as a missing object was stored again.

        Another publisher may have seen it missing, and be about to list another file in its place.
        """
        return self.maybe_restored or Part.FILE in self.missing


def choose(
    listed: File | None, distribution: Publishable, if_exists: IfExists, now: datetime, facts: Facts = NO_FACTS
) -> Choice | Need:
    """Choose the outcome of ``distribution``, or say what has to be known first.

    A listed file whose object is missing does not count, whatever ``if_exists`` says: the same file is stored again
    under the same key, and another file takes its place under a new key.

    :param listed: how its filename is listed; None if it is not.
    :param now: the upload time that this command writes: a file listed with it is from a commit of this command whose
        answer was lost.
    """
    ours = listed.sha256 == distribution.file.sha256 if listed and listed.sha256 else None
    if listed is None or (ours and listed.upload_time == now):
        return Choice(distribution, Outcome.PUBLISHED, listed)
    if if_exists is IfExists.REPLACE and ours is False:
        return Choice(distribution, Outcome.REPLACED, listed)
    if facts.presence is None:
        return Need.PRESENCE
    return _choose_missing(listed, distribution, ours, facts.presence) or _choose_present(
        listed, distribution, if_exists, ours, facts
    )


def _choose_missing(listed: File, distribution: Publishable, ours: bool | None, presence: Presence) -> Choice | None:
    """The choice if the listed file, or a file beside it, is missing; None if it is not.

    :param ours: whether the listed bytes are the distribution's; None if their hash is not known.
    """
    if ours and presence.lost:
        return Choice(distribution, Outcome.REPLACED, listed, note=Note.MOVED)
    if ours and presence.missing:
        return Choice(distribution, Outcome.PUBLISHED, listed, note=Note.RESTORED, missing=presence.missing)
    if not ours and Part.FILE in presence.missing:
        return Choice(distribution, Outcome.REPLACED, listed, note=Note.MISSING)
    return None


def _choose_present(
    listed: File, distribution: Publishable, if_exists: IfExists, ours: bool | None, facts: Facts
) -> Choice | Need:
    presence = facts.presence or Presence()
    maybe_restored = presence.maybe_restored and bool(ours)
    if if_exists is IfExists.SKIP:
        return Choice(distribution, Outcome.SKIPPED, listed, maybe_restored=maybe_restored)
    if if_exists is IfExists.FAIL:
        error = f"{distribution.filename} is published already: raise the version, or leave it out"
        return Choice(distribution, Outcome.FAILED, listed, FileConflict(error))
    if ours:
        return Choice(distribution, Outcome.PRESENT, listed, maybe_restored=maybe_restored)
    if facts.contents is None:
        return Need.CONTENTS
    return _choose_compared(listed, distribution, if_exists, facts.contents, presence)


def _choose_compared(
    listed: File, distribution: Publishable, if_exists: IfExists, contents: Contents, presence: Presence
) -> Choice:
    if contents is Contents.SAME_BYTES:
        return Choice(distribution, Outcome.PRESENT, listed)
    if if_exists is IfExists.REPLACE:
        return Choice(distribution, Outcome.REPLACED, listed)
    if contents is Contents.EQUIVALENT:
        return Choice(distribution, Outcome.PRESENT, listed, note=Note.REBUILT, missing=presence.missing)
    if contents is Contents.UNKNOWN:
        error = (
            f"{distribution.filename} is listed already, at {without_credentials(listed.url)}, and cannot be compared "
            "with what lies there"
        )
        return Choice(distribution, Outcome.FAILED, listed, FileConflict(f"{error}: raise the version"))
    hashes = f"sha256 {listed.sha256[:12]}… there, {distribution.file.sha256[:12]}… here" if listed.sha256 else ""
    error = f"{distribution.filename} is published already with other contents{f' ({hashes})' if hashes else ''}"
    return Choice(distribution, Outcome.FAILED, listed, FileConflict(f"{error}: raise the version"))


def held_back(choice: Choice) -> Choice:
    """The choice if another file of the project is refused: no file of the project is listed then."""
    if choice.lists:
        name = choice.filename
        error = RepositoryError(f"{name} was not published, because another file of the project was refused")
        return replace(choice, outcome=Outcome.FAILED, error=error, note=None)
    return choice
