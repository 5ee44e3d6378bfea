"""The environment that settings are looked up in, as a value; `config.layers` says what its variables mean."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from ..errors import ConfigurationError


class Environment(NamedTuple):
    """The variables, folders and platform that settings are looked up in.

    :param environ: the environment variables.
    :param cwd: the absolute folder that relative paths on the command line and in the environment start from.
    :param home: the folder that ``~`` means.
    :param prefix: the folder of the Python environment, ``sys.prefix``.
    :param platform: as ``sys.platform``: ``linux``, ``darwin``, ``win32``.
    :param root: the folder above the machine's own folders such as ``etc``; not used on Windows, where variables name
        them.
    """

    environ: Mapping[str, str]
    cwd: Path
    home: Path
    prefix: Path
    platform: str
    root: Path = Path("/")

    def __repr__(self) -> str:
        return f"<{self.platform} environment, in {self.cwd}>"

    @classmethod
    def current(cls) -> Environment:
        """The environment of the running process; raises `ConfigurationError` if its working folder was deleted."""
        try:
            cwd = Path.cwd()
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise ConfigurationError(f"the working folder cannot be read ({reason}); change to another one") from None
        return cls(
            environ=os.environ,
            cwd=cwd,
            home=Path(os.path.expanduser("~")),  # noqa: PTH111  Path.home() raises where there is none
            prefix=Path(sys.prefix),
            platform=sys.platform,
        )

    @property
    def windows(self) -> bool:
        """Whether paths are those of Windows."""
        return self.platform == "win32"

    def path(self, text: str) -> Path:
        """Make a path of ``text``, which may be relative or begin with ``~/``."""
        return self.home / text[2:] if text.startswith("~/") else self.cwd / text
