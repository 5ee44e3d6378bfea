from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from s3pypi_setuptools.config.target import FolderTarget, S3Target, parse_target, unknown_name
from s3pypi_setuptools.errors import ConfigurationError

BASE = Path("/base/project")
HOME = Path("/home/me")
FORMS = "s3://bucket/prefix, file:///folder, a path with a '/' in it, or a configured name"
NO_BUCKET = "is not a bucket name: letters, digits, '.', '-' and '_', 3 or more, not an address"
ALIAS = (
    "give its alias as the bucket, as in s3://ALIAS/prefix ('aws s3control get-access-point' shows it; "
    "it ends in -s3alias)"
)


@pytest.mark.parametrize(
    ("text", "bucket", "prefix"),
    [
        ("s3://bucket", "bucket", ""),
        ("s3://bucket/", "bucket", ""),
        ("s3://my.bucket/simple", "my.bucket", "simple"),
        ("S3://bucket/a/b/", "bucket", "a/b"),
        ("  s3://bucket//a/ ", "bucket", "a"),
        ("s3://Old_Bucket/ä b+c%20", "Old_Bucket", "ä b+c%20"),
        ("s3://buc", "buc", ""),
        ("s3://" + "b" * 255, "b" * 255, ""),
        ("s3://bucket/" + "x" * 512, "bucket", "x" * 512),
    ],
)
def test_s3_urls(text: str, bucket: str, prefix: str) -> None:
    assert parse_target(text) == S3Target(bucket, prefix)


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("/srv/repo", "/srv/repo"),
        ("/srv/a/../repo/", "/srv/repo"),
        ("./repo", "/base/project/repo"),
        ("../repo", "/base/repo"),
        ("repo/", "/base/project/repo"),
        (".", "/base/project"),
        ("~", "/home/me"),
        ("~/repo", "/home/me/repo"),
        ("file:///srv/my%20repo", "/srv/my repo"),
        ("file://localhost/srv", "/srv"),
        ("file:/srv", "/srv"),
        ("FILE:///a%3Fb%23c", "/a?b#c"),
    ],
)
def test_folders(text: str, path: str) -> None:
    assert parse_target(text, base=BASE, home=HOME, windows=False) == FolderTarget(Path(path))


@pytest.mark.parametrize(
    ("text", "path"),
    [
        (r"C:\repo", r"C:\repo"),
        ("c:/repo/x", r"c:\repo\x"),
        (r"\\server\share\repo", r"\\server\share\repo"),
        (r".\repo", r"D:\work\repo"),
        ("..\\repo", r"D:\repo"),
        (r"sub\repo", r"D:\work\sub\repo"),
        (r"\repo", r"D:\repo"),
        ("~\\repo", r"C:\Users\me\repo"),
        ("~/repo", r"C:\Users\me\repo"),
        ("file:///C:/my%20repo", r"C:\my repo"),
        ("file:///C:", "C:\\"),
    ],
)
def test_folders_on_windows(text: str, path: str) -> None:
    target = parse_target(text, base=Path(r"D:\work"), home=Path(r"C:\Users\me"), windows=True)
    assert isinstance(target, FolderTarget)
    assert str(target.path) == path


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", f"the target is empty; write {FORMS}"),
        ("s3://", "the target 's3://' names no bucket; write s3://bucket/prefix"),
        ("s3:bucket", "the target 's3:bucket' names no bucket; write s3://bucket/prefix"),
        ("s3:///prefix", "the target 's3:///prefix' names no bucket; write s3://bucket/prefix"),
        ("s3://ab", f"'ab' {NO_BUCKET}"),
        ("s3://-bucket", f"'-bucket' {NO_BUCKET}"),
        ("s3://bu..cket", f"'bu..cket' {NO_BUCKET}"),
        ("s3://192.168.0.1/x", f"'192.168.0.1' {NO_BUCKET}"),
        ("s3://bücket/x", f"'b\\xfccket' {NO_BUCKET}"),
        ("s3://bucket/ x", "the prefix ' x' begins or ends with a blank"),
        ("s3://bucket/a\x9bx", "the target 's3://bucket/a\\x9bx' holds a control character or is not valid text"),
        ("s3://bucket/a//b", "the prefix 'a//b' holds an empty, '.' or '..' part"),
        ("s3://bucket/../b", "the prefix '../b' holds an empty, '.' or '..' part"),
        (
            "s3://bucket/x?versionId=1",
            "the target 's3://bucket/x?***' holds a '?' or '#'; write only s3://bucket/prefix",
        ),
        ("s3://bucket/x#y", "the target 's3://bucket/x#y' holds a '?' or '#'; write only s3://bucket/prefix"),
        ("s3://bucket/a\nb", "the target 's3://bucket/a\\nb' holds a control character or is not valid text"),
        ("s3://bucket/\udcff", "the target 's3://bucket/\\udcff' holds a control character or is not valid text"),
        (
            "file://host/share",
            "the target 'file://host/share' names a host; a folder of this machine is file:///folder",
        ),
        ("file:relative", "the target 'file:relative' is not absolute; write file:///folder"),
        ("file:///a?b", "the target 'file:///a?b' holds a bare '?' or '#'; write them %3F and %23"),
        ("file:///a%00b", "the target 'file:///a%00b' holds a control character"),
        ("https://example.org/simple", f"the target 'https://example.org/simple' is of an unknown kind; write {FORMS}"),
        (
            "arn:aws:s3:eu-west-1:123456789012:accesspoint/mine",
            f"the target 'arn:aws:s3:eu-west-1:123456789012:accesspoint/mine' is the ARN of an access point: {ALIAS}",
        ),
        (
            "s3://arn:aws:s3:eu-west-1:123456789012:accesspoint/mine/simple",
            "the target 'arn:aws:s3:eu-west-1:123456789012:accesspoint/mine/simple' is the ARN of an access point: "
            f"{ALIAS}",
        ),
        (
            "s3://arn:aws:s3:eu-west-1:123456789012:accesspoint:mine",
            f"the target 'arn:aws:s3:eu-west-1:123456789012:accesspoint:mine' is the ARN of an access point: {ALIAS}",
        ),
        ("arn:aws:s3:::bucket/prefix", f"the target 'arn:aws:s3:::bucket/prefix' is an ARN; write {FORMS}"),
        ("s3//bucket/x", "the target 's3//bucket/x' lacks the ':' of s3://bucket/prefix"),
        (r"C:\repo", f"the target 'C:\\\\repo' is a Windows path or of an unknown kind; write {FORMS}"),
        (r"sub\repo", f"the target 'sub\\\\repo' is a Windows path or of an unknown kind; write {FORMS}"),
        ("~other/repo", "the target '~other/repo' names another user's home; write the whole path"),
        (
            "s3://bucket/" + "x" * 513,
            f"the prefix '{'x' * 200}\\u2026' is too long or has characters that keys should not have",
        ),
    ],
)
def test_refused(text: str, says: str) -> None:
    with pytest.raises(ConfigurationError, match=r"\A[^\n]+\Z") as caught:
        parse_target(text, base=BASE, home=HOME, windows=False)
    assert str(caught.value) == says


@pytest.mark.parametrize("text", ["C:repo", "file:///repo"])
def test_refused_on_windows(text: str) -> None:
    with pytest.raises(ConfigurationError):
        parse_target(text, base=BASE, home=HOME, windows=True)


@pytest.mark.parametrize("text", ["./repo", "repo/", "..", "."])
def test_relative_paths_need_something_to_start_at(text: str) -> None:
    with pytest.raises(ConfigurationError, match="relative path"):
        parse_target(text, home=HOME)


def test_a_bare_word_is_a_name_and_never_a_folder(tmp_path: Path) -> None:
    (tmp_path / "prod").mkdir()
    assert str(unknown_name("producton", {"production", "test"})) == (
        "no target is named 'producton' (did you mean 'production'?); known: production, test; "
        "a bucket is written 's3://producton', a folder './producton'"
    )
    with pytest.raises(ConfigurationError, match="none is configured"):
        parse_target("prod", base=tmp_path)


@pytest.mark.parametrize(
    "text",
    [
        "s3://AKIAEXAMPLE:pa/ss@wo?rd@bucket/x",
        "s3://user:pa/ss@wo?rd@bucket",
        "https://user:pa/ss@wo?rd@host/simple",
        "file://user:pa/ss@wo?rd@host/x",
        "ftp://x:pa/ss@wo?rd@h",
        "s3:user:pa/ss@wo?rd@bucket",
        "s3:/user:pa/ss@wo?rd@bucket",
        "user:pa/ss@wo?rd@bucket",
    ],
)
def test_credentials_are_never_shown(text: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        parse_target(text)
    assert "pa/ss" not in str(caught.value)
    assert "wo?rd" not in str(caught.value)


segments = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zs", "Zl", "Zp"], exclude_characters="/?#"),
    min_size=1,
    max_size=8,
).filter(lambda part: part not in {".", ".."})
buckets = st.from_regex(r"[a-z0-9][a-z0-9-]{1,20}[a-z0-9]", fullmatch=True)


@given(buckets, st.lists(segments, max_size=5))
def test_s3_targets_come_back_from_their_text(bucket: str, parts: list[str]) -> None:
    target = S3Target(bucket, "/".join(parts))
    assert parse_target(str(target)) == target


@given(st.lists(st.text(st.characters(exclude_characters="/\0\ud800", max_codepoint=0xD7FF), min_size=1), max_size=5))
def test_folders_come_back_from_their_text(parts: list[str]) -> None:
    parts = [part for part in parts if part not in {".", ".."}]
    target = FolderTarget(Path("/", *parts))
    assert parse_target(str(target), windows=False) == target


@given(
    st.text(max_size=60) | st.text(max_size=40).map("s3://".__add__) | st.text(max_size=40).map("file://".__add__),
    st.booleans(),
)
def test_any_text_is_a_target_or_one_clear_line(text: str, windows: bool) -> None:
    try:
        target = parse_target(text, base=BASE, home=HOME, windows=windows)
    except ConfigurationError as error:
        line = str(error)
        assert "\n" not in line
        assert line.encode()
    else:
        if not windows:
            assert parse_target(str(target), windows=False) == target
