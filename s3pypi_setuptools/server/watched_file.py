"""Users in a file that is read again whenever it has changed."""

from __future__ import annotations

import contextlib
import logging
import os
import stat
import threading
from abc import abstractmethod
from pathlib import Path
from typing import NamedTuple

from ..errors import ConfigurationError
from .users import Contents, User, UserStore

log = logging.getLogger(__name__)

_EMPTY = Contents({})


class _State(NamedTuple):
    """The last version of the file that was looked at, and the contents that count.

    :param version: None before the first look; empty where there was no file.
    """

    version: tuple[int, ...] | None = None
    contents: Contents = _EMPTY


class WatchedFile(UserStore):
    """The users in the file at ``path``; an absent one is empty.

    After a version that could be read, one that cannot be read is logged, and has no other effect: a mistake in the
    file while a service runs does not change who may sign in.
    """

    def __init__(self, path: Path, advice: str = "") -> None:
        super().__init__(str(path), advice)
        self.path = path
        self._lock = threading.Lock()
        self._state = _State()

    @abstractmethod
    def parse(self) -> Contents:
        """What the file says, read now; raises `ConfigurationError`."""

    def contents(self) -> Contents:
        """The contents, read now if the file has changed. Raises `ConfigurationError` if no version could be read."""
        if self._state.version != self._version():
            with self._lock:
                self._look()
        return self._state.contents

    def reread(self) -> Contents:
        """The contents, read now. Raises `ConfigurationError` if they cannot be."""
        with self._lock:
            version = self._version()
            self._state = _State(version, self.parse() if version else _EMPTY)
            return self._state.contents

    def is_current(self, user: User) -> bool:
        """As `UserStore.is_current`: False where the file is not as it was when it was read."""
        state = self._state
        return state.version == self._version() and state.contents.users.get(user.name) == user

    def _look(self) -> None:
        before, version = self._state, self._version()
        if version == before.version:
            return
        if not version:
            if before.version:
                log.error("%s: is gone; nobody in it can sign in until it is back", self.path)
            self._state = _State(version)
            return
        try:
            contents = self.parse()
        except ConfigurationError as error:
            if before.version is None:
                raise
            log.error("%s; the users stay as they were", error)
            contents = before.contents
        self._state = _State(version, contents)
        self._warn_of_others()

    def _version(self) -> tuple[int, ...]:
        """What differs between two versions of the file; empty where there is none."""
        try:
            status = self.path.stat()
        except (FileNotFoundError, NotADirectoryError):
            return ()
        except OSError as error:  # reading it says why
            return (error.errno or 0,)
        return status.st_ino, status.st_mtime_ns, status.st_ctime_ns, status.st_size

    def _warn_of_others(self) -> None:
        with contextlib.suppress(OSError):
            if os.name != "nt" and self.path.stat().st_mode & stat.S_IRWXO:
                log.warning("%s: everybody on this machine may open it; chmod o= %s", self.path, self.path)
