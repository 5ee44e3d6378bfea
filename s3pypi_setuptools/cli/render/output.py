"""A report and the forms in which a terminal, a pipe or a program reads it."""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from ...errors import Error

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    from ...tables import Table

__all__ = ["Output", "to_json"]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """A report, and how it is shown.

    :param lines: the report for programs, a line a thing.
    :param drawn: makes what people see on a terminal: a table, or other lines; None: the same lines.
    :param failures: those of the lines that say what failed; shown on stdout even with ``--quiet``.
    :param errors: lines that say what failed, for stderr.
    :param warnings: lines for stderr, after the errors.
    :param failed: something failed of which this report does not say so.
    """

    report: DataclassInstance
    lines: Iterable[str]
    drawn: Callable[[], Table | Iterable[str]] | None = None
    failures: Iterable[str] = ()
    errors: Iterable[str] = ()
    warnings: Iterable[str] = ()
    failed: bool = False

    @property
    def ok(self) -> bool:
        """Whether nothing failed; the exit status is 1 otherwise. A report without ``ok`` cannot fail."""
        return not self.failed and bool(getattr(self.report, "ok", True))


def to_json(report: DataclassInstance) -> dict[str, object]:
    """The report's fields under their own names, and ``ok``; times in ISO 8601 (UTC), tuples as lists."""
    return {"ok": getattr(report, "ok", True), **_fields(report)}


def _fields(value: DataclassInstance) -> dict[str, object]:
    return {field.name: _value(getattr(value, field.name)) for field in dataclasses.fields(value)}


def _value(value: object) -> object:
    plain: object = value
    match value:
        case enum.Enum():
            plain = value.value
        case Path() | Error():
            plain = str(value)
        case datetime():
            plain = value.isoformat().replace("+00:00", "Z")
        case tuple() | list():
            plain = [_value(item) for item in value]
        case Mapping():
            plain = {str(key): _value(item) for key, item in value.items()}
        case _ if dataclasses.is_dataclass(value) and not isinstance(value, type):
            plain = _fields(value)
    return plain
