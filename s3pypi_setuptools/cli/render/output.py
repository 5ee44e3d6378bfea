"""A report, and its forms for terminals, scripts and programs."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    from ...errors import Error
    from ...operations.publish.report import PublishReport
    from ...operations.s3upload import UploadReport
    from ...tables import Table


class Output(NamedTuple):
    """A report, and how it is printed.

    :param report: printed with ``--json``; None for a command that has no such option.
    :param lines: printed in a pipe: one line for each file, project or finding.
    :param drawn: makes the table or the lines for a terminal; None: print ``lines`` there, too.
    :param failures: those of ``lines`` that say what failed; printed even with ``--quiet``.
    :param errors: what failed: errors, or lines that say it, for stderr.
    :param warnings: lines for stderr, after the errors.
    :param failed: whether something failed that is not in this report.
    :param status: the exit status if nothing failed.
    """

    report: DataclassInstance | Mapping[str, object] | None = None
    lines: Iterable[str] = ()
    drawn: Callable[[], Table | Iterable[str]] | None = None
    failures: Iterable[str] = ()
    errors: Iterable[Error | str] = ()
    warnings: Iterable[str] = ()
    failed: bool = False
    status: int = 0

    @property
    def exit_status(self) -> int:
        """``status``, or 1 where something failed."""
        return self.status if self.ok else 1

    @property
    def ok(self) -> bool:
        """Whether nothing failed; the exit status is 1 otherwise. A report without ``ok`` cannot fail."""
        return not self.failed and bool(getattr(self.report, "ok", True))

    def as_object(self) -> dict[str, object]:
        """The fields of the report under their own names, after ``ok``."""
        return {"ok": getattr(self.report, "ok", True), **({} if self.report is None else _object(self.report))}


def publish_output(report: PublishReport) -> Output:
    """A line for each file, or a table and the command that installs what was published."""
    from ...report_lines import failures, publish_lines, publish_table  # noqa: PLC0415

    drawn = partial(publish_table, report)
    return Output(report=report, lines=publish_lines(report), drawn=drawn, errors=failures(report))


def upload_output(report: UploadReport) -> Output:
    """A line for each file."""
    from ...report_lines import failures, upload_lines  # noqa: PLC0415

    return Output(report=report, lines=upload_lines(report), errors=failures(report))


def to_json(value: Mapping[str, object]) -> str:
    """``value`` as a JSON object: reports as their fields, times in ISO 8601 (UTC), tuples as lists, others as text."""
    from json import dumps  # noqa: PLC0415

    return dumps(value, indent=2, default=_plain)


def _plain(value: object) -> object:
    match value:
        case enum.Enum():
            return value.value
        case datetime():
            return value.isoformat().replace("+00:00", "Z")
        case _ if isinstance(value, Mapping) or (is_dataclass(value) and not isinstance(value, type)):
            return _object(value)
        case _:
            return str(value)


def _object(value: DataclassInstance | Mapping[str, object]) -> dict[str, object]:
    if isinstance(value, Mapping):
        return dict(value)
    return {field.name: getattr(value, field.name) for field in fields(value)}
