"""``setup.py sdist bdist_wheel s3pypi`` and ``setup.py s3upload``."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from .settings_command import SettingsCommand

if TYPE_CHECKING:
    from ..config.settings import Settings
    from ..operations.publish.report import PublishReport

_DISTRIBUTIONS = frozenset({"sdist", "bdist_wheel"})


class PyPICommand(SettingsCommand):
    """Publish the distributions that this run built, with regenerated indexes.

    If this run built none, publish those of this project's name and version in the dist folder. ``file_mask`` selects
    other files.
    """

    command_name = "s3pypi"
    description = "publish the built distributions to a package repository on S3 or in a folder"

    def publish(self) -> Iterable[str]:
        """Publish; returns one line for each file that failed."""
        from .. import build_push, report_lines  # noqa: PLC0415
        from ..api import PackageRepository  # noqa: PLC0415
        from ..monitor import Monitor  # noqa: PLC0415

        built = [Path(path) for command, _, path in self.distribution.dist_files if command in _DISTRIBUTIONS]
        if self.in_build_hook() and not built:  # older setuptools run it in get_requires_for_build_wheel too
            return ()
        observer = self.journal.begin("published")
        settings = self.resolve()
        paths = self._paths(settings, built)
        self.journal.begin("published", build_push.advice(paths[0].parent))
        repository = PackageRepository(settings)
        report = repository.publish(*paths, dry_run=bool(self.dry_run), monitor=Monitor(observer=observer))
        self._show(report)
        self.conflict = report.conflict
        name = self.get_command_name()
        force = "-C--build-option=--force" if self.in_build_hook() else f"'{name} --force'"
        return report_lines.failures(report, force)

    def _show(self, report: PublishReport) -> None:
        """Print what ``s3pypi upload`` prints: a table and the install command on a terminal, otherwise lines."""
        from .. import report_lines  # noqa: PLC0415
        from ..text import is_watched  # noqa: PLC0415

        if self.distribution.verbose and is_watched():
            report_lines.publish_table(report).draw()
        else:
            self.say(report_lines.publish_lines(report))

    def _paths(self, settings: Settings, built: list[Path]) -> list[Path]:
        from ..distribution.selection import distributions_of, select_distributions  # noqa: PLC0415
        from ..errors import InvalidDistribution  # noqa: PLC0415

        if settings.file_mask is not None:
            return select_distributions([settings.file_mask])
        others = [Path(path).name for command, _, path in self.distribution.dist_files if command not in _DISTRIBUTIONS]
        if others and not built:
            raise InvalidDistribution(
                f"this run built {', '.join(others)}, and only wheels and sdists can be published: "
                "run 'sdist bdist_wheel s3pypi' together"
            )
        for name in others:
            self.warn(f"{name} is not published: only wheels and sdists are")
        if built:
            return built
        self.get_finalized_command("egg_info")  # it puts build tags into the version
        folder = settings.dist_dir or self.get_finalized_command("sdist").dist_dir or "dist"
        try:
            return distributions_of(Path(folder), self.distribution.get_name(), self.distribution.get_version())
        except InvalidDistribution as error:
            raise InvalidDistribution(
                f"this run built no distribution, and {error}: run 'sdist bdist_wheel s3pypi' together"
            ) from None


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
