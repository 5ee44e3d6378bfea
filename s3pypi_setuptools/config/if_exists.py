"""What publishing does with a filename that is listed already."""

from __future__ import annotations

import enum

__all__ = ["IfExists"]


class IfExists(enum.Enum):
    """What publishing does with a filename that is listed already."""

    SAME = "same"
    """The same bytes, and a rebuild with the same contents, succeed; other contents are a conflict."""
    SKIP = "skip"
    """A listed file stays as it is, whatever it holds."""
    FAIL = "fail"
    """A listed file is a conflict, whatever it holds."""
    REPLACE = "replace"
    """The same bytes succeed; any others, also a rebuild, replace the listed file, under a new key."""
