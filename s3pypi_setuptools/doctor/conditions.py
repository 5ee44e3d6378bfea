"""Checks of what a store honours under races; ``repository.json`` is updated if it says otherwise."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import fields, replace

from ..errors import AccessDenied, Contended, Error, InvalidIndex, NotFound, StoreError, Unavailable
from ..repository.layout import Layout
from ..repository.nesting import refuse_project_folder
from ..repository.opening import WAYS_OUT
from ..repository.repository_config import RepositoryConfig, change_config
from ..stores.base import Store
from ..stores.capabilities import Capabilities
from .check import ABORT, DELETE, MULTIPART, Check, fail, fail_with, ok, skip, warn

_CREATE, _REPLACE, _MULTIPART = "conditional create", "conditional replace", "conditional multipart"
_DELETE, _SLASH, _ENCODING = "conditional delete", "keys ending in /", "content encoding"
_NAMES = (_CREATE, _REPLACE, _MULTIPART, _DELETE, _SLASH, _ENCODING)
_NEEDS = {_MULTIPART: (MULTIPART, ABORT), _DELETE: (DELETE,)}
"""Checks without which nothing is known of these."""
_ONE_WINS = "raced: one writer wins"
_RECORD = "record"
_WORDS = {None: "not asked", True: "yes", False: "no"}


def raced(race: Callable[[], Capabilities], *, surely: bool) -> Capabilities | list[Check]:
    """What the store honours, as ``race`` finds out; where that cannot be found out, the checks that say why.

    :param surely: the store is known to honour conditions, so a failure has another reason.
    """
    try:
        return race()
    except AccessDenied as error:
        return skipped_conditions(error.message)
    except StoreError as error:
        passing = surely or isinstance(error, Unavailable | Contended)
        check = fail_with(_CREATE, error.message, "try again" if passing else WAYS_OUT)
        return [check, *skipped_conditions(check.found)[1:]]


def skipped_conditions(reason: str) -> list[Check]:
    """The checks where no race was held."""
    return [skip(name, reason) for name in _NAMES]


def condition_checks(
    found: Capabilities, config: RepositoryConfig | None, lacking: Collection[str], *, tolerated: str | None
) -> list[Check]:
    """The checks after the races.

    :param lacking: names of earlier checks that did not go well; what depends on them is not known.
    :param tolerated: why a store that ignores conditions can be used all the same; None where it cannot.
    """
    multipart = "ignored: large files get keys of their own"
    delete = "delete projects while nobody publishes them"
    checks = [
        _writes(_CREATE, found.conditional_create, tolerated),
        _writes(_REPLACE, found.conditional_replace, tolerated),
        ok(_MULTIPART, _ONE_WINS) if found.conditional_multipart else warn(_MULTIPART, multipart),
        ok(_DELETE, "honoured") if found.conditional_delete else warn(_DELETE, "ignored", delete),
        _slash_keys(found.slash_keys, config),
        _encoding(found.content_encoding, config),
    ]
    for number, check in enumerate(checks):
        if needed := [name for name in _NEEDS.get(check.name, ()) if name in lacking]:
            checks[number] = skip(check.name, f"needs {needed[0]}")
    return checks


def known_conditions(found: Capabilities, config: RepositoryConfig | None, lacking: Collection[str]) -> Capabilities:
    """``found``, with the configuration's values where ``lacking`` leaves something unknown."""
    multipart, deletes = found.conditional_multipart, found.conditional_delete
    if set(_NEEDS[_MULTIPART]) & set(lacking):
        multipart = config is not None and config.conditional_multipart
    if set(_NEEDS[_DELETE]) & set(lacking):
        deletes = config is not None and config.conditional_delete
    return found._replace(conditional_multipart=multipart, conditional_delete=deletes)


def renew(store: Store, layout: Layout, found: Capabilities | None) -> Check:
    """Write ``found`` into ``repository.json`` if that exists and says otherwise; its other settings stay.

    :param found: None when no race was held; nothing is written then.
    """
    try:
        return _renewed(store, layout, found)
    except InvalidIndex as error:
        why, upgrade, what = str(error).partition(": upgrade ")
        return fail(_RECORD, why, f"upgrade {what}" if upgrade else "s3pypi reindex makes it anew")
    except AccessDenied:
        return skip(_RECORD, f"{layout.repository_config} cannot be read or written")
    except Error as error:
        return fail_with(_RECORD, str(error))


def _renewed(store: Store, layout: Layout, found: Capabilities | None) -> Check:
    def change(config: RepositoryConfig) -> RepositoryConfig:
        if found is None:
            return config
        return replace(
            config,
            conditional_writes=found.conditional_writes,
            conditional_delete=found.conditional_delete,
            conditional_multipart=found.conditional_multipart,
            content_encoding=config.content_encoding and found.content_encoding,
        )

    try:
        before, after = change_config(store, layout, change)
    except NotFound:
        refuse_project_folder(store, layout)
        return ok(_RECORD, "there is no repository yet; the first upload makes it, or s3pypi init")
    if found is None:
        return skip(_RECORD, f"{layout.repository_config} is unchanged: no race was held")
    if after == before:
        return ok(_RECORD, f"{layout.repository_config} says what was found")
    changes = ", ".join(
        f"{name.replace('_', '-')} was {_WORDS[getattr(before, name)]}, is {_WORDS[getattr(after, name)]}"
        for name in (field.name for field in fields(before))
        if getattr(before, name) != getattr(after, name)
    )
    return ok(_RECORD, f"{layout.repository_config} is renewed: {changes}")


def _writes(name: str, honoured: bool, tolerated: str | None) -> Check:
    if honoured:
        return ok(name, _ONE_WINS)
    lost = "ignored, or not heeded when writers race"
    return warn(name, lost, tolerated) if tolerated else fail(name, lost, WAYS_OUT)


def _encoding(kept: bool, config: RepositoryConfig | None) -> Check:
    if config is not None and config.content_encoding and not kept:
        return fail(_ENCODING, "lost, and the repository relies on it", "s3pypi reindex, after this")
    if config is not None and kept and not config.content_encoding:
        advice = "s3pypi init lets large projects be stored compressed; version 1.0 cannot publish then"
        return ok(_ENCODING, f"kept, and not used: {advice}")
    return ok(_ENCODING, "kept" if kept else "lost: all documents are stored plain")


def _slash_keys(allowed: bool, config: RepositoryConfig | None) -> Check:
    if allowed:
        return ok(_SLASH, "allowed")
    if config is not None and any(kind.at_slash for kind in config.pages):
        return fail(_SLASH, "refused, and the repository has such pages", "s3pypi migrate-index index.html")
    return ok(_SLASH, "refused: pages lie at index.html alone")
