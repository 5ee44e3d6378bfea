from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from s3pypi_setuptools.index.urls import canonical_url, file_url, filename_of
from s3pypi_setuptools.repository.layout import (
    Layout,
    deletable_key,
    distribution_key,
    is_distribution_key,
    is_random,
)
from s3pypi_setuptools.repository.page_kind import PageKind

PREFIXES = st.sampled_from(["", "simple", "team/simple", "a b/ü"])
SEGMENTS = st.text(
    st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"], exclude_characters="/\\"), min_size=1, max_size=20
).filter(lambda text: text not in (".", ".."))
ODD = [
    "demo-1.0+cu121.tar.gz",
    "demo 1.0~rc%2B.zip",
    "dëmo-1.0.tar.gz",
    "a:b-1.0.tar.gz",
    "demo-1!1.0.zip",
    "#?&.whl",
    "..x",
]


def test_keys() -> None:
    layout = Layout("team/simple")
    assert layout.repository_config == "team/simple/repository.json"
    assert layout.project_list == "team/simple/manifest.json"
    assert layout.folder("demo") == "team/simple/demo/"
    assert layout.manifest("demo") == "team/simple/demo/manifest.json"
    assert Layout.sidecar("demo/demo-1.0-py3-none-any.whl") == "demo/demo-1.0-py3-none-any.whl.metadata"


def test_keys_without_a_prefix() -> None:
    layout = Layout()
    assert layout.repository_config == "repository.json"
    assert layout.project_list == "manifest.json"
    assert [layout.page(kind) for kind in (PageKind.JSON, PageKind.HTML)] == ["index.json", "index.html"]
    assert layout.page(PageKind.SLASH) == ""
    assert layout.top == ""
    assert layout.folder("demo") == "demo/"
    assert layout.object_key("demo", "demo-1.0.zip") == "demo/demo-1.0.zip"
    assert layout.object_url("demo", "other/demo-1.0.zip") == "../other/demo-1.0.zip"


def test_keys_of_pages() -> None:
    layout = Layout("team")
    assert layout.pages("demo") == {
        PageKind.JSON: "team/demo/index.json",
        PageKind.HTML: "team/demo/index.html",
        PageKind.SLASH: "team/demo/",
        PageKind.SLASH_JSON: "team/demo/",
    }
    assert layout.pages("demo", [PageKind.HTML]) == {PageKind.HTML: "team/demo/index.html"}
    assert layout.pages(kinds=[PageKind.JSON, PageKind.SLASH]) == {
        PageKind.JSON: "team/index.json",
        PageKind.SLASH: "team/",
    }
    assert Layout().pages() == {PageKind.JSON: "index.json", PageKind.HTML: "index.html"}
    assert layout.page(PageKind.HTML) == "team/index.html"


@pytest.mark.parametrize("filename", ODD)
def test_odd_filenames_survive(filename: str) -> None:
    layout = Layout("simple")
    for folder in ("", "5f0c"):
        url = file_url(filename, folder)
        assert url.isascii()
        assert not set(url) & set("+ #?:&!")
        key = layout.object_key("demo", url)
        assert key == f"simple/demo/{folder + '/' if folder else ''}{filename}"
        assert layout.object_url("demo", key) == url
        assert filename_of(url) == filename
        assert canonical_url(url) == url


@given(PREFIXES, st.lists(SEGMENTS, min_size=1, max_size=4), st.sampled_from(["demo", "other"]))
def test_every_key_has_a_url_that_leads_back(prefix: str, segments: list[str], project: str) -> None:
    layout = Layout(prefix)
    key = "/".join([prefix, *segments] if prefix else segments)
    if key == f"{prefix}/{project}".lstrip("/"):
        return
    url = layout.object_url(project, key)
    assert layout.object_key(project, url) == key
    assert canonical_url(url) == url
    assert filename_of(url) == segments[-1]


@given(PREFIXES, st.one_of(st.text(max_size=60), st.text("./%2e2F\\ab", max_size=20)))
def test_no_url_leads_out_of_the_prefix(prefix: str, url: str) -> None:
    key = Layout(prefix).object_key("demo", url)
    if key is not None:
        assert key.startswith(f"{prefix}/" if prefix else "")
        assert not {"", ".", ".."} & set(key.split("/"))


@pytest.mark.parametrize(
    "url",
    [
        "../../demo-1.0.zip",
        "%2e%2e/..%2f../demo-1.0.zip",
        "/simple/demo/demo-1.0.zip",
        "//host/demo-1.0.zip",
        "https://files.example/demo-1.0.zip",
        "//[",
        "",
        ".",
        "..",
        "sub/",
        "sub//demo-1.0.zip",
        "..%5c..%5cdemo-1.0.zip",
        "demo%00.zip",
        "sub/..",
    ],
)
def test_what_is_no_object_of_the_repository(url: str) -> None:
    assert Layout("simple").object_key("demo", url) is None


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("../demo-1.0.zip", "simple/demo-1.0.zip"),
        ("../other/demo-1.0.zip", "simple/other/demo-1.0.zip"),
        ("./demo-1.0.zip#sha256=00", "simple/demo/demo-1.0.zip"),
        ("a/../demo-1.0%2Bx.zip", "simple/demo/demo-1.0+x.zip"),
    ],
)
def test_references_within_the_repository(url: str, key: str) -> None:
    assert Layout("simple").object_key("demo", url) == key


def test_a_key_outside_the_repository_has_no_url() -> None:
    with pytest.raises(ValueError, match="outside"):
        Layout("simple").object_url("demo", "simple-other/demo/demo-1.0.zip")


def test_no_key_needs_the_working_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    try:
        gone.rmdir()
    except OSError:
        pytest.skip("the system keeps a folder that is in use")
    assert Layout("p").object_url("demo", "p/demo/x.zip") == "x.zip"


RANDOM = "0123456789abcdef"


@pytest.mark.parametrize("folder", ["", RANDOM[1:], f"{RANDOM}0", RANDOM.upper(), f"{RANDOM[1:]}g", f"{RANDOM}\n"])
def test_only_sixteen_hexadecimal_digits_are_a_random_folder(folder: str) -> None:
    assert is_random(RANDOM)
    assert not is_random(folder)


@pytest.mark.parametrize("prefix", ["", "team"])
@pytest.mark.parametrize(
    ("path", "own", "apart"),
    [
        ("demo/demo-1.0.zip", True, False),
        (f"demo/{RANDOM}/demo-1.0.zip", True, True),
        (f"demo/{RANDOM}/", False, False),
        (f"demo/{RANDOM}/sub/demo-1.0.zip", False, False),
        (f"demo/sub/{RANDOM}/demo-1.0.zip", False, False),
        ("demo/sub/demo-1.0.zip", False, False),
        (f"other/{RANDOM}/demo-1.0.zip", False, False),
        ("demo-lib/demo-1.0.zip", False, False),
        ("other/demo-1.0.zip", False, False),
    ],
)
def test_the_places_of_a_projects_objects(prefix: str, path: str, own: bool, apart: bool) -> None:
    layout = Layout(prefix)
    assert layout.is_own_place("demo", layout.top + path) is own
    assert layout.has_private_key("demo", layout.top + path) is apart


def test_the_keys_that_an_absolute_url_may_refer_to() -> None:
    assert Layout("team").possible_keys("https://host/a%2Bb/demo/demo-1.0%2Bx.zip?q=1#f") == (
        "team/a+b/demo/demo-1.0+x.zip",
        "team/demo/demo-1.0+x.zip",
        "team/demo-1.0+x.zip",
    )
    assert Layout().possible_keys("/demo/demo-1.0.zip") == ("demo/demo-1.0.zip", "demo-1.0.zip")
    assert Layout().possible_keys("/X/demo-1.0.zip") == ("X/demo-1.0.zip", "demo-1.0.zip")
    assert Layout().possible_keys("/demo/../demo-1.0.zip") == ("demo-1.0.zip",)
    assert Layout().possible_keys("/demo/") == Layout().possible_keys("http://[") == ()
    assert Layout().possible_keys("/x%00/demo-1.0.zip") == ("demo-1.0.zip",)


@pytest.mark.parametrize("path", ["", ".", "..", "a//b", "a/../b", "./a", "a/", "/a", "a\\b", "a\n", "a\u2028"])
def test_paths_at_which_no_object_lies(path: str) -> None:
    assert Layout("team").key_below("a/b..c") == "team/a/b..c"
    assert Layout("team").key_below(path) is None


def test_objects_of_the_same_store_outside_the_repository() -> None:
    layout = Layout("team/simple")
    assert layout.store_key("demo", "../../../demo-1.0.zip") == "demo-1.0.zip"
    assert layout.object_key("demo", "../../../demo-1.0.zip") is None
    assert layout.store_key("demo", "../../../../demo-1.0.zip") is None
    assert layout.store_key("demo", "../../simple") == "team/simple"
    assert layout.object_key("demo", "../../simple") is None
    assert layout.provenance("demo/demo-1.0.zip") == "demo/demo-1.0.zip.provenance"


def test_the_distribution_to_which_an_object_belongs() -> None:
    wheel = "team/demo/demo-1.0-py3-none-any.whl"
    for suffix in ("", ".metadata", ".provenance", ".asc", ".publish.attestation"):
        assert distribution_key(wheel + suffix) == wheel
    assert distribution_key("team/demo/index.html") == "team/demo/index.html"


def test_distributions_are_recognized_by_their_names() -> None:
    wheel = "team/demo/demo-1.0-py3-none-any.whl"
    assert is_distribution_key(wheel)
    assert is_distribution_key(f"team/demo/{RANDOM}/demo-1.0.tar.gz")
    for key in ("team/demo/index.html", f"{wheel}.metadata", "team/demo/a\\b-1.0.tar.gz", "team/demo/x-1.0.exe"):
        assert not is_distribution_key(key)


@pytest.mark.parametrize("prefix", ["", "team"])
@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("demo-1.0.zip", "demo/demo-1.0.zip"),
        (f"{RANDOM}/demo-1.0.zip", f"demo/{RANDOM}/demo-1.0.zip"),
        ("notes.txt", "demo/notes.txt"),
        ("../demo-1.0.zip", "demo-1.0.zip"),
        ("../other-1.0.zip", None),
        ("../repository.json", None),
        ("../other/demo-1.0.zip", None),
        ("sub/demo-1.0.zip", None),
        ("manifest.json", None),
        ("index.json", None),
        ("index.html", None),
        ("https://host/demo-1.0.zip", None),
    ],
)
def test_only_files_of_the_project_may_be_deleted(prefix: str, url: str, key: str | None) -> None:
    layout = Layout(prefix)
    assert deletable_key(layout, "demo", url) == (key and layout.top + key)
