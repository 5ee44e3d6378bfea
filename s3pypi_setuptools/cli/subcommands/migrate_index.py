"""``s3pypi migrate-index STYLE``: change which pages a repository has, and where they lie."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from ...config.page_style import PageStyle
from ...monitor import Monitor
from ...text import counted
from ..confirmation import Confirm, add_change_options, confirmation
from ..options import PUBLISHING, add_settings, given
from ..parser import ArgumentParser, add_output_options
from ..terminal import Terminal

if TYPE_CHECKING:
    from ...operations.migrate_index import MigrateReport

__all__ = ["parser", "run"]

_STYLES = tuple(style.value for style in PageStyle)
_REMOVING = tuple(style for style in _STYLES if style not in ("both", "json"))

_DESCRIPTION = """\
Change which pages a repository has, beside PROJECT/index.json, which is always there.

  both        HTML at PROJECT/index.html and at PROJECT/
  index.html  HTML at PROJECT/index.html alone
  /           HTML at PROJECT/ alone
  json        JSON at PROJECT/, for installers; HTML at PROJECT/index.html, for people

S3 website endpoints and most web servers need index.html; CloudFront without a function, and uv reading S3 itself, need
keys that end in /. With json, installers see upload times, so release-age settings work; it needs pip 22.2, poetry 2 or
later. Run it while nobody publishes: what an older run of a publisher leaves, the same command settles."""

_EXAMPLES = """\
examples:
  s3pypi migrate-index both -t s3://packages/simple          add the pages that are missing
  s3pypi migrate-index index.html -t prod --yes              those alone, without asking about the others
  s3pypi migrate-index json -t s3://packages/simple          JSON for installers that read the bucket itself

Exit status: 0 done, 1 something failed or the answer was no, 2 the command line is wrong or nobody can answer."""


def parser() -> argparse.ArgumentParser:
    """The parser of its arguments."""
    made = ArgumentParser(
        "s3pypi migrate-index",
        usage="s3pypi migrate-index (both | index.html | / | json) [--target TARGET] [options]",
        description=_DESCRIPTION,
        epilog=_EXAMPLES,
    )
    made.add_argument_group("what").add_argument(
        "style", metavar="STYLE", choices=_STYLES, help="both, index.html, / or json"
    )
    add_settings(made, without={*PUBLISHING, "pages", "index-html"})
    add_change_options(made, asks=True)
    add_output_options(made)
    return made


def run(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """Migrate; the exit status."""
    confirm = confirmation(arguments, terminal) if arguments.style in _REMOVING else None

    from ...api import PackageRepository  # noqa: PLC0415
    from ...config.resolve import resolve  # noqa: PLC0415

    observer = terminal.account.begin("migrated")
    settings = resolve(command_line=given(arguments))
    terminal.use(settings)
    report = PackageRepository(settings).migrate_index(
        arguments.style,
        dry_run=arguments.dry_run,
        confirm=_asking(confirm),
        monitor=Monitor(observer=observer),
    )
    status = terminal.show(report, _lines(report))
    for key in report.left:
        terminal.warning(f"{key}: stays, because another tool wrote it; remove it by hand when nobody reads it")
    return status


def _asking(confirm: Confirm | None) -> Callable[[MigrateReport], None] | None:
    if confirm is None:
        return None

    def ask(report: MigrateReport) -> None:
        if report.removed:
            confirm(_lines(report), f"Remove these pages from {report.target}?")

    return ask


def _lines(report: MigrateReport) -> Iterator[str]:
    for key in report.removed:
        yield f"{'would remove' if report.dry_run else 'removed'} {key}"
    pages = ", ".join(report.pages)
    has = "would have" if report.dry_run else "has"
    projects, before = counted(report.projects, "project"), ", ".join(report.before)
    yield f"{report.target} {has} the pages {pages} of {projects} (before: {before})"
