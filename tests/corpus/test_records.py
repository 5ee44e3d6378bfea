"""Manifests and repository records that no version of ours wrote: refused, or obeyed no further than is safe."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.corpus.conftest import WHEEL, CorpusRepository
from tests.support import samples
from tests.support.markers import case

DEEP = "[" * 100_000


def with_file(**changes: object) -> Callable[[dict[str, Any]], object]:
    def change(manifest: dict[str, Any]) -> object:
        file = {name: value for name, value in (manifest["files"][0] | changes).items() if value != "absent"}
        return manifest | {"files": [file]}

    return change


def having(**changes: object) -> Callable[[dict[str, Any]], object]:
    return lambda manifest: manifest | {name.replace("_", "-"): value for name, value in changes.items()}


BAD: dict[str, Callable[[dict[str, Any]], object]] = {
    "empty": lambda _: "",
    "null": lambda _: "null",
    "list": lambda _: "[]",
    "cut short": lambda manifest: json.dumps(manifest)[:-20],
    "not UTF-8": lambda _: '{"format": 1, "\udcff": 1}',
    "nested deeply": lambda _: DEEP,
    "nested within": lambda manifest: json.dumps(manifest)[:-1] + ', "x": ' + DEEP + "}",
    "NaN": having(generation=float("nan")),
    "digits without end": lambda manifest: json.dumps(manifest).replace(
        '"generation": 1', f'"generation": {"9" * 5000}'
    ),
    "format 2": having(format=2),
    "format true": having(format=True),
    "format 1.0": having(format=1.0),
    "format of a megabyte": having(format="x" * 1_000_000),
    "format of a terminal": having(format="\x1b[2J"),
    "no commit": having(commit=None),
    "commit of lines": having(commit="a\nb"),
    "commit of surrogates": having(commit="\ud800"),
    "commit is empty": having(commit=""),
    "generation is a text": having(generation="1"),
    "generation is true": having(generation=True),
    "generation is negative": having(generation=-1),
    "name of another project": having(name="other"),
    "name is a path": having(name="../demo"),
    "name is not normalized": having(name="Demo"),
    "name of surrogates": having(name="\ud800"),
    "files is an object": having(files={}),
    "files holds a text": having(files=["demo-1.0.zip"]),
    "removed is an object": having(removed={}),
    "removed holds numbers": having(removed=[1]),
    "removed holds surrogates": having(removed=["\ud800"]),
    "removed holds lines": having(removed=["a\nb"]),
    "status is a text": having(project_status="active"),
    "status is unknown": having(project_status={"status": "gone"}),
    "deleted is a text": having(deleted="no"),
    "filename with a folder": with_file(filename="../demo-1.0.zip"),
    "filename of a terminal": with_file(filename="\x1b[2J.zip"),
    "filename of a megabyte": with_file(filename="demo" + "-py3" * 250_000 + ".zip"),
    "filename is a number": with_file(filename=1),
    "url with a scheme": with_file(url="javascript:alert(1)"),
    "url of lines": with_file(url="a\nb"),
    "url of NUL": with_file(url="%00"),
    "url is missing": with_file(url="absent"),
    "url of a megabyte": with_file(url="x" * 1_000_000),
    "hashes is a list": with_file(hashes=[]),
    "hashes hold a number": with_file(hashes={"sha256": 1}),
    "hash is no hash": with_file(hashes={"sha256": "x y"}),
    "size is negative": with_file(size=-1),
    "size is a text": with_file(size="1"),
    "size is true": with_file(size=True),
    "size is huge": with_file(size=10**30),
    "time is no time": with_file(**{"upload-time": "yesterday"}),
    "requires-python is a list": with_file(**{"requires-python": []}),
    "yanked is a number": with_file(yanked=1),
    "metadata is a text": with_file(**{"core-metadata": "sha256=00"}),
    "provenance is no URL": with_file(provenance="javascript:alert(1)"),
}
RARE = {
    "null", "list", "not UTF-8", "nested within", "format true", "format 1.0", "format of a megabyte",
    "commit of surrogates", "commit is empty", "generation is true", "generation is negative",
    "name is not normalized", "name of surrogates", "removed holds surrogates", "removed holds lines",
    "status is a text", "deleted is a text", "filename of a megabyte", "filename is a number", "url of NUL",
    "url of a megabyte", "hashes hold a number", "hash is no hash", "size is a text", "size is true", "size is huge",
    "time is no time", "yanked is a number", "provenance is no URL",
}  # fmt: skip
"""Manifests that resemble others of `BAD`."""
each_bad = pytest.mark.parametrize("name", [case(name, slow=name in RARE) for name in BAD])
COMMANDS = [
    [WHEEL], ["list", "demo"], ["show", "demo"], ["delete", "demo", "1.0", "--yes"],
    ["delete", "demo", "--all", "--yes"], ["yank", "demo", "1.0"], ["status", "demo", "archived"],
]  # fmt: skip


@each_bad
def test_a_bad_manifest_stops_every_verb_and_changes_nothing(place: CorpusRepository, name: str) -> None:
    place.write(BAD[name](place.manifest()))
    before = place.contents()
    for command in COMMANDS:
        said = place.run(*command)
        assert (said.status, len(said.errors)) == (1, 1), (command, said)
        assert "demo/manifest.json" in said.errors[0]
        assert len(said.errors[0]) < 1000
        assert place.contents() == before, command
    said = place.run("prune", "--grace=0h", "--keep-last=1", "--yes")
    assert said.status == 1
    assert place.contents() == before
    assert place.run("list").status == 1


@each_bad
def test_what_a_bad_manifest_tells_is_rebuilt_from_what_lies_there(place: CorpusRepository, name: str) -> None:
    place.write(BAD[name](place.manifest()))
    said = place.run("reindex", "demo")
    if name == "format 2":
        assert "upgrade" in said.errors[0]
        return
    if said.status:  # it names a file that does not exist
        (error,) = said.errors
        assert "demo-1.0.zip: demo lists it, and it does not exist" in error
        said = place.run("reindex", "demo", "--yes")
    assert said.status == 0, said
    assert place.run("show", "demo").status == 0


ODD: dict[str, Callable[[dict[str, Any]], object]] = {
    "keys twice": lambda manifest: json.dumps(manifest).replace('"format": 1', '"format": 2, "format": 1'),
    "keys that nobody knows": having(x={"y": [1]}),
    "the same file twice": lambda manifest: manifest | {"files": manifest["files"] * 2},
    "a file of another project": with_file(filename="other-1.0.tar.gz", url="other-1.0.tar.gz"),
    "a byte order mark in a text": with_file(yanked="\ufeff\u202e\x1b[2J"),
    "null for what is not known": with_file(yanked=None, size=None),
}


@pytest.mark.parametrize("name", ODD)
def test_an_odd_manifest_is_understood(place: CorpusRepository, name: str) -> None:
    place.write(ODD[name](place.manifest()))
    assert place.run("list").status == 0
    assert place.run("show", "demo").status == 0
    assert place.run("status", "demo", "deprecated").status == 0
    assert place.run("show", "demo").status == 0
    assert place.run("reindex", "demo").status in (0, 1)


RECORDS = {
    "empty": "",
    "list": "[]",
    "no format": "{}",
    "format 3": '{"format": 3}',
    "format of a megabyte": json.dumps({"format": "x" * 1_000_000}),
    "format of a terminal": json.dumps({"format": "\x1b[2J"}),
    "nested deeply": DEEP,
    "NaN": '{"format": NaN}',
    "pages is a text": '{"format": 1, "pages": "/", "conditional-writes": true, "conditional-delete": true}',
    "no pages": '{"format": 1, "pages": [], "conditional-writes": true, "conditional-delete": true}',
    "pages twice": '{"format": 1, "pages": ["index.json", "index.json"], "conditional-writes": true,'
    ' "conditional-delete": true}',
    "two pages at one key": '{"format": 2, "pages": ["/", "/ (JSON)"], "conditional-writes": true,'
    ' "conditional-delete": true}',
    "unknown pages": '{"format": 1, "pages": ["../x"], "conditional-writes": true, "conditional-delete": true}',
    "writes is a text": '{"format": 1, "pages": ["index.json"], "conditional-writes": "no",'
    ' "conditional-delete": true}',
}
URL_RECORDS = [
    "javascript:alert(1)",
    "https://x/\x1b[2J",
    "https://x y/",
    "//x",
    "",
    "https://[",
    "x" * 100_000,
    "\ud800",
]


@pytest.mark.parametrize(
    "text",
    [
        *RECORDS.values(),
        *(
            json.dumps(
                {
                    "format": 1,
                    "pages": ["index.json"],
                    "conditional-writes": True,
                    "conditional-delete": True,
                    "public-url": url,
                }
            )
            for url in URL_RECORDS
        ),
    ],
    ids=[*RECORDS, *(f"URL {url[:20]!a}" for url in URL_RECORDS)],
)
def test_a_bad_repository_record_stops_every_verb_and_changes_nothing(place: CorpusRepository, text: str) -> None:
    (place.repository / "repository.json").write_text(text)
    before = place.contents()
    for command in (*COMMANDS, ["list"], ["prune", "--grace=0h", "--yes"], ["import"]):
        said = place.run(*command)
        assert (said.status, len(said.errors)) == (1, 1), (command, said)
        assert len(said.errors[0]) < 1000
        assert place.contents() == before, command
    if '"format": 3' not in text:
        assert place.run("reindex").status == 0


ROOTS = {
    "empty": b"",
    "list": b"[]",
    "projects is an object": b'{"meta": {"api-version": "1.4"}, "projects": {}}',
    "a name is a path": b'{"meta": {"api-version": "1.4"}, "projects": [{"name": "../x"}]}',
    "a name of a terminal": b'{"meta": {"api-version": "1.4"}, "projects": [{"name": "\\u001b[2J"}]}',
    "a name of a megabyte": b'{"meta": {"api-version": "1.4"}, "projects": [{"name": "' + b"x" * 1_000_000 + b'"}]}',
    "no version": b'{"meta": {}, "projects": []}',
    "version 2": b'{"meta": {"api-version": "2.0"}, "projects": []}',
    "commit of lines": b'{"meta": {"api-version": "1.4", "_commit": "a\\nb"}, "projects": []}',
}


@pytest.mark.parametrize("name", ROOTS)
def test_a_bad_root_record_changes_nothing(place: CorpusRepository, name: str) -> None:
    (place.repository / "manifest.json").write_bytes(ROOTS[name])
    samples.wheel(place.folder, "third")
    before = place.contents()
    for command in (["list"], ["third-1.0-py3-none-any.whl"], ["delete", "demo", "--all", "--yes"]):
        said = place.run(*command)
        assert (said.status, len(said.errors)) == (1, 1), (command, said)
        assert place.contents().keys() >= before.keys() - {"demo/index.html", "demo/index.json"}
        assert place.contents()["manifest.json"] == ROOTS[name]
    assert place.run("reindex").status == 0
    assert place.run("list").status == 0
