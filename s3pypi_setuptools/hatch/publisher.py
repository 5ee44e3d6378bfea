"""``hatch publish -p s3pypi``."""

from __future__ import annotations

import contextlib
import glob
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from hatch.publish.plugin.interface import PublisherInterface

from ..config.options import as_options
from ..monitor import SAME_FILES, Journal, Monitor, Progress

if TYPE_CHECKING:
    from ..config.settings import Settings
    from ..operations.publish.report import PublishReport
    from .spinner import Spinner

__all__ = ["S3PyPIPublisher"]

_TABLE = "[tool.hatch.publish.s3pypi]"
_OF_HATCH = frozenset({"disable"})
_FLAGS_OF_HATCH = frozenset({"no_prompt", "initialize_auth"})
_DRY_RUN = "dry-run"


class S3PyPIPublisher(PublisherInterface):
    """Publish the artifacts given, or those in ``dist``, with regenerated indexes.

    Settings come from ``-o NAME=VALUE`` (``-o NAME`` for flags), and from ``[tool.hatch.publish.s3pypi]``, which
    ranks as setup.cfg does in other frontends. Relative paths begin at the project's root, as hatch's own do.
    """

    PLUGIN_NAME = "s3pypi"

    _spinner: Spinner | None = None

    def publish(self, artifacts: list[str], options: dict[str, object]) -> None:
        """Publish; aborts hatch with one line if anything failed."""
        from .. import report_lines  # noqa: PLC0415
        from ..api import PackageRepository  # noqa: PLC0415
        from ..interruption import Interruption  # noqa: PLC0415
        from ..redaction import Redactor  # noqa: PLC0415

        given = {_name(name): value for name, value in options.items() if name not in _FLAGS_OF_HATCH}
        journal, redactor = Journal().begin("published", SAME_FILES), Redactor()
        try:
            with Interruption(
                journal.stop, lambda word: self._interrupted(redactor.redact(f"{word}: {journal.sentence()}"))
            ):
                dry_run = _dry_run(given.pop(_DRY_RUN.replace("-", "_"), False))
                settings = self._settings(given)
                redactor.include(settings.redactor)
                for note in settings.notes:
                    self.app.display_warning(note)
                paths = self._paths(artifacts, settings)
                with self._progress(f"Publishing to {settings.require_target()}") as progress:
                    report = PackageRepository(settings).publish(
                        *paths, dry_run=dry_run, monitor=Monitor(progress, observer=journal)
                    )
        except Exception as error:  # hatch would print a traceback
            self.app.abort(as_options(redactor.describe(error)))
            return
        self._show(report, paths)
        if failures := [redactor.redact(line) for line in report_lines.failures(report, "-o force")]:
            for line in failures[:-1]:
                self.app.display_error(line)
            self.app.abort(failures[-1])

    def _interrupted(self, line: str) -> None:
        if self._spinner:
            self._spinner.stop()
        self.app.display_error(line)

    def _settings(self, given: Mapping[str, object]) -> Settings:
        from ..config.environment import Environment  # noqa: PLC0415
        from ..config.options import find  # noqa: PLC0415
        from ..config.resolve import resolve  # noqa: PLC0415
        from ..errors import ConfigurationError  # noqa: PLC0415

        if elsewhere := sorted(set(self.plugin_config) - _OF_HATCH):
            raise ConfigurationError(
                f"hatch's configuration [publish.s3pypi] {elsewhere[0]}: only 'disable' is read there; settings belong "
                f"in the project's pyproject.toml, under [tool.s3pypi] or {_TABLE}"
            )
        root = Path(str(self.root))
        table = {name: (_TABLE, value) for name, value in self.project_config.items() if name not in _OF_HATCH}
        return resolve(
            command_line={
                name: True if value == "" and (option := find(name)) is not None and option.flag else value
                for name, value in given.items()
            },
            options=table or None,
            command="hatch publish",
            project=root,
            environment=Environment.current()._replace(cwd=root),
        )

    def _paths(self, artifacts: Sequence[str], settings: Settings) -> list[Path]:
        from ..distribution.selection import select_distributions  # noqa: PLC0415

        configured = settings.file_mask or settings.dist_dir
        chosen = artifacts or ([configured] if configured else self._build_folders())
        return select_distributions(self._pattern(each) for each in chosen)

    def _build_folders(self) -> list[str]:
        """Where hatchling puts sdists and wheels of this project; of two folders, those that exist."""
        from hatchling.builders.sdist import SdistBuilder  # noqa: PLC0415
        from hatchling.builders.wheel import WheelBuilder  # noqa: PLC0415

        folders = dict.fromkeys(builder(str(self.root)).config.directory for builder in (SdistBuilder, WheelBuilder))
        return [folder for folder in folders if Path(folder).is_dir()] or list(folders)[:1]

    def _pattern(self, path: str) -> str:
        root = str(self.root)
        whole = os.path.join(root, path)  # noqa: PTH118  a pattern is no path
        return whole if os.path.lexists(whole) else os.path.join(glob.escape(root), path)  # noqa: PTH118

    @contextlib.contextmanager
    def _progress(self, title: str) -> Iterator[Progress]:
        console = self.app.console
        if self.app.verbosity < 0 or not console.is_interactive:
            self.app.display_waiting(title)
            yield Progress()
            return
        from .spinner import Spinner  # noqa: PLC0415

        self._spinner = Spinner(console, title, self.app.style_waiting)
        with self._spinner:
            yield self._spinner

    def _show(self, report: PublishReport, paths: Sequence[Path]) -> None:
        from ..operations.publish.report import Outcome  # noqa: PLC0415
        from ..report_lines import install_command, outcome_text  # noqa: PLC0415

        display = {
            Outcome.PUBLISHED: self.app.display_success,
            Outcome.REPLACED: self.app.display_success,
            Outcome.FAILED: self.app.display_error,
        }
        shown = {path.name: self._relative(path) for path in paths}
        for file in report.files:
            self.app.display_info(f"{shown.get(file.filename, file.filename)} ...", end=" ")
            display.get(file.outcome, self.app.display_warning)(outcome_text(file, report.dry_run))
        if not report.ok:
            return
        for project in dict.fromkeys(file.project for file in report.files):
            self.app.display_info()
            self.app.display_mini_header(project)
            for file in report.files:
                if file.project == project and file.url is not None:
                    self.app.display_info(file.url)
        if command := install_command(report):
            self.app.display_info()
            self.app.display_info(command)

    def _relative(self, path: Path) -> Path:
        root = Path(str(self.root))
        return path.relative_to(root) if path.is_relative_to(root) else path


def _name(option: str) -> str:
    return option.lower().replace("-", "_")


def _dry_run(raw: object) -> bool:
    from ..config.option import Form, Option  # noqa: PLC0415

    option = Option(name=_DRY_RUN, form=Form.FLAG, help="say what would be done, and write nothing")
    return raw == "" or option.parse(raw, f"option {_DRY_RUN}") is True
