"""What a store was found to honour, as checks."""

from __future__ import annotations

from collections.abc import Collection

from ..errors import AccessDenied, Contended, StoreError, Unavailable
from ..repository.opening import WAYS_OUT
from ..repository.page_kind import PageKind
from ..repository.repository_config import RepositoryConfig
from ..stores.capabilities import Capabilities
from .check import ABORT, DELETE, MULTIPART, Check, Examiner, Result, refusal

__all__ = ["condition_checks", "raced", "settled", "unraced"]

_CREATE, _REPLACE, _MULTIPART = "conditional create", "conditional replace", "conditional multipart"
_DELETE, _SLASH, _ENCODING = "conditional delete", "keys ending in /", "content encoding"
_OWN_KEYS = "ignored: large files get keys of their own"
_NEEDS = {_MULTIPART: (MULTIPART, ABORT), _DELETE: (DELETE,)}
_NAMES = (_CREATE, _REPLACE, _MULTIPART, _DELETE, _SLASH, _ENCODING)


def raced(examiner: Examiner, folder: str, *, surely: bool) -> Capabilities | list[Check]:
    """What the store honours; where it cannot be asked, the checks that say why.

    :param surely: it is known to honour conditions: what fails has other reasons.
    """
    try:
        return examiner.race(folder)
    except AccessDenied as error:
        return unraced(error.message)
    except StoreError as error:
        passing = surely or isinstance(error, Unavailable | Contended)
        check = refusal(_CREATE, error.message, "try again" if passing else WAYS_OUT)
        return [check, *unraced(check.found)[1:]]


def unraced(reason: str) -> list[Check]:
    """The checks when nothing was asked."""
    return [Check(name, Result.SKIPPED, reason) for name in _NAMES]


def condition_checks(
    found: Capabilities, record: RepositoryConfig | None, lacking: Collection[str], *, tolerated: str | None
) -> list[Check]:
    """The checks of what was found.

    :param lacking: names of the checks that did not go well before; what rests on them is not known.
    :param tolerated: why a store that ignores conditions will do all the same; None when nothing makes it do.
    """
    pages = () if record is None else record.pages
    checks = [
        _writes(_CREATE, found.conditional_create, tolerated),
        _writes(_REPLACE, found.conditional_replace, tolerated),
        _noted(_MULTIPART, found.conditional_multipart is True, "raced: one writer wins", _OWN_KEYS),
        _noted(_DELETE, found.conditional_delete, "honoured", "ignored", "delete projects while nobody publishes them"),
        _slash_keys(found.slash_keys, pages),
        _encoding(found.content_encoding, record),
    ]
    return [_unless(check, [need for need in _NEEDS.get(check.name, ()) if need in lacking]) for check in checks]


def settled(found: Capabilities, record: RepositoryConfig | None, lacking: Collection[str]) -> Capabilities:
    """``found``, but what the record says where ``lacking`` leaves it unknown."""
    recorded = (False, False) if record is None else (record.conditional_multipart, record.conditional_delete)
    multipart = recorded[0] if set(_NEEDS[_MULTIPART]) & set(lacking) else found.conditional_multipart
    deletes = recorded[1] if set(_NEEDS[_DELETE]) & set(lacking) else found.conditional_delete
    return found._replace(conditional_multipart=multipart, conditional_delete=deletes)


def _unless(check: Check, lacking: list[str]) -> Check:
    return Check(check.name, Result.SKIPPED, f"needs {lacking[0]}") if lacking else check


def _writes(name: str, honoured: bool, tolerated: str | None) -> Check:
    if honoured:
        return Check(name, Result.OK, "raced: one writer wins")
    lost = "ignored, or not heeded when writers race"
    if tolerated:
        return Check(name, Result.WARNING, lost, tolerated)
    return Check(name, Result.NO, lost, WAYS_OUT)


def _noted(name: str, honoured: bool, yes: str, no: str, advice: str | None = None) -> Check:
    return Check(name, Result.OK, yes) if honoured else Check(name, Result.WARNING, no, advice)


def _encoding(kept: bool, record: RepositoryConfig | None) -> Check:
    if record is not None and record.content_encoding and not kept:
        return Check(_ENCODING, Result.NO, "lost, and the repository relies on it", "s3pypi reindex, after this")
    if record is not None and kept and not record.content_encoding:
        advice = "s3pypi init lets large projects be stored compressed; version 1.0 cannot publish then"
        return Check(_ENCODING, Result.OK, f"kept, and not used: {advice}")
    return Check(_ENCODING, Result.OK, "kept" if kept else "lost: all documents are stored plain")


def _slash_keys(allowed: bool, pages: tuple[PageKind, ...]) -> Check:
    if allowed:
        return Check(_SLASH, Result.OK, "allowed")
    if any(kind.at_slash for kind in pages):
        return Check(_SLASH, Result.NO, "refused, and the repository has such pages", "s3pypi migrate-index index.html")
    return Check(_SLASH, Result.OK, "refused: pages lie at index.html alone")
