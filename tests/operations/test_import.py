"""Repositories that other tools made, adopted in place, and mirrored."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from tests.operations.conftest import World
from tests.operations.processes import foreign, hyphenated, imported, killed_at_every_request, old, outcomes
from tests.support.markers import case
from tests.support.store_doubles import FaultyStore


def test_what_is_missing_is_filled_in(world: World) -> None:
    old(world)
    report = imported(world)

    assert report.ok
    assert outcomes(report)["demo", "demo-1.0-py3-none-any.whl"] == "adopted"
    wheel, sdist = world.pages_there("demo")[0].files
    data = world.store.get("team/demo/demo-1.0-py3-none-any.whl").data
    assert wheel.sha256 == hashlib.sha256(data).hexdigest()
    assert (wheel.size, wheel.requires_python, wheel.url) == (len(data), ">=3.8", wheel.filename)
    assert wheel.upload_time == world.store.head("team/demo/demo-1.0-py3-none-any.whl").modified
    sidecar = world.store.get("team/demo/demo-1.0-py3-none-any.whl.metadata").data
    assert dict(wheel.core_metadata or ()) == {"sha256": hashlib.sha256(sidecar).hexdigest()}
    assert sdist.sha256
    assert sdist.requires_python


def test_a_file_in_a_wrong_folder_goes_to_its_own_project(world: World) -> None:
    old(world)
    report = imported(world)

    assert outcomes(report)["my-pkg", "my-pkg-1.0.tar.gz"] == "copied"
    assert [file.filename for file in world.pages_there("my-pkg")[0].files] == [
        "my-pkg-1.0.tar.gz",
        "my_pkg-1.0-py3-none-any.whl",
    ]
    assert all(root.projects == ("demo", "my-pkg") for root in world.roots())
    assert "team/my/index.html" not in world.stored()
    assert "team/my/my-pkg-1.0.tar.gz" in world.stored(), "importing deletes no file"


def test_again_reads_no_file_and_changes_nothing(world: World) -> None:
    old(world)
    imported(world)
    before = [(info.key, info.token) for info in world.store.list("")]
    store = FaultyStore(world.store)

    report = imported(world, store)

    assert set(outcomes(report).values()) == {"present"}
    assert [(info.key, info.token) for info in world.store.list("")] == before
    assert not [request for request in store.requests if request.verb == "stream"]


def test_what_the_old_pages_say_is_kept(world: World) -> None:
    wheel = world.wheel()
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    link = f'<a href="{wheel.name}#sha256={digest}" data-requires-python="&gt;=3.6" data-yanked="old">{wheel.name}</a>'
    elsewhere = '<a href="https://elsewhere.example/demo-0.1.tar.gz">demo-0.1.tar.gz</a>'
    foreign(world, "demo", wheel, links=link + elsewhere)
    assert imported(world).ok
    outside, file = world.pages_there("demo")[0].files
    assert (file.requires_python, file.yanked, file.sha256) == (">=3.6", "old", digest)
    assert outside.url == "https://elsewhere.example/demo-0.1.tar.gz"


def test_files_that_no_page_lists_are_adopted(world: World) -> None:
    foreign(world, "demo", world.wheel())
    later = world.sdist("2.0")
    world.put(f"team/demo/{later.name}", later.read_bytes())
    assert outcomes(imported(world))["demo", later.name] == "adopted"
    assert later.name in {file.filename for file in world.pages_there("demo")[0].files}


def test_a_flat_bucket_and_folders_of_no_project(world: World) -> None:
    """elasticpypi keeps all files at the top; ilabs.s3util does not lower names."""
    flat, foo = world.wheel(name="flat"), world.sdist(name="Foo")
    world.put(f"team/{flat.name}", flat.read_bytes())
    foreign(world, "Foo", foo)

    report = imported(world)

    assert outcomes(report) == {("flat", flat.name): "copied", ("foo", foo.name): "copied"}
    assert report.folders_left == ("Foo",)
    assert world.fetched("flat", flat.name) == hashlib.sha256(flat.read_bytes()).hexdigest()
    assert world.fetched("foo", foo.name) == hashlib.sha256(foo.read_bytes()).hexdigest()
    assert all(root.projects == ("flat", "foo") for root in world.roots())


def test_of_folders_of_no_project_only_files_of_the_named_projects_are_copied(world: World) -> None:
    foo, bar = world.sdist(name="Foo"), world.sdist(name="Bar")
    foreign(world, "Foo", foo)
    foreign(world, "Bar", bar)
    report = imported(world, None, "foo")
    assert outcomes(report) == {("foo", foo.name): "copied"}
    assert report.folders_left == ("Foo",)


def test_of_two_files_of_one_name_in_folders_of_no_project_none_is_passed_over(world: World) -> None:
    one, copy = world.wheel(name="foo"), world.wheel("2.0", name="foo")
    world.put(f"team/Foo/{one.name}", one.read_bytes())
    world.put(f"team/Foo/0123456789abcdef/{copy.name}", copy.read_bytes())
    world.put(f"team/FOO/{copy.name}", copy.read_bytes())
    again = world.wheel(name="foo", salt="second")
    world.put(f"team/Foo/0123456789abcdef/{again.name}", again.read_bytes())

    report = imported(world)

    assert [(file.outcome.value, file.source.rpartition("team/")[2]) for file in report.files] == [
        ("copied", f"Foo/0123456789abcdef/{again.name}"),
        ("failed", f"Foo/{one.name}"),
        ("copied", f"FOO/{copy.name}"),
        ("copied", f"Foo/0123456789abcdef/{copy.name}"),
    ]
    assert "other bytes" in str(report.files[1].note)
    assert report.folders_left == ("FOO",)
    assert {file.source.rpartition("team/")[2] for file in imported(world).files if file.note} == {f"Foo/{one.name}"}


def test_a_file_of_the_listed_size_and_other_bytes_in_a_folder_of_no_project_is_not_present(world: World) -> None:
    one, other = world.wheel(name="foo", salt="first!"), world.wheel(name="foo", salt="second")
    assert one.name == other.name
    data = other.read_bytes()
    world.put(f"team/Foo/{one.name}", data)
    assert imported(world).ok
    world.put(f"team/Foo/{one.name}", data[:-1] + bytes([data[-1] ^ 1]))

    report = imported(world)

    assert [file.outcome.value for file in report.files if "/Foo/" in file.source] == ["failed"]
    assert report.folders_left == ()


def test_a_folder_of_no_project_stays_while_a_project_lists_a_file_in_it(world: World) -> None:
    foreign(world, "Foo", world.wheel(name="foo"))
    foreign(world, "demo", links=f'<a href="../Foo/{world.wheel().name}">{world.wheel().name}</a>')
    world.put(f"team/Foo/{world.wheel().name}", world.wheel().read_bytes())

    report = imported(world)

    assert report.ok
    assert report.folders_left == ()


PYPIPRIVATE = """<!DOCTYPE html>
<html>
<head>
    <meta charset="UTF-8">
    <title>{title}</title>
</head>
<body>{heading}

    <a href="{name}">{name}</a><br>

</body>
</html>"""


def test_a_repository_of_pypiprivate(world: World) -> None:
    """Written in its form, as it starts on no Python of today."""
    wheel = world.wheel()
    page = PYPIPRIVATE.format(title="Links for demo", heading="\n    <h1>Links for demo</h1>\n    ", name=wheel.name)
    world.put(f"team/demo/{wheel.name}", wheel.read_bytes(), "application/octet-stream")
    world.put("team/demo/index.html", page.encode())
    world.put("team/index.html", PYPIPRIVATE.format(title="Private Index", heading="", name="demo").encode())

    assert outcomes(imported(world)) == {("demo", wheel.name): "adopted"}

    [file] = world.pages_there("demo")[0].files
    assert file.sha256 == hashlib.sha256(wheel.read_bytes()).hexdigest()
    assert all(root.projects == ("demo",) for root in world.roots())


def test_bytes_that_are_not_those_of_the_index_are_a_failure(world: World) -> None:
    wheel = world.wheel()
    foreign(world, "demo", wheel, links=f'<a href="{wheel.name}#sha256={"0" * 64}">{wheel.name}</a>')
    report = imported(world)
    assert not report.ok
    [file] = report.files
    assert "its bytes are not those that the index states" in str(file.note)


def test_what_is_no_distribution_stays_listed_as_it_was(world: World) -> None:
    foreign(world, "demo", world.wheel())
    world.put("team/demo/demo-0.5.tar.gz", b"corrupt")
    world.put("team/demo/demo-0.6.tar.gz", b"corrupt and unlisted")
    links = "".join(f'<a href="{name}">{name}</a>' for name in ("demo-0.5.tar.gz", "demo-1.0-py3-none-any.whl"))
    world.put("team/demo/index.html", f"<html><body>{links}</body></html>".encode())

    report = imported(world)

    assert report.ok
    assert outcomes(report) == {
        ("demo", "demo-0.5.tar.gz"): "kept",
        ("demo", "demo-0.6.tar.gz"): "left",
        ("demo", "demo-1.0-py3-none-any.whl"): "adopted",
    }
    kept, _ = world.pages_there("demo")[0].files
    assert kept.sha256 == hashlib.sha256(b"corrupt").hexdigest()


def test_a_page_that_cannot_be_read_fails_its_project_alone(world: World) -> None:
    foreign(world, "demo", world.wheel())
    foreign(world, "other", world.wheel(name="other"))
    world.put("team/demo/index.html", b"<html><body>cut short")
    report = imported(world)
    assert not report.ok
    assert outcomes(report)["other", "other-1.0-py3-none-any.whl"] == "adopted"
    assert "team/demo/manifest.json" not in world.stored()


def test_what_a_manifest_does_not_list_is_not_adopted(world: World) -> None:
    """A publisher stored it and has not committed yet, or was refused."""
    world.push(world.wheel())
    later = world.wheel("2.0")
    world.put(f"team/demo/{later.name}", later.read_bytes())
    assert outcomes(imported(world)) == {("demo", "demo-1.0-py3-none-any.whl"): "present"}
    assert list(world.listed()) == ["demo-1.0-py3-none-any.whl"]


def test_only_the_projects_asked_for(world: World) -> None:
    old(world)
    report = imported(world, None, "demo")
    assert {project for project, _ in outcomes(report)} == {"demo"}


def test_a_dry_run_writes_and_reads_nothing(world: World) -> None:
    old(world)
    before = world.stored()
    store = FaultyStore(world.store)
    report = imported(world, store, dry_run=True)
    assert outcomes(report) == {
        ("demo", "demo-1.0-py3-none-any.whl"): "adopted",
        ("demo", "demo-1.0.tar.gz"): "adopted",
        ("my-pkg", "my-pkg-1.0.tar.gz"): "copied",
        ("my-pkg", "my_pkg-1.0-py3-none-any.whl"): "adopted",
    }
    assert world.stored() == before
    assert not [request for request in store.requests if request.writes or request.verb == "stream"]


@pytest.mark.parametrize("when", [case("before", slow=True), "after"])
def test_killed_at_any_request_and_done_again(tmp_path: Path, when: str) -> None:
    def make(number: int) -> tuple[World, object]:
        world = World(tmp_path / str(number))
        foreign(world, "my", hyphenated(world, "my-pkg"))
        return world, lambda store: imported(world, store)

    for _, world in killed_at_every_request(make, when):  # type: ignore[arg-type]
        assert imported(world).ok
        assert [file.filename for file in world.pages_there("my-pkg")[0].files] == ["my-pkg-1.0.tar.gz"]
        assert all(root.projects == ("my-pkg",) for root in world.roots())
        for page in world.pages_there("my-pkg"):
            assert all(world.fetched("my-pkg", file.url) == file.sha256 for file in page.files)
