"""A manifest that lists what is not its project's, or says of a file that it is listed and that it was removed."""

from __future__ import annotations

import shutil

import pytest

from tests.corpus.conftest import WHEEL, CorpusRepository
from tests.support.markers import case

URLS = [
    f"../other/{WHEEL}",
    "../other/other-1.0-py3-none-any.whl",
    "./../other/other-1.0-py3-none-any.whl",
    "%2e%2e/other/other-1.0-py3-none-any.whl",
    "x/%2e%2e/../../other/other-1.0-py3-none-any.whl",
    "../repository.json",
    "../manifest.json",
    "../index.html",
    "../index.json",
    "../other/manifest.json",
    "../other/index.html",
    "../../outside.txt",
    "%2e%2e/%2e%2e/outside.txt",
    "..%2f..%2foutside.txt",
    "..%5c..%5coutside.txt",
    "/etc/hostname",
    "file:///etc/hostname",
    "https://files.example/demo-1.0-py3-none-any.whl",
    "//files.example/demo-1.0-py3-none-any.whl",
    "../.s3pypi/lock",
    "../demo/manifest.json",
    "manifest.json",
    "index.json",
    "x/../index.html",
    "x" * 300,
]
QUICK = {
    f"../other/{WHEEL}", "%2e%2e/other/other-1.0-py3-none-any.whl", "../manifest.json", "../../outside.txt",
    "..%2f..%2foutside.txt", "/etc/hostname", "https://files.example/demo-1.0-py3-none-any.whl", "manifest.json",
}  # fmt: skip
"""URLs that are tried in every run: one of each kind."""
DELETIONS = [
    ["delete", "demo", "1.0", "--yes"],
    ["delete", "demo", "--all", "--yes"],
    ["prune", "--keep-last=0", "--grace=0h", "--yes"],
    ["prune", "--older-than=0d", "--grace=0h", "--yes"],
    ["reindex", "--yes"],
    ["import"],
    [WHEEL, "--force"],
    [WHEEL],
]


@pytest.mark.parametrize("command", DELETIONS, ids=lambda command: " ".join(command[:3]))
@pytest.mark.parametrize("url", [case(url, slow=url not in QUICK) for url in URLS])
def test_nothing_outside_the_project_is_deleted_whatever_its_manifest_lists(
    place: CorpusRepository, url: str, command: list[str]
) -> None:
    outside = place.folder / "outside.txt"
    outside.write_bytes(b"mine")
    shutil.copy2(place.wheel, place.repository / "other" / WHEEL)  # listed by nobody, and not demo's to delete
    last = url.replace("%2f", "/").replace("%5c", "/").rpartition("/")[2]
    # Under the file's own name, and under one whose version asks to be deleted.
    for filename in (last, WHEEL):
        for removed in ([], [url]):
            manifest = place.manifest("demo") if (place.repository / "demo" / "manifest.json").exists() else None
            if manifest is None:
                return
            file = {"filename": filename, "url": url, "hashes": {}, "upload-time": "2020-01-01T00:00:00Z"}
            place.write(manifest | {"files": [file], "removed": removed, "deleted": False})
            if filename == last and command[:2] == ["delete", "demo"]:
                place.run("delete", "demo", "--file", last, "--yes")
            before = place.contents()
            place.run(*command)
            after = place.contents()
            assert outside.read_bytes() == b"mine"
            lost = {name for name in before if name not in after and not name.startswith("demo/")}
            assert not lost
            assert all(after[name] == before[name] for name in before if name.startswith("other/"))
            assert "demo/manifest.json" in after
            assert place.run("show", "other").status == 0


@pytest.mark.parametrize(
    "spelling", [WHEEL, f"./{WHEEL}", f"x/../{WHEEL}", f"../demo/{WHEEL}", WHEEL.replace("d", "%64")]
)
@pytest.mark.parametrize(
    "command",
    [
        [WHEEL],
        [WHEEL, "--force"],
        ["yank", "demo", "1.0"],
        ["prune", "--grace=0h", "--yes"],
        ["reindex", "--yes"],
        ["import"],
    ],
    ids=lambda command: " ".join(command[:2]),
)
def test_a_listed_file_stays_though_the_manifest_says_that_it_was_removed(
    place: CorpusRepository, command: list[str], spelling: str
) -> None:
    manifest = place.manifest()
    place.write(manifest | {"removed": [spelling]})
    assert place.run(*command).status == 0
    assert (place.repository / "demo" / WHEEL).read_bytes() == place.wheel.read_bytes()
