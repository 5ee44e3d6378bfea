"""What is to become of a distribution, given what the manifest lists and what lies in the store: pure decisions."""

from __future__ import annotations

import enum
from dataclasses import dataclass, replace
from datetime import datetime

from ...config.settings import IfExists
from ...errors import Error, FileConflict, RepositoryError
from ...index.model import File
from ...repository.listed_object import Contents, Holding, Part
from ...repository.stored_file import Publishable
from ...text import without_credentials
from .report import Note, Outcome

__all__ = ["NOTHING_SEEN", "Choice", "Look", "Seen", "choose", "held_back"]


class Look(enum.Enum):
    """What `choose` has to know of a listed file before it can choose."""

    OBJECT = "whether its object is there"
    CONTENTS = "whether it has the same contents"


@dataclass(frozen=True, slots=True)
class Seen:
    """What is known of a listed file's object; None where nobody has looked."""

    object: Holding | None = None
    contents: Contents | None = None


NOTHING_SEEN = Seen()


@dataclass(frozen=True, slots=True)
class Choice:
    """What is to become of one distribution.

    :param listed: how its filename is listed now; None when it is not.
    :param error: why it fails; None unless it does.
    :param missing: what is to be stored again under the listed url.
    """

    distribution: Publishable
    outcome: Outcome
    listed: File | None
    error: Error | None = None
    note: Note | None = None
    missing: frozenset[Part] = frozenset()

    @property
    def lists(self) -> bool:
        """Whether the manifest is to list our bytes anew."""
        return self.outcome in (Outcome.PUBLISHED, Outcome.REPLACED) and self.note is not Note.RESTORED

    @property
    def stays(self) -> bool:
        """Whether the listed file is ours, and stays listed as it is."""
        return (self.outcome is Outcome.PRESENT and self.note is None) or self.note is Note.RESTORED

    @property
    def moved(self) -> bool:
        """Whether the listed file, which is ours, gets another url and stays as it is otherwise."""
        return self.note is Note.MOVED


def choose(
    listed: File | None, distribution: Publishable, if_exists: IfExists, now: datetime, seen: Seen = NOTHING_SEEN
) -> Choice | Look:
    """What is to become of ``distribution``, whose filename is ``listed`` so; or what has to be looked at first.

    A listed file whose object is gone is as good as none, whatever ``if_exists`` says: the same file is stored again
    where it was, another one takes its place under a new key.

    :param now: the upload time that this very run writes: a file listed with it is our own, from a lost answer.
    """
    ours = listed.sha256 == distribution.file.sha256 if listed and listed.sha256 else None
    if listed is None or (ours and listed.upload_time == now):
        return Choice(distribution, Outcome.PUBLISHED, listed)
    if if_exists is IfExists.REPLACE and ours is False:
        return Choice(distribution, Outcome.REPLACED, listed)
    if seen.object is None:
        return Look.OBJECT
    return _of_missing(listed, distribution, ours, seen.object) or _of_listed(
        listed, distribution, if_exists, ours, seen
    )


def _of_missing(listed: File, distribution: Publishable, ours: bool | None, found: Holding) -> Choice | None:
    """The choice where the listed file, or what goes with it, is not there; None where it is.

    :param ours: whether the listed bytes are the distribution's; None where their hash is not known.
    """
    if ours and found.lost:
        return Choice(distribution, Outcome.REPLACED, listed, note=Note.MOVED)
    if ours and found.missing:
        return Choice(distribution, Outcome.PUBLISHED, listed, note=Note.RESTORED, missing=found.missing)
    if not ours and Part.FILE in found.missing:
        return Choice(distribution, Outcome.REPLACED, listed, note=Note.MISSING)
    return None


def _of_listed(
    listed: File, distribution: Publishable, if_exists: IfExists, ours: bool | None, seen: Seen
) -> Choice | Look:
    if if_exists is IfExists.SKIP:
        return Choice(distribution, Outcome.SKIPPED, listed)
    if if_exists is IfExists.FAIL:
        error = f"{distribution.filename} is published already: raise the version, or leave it out"
        return Choice(distribution, Outcome.FAILED, listed, FileConflict(error))
    if ours:
        return Choice(distribution, Outcome.PRESENT, listed)
    if seen.contents is None:
        return Look.CONTENTS
    return _of_compared(listed, distribution, if_exists, seen.contents, seen.object or Holding())


def _of_compared(
    listed: File, distribution: Publishable, if_exists: IfExists, contents: Contents, found: Holding
) -> Choice:
    if contents is Contents.SAME_BYTES:
        return Choice(distribution, Outcome.PRESENT, listed)
    if if_exists is IfExists.REPLACE:
        return Choice(distribution, Outcome.REPLACED, listed)
    if contents is Contents.EQUIVALENT:
        return Choice(distribution, Outcome.PRESENT, listed, note=Note.REBUILT, missing=found.missing)
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
    """The choice when another file of the project is refused: nothing of the project is listed anew."""
    if choice.lists:
        name = choice.distribution.filename
        error = RepositoryError(f"{name} was not published, because another file of the project was refused")
        return replace(choice, outcome=Outcome.FAILED, error=error, note=None)
    return choice
