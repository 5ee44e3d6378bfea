"""``s3pypi migrate-index STYLE``: change which pages a repository has, and at which keys."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ...config.choices import PageStyle
from ...text import counted
from ..command import DRY_RUN, Argument, Call, Command
from ..options import CHANGING
from ..render.output import Output

if TYPE_CHECKING:
    from ...operations.migrate_index import MigrateReport

__all__ = ["MIGRATE_INDEX"]

_STYLES = tuple(style.value for style in PageStyle)
_REMOVING = tuple(style for style in _STYLES if style not in ("both", "json"))


def _migrate(call: Call) -> Output:
    report = call.repository.migrate_index(
        call.arguments.style,
        dry_run=call.arguments.dry_run,
        confirm=call.asking(
            lambda report: (_lines(report), f"Remove these pages from {report.target}?") if report.removed else None
        ),
        monitor=call.monitor,
    )
    return Output(
        report=report,
        lines=_lines(report),
        warnings=[
            f"{key}: stays, because another tool wrote it; remove it by hand when nobody reads it"
            for key in report.left
        ],
    )


def _lines(report: MigrateReport) -> Iterator[str]:
    for key in report.removed:
        yield f"{'would remove' if report.dry_run else 'removed'} {key}"
    pages = ", ".join(report.pages)
    has = "would have" if report.dry_run else "has"
    projects, before = counted(report.projects, "project"), ", ".join(report.before)
    yield f"{report.target} {has} the pages {pages} of {projects} (before: {before})"


MIGRATE_INDEX = Command(
    program="s3pypi migrate-index",
    usage="(both | index.html | / | json) [--target TARGET] [options]",
    description="""\
Change which pages a repository has. Every style also has PROJECT/index.json.

  both        HTML at PROJECT/index.html and at PROJECT/
  index.html  HTML at PROJECT/index.html alone
  /           HTML at PROJECT/ alone
  json        JSON at PROJECT/, for installers; HTML at PROJECT/index.html, for people

S3 website endpoints and most web servers need index.html; CloudFront without a function, and uv reading S3 itself, need
keys that end in /. With json, installers see upload times, so release-age settings work; it needs pip 22.2, poetry 2 or
later. Run it while nobody publishes. If a publisher wrote pages in the old style meanwhile, run it again.""",
    examples="""\
examples:
  s3pypi migrate-index both               add the pages that are missing
  s3pypi migrate-index index.html --yes   remove pages at /, without asking
  s3pypi migrate-index json               JSON for installers

Exit status: 0 done, 1 something failed or the answer was no, 2 the command line is wrong or confirmation is needed
and stdin is not a terminal.""",
    arguments=(Argument("style", metavar="STYLE", choices=_STYLES, help="both, index.html, / or json"),),
    settings=CHANGING - {"pages", "index-html"},
    dry_run=DRY_RUN,
    asks=lambda arguments: arguments.style in _REMOVING,
    done="migrated",
    run=_migrate,
)
