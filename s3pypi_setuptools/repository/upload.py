"""Where a distribution's bytes lie in the store before anything lists them.

The plain key serves only a name that was never removed, and only if it, and the metadata file beside it, holds our
bytes (and a provenance beside it is of them), whoever stored them: whether our own create succeeded decides nothing.
Otherwise a key of its own, that nobody else ever writes, holds them; so also where they would be created there
without condition: bytes that go in parts, that the store copies, or any at all.
"""

from __future__ import annotations

import enum
import logging
from collections.abc import Callable, Mapping
from concurrent.futures import Future

from ..distribution.local_file import PART_SIZE
from ..errors import Error, NotFound, Unavailable
from ..index.urls import file_url
from ..naming import content_type
from ..stores.base import ABSENT, Attributes, Store, Token
from ..transaction import create
from .objects import has_bytes, stream_hash
from .stored_file import Publishable, StoredBytes
from .workspace import Workspace, wait_for

__all__ = ["FOREVER", "SHA256", "Part", "Upload", "create_sidecar", "holds"]

log = logging.getLogger(__name__)

SHA256 = "s3pypi-sha256"
"""Name of the user metadata that holds a distribution's SHA-256."""

FOREVER = "max-age=365000000, immutable"
PROVENANCE_TYPE = "application/vnd.pypi.integrity.v1+json"


FEW = 5
"""How often a large file is sent while the store says of each time that another conditional write is under way."""


class Part(enum.Enum):
    """One of the objects of a distribution."""

    FILE = "file"
    METADATA = "metadata"
    PROVENANCE = "provenance"


class Upload:
    """One distribution on its way into the store.

    :param conditional: asked whether the store heeds the condition of a creation; given whether the bytes are sent in
        parts, or copied.
    :param sending: told when the file's bytes are about to be sent.
    :param sent: told of bytes stored.
    """

    def __init__(
        self,
        workspace: Workspace,
        distribution: Publishable,
        conditional: Callable[[bool], bool],
        sending: Callable[[], None],
        sent: Callable[[int], None],
    ) -> None:
        self.distribution = distribution
        self._workspace = workspace
        self._store = workspace.store
        self._layout = workspace.layout
        self._conditional = conditional
        self._sending = sending
        self._sent = sent
        self._plain: dict[Part, Future[bool]] | None = None
        self._plain_ours: bool | None = None
        self._fresh: str | None = None
        self._fresh_creates: dict[Part, Future[bool]] = {}
        self._tokens: dict[str, Token] = {}

    def begin(self) -> None:
        """Start to create the object, and the files that go beside it, without waiting; once is enough."""
        if not self._may_be_plain():
            self._begin_fresh()
        elif self._plain is None:
            self._plain = self._create(file_url(self.distribution.filename))

    def take_back(self) -> None:
        """Delete what `begin` created at plain keys, which nothing lists: the folder is another repository's."""
        url = file_url(self.distribution.filename)
        key = self._key(url)
        places = {
            Part.FILE: key,
            Part.METADATA: self._layout.sidecar(key),
            Part.PROVENANCE: self._layout.provenance(key),
        }
        for part in self.created(url):
            try:
                self._store.delete(places[part])
            except Error as error:
                place = self._store.url_of(places[part])
                log.warning("%s: was stored in another repository, delete it: %s", place, error)

    def settle_down(self) -> None:
        """Wait until what `begin` started is over, however it went."""
        wait_for((*(self._plain or {}).values(), *self._fresh_creates.values()))

    def finish(self) -> None:
        """Wait for what `begin` started; raises what went wrong, and lets the next `begin` try again."""
        try:
            if self._plain and self._plain_ours is None and all(_results(self._plain)):
                self._plain_ours = True
        except Error:
            self._plain = None
            raise

    def url(self, removed: frozenset[str], burnt: bool) -> str:
        """A url whose object holds our bytes and is not in ``removed``.

        :param burnt: whether the plain key may not be used.
        """
        if not burnt and self._may_be_plain():
            self.begin()
            self.finish()
            if self._plain_ours is None:
                self._plain_ours = self._settle(file_url(self.distribution.filename))
            if self._plain_ours:
                return file_url(self.distribution.filename)
        if self._fresh in removed:
            self._fresh = None
        url = self._begin_fresh()
        try:
            if not all(_results(self._fresh_creates)) and not self._settle(url):
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
        """What `begin` has created under ``url``, waited for; what it could not create counts as not created."""
        if self._plain is None or url != file_url(self.distribution.filename):
            return frozenset()
        wait_for(self._plain.values())
        return frozenset(part for part, made in self._plain.items() if _is_made(made))

    def restore(self, url: str, parts: frozenset[Part]) -> None:
        """Store again what is missing of the file listed under ``url``, which has these very bytes.

        Where the store ignores conditions, too: the bytes are the same. Raises `Unavailable` when there is something
        else by now.
        """
        left = parts - self.created(url)
        if not all(_results(self._create(url, left))) and not self._settle(url):
            raise Unavailable(
                self._key(url), "cannot be stored again: the store says that it is there, and shows no such bytes"
            )

    def _may_be_plain(self) -> bool:
        """Whether creating the plain object surely overwrites nothing."""
        file = self.distribution.file
        copied = isinstance(file, StoredBytes) and self._store.copies_from(file.store)
        return self._conditional(copied or file.size > PART_SIZE)

    def _begin_fresh(self) -> str:
        """Start to create the object under a key of its own, unless that was started; its url."""
        if self._fresh is None:
            self._fresh = file_url(self.distribution.filename, self._workspace.clock.new_id()[:16])
            self._fresh_creates = self._create(self._fresh)
        return self._fresh

    def _create(self, url: str, parts: frozenset[Part] = frozenset(Part)) -> dict[Part, Future[bool]]:
        """Create the objects of ``url``; each answers whether it was created."""
        key = self._key(url)
        pool, backoff = self._workspace.uploads, self._workspace.backoff
        # A large file is not sent a hundred times over while the store cannot make up its mind.
        large = self.distribution.file.size > PART_SIZE
        sending = backoff._replace(unmoved=min(backoff.unmoved, FEW)) if large else backoff
        creates: dict[Part, Future[bool]] = {}
        if Part.FILE in parts:
            self._sending()
            creates[Part.FILE] = pool.submit(create, lambda: self._put(key), sending)
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
        if isinstance(file, StoredBytes):
            self._tokens[key] = file.put(self._store, key, attributes, ABSENT, self._told)
        else:
            self._tokens[key] = self._store.put_file(key, file, attributes, ABSENT, self._told)

    def _told(self, count: int) -> None:
        """A part of a large file is stored: what this raises ends its upload, which leaves nothing behind then."""
        self._sent(count)
        self._workspace.check_cancelled()

    def _put_provenance(self, key: str) -> bool:
        data, attributes = self.distribution.provenance or b"", Attributes(PROVENANCE_TYPE, FOREVER)
        beside = self._layout.provenance(key)
        return create(lambda: self._store.put(beside, data, attributes, ABSENT), self._workspace.backoff)

    def attach(self, url: str) -> bool:
        """Store the provenance beside the listed file of ``url``; whether what lies there is of our bytes."""
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
        try:
            return self.attests(key)
        except NotFound:
            return False

    def _settle(self, url: str) -> bool:
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
    return create(lambda: workspace.store.put(sidecar, metadata, attributes, ABSENT), workspace.backoff)


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
