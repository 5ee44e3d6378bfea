"""Whether locks can be taken in the lock table."""

from __future__ import annotations

import secrets

from ..errors import Error
from ..locks.base import Locks
from .check import Check, Result, refusal

__all__ = ["lock_checks"]

_NAME = "lock table"


def lock_checks(locks: Locks, *, read_only: bool) -> list[Check]:
    """The check of ``locks``, by taking one that nobody else wants; none where no table is configured.

    :param read_only: only read.
    """
    if not locks.exclusive:
        return []
    try:
        locks.verify()
        if read_only:
            return [Check(_NAME, Result.OK, "can be read")]
        with locks.held(f"s3pypi-probe-{secrets.token_hex(8)}", lambda: None) as lease:
            lease.confirm()
    except Error as error:
        return [refusal(_NAME, str(error), "correct the table's settings, or grant what is missing")]
    return [Check(_NAME, Result.OK, "a lock was taken and let go")]
