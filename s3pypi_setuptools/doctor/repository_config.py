"""Bring ``repository.json`` up to what its store was found to honour."""

from __future__ import annotations

from dataclasses import replace

from ..errors import AccessDenied, Error, InvalidIndex, NotFound
from ..repository.documents import DOCUMENT_ATTRIBUTES
from ..repository.layout import Layout
from ..repository.nesting import refuse_project_folder
from ..repository.repository_config import RepositoryConfig
from ..stores.base import ANY, Matches, Store
from ..stores.capabilities import Capabilities
from ..transaction import update
from .check import Check, Result, refusal

__all__ = ["renew"]

_NAME = "record"


def renew(store: Store, layout: Layout, found: Capabilities | None) -> Check:
    """Write ``found`` into the record, if there is one that says otherwise; pages and public URL stay.

    :param found: None when nothing is known; nothing is written then.
    """
    try:
        return update(lambda: _attempt(store, layout, found))
    except InvalidIndex as error:
        why, upgrade, what = str(error).partition(": upgrade ")
        return Check(_NAME, Result.NO, why, f"upgrade {what}" if upgrade else "s3pypi reindex makes it anew")
    except AccessDenied:
        return Check(_NAME, Result.SKIPPED, f"{layout.repository_config} cannot be read or written")
    except Error as error:
        return refusal(_NAME, str(error))


def _attempt(store: Store, layout: Layout, found: Capabilities | None) -> Check:
    try:
        stored = store.get(layout.repository_config)
    except NotFound:
        refuse_project_folder(store, layout)
        return Check(_NAME, Result.OK, "there is no repository yet; the first upload makes it, or s3pypi init")
    record = RepositoryConfig.from_json(stored.data, layout.repository_config)
    if found is None:
        return Check(_NAME, Result.SKIPPED, f"{layout.repository_config} is left as it is: nothing was raced")
    renewed = replace(
        record,
        conditional_writes=found.conditional_writes,
        conditional_delete=found.conditional_delete,
        conditional_multipart=found.conditional_multipart,
        content_encoding=record.content_encoding and found.content_encoding,
    )
    if renewed == record:
        return Check(_NAME, Result.OK, f"{layout.repository_config} says what was found")
    condition = Matches(stored.info.token) if found.conditional_writes else ANY
    store.put(layout.repository_config, renewed.to_json(), DOCUMENT_ATTRIBUTES, condition)
    changes = ", ".join(
        f"{name} was {_word(old)}, is {_word(new)}"
        for name, old, new in (
            ("conditional-writes", record.conditional_writes, renewed.conditional_writes),
            ("conditional-delete", record.conditional_delete, renewed.conditional_delete),
            ("conditional-multipart", record.conditional_multipart, renewed.conditional_multipart),
            ("content-encoding", record.content_encoding, renewed.content_encoding),
        )
        if old is not new
    )
    return Check(_NAME, Result.OK, f"{layout.repository_config} is renewed: {changes}")


def _word(value: bool | None) -> str:
    if value is None:
        return "not asked"
    return "yes" if value else "no"
