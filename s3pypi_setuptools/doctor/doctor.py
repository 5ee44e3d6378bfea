# ruff: noqa: PLC0415 (only the checks of the store in use are loaded)
"""Check a target: whether publishing to it is sound, and what to do where it is not."""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..config.settings import Settings
from ..errors import Error
from ..locks.base import Locks
from ..monitor import ItemCounter
from ..repository.layout import Layout
from ..repository.opening import OpenOptions
from ..repository.repository import Repository
from ..repository.repository_config import RepositoryConfig, read_config
from ..stores.base import Store
from ..stores.capabilities import Capabilities
from ..stores.probe import probe_folder
from .check import GET, PUT, Check, Result, ok, skip, tried
from .conditions import condition_checks, known_conditions, raced, renew, skipped_conditions
from .index import UNCHECKED, index_checks, unknown_index

if TYPE_CHECKING:
    from .folder import FolderExaminer
    from .s3 import S3Examiner

_READING = OpenOptions(unsafe_no_locking=True, dry_run=True, existing=True)


@dataclass(frozen=True, slots=True)
class DoctorReport:
    """What was found of a target.

    :param read_only: nothing was written; ``ok`` is about reading alone.
    :param checks: in an order in which later ones depend on earlier ones.
    """

    target: str
    read_only: bool
    checks: tuple[Check, ...]

    @property
    def ok(self) -> bool:
        """Whether publishing there is sound: no check failed."""
        return not any(check.result is Result.FAILED for check in self.checks)

    @property
    def is_index_checked(self) -> bool:
        """Whether the index could be reached as installers reach it, where its URL is known."""
        return not any(check.found.startswith(UNCHECKED) for check in self.checks)


class Doctor:
    """Checks ``settings.target``, which is in ``store`` under ``layout``; what goes wrong is a check, not an error.

    :param locks: of the lock table that is configured.
    :param index_url: what installers are given, with ``/`` at its end, where the settings have it.
    """

    def __init__(self, settings: Settings, store: Store, layout: Layout, locks: Locks, index_url: str | None) -> None:
        self._settings = settings
        self._store = store
        self._layout = layout
        self._locks = locks
        self._index_url = index_url
        self._folder = probe_folder(layout.prefix)
        self._examiner = _examiner(store, layout.prefix, self._folder)
        self._has_written = False
        self._lacking: list[str] = []
        self._found: Capabilities | None = None
        self._config: RepositoryConfig | None = None

    def examine(
        self,
        *,
        read_only: bool = False,
        left: Callable[[str | None], None] = lambda where: None,
        counter: ItemCounter = ItemCounter(),
    ) -> DoctorReport:
        """Make all checks. When it is interrupted, it deletes the objects that it wrote.

        :param read_only: write nothing.
        :param left: called with the URL of a folder before the first object is written to it, and with None when, after
            an interruption, all are deleted.
        :param counter: counts the steps.
        """
        writing = [self._skipped] if read_only else [lambda: self._write(left), self._conditions]
        steps = [self._examiner.connect, self._read, *writing, self._renew, lambda: self._lock(read_only), self._index]
        counter.expect(len(steps))
        target, origin = str(self._settings.require_target()), self._settings.origins.get("target")
        checks = {"target": ok("target", f"{target} (from {origin})" if origin else target)}
        try:
            for step in steps:
                found = step()
                counter.advance(1)
                checks.update({check.name: check for check in found})
                if step is steps[0] and found and found[-1].result is Result.FAILED:
                    break
        except BaseException:
            if self._has_written and self._examiner.clear():
                left(None)
            raise
        return DoctorReport(target, read_only, tuple(checks.values()))

    def _read(self) -> list[Check]:
        checks = self._examiner.read()
        with contextlib.suppress(Error):  # other checks report what is wrong with it, or with reading
            self._config = read_config(self._store, self._layout)
        return checks

    def _skipped(self) -> list[Check]:
        return [skip(PUT, "--read-only"), *skipped_conditions("--read-only")]

    def _write(self, left: Callable[[str | None], None]) -> list[Check]:
        self._has_written = True
        left(self._store.url_of(f"{self._folder}/"))
        checks = self._examiner.write()
        self._lacking = [check.name for check in checks if check.result in (Result.FAILED, Result.WARNING)]
        # Where nothing could be written to be read again, the result of `read` stays.
        return [check for check in checks if not (check.name == GET and check.result is Result.SKIPPED)]

    def _conditions(self) -> list[Check]:
        for needed in (PUT, GET):
            if needed in self._lacking:
                return skipped_conditions(f"needs {needed}")
        with ThreadPoolExecutor(1) as aside:
            kept = aside.submit(self._examiner.keep)
            found = raced(self._examiner.race, surely=self._store.conditional_writes is True)
        if not isinstance(found, Capabilities):
            return [*found, *kept.result()]
        self._found = known_conditions(found, self._config, self._lacking)
        tolerated = _why_tolerated(self._settings)
        return [*condition_checks(found, self._config, self._lacking, tolerated=tolerated), *kept.result()]

    def _renew(self) -> list[Check]:
        return [renew(self._store, self._layout, self._found)]

    def _lock(self, read_only: bool) -> list[Check]:
        """Whether locks can be taken, by taking one that nobody else takes; no check if no table is configured."""

        def take() -> None:
            self._locks.verify()
            if not read_only:
                with self._locks.held(f"s3pypi-probe-{secrets.token_hex(8)}", lambda: None) as lease:
                    lease.confirm()

        found = "can be read" if read_only else "a lock was taken and let go"
        advice = "correct the table's settings, or grant what is missing"
        return [tried("lock table", take, found, advice)] if self._locks.exclusive else []

    def _index(self) -> list[Check]:
        url = self._index_url or (self._config.index_url if self._config else None)
        if url is None:
            return unknown_index()
        if self._config is None:
            return [skip("index URL", f"{url}: needs a repository, to be compared with")]
        with contextlib.closing(Repository(self._store, self._layout, _READING)) as repository:
            return index_checks(repository, url)


def _examiner(store: Store, prefix: str, folder: str) -> FolderExaminer | S3Examiner:
    """The checks of ``store``, for a repository below ``prefix``, which write below ``folder``."""
    from ..stores.local.store import LocalStore

    if isinstance(store, LocalStore):
        from .folder import FolderExaminer

        return FolderExaminer(store, folder)
    from ..stores.s3.store import S3Store
    from .s3 import S3Examiner

    if not isinstance(store, S3Store):
        raise TypeError(f"{store.url} is of no store that can be examined")
    return S3Examiner(store, prefix, folder)


def _why_tolerated(settings: Settings) -> str | None:
    """Why a store that ignores conditions can be used all the same; None where it cannot."""
    if settings.unsafe_no_locking:
        return "--unsafe-no-locking is set: let one publisher at a time work"
    return "the lock table keeps publishers apart" if settings.has_lock_table else None
