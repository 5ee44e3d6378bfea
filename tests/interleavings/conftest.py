"""Repositories to begin with, and the distributions that are published."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from s3pypi_setuptools.config.choices import IfExists
from s3pypi_setuptools.stores.base import Attributes
from s3pypi_setuptools.stores.memory import MemoryStore
from tests.interleavings.commands import Command, Delete, Files, Publish
from tests.interleavings.runs import LAYOUT, alone


@dataclass(frozen=True)
class Beginning:
    """A repository to begin with.

    :param commands: what ran there before; the last one crashed, unless ``whole``.
    :param dropped: a person copied a wheel into the folder.
    """

    commands: Sequence[Command] = ()
    whole: bool = True
    dropped: bool = False


OTHER = Publish("other")
BEGINNINGS = {
    "nothing": Beginning(),
    "another project": Beginning((OTHER,)),
    "listed": Beginning((OTHER, Publish())),
    "empty": Beginning((OTHER, Publish(), Delete(version="1.0"))),
    "deleted": Beginning((OTHER, Publish(), Delete())),
    "dropped in": Beginning((OTHER, Publish(version="3.0")), dropped=True),
    "first push crashed": Beginning((Publish(),), whole=False),
    "new project crashed": Beginning((OTHER, Publish()), whole=False),
    "release crashed": Beginning((OTHER, Publish(), Publish(version="2.0")), whole=False),
    "replace crashed": Beginning((OTHER, Publish(), Publish(salt="b", if_exists=IfExists.REPLACE)), whole=False),
    "delete crashed": Beginning((OTHER, Publish(), Delete(version="1.0")), whole=False),
    "deletion of all crashed": Beginning((OTHER, Publish(), Delete()), whole=False),
}


class FolderLike(MemoryStore):
    """A memory whose keys cannot end in ``/``, as those of a folder cannot."""

    slash_keys = False


@dataclass(repr=False)
class Beginnings:
    """What `BEGINNINGS` leave in a store; each is made once."""

    files: Files
    made: dict[tuple[str, int, bool], MemoryStore] = field(default_factory=dict)

    def __call__(self, name: str, crash: int = 0, *, slash: bool = True) -> tuple[MemoryStore, Sequence[Command]]:
        """The store, and the command that crashed before its ``crash``-th request.

        :param slash: whether keys may end in ``/``.
        """
        beginning = BEGINNINGS[name]
        if beginning.whole:
            crash = 0
        key = (name, crash, slash)
        if key not in self.made:
            store = self.made[key] = MemoryStore() if slash else FolderLike()
            alone(store, self.files, beginning.commands, None if beginning.whole else crash)
            if beginning.dropped:
                wheel = self.files("demo", "1.0").file.path
                store.put(f"{LAYOUT.folder('demo')}{wheel.name}", wheel.read_bytes(), Attributes())
        return self.made[key], () if beginning.whole else beginning.commands[-1:]


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> Files:
    return Files(tmp_path_factory.mktemp("distributions"))


@pytest.fixture(scope="session")
def beginnings(files: Files) -> Beginnings:
    return Beginnings(files)
