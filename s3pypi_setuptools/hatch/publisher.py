"""``hatch publish -p s3pypi``."""

from __future__ import annotations

import contextlib
import glob
import os
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from hatch.publish.plugin.interface import PublisherInterface
from rich.status import Status

from ..config.option import Option
from ..config.options import as_options
from ..monitor import SAME_FILES, Journal, Monitor, Progress

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

    from ..config.settings import Settings
    from ..operations.publish.report import PublishReport

_TABLE = "[tool.hatch.publish.s3pypi]"
_OF_HATCH = frozenset({"disable"})
_FLAGS_OF_HATCH = frozenset({"no_prompt", "initialize_auth"})
_DRY_RUN = Option("dry-run", "say what would be done, and write nothing")
_SPINNER = "simpleDotsScrolling"


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

        given = {
            name.lower().replace("-", "_"): value for name, value in options.items() if name not in _FLAGS_OF_HATCH
        }
        journal, redactor = Journal().begin("published", SAME_FILES), Redactor()
        try:
            with Interruption(
                journal.stop, lambda word: self._interrupted(redactor.redact(f"{word}: {journal.sentence()}"))
            ):
                typed = given.pop(_DRY_RUN.attribute, False)
                dry_run = typed == "" or _DRY_RUN.parse(typed, f"option {_DRY_RUN.name}") is True
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
        self._spinner = Spinner(console, title, self.app.style_waiting)
        try:
            yield self._spinner
        finally:
            self._spinner.stop()

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


class Spinner(Progress):
    """Progress as hatch shows it: a spinner beside one line of text, drawn from the first event until `stop`.

    Before the first event, credentials are obtained, and the terminal is free for a prompt.

    :param styled: gives a text the style in which hatch shows waiting.
    """

    def __init__(self, console: Console, title: str, styled: Callable[[str], Text]) -> None:
        self._title = title
        self._styled = styled
        self._status = Status(styled(title), console=console, spinner=_SPINNER)
        self._lock = threading.Lock()
        self._sizes = {"hashing": 0, "sending": 0}
        self._done = {"hashing": 0, "sending": 0}
        self._shown = ""
        self._stopped = False

    def stop(self) -> None:
        """Stop, and remove the line from the terminal."""
        with self._lock:
            self._stopped = True
            self._status.stop()

    def begin_work(self, work: str, filename: str, size: int) -> None:  # noqa: ARG002
        """``work`` of a file of ``size`` bytes begins."""
        self._add(self._sizes, work, size)

    def advance_work(self, work: str, filename: str, count: int) -> None:  # noqa: ARG002
        """``count`` more bytes of the file are done."""
        self._add(self._done, work, count)

    def _add(self, counts: dict[str, int], work: str, count: int) -> None:
        with self._lock:
            counts[work] += count
            percent = 100 * self._done[work] // (self._sizes[work] or 1)
            text = f"{self._title}: {work}, {percent} %"
            if text != self._shown and not self._stopped:
                self._status.start()
                self._shown = text
                self._status.update(self._styled(text))
