"""Pages that list files by whole URLs, URLs without a scheme, and paths from the host's root."""

from __future__ import annotations

from datetime import timedelta

import pytest

from s3pypi_setuptools.operations.publish.report import Outcome
from s3pypi_setuptools.operations.transfer.transfer import ImportOutcome
from s3pypi_setuptools.repository.opening import OpenOptions
from s3pypi_setuptools.repository.repository import Repository
from tests.operations.conftest import World
from tests.operations.processes import foreign, imported, problems, pruned, reindexed
from tests.support import samples

WHEEL = "demo-1.0-py3-none-any.whl"
PUBLIC = "https://pypi.example.com:8443/simple"
HOST = "https://pypi.example.com:8443"

HERE = {
    f"/simple/demo/{WHEEL}": WHEEL,
    f"/demo/{WHEEL}": WHEEL,
    f"/team/demo/{WHEEL}": WHEEL,
    f"/bucket/team/demo/{WHEEL}#sha256=": WHEEL,
    f"/packages/{WHEEL}": f"../packages/{WHEEL}",
    f"/some/where/packages/{WHEEL}": f"../packages/{WHEEL}",
    f"{HOST}/simple/demo/{WHEEL}": WHEEL,
    f"http://pypi.example.com:8443/simple/demo/{WHEEL}": WHEEL,
    f"//PyPI.example.com:8443/simple/demo/{WHEEL}": WHEEL,
    f"{HOST}/simple/packages/{WHEEL}": f"../packages/{WHEEL}",
    f"{HOST}/simple/demo/{WHEEL.replace('d', '%64')}": WHEEL,
}
"""Links, and as what they are listed where the public URL is known."""

ELSEWHERE = [
    f"https://pypi.example.com/simple/demo/{WHEEL}",
    f"//pypi.example.com/simple/demo/{WHEEL}",
    f"https://other.example.com:8443/simple/demo/{WHEEL}",
    f"{HOST}/other/demo/{WHEEL}",
    f"{HOST}/simple/../{WHEEL}",
    f"{HOST}/simple/demo/{WHEEL}/x/../{WHEEL}",
    f"file:///srv/simple/demo/{WHEEL}",
]
"""Links of which nothing says that they lead here."""


def repository(world: World, link: str, base: str = "", public_url: str | None = PUBLIC) -> None:
    """A repository of another tool with one link, whose file lies in the project's folder and in a shared one."""
    for folder in ("demo", "packages"):
        world.put(f"team/{folder}/{WHEEL}", world.wheel().read_bytes())
    head = f'<base href="{base}">' if base else ""
    foreign(world, "demo", links=f'{head}<a href="{link}">{WHEEL}</a>')
    opened = Repository(world.store, world.layout, OpenOptions(public_url=public_url))
    try:
        assert opened.config
    finally:
        opened.close()


def urls(world: World) -> dict[str, str]:
    return {file.filename: file.url for file in world.pages_there("demo")[0].files}


@pytest.mark.parametrize("how", ["push", "import"])
@pytest.mark.parametrize(("link", "url"), HERE.items())
def test_what_leads_here_is_listed_by_a_relative_url(world: World, link: str, url: str, how: str) -> None:
    repository(world, link)
    if how == "push":
        assert world.push(world.wheel("2.0")).ok
    else:
        assert imported(world).ok
    assert urls(world)[WHEEL] == url
    reindexed(world)
    pruned(world, grace=timedelta())
    assert not problems(world)
    file = world.pages_there("demo")[0].files[0]
    assert file.sha256 == world.fetched("demo", url)


@pytest.mark.parametrize(
    ("base", "link", "url"),
    [
        ("../packages/", WHEEL, f"../packages/{WHEEL}"),
        ("..", f"packages/{WHEEL}", f"../packages/{WHEEL}"),
        ("../", f"packages/{WHEEL}", f"../packages/{WHEEL}"),
        (".", WHEEL, WHEEL),
        ("/simple/demo/", WHEEL, WHEEL),
        ("/simple/demo/", f"../packages/{WHEEL}", f"../packages/{WHEEL}"),
        (f"{PUBLIC}/demo/", WHEEL, WHEEL),
        ("//pypi.example.com:8443/simple/demo/", f"../packages/{WHEEL}", f"../packages/{WHEEL}"),
    ],
)
def test_links_of_a_page_with_a_base(world: World, base: str, link: str, url: str) -> None:
    repository(world, link, base)
    assert world.push(world.wheel("2.0")).ok
    assert urls(world)[WHEEL] == url


@pytest.mark.parametrize("public_url", [PUBLIC, None])
@pytest.mark.parametrize("link", ELSEWHERE)
def test_what_may_lead_elsewhere_is_kept_and_a_file_of_that_name_is_no_orphan(
    world: World, link: str, public_url: str | None
) -> None:
    repository(world, link, public_url=public_url)
    assert world.push(world.wheel("2.0")).ok
    assert urls(world)[WHEEL].partition("#")[0] != WHEEL
    assert not problems(world)
    for _ in range(2):
        pruned(world, grace=timedelta())
        reindexed(world, unlist_missing=True)
        imported(world)
    assert f"team/demo/{WHEEL}" in world.stored()
    assert WHEEL in urls(world)
    assert not problems(world)


def test_once_the_public_url_is_known_a_reindex_follows_the_links(world: World) -> None:
    repository(world, f"{HOST}/simple/demo/{WHEEL}", public_url=None)
    assert world.push(world.wheel("2.0")).ok
    assert urls(world)[WHEEL].startswith("https:")
    record = world.store.get("team/repository.json").data.replace(b"{", b'{"public-url": "%s",' % PUBLIC.encode(), 1)
    world.put("team/repository.json", record)
    assert problems(world) == [("no-hash", f"demo/{WHEEL}")]
    reindexed(world)
    assert urls(world)[WHEEL] == WHEEL
    assert not problems(world)


def test_an_import_follows_links_that_were_adopted_as_they_were(world: World) -> None:
    repository(world, f"{HOST}/simple/demo/{WHEEL}", public_url=None)
    assert world.push(world.wheel("2.0")).ok
    record = world.store.get("team/repository.json").data.replace(b"{", b'{"public-url": "%s",' % PUBLIC.encode(), 1)
    world.put("team/repository.json", record)
    done = [file.source for file in imported(world).files if file.outcome is ImportOutcome.COMPLETED]
    assert done == [f"memory:///team/demo/{WHEEL}"]
    assert urls(world)[WHEEL] == WHEEL
    assert not problems(world)


@pytest.mark.parametrize("link", [*HERE, *ELSEWHERE])
def test_the_same_bytes_are_not_called_other_ones(world: World, link: str) -> None:
    repository(world, link)
    [file] = world.push(world.wheel()).files
    if link in HERE:
        assert file.outcome is Outcome.PRESENT
    else:
        assert file.outcome is Outcome.FAILED
        assert "other" not in str(file.error).replace("other.example.com", "").replace("/other/", "")
        assert "cannot be compared" in str(file.error)


def test_a_file_outside_the_prefix_is_compared_and_completed(world: World) -> None:
    world.put(f"pool/{WHEEL}", world.wheel().read_bytes())
    foreign(world, "demo", links=f'<a href="../../pool/{WHEEL}">{WHEEL}</a>')
    assert [file.outcome for file in world.push(world.wheel()).files] == [Outcome.PRESENT]
    assert [file.outcome for file in world.push(world.wheel(salt="x")).files] == [Outcome.FAILED]
    assert ("no-hash", f"pool/{WHEEL}") in problems(world)
    reindexed(world)
    pruned(world)
    assert not problems(world)
    [file] = world.pages_there("demo")[0].files
    assert (file.url, file.sha256) == (f"../../pool/{WHEEL}", samples.read(world.wheel()).file.sha256)
    assert [key for key in world.stored() if not key.startswith("team/")] == [f"pool/{WHEEL}"]
