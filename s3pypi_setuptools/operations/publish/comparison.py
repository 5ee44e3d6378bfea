"""Look at what is stored of listed files, as far as choosing what becomes of distributions of their names needs it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from ...config.settings import IfExists
from ...distribution import Distribution
from ...distribution.equivalence import equivalent
from ...distribution.local_file import temporary_folder
from ...errors import InvalidDistribution, NotFound
from ...index.model import File
from ...repository.links import find_key
from ...repository.listed_object import Contents, look
from ...repository.manifest import Manifest
from ...repository.objects import download
from ...repository.stored_file import Publishable
from ...repository.upload import Upload, holds
from ...repository.workspace import Workspace
from .decision import NOTHING_SEEN, Choice, Look, choose

__all__ = ["Comparison"]

_LARGEST = 4 * 1024**3
"""Bytes of a listed file that is downloaded at most, to be compared."""


class Comparison:
    """Chooses what becomes of the distributions of one project, and looks at the store for what that takes.

    :param uploads: by filename.
    """

    def __init__(self, workspace: Workspace, project: str, uploads: Mapping[str, Upload]) -> None:
        self._workspace = workspace
        self._project = project
        self._uploads = uploads
        self._contents: dict[tuple[str, str | None], Contents] = {}
        self._unlisted: set[str] = set()  # filenames that a manifest of this run did not list

    def choices(
        self, manifest: Manifest, distributions: Iterable[Publishable], if_exists: IfExists, now: datetime
    ) -> list[Choice]:
        """What is to become of each; ``if_exists`` and ``now`` as of `choose`. Raises `StoreError`."""
        listed = [(one, manifest.file(one.filename)) for one in distributions]
        self._unlisted.update(one.filename for one, file in listed if file is None)
        seen = [NOTHING_SEEN] * len(listed)
        while True:
            found = [choose(file, one, if_exists, now, known) for (one, file), known in zip(listed, seen, strict=True)]
            if not any(isinstance(each, Look) for each in found):
                return [each for each in found if isinstance(each, Choice)]
            looks = {
                index: look(
                    self._workspace,
                    file,
                    self._uploads[one.filename],
                    listed_since=one.filename in self._unlisted or bool(file.upload_time and file.upload_time > now),
                )
                for index, (one, file) in enumerate(listed)
                if found[index] is Look.OBJECT and file
            }
            for index, result in looks.items():
                seen[index] = replace(seen[index], object=result())
            for index, (one, file) in enumerate(listed):
                if found[index] is Look.CONTENTS and file:
                    seen[index] = replace(seen[index], contents=self._compared(file, one))

    def _compared(self, listed: File, one: Publishable) -> Contents:
        """As `_compare`, once: no key ever holds other bytes than it was listed with."""
        known = listed.url, listed.sha256
        if known not in self._contents:
            self._contents[known] = self._compare(listed, one)
        return self._contents[known]

    def _compare(self, listed: File, one: Publishable) -> Contents:
        key, store = find_key(self._workspace, self._project, listed.url), self._workspace.store
        if key is None:
            return Contents.DIFFERENT if listed.sha256 else Contents.UNKNOWN
        if listed.sha256 is None and holds(store, key, one.file.size, one.file.sha256):
            return Contents.SAME_BYTES
        # What lies in another repository is promoted and mirrored under its hash, or not at all.
        if not isinstance(one, Distribution) or not _may_be_equivalent(listed, one):
            return Contents.DIFFERENT
        try:
            if store.head(key).size > _LARGEST:
                return Contents.DIFFERENT
            with temporary_folder() as folder:
                path = folder / "listed"
                digest = download(store, key, path, lambda _: self._workspace.check_cancelled())
                same = listed.sha256 in (None, digest) and equivalent(
                    path, one.file.path, one.filename, self._workspace.check_cancelled
                )
        except NotFound:
            return Contents.DIFFERENT
        except OSError as error:
            raise InvalidDistribution(
                f"{one.file.path}: cannot be compared with what is published: {error.strerror or error}"
            ) from error
        return Contents.EQUIVALENT if same else Contents.DIFFERENT


def _may_be_equivalent(listed: File, one: Distribution) -> bool:
    """Whether what the index says of a listed file leaves that open: a wheel's METADATA is one of its members."""
    known = listed.metadata_sha256
    return None in (known, one.metadata) or known == hashlib.sha256(one.metadata or b"").hexdigest()
