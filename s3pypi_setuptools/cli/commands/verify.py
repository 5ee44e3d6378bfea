"""``s3pypi verify [PROJECT…]``: compare a repository's manifests and pages with the stored files."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ...text import counted
from ..command import PROJECTS, Argument, Call, Command
from ..options import READING
from ..render.output import Output

if TYPE_CHECKING:
    from ...operations.verify.verify import VerifyReport

__all__ = ["VERIFY"]


def _verify(call: Call) -> Output:
    report = call.repository.verify(*call.arguments.projects, deep=call.arguments.deep, monitor=call.monitor)
    found, verdict = [*_findings(report)], _verdict(report)
    return Output(report=report, lines=[*found, *_pending(report), verdict], failures=[*found, verdict])


def _findings(report: VerifyReport) -> Iterator[str]:
    for finding in report.findings:
        about = f" ({finding.project})" if finding.project and f"/{finding.project}/" not in f"/{finding.key}" else ""
        yield f"{finding.problem.value} {finding.key}{about}: {finding.detail}"


def _pending(report: VerifyReport) -> Iterator[str]:
    if report.pending:
        yield f"pending {counted(report.pending, 'object')} that a publisher has stored of late and not listed yet"


def _verdict(report: VerifyReport) -> str:
    looked_at = f"{counted(report.projects, 'project')}, {counted(report.files, 'file')}"
    found = counted(len(report.findings), "finding") if report.findings else "all is well"
    return f"verified {looked_at}{' (read all)' if report.deep else ''}: {found}"


VERIFY = Command(
    program="s3pypi verify",
    usage="[PROJECT...] [--deep] [--target TARGET] [options]",
    description="""\
Check that every listed file exists, that no other file exists, and that the pages agree with the manifests. Nothing
is written. Sizes, times and recorded hashes come from a listing of the store; a file that looks overwritten is read.
With --deep every file is read and hashed, and wheels' metadata files are compared with the wheels.

The output has a line for each finding, PROBLEM KEY: what is wrong, and what to do; and a summary at the end.""",
    examples="""\
examples:
  s3pypi verify                      the whole repository
  s3pypi verify demo other --deep    two projects, reading every file
  s3pypi verify --json               for programs

Exit status: 0 all is well, 1 something was found, 2 the command line is wrong.""",
    arguments=(PROJECTS, Argument("--deep", action="store_true", help="read every file, and compare its hash")),
    settings=READING,
    counts=("Verifying", "files"),
    run=_verify,
)
