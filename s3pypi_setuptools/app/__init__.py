"""The composition root: settings in, the verbs of `operations` out.

Doors call these functions and nothing below them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from ..aws.sessions import Sessions
from ..config.settings import Settings
from ..config.target import S3Target
from ..distribution import Distribution
from ..distribution.local_file import LocalFile
from ..doctor.repository_config import compress_from_now_on
from ..errors import UsageError
from ..locks.base import NO_LOCKS
from ..locks.registry import open_locks
from ..monitor import UNATTENDED, Overseer, Progress, Silent
from ..naming import is_project_name, normalize_name
from ..operations import upload_files as uploading
from ..operations.publish import publish as publishing
from ..operations.publish.report import PublishReport
from ..operations.upload_files import UploadedFile, UploadReport
from ..repository.layout import Layout
from ..repository.opening import Opening, read_record
from ..repository.page_kind import kinds_of
from ..repository.repository import Repository
from ..stores.base import Store
from ..stores.registry import open_store, sign_in
from ..text import quoted

__all__ = [
    "InitReport",
    "UploadReport",
    "UploadedFile",
    "index_url",
    "initialize",
    "is_glob",
    "opened",
    "opened_repository",
    "project_name",
    "project_pattern",
    "publish",
    "upload_files",
]

T = TypeVar("T")

HASHING = 4
"""Files hashed at once."""

SILENT = Silent()


@dataclass(frozen=True, slots=True)
class InitReport:
    """What `initialize` found or made; ``created`` False when the repository existed.

    :param notes: what the record says of the store, one line each.
    """

    target: str
    created: bool
    notes: tuple[str, ...] = ()


def publish(
    settings: Settings,
    paths: Sequence[Path],
    *,
    dry_run: bool = False,
    progress: Progress = SILENT,
    overseer: Overseer = UNATTENDED,
) -> PublishReport:
    """Publish the distributions at ``paths`` to ``settings.target``.

    Raises `ConfigurationError` without a target, `InvalidDistribution` for the first bad file (nothing is written
    then), `StoreError`s that concern the repository as a whole. What concerns one project fails that project's files in
    the report.
    """
    with opened(settings, sessions := Sessions(), locks=not dry_run) as (store, layout):

        def read(path: Path) -> Distribution:
            return Distribution.read(path, _hashing(path, progress, overseer), strict=settings.strict_metadata)

        distributions = _side_by_side(read, paths)
        with _repository(settings, store, layout, sessions, dry_run=dry_run, overseer=overseer) as repository:
            return publishing.publish(
                repository,
                distributions,
                if_exists=settings.if_exists,
                dry_run=dry_run,
                cautious=_is_cautious(settings, store),
                index_url=index_url(settings, store),
                progress=progress,
            )


def _hashing(path: Path, progress: Progress, overseer: Overseer) -> Callable[[int], None]:
    """What is to be told of bytes hashed; it ends the hashing when the work is to end."""
    progress.hashing(path.name, path.stat().st_size if path.is_file() else 0)

    def hashed(count: int) -> None:
        progress.hashed(path.name, count)
        overseer.go_on()

    return hashed


def _is_cautious(settings: Settings, store: Store) -> bool:
    """Whether nothing may be stored before the manifest was read.

    A store that ignores conditions would overwrite listed files; one that keeps no metadata could not tell a refused
    file from one that somebody put there to be listed.
    """
    return settings.unsafe_no_locking or store.conditional_writes is False or not store.keeps_metadata


def upload_files(
    settings: Settings,
    paths: Sequence[Path],
    *,
    dry_run: bool = False,
    progress: Progress = SILENT,
    overseer: Overseer = UNATTENDED,
) -> UploadReport:
    """Store any files under ``settings.target``, under their own names, and no index (``s3upload``).

    ``settings.if_exists`` decides about objects that exist: REPLACE overwrites; SAME compares bytes.
    """
    with opened(settings) as (store, layout), ThreadPoolExecutor(8, "s3pypi-upload") as pool:

        def read(path: Path) -> LocalFile:
            return LocalFile.read(path, _hashing(path, progress, overseer), allow_empty=True)

        files = uploading.upload(
            store,
            layout.prefix,
            _side_by_side(read, paths),
            pool,
            if_exists=settings.if_exists,
            dry_run=dry_run,
            progress=progress,
            overseer=overseer,
        )
        return UploadReport(str(settings.require_target()), files, dry_run)


def initialize(settings: Settings) -> InitReport:
    """Make the repository's record (``repository.json``) by hand.

    One that exists stays as it is, but lets large projects be stored compressed from now on, where the store can.
    """
    with opened(settings, sessions := Sessions(), locks=True) as (store, layout):
        created = read_record(store, layout) is None
        with _repository(settings, store, layout, sessions) as repository:
            record = repository.record
            repository.conditional_multipart()
        honours = "honours" if record.conditional_writes else "does not honour"
        pages = ", ".join(page.value for page in record.pages)
        notes = [f"the store {honours} conditional writes", f"pages of every project: {pages}"]
        if not created and settings.pages and record.pages != kinds_of(settings.pages):
            notes.append(f"it keeps these pages; s3pypi migrate-index {settings.pages.value} changes them")
        if not created and compress_from_now_on(store, layout):
            notes.append("large projects are stored compressed from now on; version 1.0 cannot publish here any more")
        return InitReport(repository.url, created, tuple(notes))


@contextmanager
def opened(
    settings: Settings, sessions: Sessions | None = None, *, locks: bool = False
) -> Iterator[tuple[Store, Layout]]:
    """The store of ``settings.target``, closed in the end, and the keys in it; nothing is asked of it yet.

    Credentials that somebody must type something for are obtained at once.

    :param sessions: those of the command, where it opens more than this.
    :param locks: the lock table will be used, too.

    Raises `ConfigurationError` without a target, and as `sign_in`.
    """
    target = settings.require_target()
    sessions = sessions or Sessions()
    sign_in(settings, sessions, locks=locks)
    with closing(open_store(target, settings, sessions)) as store:
        yield store, Layout(target.prefix if isinstance(target, S3Target) else "")


@contextmanager
def opened_repository(
    settings: Settings,
    sessions: Sessions | None = None,
    *,
    existing: bool = True,
    dry_run: bool = False,
    reading: bool = False,
    overseer: Overseer = UNATTENDED,
) -> Iterator[Repository]:
    """The repository at ``settings.target``, for one verb.

    :param sessions: as of `opened`.
    :param existing: refuse a place where there is none; otherwise one is made.
    :param dry_run: make nothing.
    :param reading: the verb never writes: also a store that does not honour conditional writes will do.
    :param overseer: told how far each change has come.

    Raises `ConfigurationError` without a target; where there is no repository, `Repository.record` raises.
    """
    sessions = sessions or Sessions()
    with (
        opened(settings, sessions, locks=not (dry_run or reading)) as (store, layout),
        _repository(
            settings,
            store,
            layout,
            sessions,
            dry_run=dry_run or reading,
            existing=existing,
            reading=reading,
            overseer=overseer,
        ) as repository,
    ):
        yield repository


@contextmanager
def _repository(
    settings: Settings,
    store: Store,
    layout: Layout,
    sessions: Sessions,
    *,
    dry_run: bool = False,
    existing: bool = False,
    reading: bool = False,
    overseer: Overseer = UNATTENDED,
) -> Iterator[Repository]:
    """The repository, which is closed in the end; what writes nothing takes no locks either."""
    locks = open_locks(settings, sessions)
    opening = Opening(
        style=settings.pages,
        public_url=settings.public_url,
        unsafe_no_locking=settings.unsafe_no_locking or reading,
        locked=locks.exclusive,
        dry_run=dry_run,
        existing=existing,
    )
    if dry_run:
        locks = NO_LOCKS
    with closing(Repository(store, layout, opening, overseer=overseer, locks=locks)) as repository:
        yield repository


def project_name(name: str) -> str:
    """``name``, in any spelling, normalized (PEP 503); raises `UsageError` for one that no project can have."""
    if not is_project_name(name):
        raise UsageError(f"{quoted(name)} is not the name of a project")
    return normalize_name(name)


def is_glob(text: str) -> bool:
    """Whether ``text`` holds a glob's wildcards, which no project's name does."""
    return not set(text).isdisjoint("*?[")


def project_pattern(text: str) -> str:
    """A glob of normalized names in lower case, or a name as `project_name` has it."""
    return text.lower() if is_glob(text) else project_name(text)


def index_url(settings: Settings, store: Store) -> str | None:
    """What installers are given; None when only the repository's record may know."""
    if settings.public_url:
        return f"{settings.public_url}/"
    return None if isinstance(settings.target, S3Target) else store.url


def _side_by_side(read: Callable[[Path], T], paths: Sequence[Path]) -> list[T]:
    if len(paths) == 1:
        return [read(paths[0])]
    with ThreadPoolExecutor(HASHING, "s3pypi-hash") as pool:
        return list(pool.map(read, paths))
