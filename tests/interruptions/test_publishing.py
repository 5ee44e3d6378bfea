"""Ctrl-C and SIGTERM in every phase of publishing, to real processes on real servers."""

from __future__ import annotations

import signal
from dataclasses import dataclass

import pytest

from tests.interruptions.publishing import BOTH, SDIST, WHEEL, Publishing, changes_of, fills, puts
from tests.interruptions.signals import Halt
from tests.support import samples
from tests.support.markers import case
from tests.support.programs import wait_until

MANIFEST, PAGE = "demo/manifest.json", "demo/index.json"
MEBIBYTE = 1024 * 1024


@dataclass(frozen=True)
class Phase:
    """A request during which the signal comes, and how far the files are said to have come.

    :param filled: it is a page, which is there already.
    :param effect: it has taken effect, and was not answered yet.
    :param released: it is answered after the signal.
    """

    name: str
    key: str
    stage: str
    filled: bool = False
    effect: bool = False
    released: bool = True
    number: signal.Signals = signal.SIGINT


PHASES = (
    Phase("record", "repository.json", "pending"),
    Phase("file", f"demo/{WHEEL}", "pending"),
    Phase("file-terminated", f"demo/{WHEEL}", "pending", number=signal.SIGTERM),
    Phase("file-hangs", f"demo/{WHEEL}", "pending", released=False),
    Phase("root", "manifest.json", "pending"),
    Phase("commit", MANIFEST, "published"),
    Phase("commit-terminated", MANIFEST, "published", number=signal.SIGTERM),
    Phase("commit-hangs", MANIFEST, "committing", released=False),
    Phase("commit-unheard", MANIFEST, "committing", effect=True, released=False),
    Phase("blank-page", PAGE, "pending"),
    Phase("page", PAGE, "published", filled=True),
    Phase("page-hangs", PAGE, "committed", filled=True, released=False),
    Phase("page-unheard-ended", PAGE, "committed", filled=True, effect=True, released=False, number=signal.SIGTERM),
)


QUICK = ("file", "commit", "commit-terminated", "commit-unheard", "page", "page-hangs")
"""Phases that are tried in every run; the others differ from them in one respect."""


@pytest.mark.parametrize("phase", [case(phase, slow=phase.name not in QUICK, id=phase.name) for phase in PHASES])
def test_what_was_said_is_true_and_the_same_command_completes_it(publishing: Publishing, phase: Phase) -> None:
    upload = ("dist", "-t", publishing.target)
    halt = (fills if phase.filled else puts)(phase.key, effect=phase.effect)
    done = publishing.interrupted(halt, *upload, "--json", number=phase.number, released=phase.released)
    assert changes_of(done) == dict.fromkeys(BOTH, phase.stage)
    publishing.check(changes_of(done))
    publishing.run(*upload)
    publishing.check(dict.fromkeys(BOTH, "published"))


@pytest.mark.parametrize(
    ("halt", "said"),
    [
        (puts(MANIFEST), f"interrupted: nothing published; perhaps committed, as no answer came: {WHEEL}, {SDIST}"),
        (fills(PAGE), f"interrupted: nothing published; committed, but not on all pages yet: {WHEEL}, {SDIST}"),
    ],
)
def test_people_are_told_in_a_line(publishing: Publishing, halt: Halt, said: str) -> None:
    done = publishing.interrupted(halt, "dist", "-t", publishing.target, released=False)
    assert done.stdout == ""
    assert done.stderr == f"s3pypi: error: {said}; the same command with the same files completes what is left\n"


def test_an_upload_in_parts_is_aborted(on_each_server: Publishing) -> None:
    samples.wheel(on_each_server.folder / "large", padding=20 * MEBIBYTE)
    upload = ("large", "-t", on_each_server.target)
    part = Halt(lambda passing: passing.operation == "UploadPart")
    done = on_each_server.interrupted(part, *upload, "--json")
    assert changes_of(done) == {WHEEL: "pending"}
    assert on_each_server.server.client().list_multipart_uploads(Bucket=on_each_server.bucket).get("Uploads", []) == []
    on_each_server.check(changes_of(done))
    on_each_server.run(*upload)
    on_each_server.check({WHEEL: "published"})


def test_replaced_files_are_published_while_the_old_ones_are_deleted(publishing: Publishing) -> None:
    publishing.open().publish(publishing.folder / "dist")
    old = publishing.recorded("demo")[WHEEL]
    samples.wheel(publishing.folder / "dist", salt="another")
    replace = ("dist", "-t", publishing.target, "--force")
    delete = Halt(lambda passing: passing.operation == "DeleteObject")
    done = publishing.interrupted(delete, *replace, "--json", released=False)
    assert changes_of(done) == dict.fromkeys(BOTH, "published")
    publishing.check(changes_of(done))
    assert publishing.recorded("demo")[WHEEL] != old
    publishing.run(*replace)
    assert f"demo/{WHEEL}" not in publishing.reader.stored_keys()


@pytest.mark.slow
def test_of_many_projects_those_under_way_are_finished_and_no_other_begins(on_each_server: Publishing) -> None:
    names = [f"p{number:02}" for number in range(60)]
    for name in names:
        samples.wheel(on_each_server.folder / "many", name)
    upload = ("many", "-t", on_each_server.target)

    def some_are_published() -> None:
        wait_until(lambda: all(all(on_each_server.listed(name)) for name in names[:10]))

    slow = Halt(lambda passing: passing.operation == "PutObject" and passing.key.startswith("p/p3"))
    done = on_each_server.interrupted(slow, *upload, "--json", meanwhile=some_are_published)
    assert len(changes_of(done)) == len(names)
    assert set(changes_of(done).values()) == {"published", "pending"}
    assert "published" in done.stderr
    assert " and others)" in done.stderr
    on_each_server.check(changes_of(done))
    on_each_server.run(*upload)
    on_each_server.check(dict.fromkeys(changes_of(done), "published"))
