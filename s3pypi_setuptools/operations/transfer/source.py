"""The files of a repository that is imported: as its pages or records list them, and as they say of themselves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import Executor
from dataclasses import dataclass

from ...errors import Error, InvalidDistribution
from ...index.model import File, Project
from ...index.urls import is_relative
from ...repository.addresses import find_key, unclear_names
from ...repository.inventory import Folder, is_distribution, lookup
from ...repository.manifest import Manifest
from ...repository.repository import Repository
from ...repository.stored_file import StoredDistribution, stream_hash
from ...stores.base import Info
from ...text import without_credentials
from .completion import is_complete
from .stored_files import listed_file, read_file

__all__ = ["Found", "Read", "Source"]


@dataclass(frozen=True, slots=True)
class Found:
    """A file that was found.

    :param project: whose folder or page it was found in.
    :param file: as it is listed; otherwise what its object tells.
    :param info: its object; None for a file outside the repository.
    :param committed: whether a manifest of ours lists it.
    :param error: one line: why it cannot be imported.
    :param listed: whether that project lists it, and it does not merely lie in the folder.
    :param url: by which it is to be listed, where that is not how it is.
    """

    project: str
    file: File
    info: Info | None
    committed: bool = False
    error: str | None = None
    listed: bool = True
    url: str | None = None

    def mismatch(self, sha256: str | None) -> str | None:
        """One line when the index states another hash than the bytes have."""
        if sha256 is None or self.file.sha256 in (None, sha256):
            return None
        return f"its bytes are not those that the index states (sha256 {self.file.sha256:.12}…): publish it again"


@dataclass(frozen=True, slots=True)
class Read:
    """What a file's bytes say.

    :param distribution: None when they are no distribution; ``note`` says why then.
    """

    distribution: StoredDistribution | None
    sha256: str
    note: str | None = None


class Source:
    """The repository ``repository``; its files are read in the threads of ``pool``."""

    def __init__(self, repository: Repository, pool: Executor) -> None:
        self.repository = repository
        self._store = repository.workspace.store
        self._layout = repository.workspace.layout
        self._pool = pool

    def files(self, folder: Folder) -> Iterator[Found]:
        """What the project of that folder lists; without a manifest of ours also what else lies there.

        Raises `InvalidIndex` when its manifest or pages cannot be read, and `StoreError`.
        """
        project = folder.name
        manifest = self.repository.manifest(project) or Manifest(Project(project))
        if manifest.deleted:
            return
        committed = manifest.commit is not None
        keys = set()
        for file in manifest.project.files:
            key = find_key(self.repository.workspace, project, file.url, folder.objects)
            if key is None:
                yield Found(project, file, None, committed)
                continue
            keys.add(key)
            info = folder.objects.get(key) or lookup(self._store, key)
            error = None if info else "is listed, but missing"
            url = None if is_relative(file.url) else self._layout.object_url(project, key)
            yield Found(project, file, info, committed, error, url=url)
        if committed:
            return  # what a manifest does not list was removed, refused, or is being published
        unclear = unclear_names(manifest.project)
        for key, info in folder.objects.items():
            if key not in keys and is_distribution(key) and key.rpartition("/")[2] not in unclear:
                yield self.found(project, info)

    def has_manifest(self, folder: Folder) -> bool:
        """Whether a manifest of ours lies in the folder."""
        return self._layout.manifest(folder.name) in folder.objects

    def found(self, project: str, info: Info) -> Found:
        """The object as an unlisted file of ``project``."""
        file = File(info.key.rpartition("/")[2], self._layout.object_url(project, info.key), size=info.size)
        return Found(project, file, info, listed=False)

    def read_all(
        self, project: str, files: Iterable[Found], *, listed_as_they_are: bool = False
    ) -> Iterator[tuple[Found, Read]]:
        """What the bytes of each of ``files`` say, side by side, in order.

        :param listed_as_they_are: what a manifest of ours lists completely is not read.
        """
        files = list(files)

        def read(found: Found) -> Read:
            if found.info is None:
                return Read(None, "", f"lies outside the repository, at {without_credentials(found.file.url)}")
            if listed_as_they_are and found.committed and is_complete(project, found.file):
                return self._listed(project, found)
            return self._read(found.info, found.file)

        yield from zip(files, self._pool.map(read, files), strict=True)

    def place(self, found: Found) -> str:
        """Where the file lies, as people write it."""
        return self._store.url_of(found.info.key) if found.info else without_credentials(found.file.url)

    def _listed(self, project: str, found: Found) -> Read:
        try:
            one = listed_file(self.repository, project, found.file)
        except Error as error:
            return Read(None, found.file.sha256 or "", str(error))
        return Read(one, one.file.sha256)

    def _read(self, info: Info, file: File) -> Read:
        if is_distribution(info.key):
            try:
                one = read_file(self._store, info, file)
                return Read(one, one.file.sha256)
            except InvalidDistribution as error:
                note = str(error).partition(": ")[2] or str(error)
        else:
            note = "is no wheel and no sdist"
        return Read(None, stream_hash(self._store, info.key), note)
