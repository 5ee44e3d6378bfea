"""What a store is asked by who wants to know whether it will do, beyond what `Store` tells of itself."""

from __future__ import annotations

import enum
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

from ..stores.capabilities import Capabilities

__all__ = ["ABORT", "DELETE", "GET", "MULTIPART", "PUT", "Check", "Examiner", "Result", "failed", "refusal"]

PUT, GET, DELETE, MULTIPART, ABORT = "put", "get", "delete", "multipart", "abort"
"""Names of checks on which others rest."""


class Result(enum.Enum):
    """What came of a check; the value is its name in reports."""

    OK = "ok"
    WARNING = "warning"
    """Publishing is sound, and something else is not as one may expect."""
    NO = "no"
    SKIPPED = "skipped"
    """Nothing is known."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was asked.

    :param found: what came of it, in a few words.
    :param advice: what to do about it.
    """

    name: str
    result: Result
    found: str
    advice: str | None = None


class Examiner(ABC):
    """Asks one store; what goes wrong is a check's result, and no error, except where it says so.

    Folders are given as keys without ``/`` at their end. What is written lies below the given folder, and is gone when
    a method returns, as far as it may be deleted.
    """

    @abstractmethod
    def reach(self) -> list[Check]:
        """Whether the store can be asked at all; after a ``NO`` there is nothing more to ask."""

    @abstractmethod
    def read(self, prefix: str, folder: str) -> list[Check]:
        """What may be read below ``prefix``, the repository's; nothing is written.

        :param folder: where there is nothing.
        """

    @abstractmethod
    def write(self, folder: str) -> list[Check]:
        """What may be written, by doing it; with checks named `PUT`, `GET` and `DELETE`."""

    @abstractmethod
    def race(self, folder: str) -> Capabilities:
        """What the store honours, as `probe.probe` finds out; raises its errors."""

    @abstractmethod
    def keep(self, folder: str) -> list[Check]:
        """Whether objects come back as they were stored, and to whom."""

    @abstractmethod
    def clear(self, folder: str) -> bool:
        """Delete what an end before its time left below ``folder``; whether surely nothing is left."""


def failed(checks: Sequence[Check]) -> bool:
    """Whether one of them is a ``NO``."""
    return any(check.result is Result.NO for check in checks)


def refusal(name: str, why: str, otherwise: str | None = None) -> Check:
    """The ``NO`` of an error.

    :param why: its line; what follows the first ``; `` says what to do.
    :param otherwise: what to do where the line does not say.
    """
    found, _, advice = why.partition("; ")
    return Check(name, Result.NO, found, advice or otherwise)
