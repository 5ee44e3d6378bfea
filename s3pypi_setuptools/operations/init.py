"""Make a repository by hand (``s3pypi init``)."""

from __future__ import annotations

from dataclasses import dataclass

from ..config.choices import PageStyle
from ..repository.layout import Layout
from ..repository.opening import compress_from_now_on
from ..repository.page_kind import kinds_of
from ..repository.repository import Repository
from ..repository.repository_config import read_config
from ..stores.base import Store

__all__ = ["InitReport", "initialize", "repository_exists"]


@dataclass(frozen=True, slots=True)
class InitReport:
    """The result of `initialize`.

    :param created: whether the repository was made; it existed before otherwise.
    :param notes: what ``repository.json`` records about the store, a line each.
    """

    target: str
    created: bool
    notes: tuple[str, ...] = ()


def repository_exists(store: Store, layout: Layout) -> bool:
    """Whether there is a repository config already. Raises `InvalidIndex` if it is damaged, and `StoreError`."""
    return read_config(store, layout) is not None


def initialize(repository: Repository, *, existed: bool, pages: PageStyle | None) -> InitReport:
    """Make ``repository.json``, if there is none.

    A repository that exists keeps it. Large projects are stored compressed from then on, if the store supports it.

    :param pages: the pages that the settings ask for.

    Raises `RepositoryError` and `StoreError`.
    """
    record = repository.config
    repository.conditional_multipart()
    honours = "honours" if record.conditional_writes else "does not honour"
    kinds = ", ".join(kind.value for kind in record.pages)
    notes = [f"the store {honours} conditional writes", f"pages of every project: {kinds}"]
    if existed and pages and record.pages != kinds_of(pages):
        notes.append(f"it keeps these pages; s3pypi migrate-index {pages.value} changes them")
    if existed and compress_from_now_on(repository.workspace.store, repository.workspace.layout):
        notes.append("large projects are stored compressed from now on; version 1.0 cannot publish here any more")
    return InitReport(repository.url, not existed, tuple(notes))
