"""The output of commands that publish or upload files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...report_lines import failures, publish_lines, publish_table, upload_lines
from .output import Output

if TYPE_CHECKING:
    from ...operations.publish.report import PublishReport
    from ...operations.upload_files import UploadReport

__all__ = ["publish_output", "upload_output"]


def publish_output(report: PublishReport) -> Output:
    """A line for each file, or a table and the command that installs what was published."""
    return Output(
        report=report, lines=publish_lines(report), drawn=lambda: publish_table(report), errors=failures(report)
    )


def upload_output(report: UploadReport) -> Output:
    """A line for each file."""
    return Output(report=report, lines=upload_lines(report), errors=failures(report))
