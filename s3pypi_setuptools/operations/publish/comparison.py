"""Compare distributions with the listed files of the same names, as far as the choice of an outcome needs it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import replace

from ...distribution import Distribution
from ...distribution.equivalence import equivalent
from ...distribution.local_file import temporary_folder
from ...errors import InvalidDistribution, NotFound
from ...index.model import File
from ...repository.links import find_key
from ...repository.listed_object import Contents, Presence, check_presence
from ...repository.manifest import Manifest
from ...repository.objects import download
from ...repository.stored_file import Publishable
from ...repository.upload import Upload, holds
from ...repository.workspace import Workspace
from .choice import NO_FACTS, Choice, Facts, Need
from .plan import Submission

_LARGEST = 4 * 1024**3
"""Bytes; a larger listed file is not downloaded to be compared, as it may not fit on the machine's disk."""


class Comparison:
    """Finds out what a submission has to know about listed files: whether their objects exist, and what they contain.

    :param uploads: by filename.
    """

    def __init__(self, workspace: Workspace, submission: Submission, uploads: Mapping[str, Upload]) -> None:
        self._workspace = workspace
        self._submission = submission
        self._uploads = uploads
        self._contents: dict[tuple[str, str | None], Contents] = {}
        self._unlisted: set[str] = set()
        """Filenames that a manifest did not list which this command has read."""

    def facts(self, manifest: Manifest) -> Mapping[str, Facts]:
        """The facts that every choice needs, by filename. Raises `StoreError`."""
        distributions = {one.filename: one for one in self._submission.distributions}
        listed = {name: file for name in distributions if (file := manifest.file(name))}
        self._unlisted |= distributions.keys() - listed.keys()
        facts = dict.fromkeys(listed, NO_FACTS)
        while True:
            choices = self._submission.choose(manifest, facts)
            checks = {
                name: self._check_presence(listed[name]) for name, need in choices.items() if need is Need.PRESENCE
            }
            for name, result in checks.items():
                facts[name] = replace(facts[name], presence=result())
            for name in [name for name, need in choices.items() if need is Need.CONTENTS]:
                facts[name] = replace(facts[name], contents=self._compared(listed[name], distributions[name]))
            if all(isinstance(choice, Choice) for choice in choices.values()):
                return facts

    def _check_presence(self, listed: File) -> Callable[[], Presence]:
        name, uploaded = listed.filename, listed.upload_time
        since = name in self._unlisted or (uploaded is not None and uploaded > self._submission.time)
        return check_presence(self._workspace, listed, self._uploads[name], listed_since=since)

    def _compared(self, listed: File, one: Publishable) -> Contents:
        """As `_compare`, but once for each listed file: no key ever holds other bytes than it was listed with."""
        known = listed.url, listed.sha256
        if known not in self._contents:
            self._contents[known] = self._compare(listed, one)
        return self._contents[known]

    def _compare(self, listed: File, one: Publishable) -> Contents:
        key, store = find_key(self._workspace, self._submission.project, listed.url), self._workspace.store
        if key is None:
            return Contents.DIFFERENT if listed.sha256 else Contents.UNKNOWN
        if listed.sha256 is None and holds(store, key, one.file.size, one.file.sha256):
            return Contents.SAME_BYTES
        # A file of another repository is promoted and mirrored with its listed hash, or not at all.
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
    """Whether the index entry allows it: a wheel's METADATA, whose hash is listed, is one of its members."""
    known = listed.metadata_sha256
    return None in (known, one.metadata) or known == hashlib.sha256(one.metadata or b"").hexdigest()
