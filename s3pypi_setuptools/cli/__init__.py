"""The console scripts. Each returns its exit status, and imports the one command that it runs."""

from __future__ import annotations

from .entry import main, pypi_private, s3upload

__all__ = ["main", "pypi_private", "s3upload"]
