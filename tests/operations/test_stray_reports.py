"""What an import says of files in other projects' folders that it cannot take over."""

from __future__ import annotations

from s3pypi_setuptools.index.model import Status
from s3pypi_setuptools.operations.status import set_status
from s3pypi_setuptools.operations.transfer.transfer import ImportOutcome
from tests.operations.conftest import World
from tests.operations.processes import foreign, imported
from tests.operations.test_other_projects import taking

FOLDER = "memory:///team"
STRAY = "third-1.0-py3-none-any.whl"


def test_other_bytes_under_one_name_are_named_with_the_file_that_is_taken(world: World) -> None:
    for folder, salt in (("a", "one"), ("b", "two")):
        foreign(world, folder, world.wheel(name=folder), world.wheel(name="third", salt=salt))
    told = {file.source: (file.project, file.outcome, file.note) for file in imported(world).files}
    taken, other = f"{FOLDER}/a/{STRAY}", f"{FOLDER}/b/{STRAY}"
    assert told[taken] == ("third", ImportOutcome.COPIED, None)
    assert told[other][:2] == ("third", ImportOutcome.FAILED)
    assert str(told[other][2]).endswith(f"a/{STRAY} and other bytes")


def test_a_project_that_takes_no_uploads_refuses_its_strays(world: World) -> None:
    world.push(world.wheel("0.9", name="third"))
    with world.opened() as repository:
        set_status(repository, "third", Status.ARCHIVED)
    foreign(world, "a", world.wheel(name="a"), world.wheel(name="third"))
    [stray] = [file for file in taking(world, world).files if file.filename == STRAY]
    assert (stray.project, stray.outcome, stray.source) == ("third", ImportOutcome.FAILED, f"{FOLDER}/a/{STRAY}")
    assert "archived" in str(stray.note)
    assert STRAY in {file.filename for file in world.pages_there("a")[0].files}


def test_strays_of_a_project_that_cannot_be_read_fail(world: World) -> None:
    foreign(world, "a", world.wheel(name="a"), world.wheel(name="third"))
    foreign(world, "third", world.wheel("0.9", name="third"))
    world.put("team/third/index.html", b"<html><body>cut short")
    [stray] = [file for file in taking(world, world).files if file.filename == STRAY]
    assert (stray.project, stray.outcome, stray.source) == ("third", ImportOutcome.FAILED, f"{FOLDER}/a/{STRAY}")
    assert "team/third/index.html" in str(stray.note)
    assert {file.filename for file in world.pages_there("a")[0].files} == {world.wheel(name="a").name, STRAY}
