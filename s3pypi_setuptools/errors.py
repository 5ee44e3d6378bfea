"""The errors that this package raises on purpose.

::

    Error                       one clear line: what failed, on what, what to do next
    ├── UsageError              what was asked for is not valid, such as the name of a project (exit status 2)
    ├── ConfigurationError      a setting is missing, unknown, or has a bad value
    │   └── MissingPackage      a package that an extra installs is not there
    ├── InvalidDistribution     a file is not a distribution that can be published
    ├── InvalidIndex            a page, manifest or other record cannot be understood
    ├── RepositoryError         the repository does not allow what was asked
    │   ├── NotListed           it lists no such project, version or file
    │   │   └── NoSuchProject   there is no such project
    │   ├── NotAllowed          the status of the project forbids it (PEP 792)
    │   ├── FileConflict        a published filename would get other bytes
    │   └── LockError           a lock is held by someone else for too long, or was lost
    └── StoreError              the store failed, on ``key``
        ├── NotFound            there is no such object
        ├── NotWritten          a conditional write was refused: nothing was written
        │   ├── PreconditionFailed  the object is not in the state that the write asked for
        │   │   └── AlreadyExists   it was to be created, and exists
        │   └── Contended       another one was in flight: try again
        ├── AccessDenied        the credentials do not allow it
        │   └── NotAuthenticated  there are no credentials, or the store does not accept them
        ├── StorageFull         the store has no space left, or a quota is used up
        ├── StoreMisconfigured  the settings do not fit the store: no such bucket, another region
        │   └── ConditionsRefused  the store does not implement conditional requests
        └── Unavailable         no usable answer: network, throttling, server error
            └── TimedOut        the store stayed silent

Programs tell errors apart by their classes. Commands print ``str(error)`` and exit with ``error.exit_status``.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from .text import one_line


class Error(Exception):
    """Base of all; its text is one printable line, free of secrets."""

    exit_status = 1

    def __str__(self) -> str:
        return one_line(super().__str__())


class UsageError(Error):
    """What was asked for is not valid by itself, such as an option of a command or the name of a project."""

    exit_status = 2


class ConfigurationError(Error):
    """A setting is missing, unknown, or has a bad value."""


class MissingPackage(ConfigurationError):
    """A package is not installed that only some commands need, and that an extra of this one installs."""


class InvalidDistribution(Error):
    """A file is not a distribution that can be published."""


class InvalidIndex(Error):
    """A page, manifest or other record cannot be understood."""


class RepositoryError(Error):
    """The repository does not allow what was asked."""


class NotListed(RepositoryError):
    """The repository lists no such project, version or file."""


class NoSuchProject(NotListed):
    """There is no such project, or it was deleted."""


class NotAllowed(RepositoryError):
    """The status of the project forbids it: an archived one takes no uploads, a quarantined one offers no files.

    See https://peps.python.org/pep-0792/.
    """


class FileConflict(RepositoryError):
    """A published filename would get other bytes."""


class LockError(RepositoryError):
    """Someone else has held a lock for too long, or ours was lost; nothing is committed after that."""


class StoreError(Error):
    """The store failed.

    :param key: the object's key (or the folder's path), as the store names it.
    :param message: what failed and what to do, without the key.
    """

    def __init__(self, key: str, message: str) -> None:
        super().__init__(f"{key}: {message}")
        self.key = key
        self.message = message


class NotFound(StoreError):
    """There is no such object. The only error that means *absent*."""

    def __init__(self, key: str, message: str = "not found") -> None:
        super().__init__(key, message)


class NotWritten(StoreError):
    """A conditional write was refused, and nothing was written.

    :param message: by default, that of the class.
    :param version: the version that the write asked for, empty for none; None if the store does not say.
    """

    reason = "was not written"

    def __init__(self, key: str, message: str | None = None, *, version: str | None = None) -> None:
        super().__init__(key, message or self.reason)
        self.version = version


class PreconditionFailed(NotWritten):
    """The object is not in the state that the write asked for."""

    reason = "was changed by someone else meanwhile"


class AlreadyExists(PreconditionFailed):
    """The object was to be created and exists already."""

    reason = "exists already"


class Contended(NotWritten):
    """Another conditional write of the same key was in flight; trying again may succeed."""

    reason = "is being written by someone else; try again"


class AccessDenied(StoreError):
    """The credentials do not allow the request."""


class NotAuthenticated(AccessDenied):
    """There are no credentials, or the store does not accept them: they are expired, unknown or wrongly signed."""


class StorageFull(StoreError):
    """The store has no space left, or a quota is used up: nothing was written."""


class StoreMisconfigured(StoreError):
    """The settings do not fit the store: there is no such bucket, it lies in another region, or it refuses ACLs."""


class ConditionsRefused(StoreMisconfigured):
    """The store does not implement conditional requests: it answers 501 to them, and nothing was written."""


class Unavailable(StoreError):
    """The store gave no usable answer; for a write, whether it took effect is not known."""


class TimedOut(Unavailable):
    """The store did not answer in the time that a request may take. The program does not ask it again."""


@contextlib.contextmanager
def needs_extra(extra: str) -> Iterator[None]:
    """Import packages that ``extra`` installs while the context lasts; raises `MissingPackage` if one is missing."""
    try:
        yield
    except ModuleNotFoundError as error:
        advice = f"pip install 's3pypi-setuptools[{extra}]'"
        raise MissingPackage(f"this needs the package {error.name}: {advice}") from error
