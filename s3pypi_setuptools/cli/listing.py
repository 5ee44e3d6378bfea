"""How projects and files are listed: tables for people, columns and blocks for programs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from ..text import counted, printable, size_text
from .tables import Column, draw_table

if TYPE_CHECKING:
    from rich.text import Text

    from ..operations.listing import FileDetails, ListReport, ProjectReport, ProjectSummary

__all__ = [
    "cell",
    "columns",
    "detail_lines",
    "draw_files",
    "draw_projects",
    "file_lines",
    "project_lines",
    "time_text",
]

_NOTHING = "-"
_STYLES = {"archived": "yellow", "deprecated": "yellow", "quarantined": "bold red"}


def project_lines(report: ListReport, *, names_only: bool = False) -> Iterator[str]:
    """A line a project: name, latest version, number of files, bytes, last upload, status; or its name alone."""
    if names_only:
        yield from (project.name for project in report.projects)
        return
    yield from columns([_project_cells(project) for project in report.projects if project.error is None])


def file_lines(report: ProjectReport, *, names_only: bool = False) -> Iterator[str]:
    """A line a file: name, version, bytes, upload time, requires-python, yanked; or its name alone."""
    if names_only:
        yield from (file.filename for file in report.files)
        return
    yield from columns([_file_cells(file) for file in report.files])


def detail_lines(report: ProjectReport) -> Iterator[str]:
    """The project's facts, then a block a file."""
    facts = {
        "project": report.name,
        "repository": report.target,
        "index": report.index_url,
        "status": f"{report.status.value}{f': {report.reason}' if report.reason else ''}",
        "versions": ", ".join(report.versions),
        "files": str(len(report.files)),
        "note": None if report.offered else "installers are offered none of these files",
    }
    yield from _block(facts)
    for file in report.files:
        yield ""
        yield file.filename
        facts = {
            "version": file.version,
            "size": None if file.size is None else counted(file.size, "byte"),
            "uploaded": time_text(file.uploaded),
            "requires-python": file.requires_python,
            "yanked": None if file.yanked is None else file.yanked or "yes",
            **file.hashes,
            "metadata": f"{file.url}.metadata" if file.metadata else None,
            "provenance": file.provenance,
            "url": file.url,
        }
        yield from (f"  {line}" for line in _block(facts))


def draw_projects(report: ListReport) -> None:
    """Print the projects as a table."""
    columns = (
        Column("Project"),
        Column("Latest"),
        Column("Files", right=True, spare=2),
        Column("Size", right=True),
        Column("Uploaded", spare=1),
        Column("Status", spare=3),
    )
    rows = []
    for project in report.projects:
        if project.error is None:
            status = project.status.value if project.status else ""
            size = "" if project.size is None else size_text(project.size)
            cells = [project.name, project.latest or "", str(project.files), size, _day(project.uploaded)]
            rows.append([*map(cell, cells), cell(status, _STYLES.get(status, ""))])
    draw_table(cell(report.target), columns, rows)


def draw_files(report: ProjectReport) -> None:
    """Print a project's files as a table; what there is no room for, `detail_lines` has."""
    from rich.text import Text  # noqa: PLC0415

    title = printable(f"{report.name}  {report.target}")
    if report.status.value in _STYLES:
        title += f"\n{report.status.value}{f': {printable(report.reason)}' if report.reason else ''}"
    if not report.offered:
        title += "\ninstallers are offered none of these files"
    columns = (
        Column("File"),
        Column("Version", spare=1),
        Column("Size", right=True),
        Column("Uploaded", spare=3),
        Column("Python", spare=2),
        Column("Yanked", elastic=True),
    )
    rows = []
    for file in report.files:
        yanked = "" if file.yanked is None else file.yanked or "yes"
        size = "" if file.size is None else size_text(file.size)
        cells = [file.filename, file.version or "", size, _day(file.uploaded), file.requires_python or ""]
        style = "dim" if file.yanked is not None else ""
        rows.append([*(cell(text, style) for text in cells), cell(yanked, "yellow")])
    draw_table(Text(title), columns, rows)


def _project_cells(project: ProjectSummary) -> list[str | None]:
    return [
        project.name,
        project.latest,
        str(project.files),
        str(project.size),
        time_text(project.uploaded),
        project.status.value if project.status else None,
    ]


def _file_cells(file: FileDetails) -> list[str | None]:
    requires = file.requires_python.replace(" ", "") if file.requires_python else None
    yanked = None if file.yanked is None else f"yanked{f': {file.yanked}' if file.yanked else ''}"
    size = None if file.size is None else str(file.size)
    return [file.filename, file.version, size, time_text(file.uploaded), requires, yanked]


def cell(text: str, style: str = "") -> Text:
    """What a table shows of a text that anybody may have chosen."""
    from rich.text import Text  # noqa: PLC0415

    return Text(printable(text), style)


def columns(rows: list[list[str | None]], nothing: str = _NOTHING) -> Iterator[str]:
    """The rows as lines, with columns below one another; ``nothing`` stands for None."""
    texts = [[text or nothing for text in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*texts, strict=True)]
    for row in texts:
        yield "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip()


def _block(facts: dict[str, str | None]) -> Iterator[str]:
    width = max(map(len, facts))
    yield from (f"{name:<{width}}  {value}" for name, value in facts.items() if value)


def time_text(time: datetime | None) -> str | None:
    """A time in UTC, to the second, in ISO 8601."""
    return None if time is None else time.isoformat(timespec="seconds").replace("+00:00", "Z")


def _day(time: datetime | None) -> str:
    return "" if time is None else f"{time:%Y-%m-%d}"
