"""What people do to a repository that lists two projects, and how it is told from outside that it was done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.support import samples
from tests.support.repository_reader import RepositoryReader

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
    done: Callable[[RepositoryReader], bool]
    takes: frozenset[str] = frozenset()
    fresh: bool = False

    def check(self, reader: RepositoryReader) -> None:
        """Check that it was done, and that all pages agree."""
        assert self.done(reader)
        reader.assert_consistent()


def make_distributions(folder: Path, *, large: bool = False) -> None:
    """The files of `BASE` and those that the verbs name."""
    samples.wheel(folder / "base", version="1.0")
    samples.wheel(folder / "base", version="1.1")
    samples.wheel(folder / "base", name="other")
    samples.wheel(folder / "dist", version="2.0", padding=OTHER_SIZE)
    samples.wheel(folder / "again", version="1.1", salt="again", padding=OTHER_SIZE)
    if large:
        samples.wheel(folder / "large", version="2.0", padding=LARGE)


def _lists(reader: RepositoryReader) -> bool:
    return NEXT in reader.installable()


def _replaced(reader: RepositoryReader) -> bool:
    files = [page.file(f"demo-1.1{WHEEL}") for page in reader.pages("demo").values()]
    return all(file is not None and len(reader.get(file.key) or b"") > OTHER_SIZE for file in files)


def _deleted(reader: RepositoryReader) -> bool:
    return f"demo-1.1{WHEEL}" not in reader.installable() and reader.get(f"demo/demo-1.1{WHEEL}") is None


def _gone(reader: RepositoryReader) -> bool:
    return not reader.pages("demo") and reader.get(f"demo/demo-1.1{WHEEL}") is None


def _yanked(reader: RepositoryReader) -> bool:
    files = [page.file(f"demo-1.1{WHEEL}") for page in reader.pages("demo").values()]
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
