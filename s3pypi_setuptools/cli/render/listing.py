"""Lists of projects and files: tables for people, columns and blocks for programs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ...tables import Cell, Column, Table
from ...text import counted
from .columns import columns, day, facts, size, time_text

if TYPE_CHECKING:
    from ...operations.listing import FileDetails, ListReport, ProjectReport, ProjectSummary

__all__ = ["detail_lines", "file_lines", "file_table", "project_lines", "project_table"]

_STYLES = {"archived": "yellow", "deprecated": "yellow", "quarantined": "bold red"}
_NOT_OFFERED = "installers are offered none of these files"


def project_lines(report: ListReport, *, names_only: bool = False) -> Iterator[str]:
    """A line for each project: name, latest version, files, bytes, last upload, status; or only its name."""
    if names_only:
        yield from (project.name for project in report.projects)
    else:
        yield from columns([_project_cells(project) for project in report.projects if project.error is None])


def project_table(report: ListReport) -> Table:
    """The projects as a table."""
    columns = (
        Column("Project", folds=True),
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
            texts = (project.name, project.latest or "", str(project.files), size(project.size), day(project.uploaded))
            rows.append([*map(Cell, texts), Cell(status, _STYLES.get(status, ""))])
    return Table((report.target,), columns, rows)


def file_lines(report: ProjectReport, *, names_only: bool = False) -> Iterator[str]:
    """A line for each file: name, version, bytes, upload time, requires-python, yanked; or only its name."""
    if names_only:
        yield from (file.filename for file in report.files)
    else:
        yield from columns([_file_cells(file) for file in report.files])


def file_table(report: ProjectReport) -> Table:
    """A project's files as a table, with fewer details than `detail_lines`."""
    title = [f"{report.name}  {report.target}"]
    if report.status.value in _STYLES:
        title.append(_status(report))
    if not report.offered:
        title.append(_NOT_OFFERED)
    columns = (
        Column("File", folds=True),
        Column("Version", spare=1),
        Column("Size", right=True),
        Column("Uploaded", spare=3),
        Column("Python", spare=2),
        Column("Yanked", elastic=True),
    )
    rows = []
    for file in report.files:
        texts = (file.filename, file.version or "", size(file.size), day(file.uploaded), file.requires_python or "")
        style = "" if file.yanked is None else "dim"
        rows.append([*(Cell(text, style) for text in texts), Cell(_yanked(file) or "", "yellow")])
    return Table(title, columns, rows)


def detail_lines(report: ProjectReport) -> Iterator[str]:
    """The project's details, then a block for each file."""
    yield from facts(
        {
            "project": report.name,
            "repository": report.target,
            "index": report.index_url,
            "status": _status(report),
            "versions": ", ".join(report.versions),
            "files": str(len(report.files)),
            "note": None if report.offered else _NOT_OFFERED,
        }
    )
    for file in report.files:
        yield ""
        yield file.filename
        shown = {
            "version": file.version,
            "size": None if file.size is None else counted(file.size, "byte"),
            "uploaded": time_text(file.uploaded),
            "requires-python": file.requires_python,
            "yanked": _yanked(file),
            **file.hashes,
            "metadata": f"{file.url}.metadata" if file.metadata else None,
            "provenance": file.provenance,
            "url": file.url,
        }
        yield from (f"  {line}" for line in facts(shown))


def _project_cells(project: ProjectSummary) -> list[str | None]:
    status = project.status.value if project.status else None
    uploaded = time_text(project.uploaded)
    return [project.name, project.latest, str(project.files), str(project.size), uploaded, status]


def _file_cells(file: FileDetails) -> list[str | None]:
    requires = file.requires_python.replace(" ", "") if file.requires_python else None
    yanked = None if file.yanked is None else f"yanked{f': {file.yanked}' if file.yanked else ''}"
    length = None if file.size is None else str(file.size)
    return [file.filename, file.version, length, time_text(file.uploaded), requires, yanked]


def _yanked(file: FileDetails) -> str | None:
    return None if file.yanked is None else file.yanked or "yes"


def _status(report: ProjectReport) -> str:
    return f"{report.status.value}{f': {report.reason}' if report.reason else ''}"
