"""Make a repository by hand (``s3pypi init``)."""

from __future__ import annotations

from dataclasses import dataclass

from ..config.choices import PageStyle
from ..repository.opening import compress_from_now_on
from ..repository.page_kind import kinds_of
from ..repository.repository import Repository


@dataclass(frozen=True, slots=True)
class InitReport:
    """The result of `initialize`.

    :param created: whether the repository was made; it existed before otherwise.
    :param notes: what ``repository.json`` records about the store, a line each.
    """

    target: str
    created: bool
    notes: tuple[str, ...] = ()


def initialize(repository: Repository, pages: PageStyle | None) -> InitReport:
    """Report on a repository that was opened, and thereby made if there was none.

    A repository that existed keeps its config. Large projects are stored compressed from then on, if the store supports
    it.

    :param pages: the pages that the settings ask for.

    Raises `RepositoryError`, `InvalidIndex` if ``repository.json`` is damaged, and `StoreError`.
    """
    record, created = repository.config, repository.was_created
    repository.conditional_multipart()
    honours = "honours" if record.conditional_writes else "does not honour"
    kinds = ", ".join(kind.value for kind in record.pages)
    notes = [f"the store {honours} conditional writes", f"pages of every project: {kinds}"]
    if not created and pages and record.pages != kinds_of(pages):
        notes.append(f"it keeps these pages; s3pypi migrate-index {pages.value} changes them")
    if not created and compress_from_now_on(repository.workspace.store, repository.workspace.layout):
        notes.append("large projects are stored compressed from now on; version 1.0 cannot publish here any more")
    return InitReport(repository.url, created, tuple(notes))
