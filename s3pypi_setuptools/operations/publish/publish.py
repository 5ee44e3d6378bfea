"""Publish distributions: store them, list them, regenerate the pages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import chain, groupby

from ...config.choices import IfExists
from ...errors import Error, InvalidDistribution
from ...repository.repository import Repository
from ...repository.root_entry import RootEntry
from ...repository.stored_file import Publishable
from ...repository.workspace import Workspace
from .plan import Submission
from .project import Publication
from .report import FileReport, PublishReport

PROJECTS = 32
"""How many projects are changed at the same time: as many as `Repository` sends requests."""

FEW = 32
"""Up to so many distributions, with their metadata files, leave connections free for other requests."""


def publish(
    repository: Repository,
    distributions: Sequence[Publishable],
    *,
    if_exists: IfExists = IfExists.SAME,
    cautious: bool = False,
) -> PublishReport:
    """Publish ``distributions``: those of one project in one commit, and many projects in parallel.

    :param cautious: store nothing before the manifest was read.

    Raises `InvalidDistribution` if two of them have the same filename and different bytes, and `RepositoryError` or
    `StoreError` for what concerns the whole repository. An error in one project is in the reports of its files.
    """
    publications = [
        Publication(repository, Submission(project, tuple(group), if_exists, repository.workspace.clock.now()))
        for project, group in groupby(_distinct(distributions), key=lambda distribution: distribution.project)
    ]
    if repository.dry_run:
        return _report(repository, [publication.run() for publication in publications])
    locked = repository.workspace.locks.exclusive
    if locked and not cautious:
        # Where conditions are not honoured, the lock alone keeps files from writing over others' of the same name.
        cautious = not repository.config.conditional_writes
    # Wave 1: store the files, and read the repository config, the manifests and the pages.
    if not cautious and if_exists is IfExists.SAME:
        for publication in publications:
            publication.store_small_files()
    if len(distributions) > FEW:
        # The files keep every connection busy, and what the config says about the store saves requests later.
        repository.require()
    listing = None if cautious else repository.first_listing()
    for publication in publications:
        publication.read(listing)
    repository.require()  # raises what concerns all projects
    # The new projects enter the list of projects together. Then, for each project, waves 2 and 3: commit, and pages.
    new = {one.project for one in _new(publications)} if publications[1:] else set()
    entry = repository.root_entry(new, listing or repository.first_listing())
    done = [*_side_by_side(publications, entry, repository.workspace)]
    try:
        entry.finish()
    except Error as error:
        done = [
            one.failed(error) if one.project in new else files for one, files in zip(publications, done, strict=True)
        ]
    return _report(repository, done)


def _report(repository: Repository, projects: Iterable[Iterable[FileReport]]) -> PublishReport:
    files = tuple(chain.from_iterable(projects))
    return PublishReport(repository.url, repository.index_url, files, repository.dry_run)


def _distinct(distributions: Iterable[Publishable]) -> Iterator[Publishable]:
    """The distributions, sorted by project, version and filename, each once."""
    last: Publishable | None = None
    for one in sorted(distributions, key=lambda one: (one.project, one.version, one.filename)):
        if last is None or (one.project, one.filename) != (last.project, last.filename):
            yield one
        elif one.file.sha256 != last.file.sha256:
            raise InvalidDistribution(
                f"{one.file.path}: has the filename of {last.file.path} and other bytes; give the one to publish"
            )
        last = one


def _new(publications: list[Publication]) -> list[Publication]:
    """The publications of new projects whose folders are not other repositories."""
    new = [publication for publication in publications if publication.is_new()]
    for publication in new:
        publication.read_folder()
    return [publication for publication in new if publication.may_have_folder()]


def _side_by_side(
    publications: list[Publication], entry: RootEntry, workspace: Workspace
) -> Iterator[tuple[FileReport, ...]]:
    if len(publications) == 1:
        yield publications[0].run(entry)
        return
    with ThreadPoolExecutor(min(PROJECTS, len(publications) or 1), "s3pypi-project") as pool:
        try:
            yield from [
                future.result() for future in [pool.submit(publication.run, entry) for publication in publications]
            ]
        except BaseException as error:
            if not isinstance(error, Exception):
                workspace.closing.set()  # so that changes that wait for a lock end
            pool.shutdown(wait=False, cancel_futures=True)
            raise
