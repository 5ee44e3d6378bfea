"""A folder for files that are needed for a moment."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from .errors import StoreError

__all__ = ["temporary_folder"]


@contextlib.contextmanager
def temporary_folder() -> Iterator[Path]:
    """A new folder, which is removed in the end with all that is in it; raises `StoreError` where none can be made."""
    import tempfile  # noqa: PLC0415 - no upload needs it

    try:
        folder = tempfile.TemporaryDirectory(prefix="s3pypi-")
    except OSError as error:
        reason = error.strerror or error
        raise StoreError("temporary folder", f"cannot be made: {reason}; set TMPDIR to one with free space") from error
    with folder as path:
        yield Path(path)
