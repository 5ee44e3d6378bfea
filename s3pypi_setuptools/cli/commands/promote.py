"""``s3pypi promote PROJECT VERSION --from T1 --to T2``: also list a version in another repository."""

from __future__ import annotations

from ..command import DRY_RUN, PROJECT, Argument, Call, Command
from ..render.output import Output

__all__ = ["PROMOTE"]


def _promote(call: Call) -> Output:
    from ...report_lines import error_line, file_line  # noqa: PLC0415

    arguments = call.arguments
    report = call.source.promote(
        arguments.project, arguments.release, call.repository, dry_run=arguments.dry_run, monitor=call.monitor
    )
    return Output(
        report=report,
        lines=[file_line(file, report.dry_run) for file in report.files if file.error is None],
        errors=[error_line(file) for file in report.files if file.error is not None],
        warnings=[f"{name} is yanked, as it is in {report.source}" for name in report.yanked],
    )


PROMOTE = Command(
    program="s3pypi promote",
    usage="PROJECT VERSION --from TARGET --to TARGET [options]",
    description="""\
List all files of a version in another repository too, in one commit.

The bytes, hashes, metadata files, attestations and yanks stay the same. S3 copies the files by itself if both
repositories are on one service and are reached with the same credentials; otherwise they pass through this machine.""",
    examples="""\
examples:
  s3pypi promote demo 1.0 --from s3://packages/staging --to s3://packages/prod
  s3pypi promote demo 1.0 --from staging --to prod    targets of pyproject.toml

Exit status: 0 the version is listed in both, 1 something failed, 2 the command line is wrong.""",
    arguments=(PROJECT, Argument("release", metavar="VERSION", help="all files of this version")),
    two_targets=True,
    needs_source="say where the version is listed",
    dry_run=DRY_RUN,
    takes_yes=True,
    done="listed",
    sends=True,
    run=_promote,
)
