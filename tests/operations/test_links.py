"""Symbolic links in a folder's repository: each command leaves what they lead to alone, and keeps the rest in order."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from s3pypi_setuptools.operations.verify import verify
from tests.support import samples
from tests.support.in_process import Said, run
from tests.support.markers import case

OLD = (1_700_000_000, 1_700_000_000)

LINKS = {
    "to the outside": ("acme", "../outside/acme"),
    "to another project": ("alias", "demo"),
    "to itself": ("loop", "loop"),
    "to nothing": ("gone", "nowhere"),
    "to the repository": ("all", "."),
}
COMMON = ("to the outside", "to the repository")
"""Links that lead out, and round in a circle."""
EVERYTHING = {
    "upload": ("upload", "new", "--json"),
    "list": ("list",),
    "verify": ("verify",),
    "verify --deep": ("verify", "--deep"),
    "reindex": ("reindex", "--yes"),
    "prune": ("prune", "--yes", "--grace", "0"),
    "import": ("import",),
    "migrate-index": ("migrate-index", "slash"),
}


def snapshot(folder: Path) -> dict[str, object]:
    found: dict[str, object] = {}
    for above, folders, files in os.walk(folder):
        for name in (*folders, *files):
            path = Path(above, name)
            data = path.readlink() if path.is_symlink() else path.read_bytes() if path.is_file() else None
            found[path.relative_to(folder).as_posix()] = data
    return found


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository ``repo`` with demo 1.0 and an orphan in it, and a folder ``outside`` with distributions of acme."""
    monkeypatch.setattr(verify, "RECHECK_DELAYS", (0.0, 0.0))  # nobody writes meanwhile
    for name in ("demo", "other"):
        samples.wheel(tmp_path / "dist", name)
    assert s3pypi(tmp_path, "upload", "dist").status == 0
    samples.wheel(tmp_path / "new", "demo", "2.0")
    samples.sdist(tmp_path / "repo" / "demo", "demo", "0.1")
    samples.wheel(tmp_path / "outside" / "acme", "acme")
    samples.wheel(tmp_path / "outside" / "acme", "acme", "2.0")
    for path in [*tmp_path.rglob("*.whl"), *tmp_path.rglob("*.tar.gz")]:
        os.utime(path, OLD)
    return tmp_path


def s3pypi(place: Path, *arguments: str) -> Said:
    return run("s3pypi", *arguments, "-t", "./repo", cwd=place)


@pytest.mark.parametrize("command", list(EVERYTHING))
@pytest.mark.parametrize("kind", [case(kind, slow=kind not in COMMON) for kind in LINKS])
def test_links_between_projects_are_named_once_and_left_alone(place: Path, kind: str, command: str) -> None:
    name, leads_to = LINKS[kind]
    plain = place.with_name(f"{place.name}-plain")
    shutil.copytree(place, plain)
    (place / "repo" / name).symlink_to(leads_to)
    outside = snapshot(place / "outside")
    said, expected = (s3pypi(each, *EVERYTHING[command]) for each in (place, plain))
    assert said.status == expected.status
    assert said.out.replace(str(place), "") == expected.out.replace(str(plain), "")
    warnings = [line for line in said.err.splitlines() if "symbolic link" in line]
    assert len(warnings) == (command not in {"upload", "list", "migrate-index"})
    assert all(f"{place}/repo/{name}: is a symbolic link" in line for line in warnings)
    assert (place / "repo" / name).readlink() == Path(leads_to)
    assert snapshot(place / "outside") == outside
    found = {key for key in snapshot(place / "repo") if key.split("/")[0] not in {name, ".s3pypi"}}
    assert found == {key for key in snapshot(plain / "repo") if not key.startswith(".s3pypi")}


def test_an_alias_of_a_project_stays_on_the_list_of_projects(place: Path) -> None:
    """A project that was renamed, with a link for those who still ask for its old name."""
    shutil.copytree(place / "repo" / "other", place / "kept")
    shutil.rmtree(place / "repo" / "other")
    (place / "repo" / "other").symlink_to("demo")
    for command in ("verify", "reindex", "prune", "import"):
        s3pypi(place, *EVERYTHING[command])
        assert '"other"' in (place / "repo" / "index.json").read_text()
    listed = s3pypi(place, "list")
    assert (listed.status, [line for line in listed.err.splitlines() if "repo/other is a symbolic link" in line]) != (
        0,
        [],
    )


@pytest.fixture(
    params=[
        "manifest.json",
        case("index.html", slow=True),
        "demo-1.0-py3-none-any.whl",
        case("demo-1.0-py3-none-any.whl.metadata", slow=True),
    ]
)
def object_link(place: Path, request: pytest.FixtureRequest) -> Iterator[Path]:
    """An object of demo that was moved outside, and is a link now; what it leads to stays as it is."""
    link = place / "repo" / "demo" / request.param
    moved = place / "outside" / request.param
    shutil.move(link, moved)
    link.symlink_to(moved)
    before = moved.read_bytes()
    yield link
    assert link.readlink() == moved
    assert moved.read_bytes() == before


@pytest.mark.parametrize("command", ["upload", "verify", "verify --deep", "reindex", "prune", "import"])
def test_an_object_that_is_a_link_fails_its_project_alone(place: Path, object_link: Path, command: str) -> None:
    samples.wheel(place / "repo" / "other", "other", "0.1")
    os.utime(place / "repo" / "other" / "other-0.1-py3-none-any.whl", OLD)
    said = s3pypi(place, *EVERYTHING[command])
    lines = [line for line in said.err.splitlines() + said.out.splitlines() if str(object_link) in line]
    assert lines or command == "upload"
    if command == "reindex":
        assert "listed other-0.1-py3-none-any.whl  other" in said.out
    if command == "prune":
        assert not (place / "repo" / "other" / "other-0.1-py3-none-any.whl").exists()


def test_deleting_a_release_whose_file_is_a_link_takes_it_off_the_index_alone(place: Path) -> None:
    link = place / "repo" / "demo" / "demo-1.0-py3-none-any.whl"
    moved = place / "outside" / "wheel"
    shutil.move(link, moved)
    link.symlink_to(moved)
    said = s3pypi(place, "delete", "demo", "1.0", "--yes")
    assert said.status == 0
    assert "is listed no more, but was not deleted: " in said.err
    assert "is a symbolic link" in said.err
    assert moved.exists()
    assert link.is_symlink()
