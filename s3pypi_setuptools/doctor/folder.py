"""What a folder, and the file system that it lies in, can do."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

from ..errors import Error
from ..repository.layout import Layout
from ..stores.base import Attributes
from ..stores.capabilities import Capabilities
from ..stores.local.errors import translated
from ..stores.local.store import LOCK, PRIVATE, LocalStore
from ..stores.probe import probe
from .check import DELETE, PUT, Check, Examiner, Result, refusal

__all__ = ["FolderExaminer"]

_LITTLE = 1024**3
"""Bytes of free space below which a line says so."""

_MIB = 1024**2
_PLAIN = Attributes("text/plain")
_NETWORK = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ceph", "glusterfs", "fuse.sshfs", "fuse.s3fs"}
)
_MOUNTS = Path("/proc/self/mounts")

_LOCKS = """
import sys, fcntl
with open(sys.argv[1], "r+b") as file:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        sys.exit(9)
"""
_REFUSED = 9


class FolderExaminer(Examiner):
    """Examines the folder of ``store``; what is tried is tried in a store of its own within it."""

    def __init__(self, store: LocalStore) -> None:
        self._store = store
        self._root = store.root

    def reach(self) -> list[Check]:
        """As of `Examiner`."""
        try:
            existing = _nearest(self._root)
            if not existing.is_dir():
                if not existing.exists():
                    found = f"{existing} is a link to {existing.readlink()}, which is not there"
                    return [Check("folder", Result.NO, found, "make that folder, or correct the link")]
                return [Check("folder", Result.NO, f"{existing} is a file", "give a folder")]
            found = (
                f"{self._root} exists" if existing == self._root else f"{self._root} will be made by the first upload"
            )
            return [Check("folder", Result.OK, found), _file_system(existing), _space(existing)]
        except OSError as error:
            told = translated(error, str(self._root), "cannot be looked at")
            return [refusal("folder", str(told), "give another folder")]

    def read(self, prefix: str, folder: str) -> list[Check]:  # noqa: ARG002
        """As of `Examiner`."""

        def first() -> None:
            for info in islice(self._store.list(""), 1):
                self._store.head(info.key)

        return [_tried("list", first)]

    def write(self, folder: str) -> list[Check]:
        """As of `Examiner`."""
        try:
            with self._inside(folder) as path:
                store = LocalStore(path)
                put = _tried(PUT, lambda: store.put("object", b"1", _PLAIN))
                if put.result is Result.OK:
                    put = self._existing() or put
                if put.result is not Result.OK:
                    return [put]
                deleted = _tried(DELETE, lambda: store.delete("object"))
                return [put, deleted, _replacing(path), _locking(path), _letter_case(path)]
        except OSError as error:
            return [_refused(error, self._root)]

    def race(self, folder: str) -> Capabilities:
        """As of `Examiner`."""
        try:
            with self._inside(folder) as path:
                return probe(LocalStore(path), "race")
        except OSError as error:
            raise translated(error, str(self._root), "cannot be written") from error

    def _existing(self) -> Check | None:
        """What is wrong with the lock, the records and the folders that there are: others may have made them."""
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
        return Check(PUT, Result.NO, "denied: Permission denied", f"check the permissions of {closed[0]}{others}")

    def keep(self, folder: str) -> list[Check]:  # noqa: ARG002
        """As of `Examiner`; a folder keeps bytes alone, and its web server knows the rest."""
        return []

    def clear(self, folder: str) -> bool:
        """As of `Examiner`."""
        path = self._root / folder
        shutil.rmtree(path, ignore_errors=True)
        return not os.path.lexists(path)

    @contextlib.contextmanager
    def _inside(self, folder: str) -> Iterator[Path]:
        """The path of ``folder``, which is made, and gone after, as are the folders above it that were not there."""
        path = self._root / folder
        made = [above for above in path.parents if not above.exists()]
        try:
            path.mkdir(parents=True)
            yield path
        finally:
            shutil.rmtree(path, ignore_errors=True)
            for above in made:
                with contextlib.suppress(OSError):
                    above.rmdir()


def _tried(name: str, ask: Callable[[], object]) -> Check:
    try:
        ask()
    except Error as error:
        return refusal(name, str(error))
    return Check(name, Result.OK, "allowed")


def _nearest(path: Path) -> Path:
    """``path``, or the nearest above it that there is: a folder, a file, or a link to nothing; raises `OSError`."""
    for each in (path, *path.parents):
        try:
            each.lstat()
        except (FileNotFoundError, NotADirectoryError):
            continue
        return each
    return path


def _allows(path: Path, mode: int) -> bool:
    return os.access(path, mode, effective_ids=os.access in os.supports_effective_ids)


def _refused(error: OSError, path: Path) -> Check:
    why = translated(error, str(path), "cannot be written")
    return refusal(PUT, why.message.replace("cannot be written", "denied", 1), f"check {path}")


def _file_system(path: Path) -> Check:
    kind = _mounted_as(path)
    if _is_read_only(path):
        found = f"{kind or 'not known'}, mounted read-only"
        return Check("file system", Result.WARNING, found, "mount it for writing, or publish to another folder")
    if kind in _NETWORK:
        advice = "let one machine alone publish, unless its locks are known to hold between machines"
        return Check("file system", Result.WARNING, f"{kind}, over a network", advice)
    return Check("file system", Result.OK, kind or "not known")


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
    if _is_read_only(path):
        return Check("free space", Result.SKIPPED, "needs a file system that is mounted for writing")
    free = shutil.disk_usage(path).free
    if free >= _LITTLE:
        return Check("free space", Result.OK, f"{free / _LITTLE:.0f} GiB")
    result = Result.WARNING if free >= _MIB else Result.NO
    return Check("free space", result, f"{free / _MIB:.0f} MiB", "free some space")


def _replacing(path: Path) -> Check:
    """Whether a file is replaced whole while somebody has it open."""
    name, old, new = "atomic replace", path / "replaced", path / "new"
    try:
        old.write_bytes(b"old")
        with old.open("rb") as stream:
            new.write_bytes(b"new")
            new.replace(old)
            whole = stream.read() == b"old" and old.read_bytes() == b"new"
    except OSError as error:
        return Check(name, Result.NO, f"fails: {error.strerror or error}", "use a folder on another file system")
    if not whole:
        return Check(name, Result.NO, "readers see files change under them", "use a folder on another file system")
    return Check(name, Result.OK, "readers see whole files only")


def _locking(path: Path) -> Check:
    """Whether a lock that is held keeps another process out."""
    from ..stores.local.lock import exclusive  # noqa: PLC0415

    if sys.platform == "win32":  # pragma: no cover
        return Check("lock", Result.SKIPPED, "not tried on Windows")
    lock = path / "lock"
    try:
        with exclusive(lock):
            command = [sys.executable, "-I", "-c", _LOCKS, os.fspath(lock)]
            kept_out = subprocess.run(command, check=False, timeout=30).returncode == _REFUSED  # noqa: S603
    except (OSError, subprocess.TimeoutExpired) as error:
        return Check("lock", Result.NO, f"fails: {error}", "use a folder on another file system")
    if not kept_out:
        advice = "use a folder on another file system, or let one process alone publish"
        return Check("lock", Result.NO, "does not keep other processes out", advice)
    return Check("lock", Result.OK, "keeps other processes out")


def _letter_case(path: Path) -> Check:
    (path / "Letter").touch()
    if not (path / "lETTER").exists():
        return Check("letter case", Result.OK, "counts in names")
    advice = "publish no two files whose names differ in letter case alone"
    return Check("letter case", Result.WARNING, "does not count in names", advice)
