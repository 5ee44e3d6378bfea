"""What is to become of a distribution, given what the manifest lists: pure decisions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from ..config.settings import IfExists
from ..index.model import File
from ..repository.stored import Publishable
from .publish_report import Outcome

__all__ = ["Choice", "choose", "held_back"]


@dataclass(frozen=True, slots=True)
class Choice:
    """What is to become of one distribution.

    :param listed: how its filename is listed now; None when it is not.
    :param error: one line; None unless it fails.
    """

    distribution: Publishable
    outcome: Outcome
    listed: File | None
    error: str | None = None

    @property
    def lists(self) -> bool:
        """Whether the manifest is to list our bytes anew."""
        return self.outcome in (Outcome.PUBLISHED, Outcome.REPLACED)


def choose(
    listed: File | None,
    distribution: Publishable,
    if_exists: IfExists,
    now: datetime,
    same: Callable[[File, Publishable], bool],
) -> Choice:
    """What is to become of ``distribution``, whose filename is ``listed`` so.

    :param now: the upload time that this very run writes: a file listed with it is our own, from a lost answer.
    :param same: compares bytes where the hash of the listed file is not known.
    """
    ours = listed.sha256 == distribution.file.sha256 if listed and listed.sha256 else None
    if listed is None or (ours and listed.upload_time == now):
        return Choice(distribution, Outcome.PUBLISHED, listed)
    if if_exists is IfExists.SKIP:
        return Choice(distribution, Outcome.SKIPPED, listed)
    if if_exists is IfExists.FAIL:
        error = f"{distribution.filename} is published already: raise the version, or leave it out"
        return Choice(distribution, Outcome.FAILED, listed, error)
    if same(listed, distribution) if ours is None else ours:
        return Choice(distribution, Outcome.PRESENT, listed)
    if if_exists is IfExists.REPLACE:
        return Choice(distribution, Outcome.REPLACED, listed)
    there = (
        f"sha256 {listed.sha256[:12]}… there, {distribution.file.sha256[:12]}… here" if listed.sha256 else "other bytes"
    )
    error = (
        f"{distribution.filename} is published already with other bytes ({there}): raise the version, "
        "publish the file built before, or replace it with --force"
    )
    return Choice(distribution, Outcome.FAILED, listed, error)


def held_back(choice: Choice) -> Choice:
    """The choice when another file of the project is refused: nothing of the project is listed anew."""
    if choice.lists:
        error = f"{choice.distribution.filename} was not published, because another file of the project was refused"
        return replace(choice, outcome=Outcome.FAILED, error=error)
    return choice
