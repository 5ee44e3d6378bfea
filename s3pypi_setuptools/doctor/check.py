"""A check of ``s3pypi doctor``: one question about a target, and what was found."""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass

from ..errors import Error

PUT, GET, DELETE, MULTIPART, ABORT = "put", "get", "delete", "multipart", "abort"
"""Names of the checks that others depend on."""


class Result(enum.Enum):
    """The result of a check; the value is its name in reports. Calling a result makes a check that has it."""

    OK = "ok"
    WARNING = "warning"
    """Publishing is sound, but something is not as users may expect it."""
    FAILED = "failed"
    """Publishing or installing fails."""
    SKIPPED = "skipped"
    """The check could not be made."""

    def __call__(self, name: str, found: str, advice: str | None = None) -> Check:
        """The check ``name``; the parameters are those of `Check`."""
        return Check(name, self, found, advice)


ok, warn, fail, skip = Result.OK, Result.WARNING, Result.FAILED, Result.SKIPPED


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


def fail_with(name: str, line: str, otherwise: str | None = None) -> Check:
    """The check ``name``, which failed with an error.

    :param line: the error's text; what follows the first ``; `` is the advice.
    :param otherwise: the advice where the text has none.
    """
    found, _, advice = line.partition("; ")
    return fail(name, found, advice or otherwise)


def tried(name: str, ask: Callable[[], object], found: str = "allowed", otherwise: str | None = None) -> Check:
    """The check ``name`` of doing what ``ask`` does, which finds ``found`` if no error is raised.

    :param otherwise: the advice where the error has none.
    """
    try:
        ask()
    except Error as error:
        return fail_with(name, str(error), otherwise)
    return ok(name, found)
