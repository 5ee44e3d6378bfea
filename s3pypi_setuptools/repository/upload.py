"""Store a distribution's bytes before anything lists them.

The plain key, ``project/filename``, may be listed only if the filename was never removed, and if the object there, the
metadata file and the provenance beside it are ours, whoever stored them. That our own creation succeeded proves
nothing, since the object may have been deleted since. Otherwise the bytes get a random key that nobody else writes, and
so do bytes that the store might create at the plain key without heeding the condition.
"""

from __future__ import annotations

import enum
import logging
from collections.abc import Mapping
from concurrent.futures import Future

from ..distribution.local_file import PART_SIZE
from ..errors import Error, NotFound, Unavailable
from ..index.urls import file_url
from ..naming import content_type
from ..stores.base import ABSENT, Attributes, Store, Token
from ..transaction import create
from .objects import has_bytes, if_exists, stream_hash
from .stored_file import Publishable, StoredBytes
from .workspace import Workspace, wait_for

log = logging.getLogger(__name__)

SHA256 = "s3pypi-sha256"
"""Name of the user metadata that holds a distribution's SHA-256."""

FOREVER = "max-age=365000000, immutable"
"""Cache-Control of distributions, as their keys never hold other bytes. Not ``public``: shared caches must not keep
private files."""
_PROVENANCE_TYPE = "application/vnd.pypi.integrity.v1+json"

_FEW = 5
"""How often a large file is sent while the store answers each time that another conditional write is under way.

The limit of `Backoff` is meant for small documents; a large file would be sent a hundred times.
"""


class Part(enum.Enum):
    """One of the objects of a distribution."""

    FILE = "file"
    METADATA = "metadata"
    PROVENANCE = "provenance"


class Upload:
    """Stores one distribution and the files beside it."""

    def __init__(self, workspace: Workspace, distribution: Publishable) -> None:
        self.distribution = distribution
        self._workspace = workspace
        self._store = workspace.store
        self._layout = workspace.layout
        self._progress = workspace.monitor.progress
        self._plain: dict[Part, Future[bool]] | None = None
        self._plain_ours: bool | None = None
        self._fresh: str | None = None
        self._fresh_creates: dict[Part, Future[bool]] = {}
        self._tokens: dict[str, Token] = {}
        self._maybe_restored: set[str] = set()
        """Keys of objects that were missing, or may have been: their creation got no answer."""

    @property
    def in_parts(self) -> bool:
        """Whether the bytes are sent in parts, or copied by the store."""
        file = self.distribution.file
        return file.size > PART_SIZE or (isinstance(file, StoredBytes) and self._store.copies_from(file.store))

    def begin(self, *, plain: bool) -> None:
        """Start to create the object and the files beside it, without waiting, unless that was started before.

        :param plain: at the plain key: creating an object there surely overwrites none.
        """
        if not plain:
            self._begin_fresh()
        elif self._plain is None:
            self._plain = self._create(file_url(self.distribution.filename))

    def take_back(self) -> None:
        """Delete what `begin` created at plain keys, which nothing lists: the folder is another repository's."""
        url = file_url(self.distribution.filename)
        key = self._key(url)
        keys = {
            Part.FILE: key,
            Part.METADATA: self._layout.sidecar(key),
            Part.PROVENANCE: self._layout.provenance(key),
        }
        for part in self.created(url):
            try:
                self._store.delete(keys[part])
            except Error as error:
                stored = self._store.url_of(keys[part])
                log.warning("%s: was stored in another repository, delete it: %s", stored, error)

    def wait(self) -> None:
        """Wait until what `begin` started has ended, however it went."""
        wait_for((*(self._plain or {}).values(), *self._fresh_creates.values()))

    def _finish(self) -> None:
        """Wait for the creations at the plain key; if one has failed, raise its error, and let `begin` try again."""
        try:
            if self._plain and self._plain_ours is None and all(_results(self._plain)):
                self._plain_ours = True
        except Error:
            self._plain = None
            raise

    def url(self, removed: frozenset[str], *, plain: bool) -> str:
        """Make sure that an object holds our bytes, and return its url, which is not in ``removed``.

        :param plain: whether it may be the plain key; as of `begin`.
        """
        if plain:
            self.begin(plain=True)
            self._finish()
            if self._plain_ours is None:
                self._plain_ours = self._is_ours(file_url(self.distribution.filename))
            if self._plain_ours:
                return file_url(self.distribution.filename)
        if self._fresh in removed:
            self._fresh = None
        url = self._begin_fresh()
        try:
            if not all(_results(self._fresh_creates)) and not self._is_ours(url):
                # Nobody else uses this key.
                raise Unavailable(
                    self._key(url), "cannot be stored: the store says that it is there, and finds nothing; try again"
                )
        except Error:
            self._fresh = None
            raise
        return url

    def token(self, url: str) -> Token | None:
        """The token of the object of ``url``, if it was stored here, and another repository may have it copied."""
        return self._tokens.get(self._key(url)) if self._store.copies_from(self._store) else None

    def created(self, url: str) -> frozenset[Part]:
        """The parts that `begin` has surely created under ``url``; waits for them."""
        if self._plain is None or url != file_url(self.distribution.filename):
            return frozenset()
        wait_for(self._plain.values())
        return frozenset(part for part, made in self._plain.items() if _is_made(made))

    def may_have_restored(self, url: str) -> bool:
        """Whether this stored the missing object of ``url``, or may have: a request to create it got no answer."""
        return self._key(url) in self._maybe_restored

    def restore(self, url: str, parts: frozenset[Part]) -> None:
        """Store again the missing ``parts`` of the file listed under ``url``, which has the same bytes.

        A store may ignore conditions here, as the bytes are the same. Raises `Unavailable` if there is something else
        by now.
        """
        missing = parts - self.created(url)
        if Part.FILE in missing:
            self._maybe_restored.add(self._key(url))
        if not all(_results(self._create(url, missing))) and not self._is_ours(url):
            raise Unavailable(
                self._key(url), "cannot be stored again: the store says that it is there, and shows no such bytes"
            )

    def _begin_fresh(self) -> str:
        """Start to create the object under a key of its own, unless that was started; its url."""
        if self._fresh is None:
            self._fresh = file_url(self.distribution.filename, self._workspace.clock.new_id()[:16])
            self._fresh_creates = self._create(self._fresh)
        return self._fresh

    def _create(self, url: str, parts: frozenset[Part] = frozenset(Part)) -> dict[Part, Future[bool]]:
        """Create the objects of ``url``; each answers whether it was created."""
        key = self._key(url)
        pool, backoff = self._workspace.uploads, self._workspace.clock.backoff
        file_backoff = backoff
        if self.distribution.file.size > PART_SIZE:
            file_backoff = backoff._replace(unmoved=min(backoff.unmoved, _FEW))
        creates: dict[Part, Future[bool]] = {}
        if Part.FILE in parts:
            self._progress.sending(self.distribution.filename, self.distribution.file.size)
            creates[Part.FILE] = pool.submit(create, lambda: self._put(key), file_backoff)
        if Part.METADATA in parts and (metadata := self.distribution.metadata) is not None:
            creates[Part.METADATA] = pool.submit(create_sidecar, self._workspace, key, metadata)
        if Part.PROVENANCE in parts and self.distribution.provenance is not None:
            file = creates.get(Part.FILE)  # beside other bytes than ours, it would keep theirs from having one
            creates[Part.PROVENANCE] = pool.submit(
                lambda: (file is None or file.result()) and self._put_provenance(key)
            )
        return creates

    def _put(self, key: str) -> None:
        self._workspace.check_cancelled()
        file = self.distribution.file
        attributes = Attributes(content_type(self.distribution.filename), FOREVER, {SHA256: file.sha256})
        try:
            if isinstance(file, StoredBytes):
                self._tokens[key] = file.put(self._store, key, attributes, ABSENT, self._sent)
            else:
                self._tokens[key] = self._store.put_file(key, file, attributes, ABSENT, self._sent)
        except Unavailable:
            self._maybe_restored.add(key)
            raise

    def _sent(self, count: int) -> None:
        """Report that ``count`` bytes are stored; an error that this raises ends the upload and leaves no parts."""
        self._progress.sent(self.distribution.filename, count)
        self._workspace.check_cancelled()

    def _put_provenance(self, key: str) -> bool:
        data, attributes = self.distribution.provenance or b"", Attributes(_PROVENANCE_TYPE, FOREVER)
        beside = self._layout.provenance(key)
        return create(lambda: self._store.put(beside, data, attributes, ABSENT), self._workspace.clock.backoff)

    def attach(self, url: str) -> bool:
        """Store the provenance beside the listed file of ``url``; returns whether the one there is of our bytes."""
        key = self._layout.object_key(self.distribution.project, url)
        return key is not None and self._attach(key)

    def attests(self, key: str) -> bool:
        """Whether the provenance beside the object under ``key`` is of our bytes; raises `NotFound`."""
        from ..distribution.attestation import attests  # noqa: PLC0415 - few files have one

        one = self.distribution
        return attests(self._store.get(self._layout.provenance(key)).data, one.filename, one.file.sha256)

    def _attach(self, key: str) -> bool:
        """As `attach`, of the object under ``key``; true where there is no provenance."""
        if self.distribution.provenance is None or self._put_provenance(key):
            return True
        return bool(if_exists(lambda: self.attests(key)))

    def _is_ours(self, url: str) -> bool:
        """Whether the objects of ``url`` hold our bytes."""
        key = self._key(url)
        if not self._holds(key):
            return False
        metadata = self.distribution.metadata
        if metadata is not None and not has_bytes(self._store, self._layout.sidecar(key), metadata):
            return False
        return self._attach(key)

    def _holds(self, key: str) -> bool:
        """Whether the object under ``key`` has our bytes, which are about to be listed: its metadata is no proof."""
        file = self.distribution.file
        try:
            info = self._store.head(key)
            if info.size != file.size or info.metadata.get(SHA256) not in (None, file.sha256):
                return False
            if isinstance(file, StoredBytes):
                same = self._store.copies_from(file.store) and info.token == file.info.token
            else:
                same = file.size <= PART_SIZE and info.token == self._store.token_of(file.read_all())
            return same or stream_hash(self._store, key) == file.sha256
        except NotFound:
            return False

    def _key(self, url: str) -> str:
        return self._layout.object_key(self.distribution.project, url) or ""


def create_sidecar(workspace: Workspace, key: str, metadata: bytes) -> bool:
    """Create the metadata file beside the wheel under ``key`` (PEP 658); False if one is there already."""
    sidecar, attributes = workspace.layout.sidecar(key), Attributes(cache_control=FOREVER)
    return create(lambda: workspace.store.put(sidecar, metadata, attributes, ABSENT), workspace.clock.backoff)


def holds(store: Store, key: str, size: int, sha256: str) -> bool:
    """Whether the object under ``key`` has these bytes: what it says of itself if we stored it, else by reading it."""
    try:
        info = store.head(key)
        if info.size != size:
            return False
        if noted := info.metadata.get(SHA256):
            return noted == sha256
        return stream_hash(store, key) == sha256
    except NotFound:
        return False


def _results(creates: Mapping[Part, Future[bool]]) -> list[bool]:
    """Every answer, waited for."""
    return [made.result() for made in creates.values()]


def _is_made(create: Future[bool]) -> bool:
    return not create.cancelled() and create.exception() is None and create.result()
