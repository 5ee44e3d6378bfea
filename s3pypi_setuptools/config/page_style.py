"""Which pages a repository has, beside ``index.json``."""

from __future__ import annotations

import enum

__all__ = ["PageStyle"]


class PageStyle(enum.Enum):
    """Which pages a repository has, beside ``index.json``; decided once for a whole repository."""

    BOTH = "both"
    """HTML at keys ``index.html`` and at keys that end in ``/``."""
    INDEX_HTML = "index.html"
    """HTML at keys ``index.html`` alone."""
    SLASH = "/"
    """HTML at keys that end in ``/`` alone."""
    JSON = "json"
    """JSON at keys that end in ``/``, for installers; HTML at keys ``index.html``, for people."""
