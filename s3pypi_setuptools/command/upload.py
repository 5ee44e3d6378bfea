"""``setup.py s3upload``."""

from __future__ import annotations

from collections.abc import Iterable

from .settings_command import SettingsCommand

__all__ = ["UploadCommand"]


class UploadCommand(SettingsCommand):
    """Upload any files that ``file_mask`` names to ``target``, with no index; private unless ``acl`` says otherwise."""

    command_name = "s3upload"
    description = "upload any files to S3 or a folder, without an index"
    of_repository = False

    def publish(self) -> Iterable[str]:
        """Upload; one line for each file that failed."""
        from .. import app, reports  # noqa: PLC0415
        from ..distribution.selection import select_files  # noqa: PLC0415
        from ..errors import UsageError  # noqa: PLC0415

        overseer = self.account.begin("uploaded")
        settings = self.resolve()
        if settings.file_mask is None:
            raise UsageError("file-mask is missing: say which files, such as --file-mask='dist/*'")
        paths = select_files([settings.file_mask])
        report = app.upload_files(settings, paths, dry_run=bool(self.dry_run), overseer=overseer)
        self.say(reports.upload_lines(report))
        return reports.failures(report)
