"""List the files below a folder."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

from .open_folder import is_link, open_folder

__all__ = ["files_below"]


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
