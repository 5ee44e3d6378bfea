"""The manifest of a project, and the ids of its commits."""

from __future__ import annotations

import json
from dataclasses import replace
from uuid import uuid4

import pytest

from s3pypi_setuptools.errors import InvalidIndex
from s3pypi_setuptools.index.model import File, Project, Status
from s3pypi_setuptools.repository.documents import Kind, OtherKind
from s3pypi_setuptools.repository.manifest import Manifest, blank_id, is_blank, next_id, number_of

KEY = "team/demo/manifest.json"
NAME = "demo-1.0.tar.gz"
ONE = File(NAME, NAME, hashes=(("sha256", "ab" * 32),), size=3, etag='"e"')
PLAIN = Manifest(Project.of("demo", (ONE,), None, "0" * 31 + "1"), frozenset({"b/demo-0.1.tar.gz", "a"}), 7)
FULL = replace(PLAIN, project=PLAIN.project.with_status(Status.DEPRECATED, "old"), deleted=True)


@pytest.mark.parametrize("manifest", [PLAIN, FULL])
def test_a_record_says_all_of_a_manifest(manifest: Manifest) -> None:
    assert Manifest.from_json(manifest.to_json(), KEY) == manifest


def test_the_form_of_a_record() -> None:
    document = json.loads(FULL.to_json())
    assert document.pop("files")[0]["_etag"] == '"e"'
    assert document == {
        "kind": "project",
        "format": 1,
        "name": "demo",
        "commit": "0" * 31 + "1",
        "generation": 7,
        "removed": ["a", "b/demo-0.1.tar.gz"],
        "project-status": {"status": "deprecated", "reason": "old"},
        "deleted": True,
    }
    plain = json.loads(PLAIN.to_json())
    assert not {"deleted", "project-status"} & set(plain)
    without = PLAIN.with_files([replace(ONE, etag=None)])
    assert "_etag" not in json.loads(without.to_json())["files"][0]


def test_manifests_of_other_commits_state_the_same() -> None:
    again = PLAIN.committed("f" * 32, 9)
    assert (again.commit, again.generation) == ("f" * 32, 9)
    assert PLAIN.same_content(PLAIN.committed("f" * 32, 9))
    assert not PLAIN.same_content(replace(PLAIN, removed=frozenset()))
    assert not PLAIN.same_content(replace(PLAIN, deleted=True))


def test_urls_that_were_removed_are_found_by_their_filename() -> None:
    assert PLAIN.removed_urls("demo-0.1.tar.gz") == {"b/demo-0.1.tar.gz"}
    assert PLAIN.removed_urls("b") == set()
    assert PLAIN.file(NAME) == ONE
    assert PLAIN.file("b") is None


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"format": 2}, "is a manifest of format 2, this version reads 1: upgrade s3pypi-setuptools"),
        ({"format": True}, "is a manifest of format True, this version reads 1"),
        ({"name": "other"}, "is not the manifest of demo: it names 'other'"),
        ({"commit": None}, "is not a manifest: commit or generation is missing or malformed"),
        ({"commit": "no id!"}, "is not a manifest: commit or generation is missing or malformed"),
        ({"generation": -1}, "is not a manifest: commit or generation is missing or malformed"),
        ({"generation": True}, "is not a manifest: commit or generation is missing or malformed"),
        ({"files": {}}, "is not a manifest: 'files' or 'removed' is not a list of such"),
        ({"removed": {}}, "is not a manifest: 'files' or 'removed' is not a list of such"),
        ({"removed": [1]}, "is not a manifest: 'files' or 'removed' is not a list of such"),
        ({"removed": ["a\n"]}, "is not a manifest: 'files' or 'removed' is not a list of such"),
        ({"deleted": 1}, "is not a manifest: 'deleted' is neither true nor false"),
    ],
)
def test_what_is_no_manifest_is_named_with_what_is_wrong(changes: dict[str, object], said: str) -> None:
    data = json.dumps(json.loads(PLAIN.to_json()) | changes).encode()
    with pytest.raises(InvalidIndex) as caught:
        Manifest.from_json(data, KEY)
    assert str(caught.value).startswith(f"{KEY}: {said}")
    assert str(caught.value).endswith("; nothing was changed: restore the manifest")


def test_a_generation_of_none_is_a_manifest() -> None:
    first = PLAIN.committed("f" * 32, 0)
    assert Manifest.from_json(first.to_json(), KEY) == first


def test_an_etag_of_another_type_is_passed_over() -> None:
    document = json.loads(PLAIN.to_json())
    document["files"][0]["_etag"] = 1
    assert Manifest.from_json(json.dumps(document).encode(), KEY).project.files[0].etag is None


def test_a_record_of_another_kind_says_which() -> None:
    with pytest.raises(
        OtherKind, match=rf"^{KEY}: is a repository's list of projects, not a project's manifest; nothing was changed$"
    ) as caught:
        Manifest.from_json(b'{"kind": "root"}', KEY)
    assert caught.value.found is Kind.ROOT


def new_id() -> str:
    return uuid4().hex


def test_ids_count_the_commits_of_a_record() -> None:
    first = next_id(None, new_id)
    second = next_id(first, new_id)
    assert [number_of(first), number_of(second)] == [1, 2]
    assert len(first) == len(second) == 32


def test_ids_of_one_number_differ() -> None:
    assert next_id(None, new_id) != next_id(None, new_id)
    assert blank_id(new_id) != blank_id(new_id)


def test_only_a_blank_page_has_the_id_of_one() -> None:
    assert is_blank(blank_id(new_id))
    assert not is_blank(next_id(None, new_id))
    assert not is_blank(next_id(blank_id(new_id), new_id))


def test_an_id_of_another_form_has_no_number() -> None:
    assert number_of("2026-11") is None
    assert number_of("") is None
    assert number_of(next_id("2026-11", new_id)) == 1


def test_counting_ends_where_the_digits_do() -> None:
    last = "f" * 32
    assert number_of(next_id(last, new_id)) == number_of(last)
