"""What publishing does with a filename that is listed already."""

from __future__ import annotations

import enum

__all__ = ["IfExists"]


class IfExists(enum.Enum):
    """What publishing does with a filename that is listed already."""

    SAME = "same"
    """The same bytes, and the same contents built again, are success; other contents are a conflict."""
    SKIP = "skip"
    """Any listed file that is there is passed over."""
    FAIL = "fail"
    """Any listed file that is there is a conflict."""
    REPLACE = "replace"
    """The same bytes are success; others, of the same contents too, take the old file's place, under a new key."""
