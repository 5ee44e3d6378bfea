"""The checks of a folder, and of the file system that it is in."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from ..repository.layout import Layout
from ..stores.base import Attributes
from ..stores.capabilities import Capabilities
from ..stores.local.errors import nearest, translated
from ..stores.local.lock import exclusive
from ..stores.local.store import LOCK, PRIVATE, LocalStore
from ..stores.probe import probe
from .check import DELETE, PUT, Check, Result, fail, fail_with, ok, skip, tried, warn

_GIB, _MIB = 1024**3, 1024**2
"""Bytes of free space: below the first, the check warns; below the second, it fails."""
_PLAIN = Attributes("text/plain")
_NETWORK = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ceph", "glusterfs", "fuse.sshfs", "fuse.s3fs"}
)
"""Types of file systems over a network, as `_MOUNTS` names them."""
_MOUNTS = Path("/proc/self/mounts")
"""Linux lists the mounted file systems there (https://man7.org/linux/man-pages/man5/proc_mounts.5.html)."""
_OTHER_FOLDER = "use a folder on another file system"

_LOCKS = """
import sys, fcntl
with open(sys.argv[1], "r+b") as file:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        sys.exit(9)
"""
_REFUSED = 9


class FolderExaminer:
    """Checks the folder of ``store``; what is tried is tried in a store of its own below its key ``folder``.

    What goes wrong is the result of a check, and no error is raised.
    """

    def __init__(self, store: LocalStore, folder: str) -> None:
        self._store = store
        self._root = store.root
        self._path = store.root / folder

    def connect(self) -> list[Check]:
        """Whether the folder can be used at all; after a failed check no other is made."""
        try:
            with contextlib.suppress(FileNotFoundError, NotADirectoryError):
                self._root.lstat()
            existing = nearest(self._root)
            if not existing.exists():
                found = f"{existing} is a link to {existing.readlink()}, which is not there"
                return [fail("folder", found, "make that folder, or correct the link")]
            if not existing.is_dir():
                return [fail("folder", f"{existing} is a file", "give a folder")]
            state = "exists" if existing == self._root else "will be made by the first upload"
            return [ok("folder", f"{self._root} {state}"), _file_system(existing), _space(existing)]
        except OSError as error:
            why = translated(error, str(self._root), "cannot be examined")
            return [fail_with("folder", str(why), "give another folder")]

    def read(self) -> list[Check]:
        """Whether objects can be listed and read; nothing is written."""

        def first() -> None:
            for info in islice(self._store.list(""), 1):
                self._store.head(info.key)

        return [tried("list", first)]

    def write(self) -> list[Check]:
        """What may be written, by doing it; `PUT` and `DELETE` are among the checks."""
        try:
            with self._inside() as path:
                store = LocalStore(path)
                put = tried(PUT, lambda: store.put("object", b"1", _PLAIN))
                if put.result is Result.OK:
                    put = self._existing() or put
                if put.result is not Result.OK:
                    return [put]
                deleted = tried(DELETE, lambda: store.delete("object"))
                return [put, deleted, _replacing(path), _locking(path), _letter_case(path)]
        except OSError as error:
            return [_refused(error, self._root)]

    def race(self) -> Capabilities:
        """What the store honours, as `probe` finds out; raises its errors."""
        try:
            with self._inside() as path:
                return probe(LocalStore(path), "race")
        except OSError as error:
            raise translated(error, str(self._root), "cannot be written") from error

    def keep(self) -> list[Check]:
        """No checks: a folder keeps bytes alone, and headers are those of its web server."""
        return []

    def clear(self) -> bool:
        """Delete what an interrupted check has left; whether nothing of it remains."""
        shutil.rmtree(self._path, ignore_errors=True)
        return not os.path.lexists(self._path)

    def _existing(self) -> Check | None:
        """What is wrong with the lock, the records and the folders that exist: other users may have made them."""
        lock = self._root / PRIVATE / LOCK
        try:
            os.close(os.open(lock, os.O_RDWR))
        except FileNotFoundError:
            pass
        except OSError as error:
            return _refused(error, lock)
        records = (self._root / Layout().project_list, *self._root.glob(Layout().manifest("*")))
        closed = [lock.parent] if lock.parent.is_dir() and not _allows(lock.parent, os.W_OK | os.X_OK) else []
        for record in filter(os.path.lexists, records):
            if not _allows(record.parent, os.W_OK | os.X_OK):
                closed.append(record.parent)
            elif not _allows(record, os.R_OK):
                closed.append(record)
        if not closed:
            return None
        others = f" (and {len(closed) - 1} others)" if len(closed) > 1 else ""
        return fail(PUT, "denied: Permission denied", f"check the permissions of {closed[0]}{others}")

    @contextlib.contextmanager
    def _inside(self) -> Iterator[Path]:
        """The path of the folder, made and removed again, as are the folders above it that did not exist."""
        made = [above for above in self._path.parents if not above.exists()]
        try:
            self._path.mkdir(parents=True)
            yield self._path
        finally:
            shutil.rmtree(self._path, ignore_errors=True)
            for above in made:
                with contextlib.suppress(OSError):
                    above.rmdir()


def _allows(path: Path, mode: int) -> bool:
    return os.access(path, mode, effective_ids=os.access in os.supports_effective_ids)


def _refused(error: OSError, path: Path) -> Check:
    why = translated(error, str(path), "cannot be written")
    return fail_with(PUT, why.message.replace("cannot be written", "denied", 1), f"check {path}")


def _file_system(path: Path) -> Check:
    name, kind = "file system", _mounted_as(path)
    if _is_read_only(path):
        found = f"{kind or 'not known'}, mounted read-only"
        return warn(name, found, "mount it for writing, or publish to another folder")
    if kind in _NETWORK:
        advice = "let one machine alone publish, unless its locks are known to hold between machines"
        return warn(name, f"{kind}, over a network", advice)
    return ok(name, kind or "not known")


def _mounted_as(path: Path) -> str | None:
    """The type of the file system; None where the system does not tell."""
    try:
        mounts = [line.split() for line in _MOUNTS.read_text("utf-8", "surrogateescape").splitlines()]
    except OSError:
        return None
    resolved = path.resolve()
    above = {str(each) for each in (resolved, *resolved.parents)}
    found = [(len(mount[1]), number, mount[2]) for number, mount in enumerate(mounts) if mount[1] in above]
    return max(found)[2] if found else None


def _is_read_only(path: Path) -> bool:
    return sys.platform != "win32" and bool(os.statvfs(path).f_flag & os.ST_RDONLY)


def _space(path: Path) -> Check:
    name = "free space"
    if _is_read_only(path):
        return skip(name, "needs a file system that is mounted for writing")
    free = shutil.disk_usage(path).free
    if free >= _GIB:
        return ok(name, f"{free / _GIB:.0f} GiB")
    found = f"{free / _MIB:.0f} MiB"
    return warn(name, found, "free some space") if free >= _MIB else fail(name, found, "free some space")


def _replacing(path: Path) -> Check:
    """Whether readers that have a file open keep reading its old bytes while it is replaced."""
    name, old, new = "atomic replace", path / "replaced", path / "new"
    try:
        old.write_bytes(b"old")
        with old.open("rb") as stream:
            new.write_bytes(b"new")
            new.replace(old)
            whole = stream.read() == b"old" and old.read_bytes() == b"new"
    except OSError as error:
        return fail(name, f"fails: {error.strerror or error}", _OTHER_FOLDER)
    if not whole:
        return fail(name, "readers see files change under them", _OTHER_FOLDER)
    return ok(name, "readers see whole files only")


def _locking(path: Path) -> Check:
    """Whether a lock that is held keeps another process out."""
    if sys.platform == "win32":  # pragma: no cover
        return skip("lock", "not tried on Windows")
    lock = path / "lock"
    try:
        with exclusive(lock):
            command = [sys.executable, "-I", "-c", _LOCKS, os.fspath(lock)]
            kept_out = subprocess.run(command, check=False, timeout=30).returncode == _REFUSED  # noqa: S603
    except (OSError, subprocess.TimeoutExpired) as error:
        return fail("lock", f"fails: {error}", _OTHER_FOLDER)
    if not kept_out:
        advice = f"{_OTHER_FOLDER}, or let one process alone publish"
        return fail("lock", "does not keep other processes out", advice)
    return ok("lock", "keeps other processes out")


def _letter_case(path: Path) -> Check:
    (path / "Letter").touch()
    if not (path / "lETTER").exists():
        return ok("letter case", "counts in names")
    return warn(
        "letter case", "does not count in names", "publish no two files whose names differ in letter case alone"
    )
