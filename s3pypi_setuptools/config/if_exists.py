"""What publishing does with a filename that is listed already."""

from __future__ import annotations

import enum

__all__ = ["IfExists"]


class IfExists(enum.Enum):
    """What publishing does with a filename that is listed already."""

    SAME = "same"
    """The same bytes are success, other bytes a conflict."""
    SKIP = "skip"
    """Any listed file is passed over."""
    FAIL = "fail"
    """Any listed file is a conflict."""
    REPLACE = "replace"
    """The same bytes are success, other bytes take the old file's place, under a new key."""
