"""Folders below a root, opened one step at a time so that no symbolic link below the root is followed.

Where the system has ``openat``, every step is relative to the open folder before it, so that a folder which is replaced
by a link meanwhile has no effect. Windows has no such call; there, each step is checked before it is taken, and
junctions count as links.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from .files import flush, patiently

_BY_DESCRIPTOR = hasattr(os, "O_NOFOLLOW") and {os.open, os.stat, os.mkdir, os.unlink, os.rename} <= os.supports_dir_fd
_ALWAYS = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
# With O_PATH, folders can be opened that may be searched, but not listed.
_FOLDER = getattr(os, "O_PATH", os.O_RDONLY) | getattr(os, "O_DIRECTORY", 0)
_LINK_TAGS = frozenset({0xA000000C, 0xA0000003})
"""Windows' reparse tags of symbolic links and of junctions."""


def is_link(status: os.stat_result) -> bool:
    """Whether ``status``, which must be of the path itself, is that of a symbolic link or a junction."""
    return stat.S_ISLNK(status.st_mode) or getattr(status, "st_reparse_tag", 0) in _LINK_TAGS


class OpenFolder:
    """One folder. Every method raises `OSError` with the whole path, and with ``ELOOP`` for a symbolic link.

    :param path: of the folder.
    :param descriptor: of the open folder; None where the system has no ``openat``.
    """

    def __init__(self, path: Path, descriptor: int | None) -> None:
        self.path = path
        self.descriptor = descriptor

    def status(self, name: str) -> os.stat_result | None:
        """The status of a file or folder in it; None if it does not exist."""
        try:
            with _named(self.path / name):
                found = os.stat(self._at(name), dir_fd=self.descriptor, follow_symlinks=False)
        except FileNotFoundError:
            return None
        if is_link(found):
            raise _link_error(self.path / name)
        return found

    def is_file(self, name: str) -> bool:
        """Whether it has a regular file of that name."""
        status = self.status(name)
        return status is not None and stat.S_ISREG(status.st_mode)

    def read(self, name: str) -> BinaryIO:
        """Open a regular file for reading; pipes and devices are not opened."""
        path = self.path / name
        status = self.status(name)
        if status is None:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), os.fspath(path))
        _require_file(path, status)
        descriptor = self._open(name, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
        try:
            _require_file(path, os.fstat(descriptor))
            return os.fdopen(descriptor, "rb")
        except BaseException:
            os.close(descriptor)
            raise

    def create(self, name: str) -> BinaryIO:
        """Create a file, and open it for writing without a buffer."""
        return os.fdopen(self._open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL), "wb", buffering=0)

    def replace(self, name: str, folder: OpenFolder, new_name: str) -> None:
        """Move a file to ``folder``, where it replaces one with the new name."""
        with _named(self.path / name, folder.path / new_name):
            patiently(
                lambda: os.replace(
                    self._at(name), folder._at(new_name), src_dir_fd=self.descriptor, dst_dir_fd=folder.descriptor
                )
            )

    def unlink(self, name: str) -> None:
        """Delete a file."""
        with _named(self.path / name):
            patiently(lambda: os.unlink(self._at(name), dir_fd=self.descriptor))

    def rmdir(self, name: str) -> None:
        """Delete an empty folder."""
        with _named(self.path / name):
            os.rmdir(self._at(name), dir_fd=self.descriptor)

    def entries(self) -> list[tuple[str, os.stat_result]]:
        """The names in it, each with its status; for a link, its own."""
        found = []
        with _named(self.path), self._listable() as place, os.scandir(place) as entries:
            for entry in entries:
                with contextlib.suppress(FileNotFoundError):
                    found.append((entry.name, entry.stat(follow_symlinks=False)))
        return found

    def flush(self) -> None:
        """Flush the names in it to the disk, where the system can."""
        with _named(self.path), self._listable() as place:
            if isinstance(place, int):
                flush(place)

    def step(self, name: str, *, make: bool = False) -> OpenFolder:
        """Open a folder in it; ``make`` creates one that does not exist, and flushes it to the disk."""
        path = self.path / name
        status = self.status(name)
        if status is None and make:
            with _named(path), contextlib.suppress(FileExistsError):
                os.mkdir(self._at(name), dir_fd=self.descriptor)
            self.flush()
        elif status is not None and not stat.S_ISDIR(status.st_mode):
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), os.fspath(path))
        return OpenFolder(path, None if self.descriptor is None else self._open(name, _FOLDER))

    def close(self) -> None:
        """Close it."""
        if self.descriptor is not None:
            os.close(self.descriptor)

    def _open(self, name: str, flags: int) -> int:
        path = self.path / name
        try:
            with _named(path):
                return patiently(lambda: os.open(self._at(name), flags | _ALWAYS, 0o666, dir_fd=self.descriptor))
        except OSError:
            self.status(name)  # raises if it has become a link meanwhile
            raise

    def _at(self, name: str) -> str:
        return name if self.descriptor is not None else os.fspath(self.path / name)

    @contextlib.contextmanager
    def _listable(self) -> Iterator[int | Path]:
        if self.descriptor is None:
            yield self.path
            return
        descriptor = os.open(".", os.O_RDONLY, dir_fd=self.descriptor)
        try:
            yield descriptor
        finally:
            os.close(descriptor)


@contextlib.contextmanager
def open_folder(root: Path, steps: Sequence[str] = (), *, make: bool = False) -> Iterator[OpenFolder]:
    """Open the folder that ``steps`` lead to from ``root``, which may itself be a link; raises `OSError`.

    :param make: create the folders below ``root`` that do not exist.
    """
    folder = OpenFolder(root, os.open(root, _FOLDER) if _BY_DESCRIPTOR else None)
    try:
        for name in steps:
            above, folder = folder, folder.step(name, make=make)
            above.close()
        yield folder
    finally:
        folder.close()


def files_below(
    root: Path, steps: tuple[str, ...], *, skip: str, on_link: Callable[[Path], None]
) -> Iterator[tuple[tuple[str, ...], os.stat_result]]:
    """The steps from ``root`` to each regular file below a folder, and its status, in key order.

    :param steps: from ``root`` to the folder; a folder that does not exist holds nothing.
    :param skip: name of an entry of ``root`` itself that is left out.
    :param on_link: called with the path of each symbolic link, which is passed over.

    Raises `OSError`.
    """
    # Only one folder is open at a time, however deeply they are nested.
    waiting = [_entries(root, steps, skip, on_link)]
    while waiting:
        entry = next(waiting[-1], None)
        if entry is None:
            waiting.pop()
        elif stat.S_ISDIR(entry[1].st_mode):
            waiting.append(_entries(root, entry[0], skip, on_link))
        elif stat.S_ISREG(entry[1].st_mode):
            yield entry


def _entries(
    root: Path, steps: tuple[str, ...], skip: str, on_link: Callable[[Path], None]
) -> Iterator[tuple[tuple[str, ...], os.stat_result]]:
    try:
        with open_folder(root, steps) as folder:
            found = folder.entries()
    except (FileNotFoundError, NotADirectoryError):
        return
    except OSError as error:
        if error.errno != errno.ELOOP or not steps:
            raise
        on_link(Path(error.filename))
        return
    # The keys below a folder continue with "/", which decides where they sort among the files beside it.
    for name, status in sorted(found, key=lambda entry: entry[0] + "/" * stat.S_ISDIR(entry[1].st_mode)):
        if is_link(status):
            on_link(root.joinpath(*steps, name))
        elif steps or name != skip:
            yield (*steps, name), status


@contextlib.contextmanager
def _named(path: Path, second: Path | None = None) -> Iterator[None]:
    """Put whole paths into an `OSError`: the system was given names relative to an open folder."""
    try:
        yield
    except OSError as error:
        error.filename = os.fspath(path)
        if second is not None:
            error.filename2 = os.fspath(second)
        raise


def _link_error(path: Path) -> OSError:
    return OSError(
        errno.ELOOP,
        f"{path} is a symbolic link, and links below the repository's folder are not followed; "
        "put what it leads to in its place, or remove it",
        os.fspath(path),
    )


def _require_file(path: Path, status: os.stat_result) -> None:
    if stat.S_ISDIR(status.st_mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), os.fspath(path))
    if not stat.S_ISREG(status.st_mode):
        raise OSError(errno.EINVAL, "not a regular file; move it out of the way", os.fspath(path))
