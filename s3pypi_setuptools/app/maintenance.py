"""Settings in, the verbs that keep a repository in order out: verify, reindex, prune."""

from __future__ import annotations

from collections.abc import Sequence

from ..config.settings import Settings
from ..layout import normalize_name
from ..operations import verify as verifying
from ..operations.side_by_side import Tally, Unwatched
from ..operations.verify import VerifyReport
from . import opened_repository

__all__ = ["VerifyReport", "verify"]

UNWATCHED = Unwatched()


def verify(
    settings: Settings, projects: Sequence[str] = (), *, deep: bool = False, tally: Tally = UNWATCHED
) -> VerifyReport:
    """Verify the repository at ``settings.target``, or some ``projects`` of it; as `operations.verify.verify`."""
    with opened_repository(settings, reading=True) as repository:
        return verifying.verify(repository, tuple(map(normalize_name, projects)), deep=deep, tally=tally)
