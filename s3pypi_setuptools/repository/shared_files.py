"""Whether any project may list files outside its own folder, as ``repository.json`` says.

Where none does, a deletion need not read the manifests of all other projects. Whoever commits the first such listing
records it before.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from ..stores.base import ANY, Matches, Store
from ..transaction import Backoff, update
from .document_kind import RECORD_ATTRIBUTES
from .layout import Layout
from .repository_config import RepositoryConfig

__all__ = ["SharedFiles"]


class SharedFiles:
    """What the record of one repository says, and how it comes to say so.

    :param record: the record, as it was when the repository was opened.
    """

    def __init__(self, store: Store, layout: Layout, backoff: Backoff, record: Callable[[], RepositoryConfig]) -> None:
        self._store = store
        self._key = layout.repository
        self._backoff = backoff
        self._record = record
        self._recorded = False

    @property
    def possible(self) -> bool:
        """Whether a project may list files outside its own folder; where reading costs nothing, it is looked at."""
        return self._recorded or self._store.cheap_reads or self._record().shared_files

    def record(self) -> None:
        """Record that a project does. Raises `StoreError`."""
        if not (self._recorded or self._record().shared_files):
            update(self._attempt, self._backoff)
            self._recorded = True

    def _attempt(self) -> None:
        found = self._store.get(self._key)
        record = RepositoryConfig.from_json(found.data, self._key)
        if not record.shared_files:
            condition = Matches(found.info.token) if record.conditional_writes else ANY
            data = replace(record, shared_files=True).to_json()
            self._store.put(self._key, data, RECORD_ATTRIBUTES, condition)
