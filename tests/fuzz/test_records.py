"""Manifests, root records and repository records of any kind."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from s3pypi_setuptools.errors import InvalidIndex
from s3pypi_setuptools.index import simple_html, simple_json
from s3pypi_setuptools.repository.layout import Layout
from s3pypi_setuptools.repository.manifest import Manifest
from s3pypi_setuptools.repository.repository_config import RepositoryConfig
from tests.fuzz.budget import share
from tests.fuzz.mutations import changed, changes, edited, edits, json_values
from tests.fuzz.repositories import VERBS, Place
from tests.index.strategies import indexes, many_hashes
from tests.support.refusals import result_of

KEY = "team/demo/manifest.json"
WHEEL = "demo-1.0-py3-none-any.whl"
steps = st.sampled_from(
    ["..", ".", "%2e%2e", "x", "demo", "other", "..%2f..", "..%5c", "", "~", "C:", "\x1b", "\ud800"]
)
ends = st.sampled_from(
    [WHEEL, WHEEL, "manifest.json", "index.html", "repository.json", "demo-2.0.zip", "", "%00", "?x=1", "#x"]
)
urls = st.one_of(
    st.builds(lambda found, end: "/".join([*found, end]), st.lists(steps, max_size=4), ends),
    st.sampled_from(
        ["https://a.example/x.whl", "file:///etc/passwd", "//a/b.zip", "javascript:x", "/team/other/x.zip", "http://["]
    ),
)
names = st.sampled_from([WHEEL, "demo-2.0.zip", "manifest.json", "other-1.0.zip", "index.html", "x", "demo-0.1.tar.gz"])
times = st.sampled_from(["2020-01-01T00:00:00Z", "9999-12-31T23:59:59-23:59", "x"])
metadata = st.sampled_from([True, {"sha256": "00"}, {}, "x"])
states = st.sampled_from(["active", "archived", "quarantined", "deprecated", "x"])
files = st.fixed_dictionaries(
    {"filename": names, "url": urls, "hashes": st.sampled_from([{}, {"sha256": "00"}, {"md5": "0a"}])},
    optional={
        "size": st.integers(-1, 2**64), "upload-time": times,
        "yanked": json_values, "requires-python": json_values, "core-metadata": metadata,
        "provenance": urls,
    },
)  # fmt: skip


@st.composite
def manifests(draw: st.DrawFn) -> bytes:
    document = {
        "format": 1, "name": "demo", "commit": "0af3", "generation": 3, "files": draw(st.lists(files, max_size=3)),
        "removed": draw(st.lists(urls, max_size=3)), "project-status": {"status": draw(states)},
        "deleted": draw(st.booleans()),
    }  # fmt: skip
    if draw(st.booleans()):
        del document["project-status"]
    document = changed(document, draw(changes) if draw(st.booleans()) else [])
    return edited(json.dumps(document).encode(), draw(edits) if draw(st.integers(0, 3)) == 0 else [])


@share(14)
@given(manifests())
def test_manifests(data: bytes) -> None:
    found = result_of(lambda: Manifest.from_json(data, KEY), InvalidIndex)
    if found is None:
        return
    again = found.to_json()
    assert Manifest.from_json(again, KEY) == found
    assert Manifest.from_json(again, KEY).to_json() == again
    simple_json.parse_project(simple_json.render_project(found.project))
    simple_html.parse_project(simple_html.render_project(found.project), "demo")
    for url in (*found.removed, *(file.url for file in found.project.files)):
        key = Layout("team").object_key("demo", url)
        assert key is None or key.startswith("team/")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    return Place(tmp_path_factory.mktemp("place"))


@share(3)
@given(st.sampled_from([*VERBS]), st.one_of(manifests(), st.binary(max_size=20)))
def test_no_verb_obeys_a_manifest_beyond_its_project(place: Place, verb: str, data: bytes) -> None:
    place.carry_out(verb, {KEY: data})


@share(3)
@given(st.sampled_from([*VERBS]), st.sampled_from(["manifest.json", "repository.json", "index.json"]), changes, edits)
def test_no_verb_trips_over_the_repository_s_own_records(
    place: Place, verb: str, name: str, value_changes: list[Any], bytewise: list[Any]
) -> None:
    document = json.loads(place.objects[f"team/{name}"])
    data = json.dumps(changed(copy.deepcopy(document), value_changes)).encode()
    place.carry_out(verb, {f"team/{name}": edited(data, bytewise if len(bytewise) > 2 else [])})


RECORD = {
    "format": 1, "pages": ["index.json", "index.html", "/"], "conditional-writes": True, "conditional-delete": True,
    "public-url": "https://packages.example/simple",
}  # fmt: skip


@share(4)
@given(changes, edits)
def test_repository_records(value_changes: list[Any], bytewise: list[Any]) -> None:
    data = edited(
        json.dumps(changed(copy.deepcopy(RECORD), value_changes)).encode(), bytewise if len(bytewise) > 2 else []
    )
    found = result_of(lambda: RepositoryConfig.from_json(data, "repository.json"), InvalidIndex)
    if found is not None:
        assert RepositoryConfig.from_json(found.to_json(), "repository.json") == found


@share(4)
@given(indexes(many_hashes), changes, edits)
def test_json_pages(project: Any, value_changes: list[Any], bytewise: list[Any]) -> None:
    document = changed(json.loads(simple_json.render_project(project)), value_changes)
    data = edited(json.dumps(document).encode(), bytewise if len(bytewise) > 2 else [])
    found = result_of(lambda: simple_json.parse_project(data), InvalidIndex)
    if found is not None:
        assert simple_json.parse_project(simple_json.render_project(found)).name == found.name
        simple_html.parse_project(simple_html.render_project(found), found.name)
    root = result_of(lambda: simple_json.parse_root(data), InvalidIndex)
    assert root is None or simple_json.parse_root(simple_json.render_root(root.projects, root.commit)) == root
