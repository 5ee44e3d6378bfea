"""Ctrl-C in what is not publishing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pytest

from s3pypi_setuptools import open_repository
from tests.interruptions.publishing import SDIST, WHEEL, Publishing, fills, puts
from tests.interruptions.signals import Halt
from tests.support.programs import wait_until

COMMAND = "the same command completes what is left"
FILES = "the same command with the same files completes what is left"


@dataclass(frozen=True)
class Case:
    """A verb, what it does when the signal comes, and what it says then.

    :param meanwhile: the key of an object that is waited for before the signal is sent.
    """

    arguments: Sequence[str]
    halt: Callable[[], Halt]
    said: str
    released: bool = False
    meanwhile: str = "demo/manifest.json"
    program: str = "s3pypi"


def deletes() -> Halt:
    return Halt(lambda passing: passing.operation == "DeleteObject")


def lists() -> Halt:
    return Halt(lambda passing: passing.operation == "ListObjectsV2")


CASES = {
    "delete-page": Case(
        ("delete", "demo", "1.0", "--yes"),
        lambda: puts("demo/index.html"),
        f"nothing deleted from the index; committed, but not on all pages yet: {WHEEL}, {SDIST}; {COMMAND}",
    ),
    "delete-objects": Case(
        ("delete", "demo", "--file", SDIST, "--yes"), deletes, f"deleted from the index {SDIST}; {COMMAND}"
    ),
    "yank": Case(
        ("yank", "demo", "1.0"), lambda: puts("demo/manifest.json"), f"yanked {WHEEL}, {SDIST}; {COMMAND}",
        released=True,
    ),
    "prune": Case(
        ("prune", "--keep-last", "1", "--last-stable", "--older-than", "0d", "--yes"), lists,
        f"nothing deleted; {COMMAND}", released=True,
    ),
    "migrate-index": Case(
        ("migrate-index", "index.html", "--yes"),
        lambda: Halt(lambda passing: passing.operation == "DeleteObject" and passing.key == "p/demo/"),
        f"migrated demo; {COMMAND}",
    ),
    "verify": Case(("verify",), lists, "nothing was changed", released=True),
    "s3upload": Case(
        ("dist/*.whl", "dist/*.gz", "--force"), lambda: puts(WHEEL), f"uploaded {SDIST}; {FILES}",
        meanwhile=SDIST, program="s3upload",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_each_says_what_it_has_done_and_completes_it_when_run_again(publishing: Publishing, case: Case) -> None:
    publishing.open().publish(publishing.folder / "dist")
    arguments = (*case.arguments, "-t", publishing.target)
    done = publishing.interrupted(
        case.halt(),
        *arguments,
        released=case.released,
        meanwhile=lambda: wait_until(lambda: case.meanwhile in publishing.reader.stored_keys()),
        program=case.program,
    )
    assert done.stdout == ""
    name = "s3upload" if case.program == "s3upload" else "s3pypi"
    assert done.stderr == f"{name}: error: interrupted: {case.said}\n"
    publishing.check({})
    publishing.run(*arguments, program=case.program)
    assert publishing.open().verify().ok


def test_a_mirror_says_what_it_has_listed(publishing: Publishing) -> None:
    open_repository(publishing.folder / "repo").publish(publishing.folder / "dist")
    mirror = ("mirror", "--from", "./repo", "--to", publishing.target)
    done = publishing.interrupted(fills("demo/index.json"), *mirror, released=False)
    waiting = f"committed, but not on all pages yet: {WHEEL}, {SDIST}"
    assert done.stderr == f"s3pypi: error: interrupted: nothing listed; {waiting}; {COMMAND}\n"
    publishing.run(*mirror)
    publishing.check({WHEEL: "published", SDIST: "published"})
