"""What publishing makes of a project's manifest: functions of values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from ...config.choices import IfExists
from ...errors import RepositoryError
from ...index.model import File, Project, Status
from ...index.urls import filename_of
from ...repository.layout import Layout, deletable_key
from ...repository.manifest import Manifest
from ...repository.stored_file import Publishable, StoredFile
from ...stores.base import Token
from .choice import NO_FACTS, Choice, Facts, Need, choose
from .report import Outcome


@dataclass(frozen=True, slots=True)
class Submission:
    """The distributions that one call publishes into one project.

    :param distributions: of distinct filenames.
    :param time: when the call began; the upload time of new files.
    """

    project: str
    distributions: tuple[Publishable, ...]
    if_exists: IfExists
    time: datetime

    def choose(self, manifest: Manifest, facts: Mapping[str, Facts]) -> dict[str, Choice | Need]:
        """Choose the outcome of each distribution, or say what has to be known first; by filename.

        :param facts: what is known about listed files, by filename.
        """
        return {
            one.filename: choose(
                manifest.file(one.filename), one, self.if_exists, self.time, facts.get(one.filename, NO_FACTS)
            )
            for one in self.distributions
        }


@dataclass(frozen=True, slots=True)
class Plan:
    """What to store and list.

    :param removed: the manifest's ``removed``, with the urls of files that are replaced.
    """

    choices: tuple[Choice, ...]
    removed: frozenset[str]

    @property
    def refused(self) -> bool:
        """Whether a file fails, so that none of the project's is listed."""
        return any(choice.error for choice in self.choices)

    @property
    def removed_names(self) -> frozenset[str]:
        """The filenames that had an entry in ``removed``: they never get the plain key again."""
        return frozenset(map(filename_of, self.removed))


@dataclass(frozen=True, slots=True)
class StoredObject:
    """A distribution that was stored.

    :param etag: the object's token, if another repository may have the store copy the object.
    :param provenance: the URL of its attestations (PEP 740); None if they are not to be listed.
    """

    url: str
    etag: Token | None = None
    provenance: str | None = None


@dataclass(frozen=True, slots=True)
class Stored:
    """What was stored for a plan.

    :param objects: of the files to list anew, by filename.
    :param attested: the URLs of attestations that were stored beside files listed before, by filename.
    """

    objects: Mapping[str, StoredObject]
    attested: Mapping[str, str]


def refuse_status(project: Project) -> None:
    """Raise `RepositoryError` if the project takes no uploads (PEP 792)."""
    if project.status and project.status.status in (Status.ARCHIVED, Status.QUARANTINED):
        raise RepositoryError(
            f"{project.name} is {project.status.status.value} and takes no uploads (PEP 792): "
            "set its status to active first"
        )


def make_plan(manifest: Manifest, choices: Iterable[Choice], layout: Layout) -> Plan:
    """Plan what to store; the urls of replaced files of the project's own are ``removed``."""
    chosen = tuple(choices)
    replaced = [choice.listed.url for choice in chosen if choice.outcome is Outcome.REPLACED and choice.listed]
    own = {url for url in replaced if deletable_key(layout, manifest.project.name, url) is not None}
    return Plan(chosen, manifest.removed | own)


def changed(manifest: Manifest, plan: Plan, stored: Stored, time: datetime) -> Manifest:
    """The manifest that lists what was stored; the same one if there is nothing to list."""
    files = [_entry(choice, stored.objects[choice.filename], time) for choice in plan.choices if choice.lists]
    files += [
        replace(choice.listed, provenance=stored.attested[choice.filename])
        for choice in plan.choices
        if choice.listed and choice.filename in stored.attested
    ]
    return replace(manifest.with_files(files), removed=plan.removed, deleted=False) if files else manifest


def _entry(choice: Choice, stored: StoredObject, time: datetime) -> File:
    """The entry of a file that is listed anew; one that only moves stays as it was otherwise."""
    distribution = choice.distribution
    base = distribution.entry if isinstance(distribution, StoredFile) else File(distribution.filename, stored.url)
    if choice.moved and choice.listed:
        base = choice.listed
    entry = replace(
        base,
        url=stored.url,
        upload_time=base.upload_time or time,
        requires_python=distribution.requires_python,
        core_metadata=None,
        provenance=stored.provenance,
        etag=stored.etag,
    )
    return entry.with_facts(distribution.file.sha256, distribution.file.size, distribution.metadata)
