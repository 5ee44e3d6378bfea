"""How long work tells whoever waits for it what goes on, and hears from them that it is to end."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from typing import Protocol

__all__ = ["UNATTENDED", "Overseer", "Progress", "Silent", "Stage", "Stopped", "Unattended"]


class Progress(Protocol):
    """Told of work as it is done; called from several threads at once."""

    def hashing(self, filename: str, size: int) -> None:
        """The file's ``size`` bytes are about to be hashed."""

    def hashed(self, filename: str, count: int) -> None:
        """``count`` more bytes of the file are hashed."""

    def sending(self, filename: str, size: int) -> None:
        """The file's ``size`` bytes are about to be sent."""

    def sent(self, filename: str, count: int) -> None:
        """``count`` more bytes of the file are stored."""


class Silent:
    """Progress that nobody watches."""

    def hashing(self, filename: str, size: int) -> None:
        """Nothing."""

    def hashed(self, filename: str, count: int) -> None:
        """Nothing."""

    def sending(self, filename: str, size: int) -> None:
        """Nothing."""

    def sent(self, filename: str, count: int) -> None:
        """Nothing."""


class Stage(enum.Enum):
    """How far the change of a file, or of a project as a whole, has come."""

    PENDING = "pending"
    """Nothing of it is committed."""
    COMMITTING = "committing"
    """Its commit is under way: until the answer comes, nobody knows whether it took effect."""
    COMMITTED = "committed"
    """The project's record tells of it; not all pages do, perhaps."""
    PUBLISHED = "published"
    """All pages tell of it."""


class Stopped(BaseException):
    """The work was to end, and did so before its next commit."""


class Overseer(Protocol):
    """Told how far changes have come, and asked whether to begin more; called from several threads at once."""

    def reached(self, stage: Stage, project: str, names: Iterable[str]) -> None:
        """What changes by these ``names``, of files or of the project itself, has come so far."""

    def go_on(self) -> None:
        """Asked before what need not be begun, such as a commit; raises `Stopped` where it is not to be."""


class Unattended:
    """Work that nobody oversees."""

    def reached(self, stage: Stage, project: str, names: Iterable[str]) -> None:
        """Nothing."""

    def go_on(self) -> None:
        """Always."""


UNATTENDED = Unattended()
