"""What people do to a repository that lists two projects, and how it is told from outside that it was done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.fault_matrix.seen import Seen
from tests.support import samples

__all__ = ["BASE", "READS", "VERBS", "Verb", "make_distributions"]

WHEEL = "-py3-none-any.whl"
BASE = tuple(f"base/{name}{WHEEL}" for name in ("demo-1.0", "demo-1.1", "other-1.0"))
"""What is published beforehand, in one call."""

DEMO = frozenset(f"demo-{version}{WHEEL}" for version in ("1.0", "1.1"))
NEXT = f"demo-2.0{WHEEL}"
OTHER_SIZE = 5_000
LARGE = 9 * 1024 * 1024


@dataclass(frozen=True)
class Verb:
    """One command.

    :param arguments: the target is given by the environment.
    :param done: whether it was done.
    :param takes: filenames that it takes from the lists.
    :param fresh: it is done where there is no repository yet.
    """

    arguments: tuple[str, ...]
    done: Callable[[Seen], bool]
    takes: frozenset[str] = frozenset()
    fresh: bool = False


def make_distributions(folder: Path, *, large: bool = False) -> None:
    """The files of `BASE` and those that the verbs name."""
    samples.wheel(folder / "base", version="1.0")
    samples.wheel(folder / "base", version="1.1")
    samples.wheel(folder / "base", name="other")
    samples.wheel(folder / "dist", version="2.0", padding=OTHER_SIZE)
    samples.wheel(folder / "again", version="1.1", salt="again", padding=OTHER_SIZE)
    if large:
        samples.wheel(folder / "large", version="2.0", padding=LARGE)


def _lists(seen: Seen) -> bool:
    return NEXT in seen.installable()


def _replaced(seen: Seen) -> bool:
    name = f"demo-1.1{WHEEL}"
    sizes = {page.file(name).size for page in seen.pages("demo").values()}  # type: ignore[union-attr]
    return all(size is not None and size > OTHER_SIZE for size in sizes)


def _deleted(seen: Seen) -> bool:
    return f"demo-1.1{WHEEL}" not in seen.installable() and seen.fetch(f"demo/demo-1.1{WHEEL}") is None


def _gone(seen: Seen) -> bool:
    return not seen.pages("demo") and seen.fetch(f"demo/demo-1.1{WHEEL}") is None


def _yanked(seen: Seen) -> bool:
    files = [page.file(f"demo-1.1{WHEEL}") for page in seen.pages("demo").values()]
    return all(file is not None and file.yanked == "bad" for file in files)


VERBS = {
    "first": Verb((f"dist/{NEXT}",), _lists, fresh=True),
    "next": Verb((f"dist/{NEXT}",), _lists),
    "replace": Verb((f"again/demo-1.1{WHEEL}", "--force"), _replaced),
    "delete": Verb(("delete", "demo", "1.1", "--yes"), _deleted, frozenset({f"demo-1.1{WHEEL}"})),
    "delete all": Verb(("delete", "demo", "--all", "--yes"), _gone, DEMO),
    "yank": Verb(("yank", "demo", "1.1", "--reason", "bad"), _yanked),
    "large": Verb((f"large/{NEXT}",), _lists),
    "promote": Verb(("promote", "demo", "2.0", "--from", "SOURCE", "--to", "TARGET"), _lists),
}
READS = {
    "list": ("list",),
    "list demo": ("list", "demo"),
    "show": ("show", "demo"),
    "verify": ("verify",),
    "verify deep": ("verify", "--deep"),
}
