"""A check of ``s3pypi doctor``: one question about a target, and what was found."""

from __future__ import annotations

import enum
from dataclasses import dataclass

__all__ = [
    "ABORT",
    "DELETE",
    "GET",
    "MULTIPART",
    "PUT",
    "Check",
    "Result",
    "fail",
    "fail_with",
    "ok",
    "skip",
    "warn",
]

PUT, GET, DELETE, MULTIPART, ABORT = "put", "get", "delete", "multipart", "abort"
"""Names of the checks that others depend on."""


class Result(enum.Enum):
    """The result of a check; the value is its name in reports."""

    OK = "ok"
    WARNING = "warning"
    """Publishing is sound, but something is not as users may expect it."""
    FAILED = "failed"
    """Publishing or installing fails."""
    SKIPPED = "skipped"
    """The check could not be made."""


@dataclass(frozen=True, slots=True)
class Check:
    """One question, and its answer.

    :param found: what was found, in a few words.
    :param advice: what users should do about it.
    """

    name: str
    result: Result
    found: str
    advice: str | None = None


def ok(name: str, found: str) -> Check:
    """The check ``name``, which went well."""
    return Check(name, Result.OK, found)


def warn(name: str, found: str, advice: str | None = None) -> Check:
    """The check ``name``, of which users should know."""
    return Check(name, Result.WARNING, found, advice)


def fail(name: str, found: str, advice: str | None = None) -> Check:
    """The check ``name``, which failed."""
    return Check(name, Result.FAILED, found, advice)


def fail_with(name: str, line: str, otherwise: str | None = None) -> Check:
    """The check ``name``, which failed with an error.

    :param line: the error's text; what follows the first ``; `` is the advice.
    :param otherwise: the advice where the text has none.
    """
    found, _, advice = line.partition("; ")
    return Check(name, Result.FAILED, found, advice or otherwise)


def skip(name: str, found: str, advice: str | None = None) -> Check:
    """The check ``name``, which could not be made."""
    return Check(name, Result.SKIPPED, found, advice)
