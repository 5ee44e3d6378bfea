from __future__ import annotations

from pathlib import Path

import pytest

from s3pypi_setuptools.distribution import Distribution
from s3pypi_setuptools.errors import InvalidDistribution
from tests.distribution.archives import (
    METADATA,
    WHEEL_NAME,
    core_metadata,
    make_wheel,
    refusal,
    wheel_members,
)


def test_a_wheel_says_what_it_is(tmp_path: Path) -> None:
    path = make_wheel(tmp_path)
    counts: list[int] = []
    wheel = Distribution.read(path, counts.append)
    assert (wheel.filename, wheel.project, wheel.version) == (WHEEL_NAME, "demo", "1.0")
    assert (wheel.filetype, wheel.requires_python, wheel.metadata) == ("bdist_wheel", ">=3.8", METADATA)
    assert wheel.file.path == path
    assert wheel.file.size == path.stat().st_size == sum(counts)


@pytest.mark.parametrize(
    ("metadata", "reason"),
    [
        (
            core_metadata("other", "1.0"),
            "its METADATA says other 1.0, which disagrees with its filename; build it again, and do not rename it",
        ),
        (
            core_metadata("demo", "1.1"),
            "its METADATA says demo 1.1, which disagrees with its filename; build it again, and do not rename it",
        ),
        (
            core_metadata("demo", "one"),
            (
                "its METADATA has the version 'one', which is no valid version (PEP 440); correct it in the "
                "project and build again"
            ),
        ),
        (
            core_metadata("demo", "1" * 1000),
            (
                "its METADATA says demo 111111111111111111111111111111111111111111111111111111111111, which "
                "disagrees with its filename; build it again, and do not rename it"
            ),
        ),
        (core_metadata("demo", "1" * 5000), "its METADATA has a Version of 5000 characters; build it again"),
        (core_metadata("../demo", "1.0"), "its METADATA has the name '../demo', which is not legal; build it again"),
        (
            core_metadata("d\u0435mo", "1.0"),
            "its METADATA has the name 'd\\u0435mo', which is not legal; build it again",
        ),
        (METADATA.replace(b"A", b"\xff").replace(b"demo", b"dem\xff"), "its METADATA is not UTF-8; build it again"),
        (
            b"Name: demo\n\n",
            (
                "its METADATA has the version None, which is no valid version (PEP 440); correct it in the "
                "project and build again"
            ),
        ),
        (b"", "its METADATA has the name None, which is not legal; build it again"),
        (b"\n\n" + METADATA, "its METADATA has the name None, which is not legal; build it again"),
        (
            b"\0" * 100,
            (
                "its METADATA has the name None, which is not legal; line 1 of its METADATA is no field: "
                "'\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00...; "
                "installers read no field that follows; build it again"
            ),
        ),
        (
            b"Metadata-Version: 2.1\nLicense: MIT\nand more\nName: demo\nVersion: 1.0\n",
            (
                "its METADATA has the name None, which is not legal; line 3 of its METADATA, after 'License', is "
                "no field: 'and more'; installers read no field that follows; build it again"
            ),
        ),
        (METADATA + b"\xff", "its METADATA is not UTF-8; build it again"),
        (b"\xef\xbb\xbf" + METADATA, "its METADATA begins with a byte-order mark; build it again"),
        (b"a:\n" * 300_000 + METADATA, "its METADATA has fields of 300003 lines; build it again"),
    ],
)
def test_metadata_that_installers_refuse(tmp_path: Path, metadata: bytes, reason: str) -> None:
    path = make_wheel(tmp_path, members=wheel_members(metadata))
    assert refusal(path) == f"{path}: {reason}"


@pytest.mark.parametrize(
    ("metadata", "requires_python", "warning"),
    [
        (core_metadata("demo", "1.0", "Requires-Python: >=3.6.*"), None, "has Requires-Python '>=3.6.*', which is no"),
        (core_metadata("demo", "1.0", "Requires-Python: three"), None, "has Requires-Python 'three', which is no"),
        (core_metadata("demo", "1.0", "Requires-Python: >=3.8\x07"), None, "has Requires-Python '>=3.8\\x07', which"),
        (core_metadata("demo", "1.0", "Requires-Python: >=3" + ",!=3.0" * 200), None, "Requires-Python '>=3,!=3.0,"),
        (core_metadata("demo", "1.0", "Requires-Python: >=3.6", "Requires-Python: >=3.7"), ">=3.6", "2 times"),
        (core_metadata("demo", "1.0", "Version: 1.1"), None, "states Version 2 times; installers read the first"),
        (core_metadata("demo", "1.0", "Name: other"), None, "states Name 2 times; installers read the first"),
        (
            core_metadata("demo", "1.0", "License: one line", "and a second", "Requires-Python: >=3.8"),
            None,
            "line 5 of its METADATA, after 'License', is no field: 'and a second'; installers read no field that foll",
        ),
        (core_metadata("demo", "1.0", "Two Words: x"), None, "line 4 of its METADATA, after 'Version', is no field"),
        (b" x\n" + METADATA, ">=3.8", "line 1 of its METADATA is no field: ' x'"),
        (METADATA.replace(b"2.4", b"3.0"), ">=3.8", "has Metadata-Version '3.0', which is not known here"),
    ],
)
def test_metadata_that_installers_take_with_a_warning(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, metadata: bytes, requires_python: str | None, warning: str
) -> None:
    path = make_wheel(tmp_path, members=wheel_members(metadata))
    wheel = Distribution.read(path)
    assert (wheel.project, wheel.version, wheel.requires_python) == ("demo", "1.0", requires_python)
    assert wheel.metadata == metadata
    (line,) = caplog.messages
    assert line.startswith(f"{path.name}: ")
    assert warning in line
    with pytest.raises(InvalidDistribution) as refused:
        Distribution.read(path, strict=True)
    assert warning in str(refused.value)


def test_requirements_on_several_lines(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    metadata = core_metadata("demo", "1.0", "Requires-Python: >=3.8\n  ,<4")
    wheel = Distribution.read(make_wheel(tmp_path, members=wheel_members(metadata)), strict=True)
    assert wheel.requires_python == ">=3.8 ,<4"
    assert not caplog.messages


def test_metadata_with_other_line_ends(tmp_path: Path) -> None:
    metadata = METADATA.replace(b"\n", b"\r\n") + b"Name: other\r\n"
    wheel = Distribution.read(make_wheel(tmp_path, members=wheel_members(metadata)))
    assert (wheel.project, wheel.requires_python, wheel.metadata) == ("demo", ">=3.8", metadata)
