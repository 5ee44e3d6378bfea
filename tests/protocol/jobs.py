"""What the commands of the model are, and what their repositories look like."""

from __future__ import annotations

import enum
from typing import NamedTuple

from .bucket import Manifest, Page


class Action(enum.Enum):
    PUBLISH = enum.auto()
    REPLACE = enum.auto()
    DELETE = enum.auto()
    DELETE_PROJECT = enum.auto()
    PRUNE = enum.auto()
    REINDEX = enum.auto()
    INSTALL = enum.auto()


PUBLISHERS = (Action.PUBLISH, Action.REPLACE)


class Job(NamedTuple):
    """What a command does to one project.

    :param content: what it publishes.
    :param large: its file is sent only when the manifest was read.
    """

    action: Action
    project: str
    filename: str = ""
    content: str = ""
    large: bool = False


class Outcome(enum.Enum):
    DONE = enum.auto()
    REFUSED = enum.auto()
    KILLED = enum.auto()
    NOT_FOUND = enum.auto()
    OTHER_CONTENT = enum.auto()


class Shape(NamedTuple):
    """What repositories of the model look like.

    :param pages: how many pages each project has.
    :param metadata: each distribution has a metadata file.
    :param expected: the pages' tokens are computed from the manifest instead of read (ETags are MD5s).
    """

    pages: int = 1
    metadata: bool = False
    expected: bool = False

    def page_keys(self, project: str) -> tuple[str, ...]:
        return tuple(f"{project}/page{number}" for number in range(self.pages))

    def objects(self, key: str, content: str) -> list[tuple[str, str]]:
        """The objects of a distribution under ``key``."""
        return [(key, content), *([(f"{key}.metadata", f"{content}'")] if self.metadata else [])]


def manifest_key(project: str) -> str:
    return f"{project}/manifest.json"


def shown(manifest: Manifest) -> Page | None:
    """The page of a manifest; None where there is to be none."""
    return None if manifest.deleted else Page(manifest.commit, manifest.files)
