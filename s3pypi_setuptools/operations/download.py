"""Download the files of one version, verified by the hashes that the repository lists."""

from __future__ import annotations

import contextlib
import enum
import hashlib
import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ..concurrency import side_by_side
from ..errors import Error, NotAllowed, NotListed, RepositoryError
from ..index.model import File
from ..monitor import Stage
from ..repository.repository import Repository
from ..text import quoted
from .file_selector import FileSelector, existing_manifest
from .listing import latest_version

_ALGORITHMS = ("sha512", "sha384", "sha256", "sha224", "sha1", "md5")
"""The hashes that are verified, the strongest first."""
_CHUNK = 1024 * 1024


class DownloadOutcome(enum.Enum):
    """The outcome of one file."""

    DOWNLOADED = "downloaded"
    PRESENT = "present"
    """The folder had it already, with the same bytes."""
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class DownloadedFile:
    """The result for one file of the version.

    :param path: the file on this machine; None if it failed.
    :param error: why it failed; None otherwise.
    """

    filename: str
    outcome: DownloadOutcome
    path: Path | None = None
    error: Error | None = None


@dataclass(frozen=True, slots=True)
class DownloadReport:
    """The result of a download."""

    target: str
    project: str
    version: str
    files: tuple[DownloadedFile, ...]

    @property
    def ok(self) -> bool:
        """Whether every file of the version is in the folder."""
        return all(file.error is None for file in self.files)


def download(repository: Repository, project: str, version: str | None, folder: Path) -> DownloadReport:
    """Store all files of a version of ``project`` (normalized) in ``folder``, which is made if it does not exist.

    A file appears under its name when it is complete and has the listed hash. A file of that name with other bytes is
    not overwritten, and is an error. The monitor counts the files, and is told of each that is complete.

    :param version: None chooses the version that an installer would choose.

    Raises `NotListed` for a project or version that does not exist, `NotAllowed` for a quarantined project, and
    `StoreError`.
    An error of one file is in the report.
    """
    manifest = existing_manifest(repository, project)
    if manifest.project.is_quarantined:
        raise NotAllowed(f"{project} is quarantined: installers are offered none of its files")
    if version is None:
        version = latest_version(manifest.project)
        if version is None:
            raise NotListed(f"{project} lists no version that is not yanked; name one, as in {project}==1.0")
    files = FileSelector(version).listed(manifest)
    count = repository.monitor.count
    count.expect(len(files))

    def fetch(file: File) -> DownloadedFile:
        try:
            path = path_in(folder, file.filename)
            outcome = _fetch(repository, project, file, path)
        except Error as error:
            return DownloadedFile(file.filename, DownloadOutcome.FAILED, error=error)
        except OSError as error:
            failure = Error(f"{folder}: {error.strerror or error}")
            return DownloadedFile(file.filename, DownloadOutcome.FAILED, error=failure)
        finally:
            count.advance(1)
        repository.workspace.on_stage(Stage.PUBLISHED, project, [file.filename])
        return DownloadedFile(file.filename, outcome, path)

    return DownloadReport(repository.url, project, version, tuple(side_by_side(files, fetch)))


def _fetch(repository: Repository, project: str, file: File, path: Path) -> DownloadOutcome:
    hashes = dict(file.hashes)
    algorithm = next((name for name in _ALGORITHMS if name in hashes), None)
    if algorithm is None:
        raise RepositoryError("the index states no hash to verify it by; s3pypi import adds it")
    key = repository.workspace.layout.object_key(project, file.url)
    if key is None:
        raise RepositoryError("the index lists it at another place; fetch it with an installer")
    if os.path.lexists(path):
        return _compare(path, algorithm, hashes[algorithm])
    path.parent.mkdir(parents=True, exist_ok=True)
    with _temporary(path) as partial:
        digest = hashlib.new(algorithm)
        with partial.open("xb") as stream:
            for chunk in repository.workspace.store.stream(key):
                repository.workspace.check_cancelled()
                digest.update(chunk)
                stream.write(chunk)
        if digest.hexdigest() != hashes[algorithm].lower():
            raise RepositoryError(f"{key}: its bytes do not have the listed {algorithm} hash; see s3pypi verify --deep")
        try:
            os.link(partial, path)
        except FileExistsError:  # another process has made it meanwhile
            return _compare(path, algorithm, hashes[algorithm])
        except OSError:  # a file system without hard links
            partial.replace(path)
    return DownloadOutcome.DOWNLOADED


def _compare(path: Path, algorithm: str, expected: str) -> DownloadOutcome:
    if not path.is_file():  # opening a pipe would wait for its writer
        raise RepositoryError(f"{path} exists and is no file; move it away, or choose another folder")
    digest = hashlib.new(algorithm)
    with path.open("rb") as stream:
        while data := stream.read(_CHUNK):
            digest.update(data)
    if digest.hexdigest() != expected.lower():
        raise RepositoryError(f"{path} exists with other bytes; move it away, or choose another folder")
    return DownloadOutcome.PRESENT


def path_in(folder: Path, filename: str) -> Path:
    """The file's path; raises `RepositoryError` for a name that leads out of the folder."""
    if filename in {"", ".", ".."} or not {"/", "\\", ":", "\0"}.isdisjoint(filename):
        raise RepositoryError(f"{quoted(filename)} is not the name of a file")
    return folder / filename


@contextlib.contextmanager
def _temporary(path: Path) -> Iterator[Path]:
    """A temporary path beside ``path``; it is deleted in the end."""
    partial = path.with_name(f".s3pypi-{secrets.token_hex(8)}.part")
    try:
        yield partial
    finally:
        partial.unlink(missing_ok=True)
