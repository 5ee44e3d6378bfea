from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from s3pypi_setuptools.errors import InvalidIndex
from s3pypi_setuptools.index.fields import parse_upload_time, render_upload_time
from s3pypi_setuptools.index.model import File, Project, ProjectStatus, Status
from s3pypi_setuptools.index.simple_json import (
    decode,
    file_from_json,
    file_to_json,
    parse_project,
    parse_root,
    render_project,
    render_root,
)
from tests.support.refusals import result_of

UPLOADED = datetime(2026, 11, 21, 8, 0, 0, 5, tzinfo=timezone.utc)
FULL = File(
    filename="demo-1.0+x-py3-none-any.whl",
    url="demo-1.0%2Bx-py3-none-any.whl",
    hashes=(("sha256", "0b"),),
    size=5,
    upload_time=UPLOADED,
    requires_python=">=3.8",
    core_metadata=(("sha256", "0c"),),
    yanked="a <b>",
    gpg_sig=False,
    provenance="https://example.com/p",
)
META = {"api-version": "1.0"}


def page(*files: object, **changes: object) -> bytes:
    return json.dumps({"meta": META, "name": "demo", "files": files} | changes).encode()


def test_a_page_is_what_the_standards_ask_for() -> None:
    project = Project.of(
        "demo", [File("demo-0.9.zip", "demo-0.9.zip"), FULL], ProjectStatus(Status.DEPRECATED, "old"), "0af3"
    )
    assert json.loads(render_project(project)) == {
        "meta": {"api-version": "1.4", "_commit": "0af3"},
        "name": "demo",
        "project-status": {"status": "deprecated", "reason": "old"},
        "versions": ["0.9", "1.0+x"],
        "files": [
            {"filename": "demo-0.9.zip", "url": "demo-0.9.zip", "hashes": {}},
            {
                "filename": "demo-1.0+x-py3-none-any.whl",
                "url": "demo-1.0%2Bx-py3-none-any.whl",
                "hashes": {"sha256": "0b"},
                "requires-python": ">=3.8",
                "size": 5,
                "upload-time": "2026-11-21T08:00:00.000005Z",
                "core-metadata": {"sha256": "0c"},
                "yanked": "a <b>",
                "gpg-sig": False,
                "provenance": "https://example.com/p",
            },
        ],
    }


def test_root_page() -> None:
    assert json.loads(render_root(["b", "a"], None)) == {
        "meta": {"api-version": "1.4"},
        "projects": [{"name": "a"}, {"name": "b"}],
    }


def test_yanked_without_a_reason_is_true() -> None:
    assert file_to_json(File("a-1.zip", "a-1.zip", yanked=""))["yanked"] is True


@pytest.mark.parametrize(
    ("changes", "file"),
    [
        ({"yanked": False}, {}),
        ({"yanked": ""}, {}),
        ({"yanked": None}, {}),
        ({"yanked": True}, {"yanked": ""}),
        ({"yanked": "a\nb"}, {"yanked": "a b"}),
        ({"core-metadata": True}, {"core_metadata": ()}),
        ({"core-metadata": False, "dist-info-metadata": True}, {}),
        ({"dist-info-metadata": {"sha256": "0C"}}, {"core_metadata": (("sha256", "0c"),)}),
        ({"hashes": {"SHA256": "0B", "md5": "0a"}}, {"hashes": (("md5", "0a"), ("sha256", "0b"))}),
        ({"requires-python": ""}, {}),
        ({"requires-python": None, "size": None, "upload-time": None, "gpg-sig": None, "provenance": None}, {}),
        ({"upload-time": "2026-11-21T08:00:00.000005Z"}, {"upload_time": UPLOADED}),
        (
            {"url": "https://files.example/a+b/demo-1.0.zip#sha256=00"},
            {"url": "https://files.example/a+b/demo-1.0.zip"},
        ),
        ({"_private": [], "unknown": {}}, {}),
    ],
)
def test_files_of_other_tools(changes: dict[str, object], file: dict[str, object]) -> None:
    entry = {"filename": "demo-1.0.zip", "url": "demo-1.0.zip", "hashes": {}} | changes
    assert file_from_json(entry) == File(**({"filename": "demo-1.0.zip", "url": "demo-1.0.zip"} | file))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "changes",
    [
        {"filename": None},
        {"filename": ""},
        {"filename": "../demo-1.0.zip"},
        {"filename": ".."},
        {"filename": "demo\x00.zip"},
        {"filename": "demo\ud800.zip"},
        {"url": None},
        {"url": ""},
        {"url": "javascript:alert(1)"},
        {"url": "demo\ud800.zip"},
        {"hashes": None},
        {"hashes": ["sha256"]},
        {"hashes": {"sha256": 1}},
        {"hashes": {"sha256": "xyz"}},
        {"hashes": {"sha 256": "00"}},
        {"requires-python": 3},
        {"size": "5"},
        {"size": -1},
        {"size": True},
        {"size": 5.0},
        {"size": 2**63},
        {"upload-time": "yesterday"},
        {"upload-time": "2026-13-21T08:00:00Z"},
        {"upload-time": 0},
        {"core-metadata": "sha256=0c"},
        {"core-metadata": {"sha256": None}},
        {"yanked": 1},
        {"yanked": []},
        {"gpg-sig": "true"},
        {"provenance": "relative"},
        {"provenance": {}},
    ],
)
def test_malformed_files_are_refused(changes: dict[str, object]) -> None:
    entry = {"filename": "demo-1.0.zip", "url": "demo-1.0.zip", "hashes": {}} | changes
    with pytest.raises(InvalidIndex) as raised:
        file_from_json(entry)
    assert str(raised.value).isprintable()
    with pytest.raises(InvalidIndex):
        parse_project(page(entry))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff",
        b"null",
        b"[]",
        b"<html></html>",
        b"\xef\xbb\xbf{}",
        '{"meta": {"api-version": "1.0"}}'.encode("utf-16"),
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'{"meta": {"api-version": "1.0"}, "name": "demo", "files": [], "x": NaN}',
        b'{"meta": {"api-version": "1.0"}, "name": "demo", "files": [], "x": ' + b"9" * 5000 + b"}",
        page(meta=None),
        page(meta={}),
        page(meta={"api-version": 1.0}),
        page(meta={"api-version": "2.0"}),
        page(meta={"api-version": "one"}),
        page(meta=META | {"_commit": 1}),
        page(meta=META | {"_commit": "a b"}),
        page(meta=META | {"_commit": ""}),
        page(name=None),
        page(name="../demo"),
        page(files=None),
        page(files={}),
        page(7),
        page(**{"project-status": "archived"}),
        page(**{"project-status": {"status": "gone"}}),
        page(**{"project-status": {"status": []}}),
        page(**{"project-status": {"status": "archived", "reason": 1}}),
        page()[:-1],
    ],
)
def test_malformed_pages_are_refused(data: bytes) -> None:
    with pytest.raises(InvalidIndex) as raised:
        parse_project(data)
    assert str(raised.value).isprintable()


@pytest.mark.parametrize(
    "changes",
    [
        {"projects": None},
        {"projects": {}},
        {"projects": [{"name": None}]},
        {"projects": [{"name": "../a"}]},
        {"meta": {}},
    ],
)
def test_malformed_roots_are_refused(changes: dict[str, object]) -> None:
    with pytest.raises(InvalidIndex):
        parse_root(json.dumps({"meta": META, "projects": []} | changes).encode())


def test_names_are_normalized() -> None:
    assert parse_project(page(name="De.mo")).name == "de-mo"
    root = json.dumps({"meta": {"api-version": "1.9"}, "projects": [{"name": "De.mo", "_last-serial": 1}]}).encode()
    assert parse_root(root).projects == ("de-mo",)


def test_a_status_without_marker_is_active() -> None:
    assert parse_project(page(**{"project-status": {}})).status == ProjectStatus(Status.ACTIVE)


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("2026-11-21T08:00:00.000005Z", UPLOADED),
        ("2026-11-21T08:00:00.000005999Z", UPLOADED),
        ("2026-11-21T09:30:00.000005+01:30", UPLOADED),
        ("2026-11-21 07:00:00.000005-0100", UPLOADED),
        ("2026-11-21T08:00:00", UPLOADED.replace(microsecond=0)),
        ("2026-11-21T08:00:00.5Z", UPLOADED.replace(microsecond=500_000)),
        ("0001-01-01T00:00:00+01:00", None),
        ("2026-11-21", None),
        ("٢٠٢٦-11-21T08:00:00Z", None),
        ("", None),
    ],
)
def test_upload_times(text: str, time: datetime | None) -> None:
    assert parse_upload_time(text) == time


def test_upload_times_are_written_in_utc() -> None:
    assert render_upload_time(UPLOADED.astimezone(timezone(timedelta(hours=5)))) == "2026-11-21T08:00:00.000005Z"


values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(st.characters(), max_size=8)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=8), inner, max_size=3)),
    max_leaves=6,
)
KEYS = ("filename", "url", "hashes", "size", "upload-time", "yanked", "core-metadata", "requires-python", "gpg-sig")
entries = st.one_of(
    values,
    st.builds(
        lambda changes: {"filename": "demo-1.0.zip", "url": "demo-1.0.zip", "hashes": {}} | changes,
        st.dictionaries(st.sampled_from(KEYS), values, max_size=2),
    ),
)
pages = st.builds(
    lambda files, changes: json.dumps({"meta": META, "name": "demo", "files": files} | changes).encode(),
    st.lists(entries, max_size=3),
    st.dictionaries(st.sampled_from(["meta", "name", "files", "project-status", "versions"]), values, max_size=2),
)


@given(st.one_of(st.binary(), pages))
@example(b'{"meta":{"api-version":"1.0"},"name":"\\ud800","files":[]}')
def test_whatever_is_read_is_understood_or_refused(data: bytes) -> None:
    result_of(lambda: parse_root(data), InvalidIndex)
    result_of(lambda: decode(data), InvalidIndex)
    result_of(lambda: render_project(parse_project(data)), InvalidIndex)
