"""Mirror a project: publish the files that another repository lists, and copy its yanks and status."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ...errors import Error, RepositoryError
from ...index.model import Project
from ...repository.change import Decision
from ...repository.inventory import Folder, list_folder
from ...repository.listed_object import is_stored
from ...repository.manifest import Manifest
from ...repository.stored_file import StoredFile
from ...text import without_credentials
from .source import Found
from .strays import Strays
from .transfer import ImportedFile, ImportOutcome, Transfer


def mirror(transfer: Transfer, strays: Strays, folder: Folder) -> list[ImportedFile]:
    """Import one project's folder: read, publish, then copy yanks and status. Raises `Error`."""
    project = folder.name
    files = list(transfer.source.files(folder))
    before = transfer.target.manifest(project)
    strays.begin(project, managed=bool(before and before.commit))
    compared = list(_compared(transfer, project, files, before))
    reports = [report for _, report in compared if report]
    new: list[tuple[Found, StoredFile]] = []
    for found, stored in transfer.source.read_or_take(found for found, report in compared if not report):
        if isinstance(stored, Error) or (problem := found.problem(stored)):
            error = stored if isinstance(stored, Error) else problem
            reports.append(transfer.report(project, found, ImportOutcome.FAILED, error))
        elif stored.project != project:
            reports += strays.add(found, stored)
        else:
            new.append((found, stored))
    reports += [report for _, report in transfer.publish(new)]
    origin = transfer.source.repository.manifest(project)
    if origin and origin.project.files and (before or origin.project.status):
        there = origin.project
        transfer.target.change(project, lambda manifest: Decision(with_yanks_and_status(manifest, there), None))
    return reports


def _compared(
    transfer: Transfer, project: str, files: list[Found], before: Manifest | None
) -> Iterator[tuple[Found, ImportedFile | None]]:
    """Each file, with its report if it need not or cannot be read."""
    workspace, report = transfer.target.workspace, transfer.report
    listed = {file.filename: file for file in before.project.files} if before else {}
    objects = list_folder(workspace.store, workspace.layout, project).objects if listed else {}
    for found in files:
        known = listed.get(found.file.filename)
        if found.error:
            yield found, report(project, found, ImportOutcome.FAILED, found.error)
        elif known and known.sha256 == found.file.sha256 and is_stored(workspace.layout, project, known, objects):
            yield found, report(project, found, ImportOutcome.PRESENT)
        elif found.info is None:
            note = RepositoryError(f"lies outside the repository, at {without_credentials(found.file.url)}")
            yield found, report(project, found, ImportOutcome.FAILED, note)
        else:
            yield found, None


def with_yanks_and_status(manifest: Manifest, origin: Project) -> Manifest:
    """``manifest`` with the yanks and the status of ``origin``, the same project elsewhere: a function of values.

    Only files with the same name and bytes are yanked. A yank or status that ``origin`` lacks stays, and so does a
    project without files.
    """
    if manifest.deleted or not manifest.project.files:
        return manifest
    yanked = {(file.filename, file.sha256): file.yanked for file in origin.files if file.yanked is not None}
    files = [
        replace(file, yanked=yanked[file.filename, file.sha256])
        for file in manifest.project.files
        if file.yanked is None and (file.filename, file.sha256) in yanked
    ]
    new = manifest.with_files(files)
    return replace(new, project=replace(new.project, status=origin.status or new.project.status))
