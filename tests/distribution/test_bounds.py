"""What is exactly as large as it may be, and what several warnings make of a strict check."""

from __future__ import annotations

from pathlib import Path

import pytest

from s3pypi_setuptools.distribution import Distribution, equivalence
from s3pypi_setuptools.distribution.metadata import MAX_SIZE
from s3pypi_setuptools.errors import InvalidDistribution
from tests.distribution.archives import INFO, METADATA, core_metadata, make_sdist, make_wheel, wheel_members


def test_metadata_of_the_largest_size(tmp_path: Path) -> None:
    metadata = METADATA + b"x" * (MAX_SIZE - len(METADATA))
    assert Distribution.read(make_wheel(tmp_path, members=wheel_members(metadata))).metadata == metadata
    assert Distribution.read(make_sdist(tmp_path, members=[("demo-1.0/PKG-INFO", metadata)])).project == "demo"


@pytest.mark.parametrize(("suffix", "name"), [(".tar.gz", "PKG-INFO"), (".zip", "demo-1.0/PKG-INFO")])
def test_metadata_that_is_larger(tmp_path: Path, suffix: str, name: str) -> None:
    path = make_sdist(tmp_path, f"demo-1.0{suffix}", [("demo-1.0/PKG-INFO", b"x" * (MAX_SIZE + 1))])
    with pytest.raises(InvalidDistribution) as refused:
        Distribution.read(path)
    assert str(refused.value) == f"{path}: its {name} is larger than 10 MiB"


def test_archives_as_large_as_may_be_are_compared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wheel, sdist = make_wheel(tmp_path), make_sdist(tmp_path)
    monkeypatch.setattr(equivalence, "MAX_MEMBERS", 4)
    monkeypatch.setattr(equivalence, "MAX_UNPACKED", sum(len(data) for _, data in wheel_members()))
    assert equivalence.equivalent(wheel, wheel, wheel.name)
    monkeypatch.setattr(equivalence, "MAX_UNPACKED", 100_000)
    monkeypatch.setattr(equivalence, "MAX_MEMBERS", 2)
    assert equivalence.equivalent(sdist, sdist, sdist.name)


def test_a_strict_check_states_every_warning(tmp_path: Path) -> None:
    metadata = core_metadata("demo", "1.0", "Version: 1.1", "Name: other")
    path = make_wheel(tmp_path, members=wheel_members(metadata, INFO))
    with pytest.raises(InvalidDistribution) as refused:
        Distribution.read(path, strict=True)
    assert str(refused.value) == (
        f"{path}: its METADATA states Name 2 times; installers read the first; "
        "its METADATA states Version 2 times; installers read the first; "
        "correct it in the project and build again, or leave out strict-metadata"
    )


def test_a_record_of_several_chunks_in_another_order(tmp_path: Path) -> None:
    lines = [b"demo/%d.py,sha256=%d,1\n" % (number, number) for number in range(20_000)]
    members = wheel_members()[:-1]
    first = make_wheel(tmp_path, members=[*members, (f"{INFO}/RECORD", b"".join(lines))])
    second = make_wheel(tmp_path, "second.whl", [*members, (f"{INFO}/RECORD", b"".join(reversed(lines)))])
    assert equivalence.equivalent(first, second, first.name)


def test_an_sdist_is_refused_by_what_its_metadata_is_called(tmp_path: Path) -> None:
    path = make_sdist(tmp_path, members=[("demo-1.0/PKG-INFO", METADATA.replace(b"demo", b"\xff"))])
    with pytest.raises(InvalidDistribution) as refused:
        Distribution.read(path)
    assert str(refused.value) == (
        f"{path}: its PKG-INFO has the name '\\xff', which is not legal; its PKG-INFO is not UTF-8; build it again"
    )


def test_paths_with_empty_segments(tmp_path: Path) -> None:
    assert Distribution.read(make_sdist(tmp_path, members=[("demo-1.0//PKG-INFO", METADATA)])).project == "demo"
