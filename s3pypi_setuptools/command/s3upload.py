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
        """Upload; returns one line for each file that failed."""
        from .. import report_lines  # noqa: PLC0415
        from ..api import PackageRepository  # noqa: PLC0415
        from ..distribution.selection import select_files  # noqa: PLC0415
        from ..errors import UsageError  # noqa: PLC0415
        from ..monitor import Monitor  # noqa: PLC0415

        observer = self.journal.begin("uploaded")
        settings = self.resolve()
        if settings.file_mask is None:
            raise UsageError("file-mask is missing: say which files, such as --file-mask='dist/*'")
        paths = select_files([settings.file_mask])
        repository = PackageRepository(settings)
        report = repository.upload_files(paths, dry_run=bool(self.dry_run), monitor=Monitor(observer=observer))
        self.say(report_lines.upload_lines(report))
        return report_lines.failures(report)
