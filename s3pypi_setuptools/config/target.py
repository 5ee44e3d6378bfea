"""Where a repository lives."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

__all__ = ["FolderTarget", "S3Target", "Target"]


@dataclass(frozen=True, slots=True)
class S3Target:
    """A bucket, and the prefix in it: empty, or without ``/`` at either end."""

    bucket: str
    prefix: str = ""

    def __str__(self) -> str:
        return f"s3://{self.bucket}/{self.prefix}" if self.prefix else f"s3://{self.bucket}"


@dataclass(frozen=True, slots=True)
class FolderTarget:
    """A folder; an absolute path."""

    path: Path

    def __str__(self) -> str:
        return self.path.as_uri()


Target: TypeAlias = S3Target | FolderTarget
