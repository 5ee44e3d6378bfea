"""Which projects a list names, and which version of each it calls the latest."""

from __future__ import annotations

import pytest

from s3pypi_setuptools.errors import NotListed
from s3pypi_setuptools.index.model import File, Project
from s3pypi_setuptools.operations.listing import latest_version, list_projects
from tests.operations.conftest import World
from tests.operations.processes import opened


def project(*versions: str, yanked: tuple[str, ...] = ()) -> Project:
    names = {version: f"demo-{version}.tar.gz" for version in versions}
    return Project.of("demo", [File(name, name, yanked="bad" if v in yanked else None) for v, name in names.items()])


@pytest.mark.parametrize(
    ("listed", "latest"),
    [
        (project(), None),
        (project("1.0", "1.10", "1.9"), "1.10"),
        (project("1.0", "2.0rc1", "2.0.dev3"), "1.0"),
        (project("2.0.dev3", "2.0a1", "2.0rc1"), "2.0rc1"),
        (project("1.0", "2.0", yanked=("2.0",)), "1.0"),
        (project("1.0", "2.0rc1", yanked=("1.0",)), "2.0rc1"),
        (project("1.0", yanked=("1.0",)), None),
    ],
)
def test_the_latest_version_is_the_one_that_an_installer_chooses(listed: Project, latest: str | None) -> None:
    assert latest_version(listed) == latest


@pytest.mark.parametrize("names_only", [True, False])
def test_patterns_choose_projects_by_their_whole_names(three: World, names_only: bool) -> None:
    three.push(three.wheel(name="demo-plugin"))

    def names(*patterns: str) -> list[str]:
        with opened(three, reading=True) as repository:
            report = list_projects(repository, patterns, names_only=names_only)
        return [project.name for project in report.projects]

    assert names("demo") == ["demo"]
    assert names("demo*") == ["demo", "demo-plugin"]
    assert names("other", "*-plugin") == ["demo-plugin", "other"]
    with pytest.raises(NotListed, match=r"no project matches 'dem' \(did you mean 'demo'\?\)"):
        names("demo", "dem")
