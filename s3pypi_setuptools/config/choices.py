"""The settings that are one of a few words."""

from __future__ import annotations

import enum


class IfExists(enum.Enum):
    """What publishing does with a filename that is listed already."""

    SAME = "same"
    """The same bytes, and a rebuild with the same contents, succeed; other contents are a conflict."""
    SKIP = "skip"
    """A listed file stays as it is, whatever its contents."""
    FAIL = "fail"
    """A listed file is a conflict, whatever its contents."""
    REPLACE = "replace"
    """The same bytes succeed; any other bytes, also of a rebuild, replace the listed file, under a new key."""


class PageStyle(enum.Enum):
    """Which pages a repository has beside ``index.json``; chosen once for the whole repository."""

    BOTH = "both"
    """HTML under ``index.html`` and under keys that end in ``/``."""
    INDEX_HTML = "index.html"
    """HTML under ``index.html`` alone."""
    SLASH = "/"
    """HTML under keys that end in ``/`` alone."""
    JSON = "json"
    """JSON under keys that end in ``/``, for installers; HTML under ``index.html``, for people."""
