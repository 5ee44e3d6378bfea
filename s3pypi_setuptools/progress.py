"""How long work tells whoever waits for it what goes on."""

from __future__ import annotations

from typing import Protocol

__all__ = ["Progress", "Silent"]


class Progress(Protocol):
    """Told of work as it is done; called from several threads at once."""

    def hashing(self, filename: str, size: int) -> None:
        """The file's ``size`` bytes are about to be hashed."""

    def hashed(self, filename: str, count: int) -> None:
        """``count`` more bytes of the file are hashed."""

    def sending(self, filename: str, size: int) -> None:
        """The file's ``size`` bytes are about to be sent."""

    def sent(self, filename: str, count: int) -> None:
        """``count`` more bytes of the file are stored."""


class Silent:
    """Progress that nobody watches."""

    def hashing(self, filename: str, size: int) -> None:
        """Nothing."""

    def hashed(self, filename: str, count: int) -> None:
        """Nothing."""

    def sending(self, filename: str, size: int) -> None:
        """Nothing."""

    def sent(self, filename: str, count: int) -> None:
        """Nothing."""
