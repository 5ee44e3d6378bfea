"""What configuration reads of the machine, as a value."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from ..errors import ConfigurationError

__all__ = ["Machine"]


class Machine(NamedTuple):
    """The surroundings that settings are looked up in.

    :param environ: the environment variables.
    :param cwd: what relative paths on the command line and in the environment start at; absolute.
    :param home: what ``~`` means.
    :param prefix: the Python environment's folder, ``sys.prefix``.
    :param root: what the machine's own folders lie in, such as ``etc``; not on Windows, where variables name them.
    :param platform: as ``sys.platform``: ``linux``, ``darwin``, ``win32``.
    """

    environ: Mapping[str, str]
    cwd: Path
    home: Path
    prefix: Path
    platform: str
    root: Path = Path("/")

    def __repr__(self) -> str:
        return f"<{self.platform} machine, in {self.cwd}>"

    @classmethod
    def current(cls) -> Machine:
        """The surroundings of the running process; raises `ConfigurationError` where the working folder is gone."""
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
        """Whether paths are Windows's."""
        return self.platform == "win32"
