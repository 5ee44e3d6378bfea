"""Comparing archives: limits on memory, time and members, and damaged archives."""

from __future__ import annotations

import io
import random
import tarfile
import time
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from s3pypi_setuptools.distribution import equivalence
from s3pypi_setuptools.distribution.equivalence import equivalent
from tests.distribution.test_equivalence import SDIST, SDIST_MEMBERS, WHEEL, WHEEL_MEMBERS
from tests.support.markers import case


class TestBounds:
    @pytest.mark.parametrize("size", [12, case(64, slow=True)], ids="{} MiB".format)
    def test_memory_is_bounded(self, make: Callable[..., Path], size: int) -> None:
        data = b"\0" * (size * 1024**2)
        wheels = make({**WHEEL_MEMBERS, "demo/large": data}), make({**WHEEL_MEMBERS, "demo/large": data})
        sdists = make({**SDIST_MEMBERS, "demo-1.0/large": data}), make({**SDIST_MEMBERS, "demo-1.0/large": data})
        del data
        tracemalloc.start()
        try:
            assert equivalent(*wheels, WHEEL)
            assert equivalent(*sdists, SDIST)
            assert tracemalloc.get_traced_memory()[1] < 8 * 1024**2
        finally:
            tracemalloc.stop()

    def test_what_unpacks_to_too_much(self, make: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> None:
        wheel, sdist = make(WHEEL_MEMBERS), make(SDIST_MEMBERS)
        monkeypatch.setattr(equivalence, "MAX_UNPACKED", 1024**2)
        assert not equivalent(wheel, wheel, WHEEL)
        assert not equivalent(sdist, sdist, SDIST)

    def test_too_many_members(self, make: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> None:
        wheel, sdist = make(WHEEL_MEMBERS), make(SDIST_MEMBERS)
        monkeypatch.setattr(equivalence, "MAX_MEMBERS", 2)
        assert not equivalent(wheel, wheel, WHEEL)
        assert not equivalent(sdist, sdist, SDIST)

    @pytest.mark.parametrize("archive", ["wheel", "sdist"])
    def test_what_takes_too_long(
        self, make: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, archive: str
    ) -> None:
        path = make(WHEEL_MEMBERS if archive == "wheel" else SDIST_MEMBERS)
        name = WHEEL if archive == "wheel" else SDIST
        assert equivalent(path, path, name)
        started = time.monotonic()
        clock = iter([started, *(started + 121 for _ in range(1000))])
        monkeypatch.setattr(time, "monotonic", lambda: next(clock))
        assert not equivalent(path, path, name)

    @pytest.mark.parametrize("archive", ["wheel", "sdist"])
    def test_whoever_waits_may_end_it(self, make: Callable[..., Path], archive: str) -> None:
        class Ended(BaseException):
            pass

        def end() -> None:
            raise Ended

        path = make(WHEEL_MEMBERS if archive == "wheel" else SDIST_MEMBERS)
        with pytest.raises(Ended):
            equivalent(path, path, WHEEL if archive == "wheel" else SDIST, end)

    def test_a_file_that_cannot_be_read(self, make: Callable[..., Path], tmp_path: Path) -> None:
        for path, name in ((make(WHEEL_MEMBERS), WHEEL), (make(SDIST_MEMBERS), SDIST)):
            with pytest.raises(FileNotFoundError):
                equivalent(path, tmp_path / "absent", name)


def test_any_damage_is_no_error_and_never_equivalent_contents(make: Callable[..., Path]) -> None:
    chance = random.Random(9)
    small = {name: data[:50] for name, data in WHEEL_MEMBERS.items()}
    for whole, name, read in (
        (make(small, compression=zipfile.ZIP_STORED), WHEEL, read_zip),
        (make({"d": None, "d/PKG-INFO": b"x" * 600, "d/y": "PKG-INFO"}), SDIST, read_tar),
    ):
        damaged = make(small)
        for _ in range(300):
            data = bytearray(whole.read_bytes())
            data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
            damaged.write_bytes(data)
            if equivalent(whole, damaged, name):
                assert read(damaged) == read(whole)


def read_zip(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {info.filename: archive.read(info) for info in archive.infolist()}


def read_tar(path: Path) -> dict[str, object]:
    with tarfile.open(path) as archive:
        return {
            info.name: (info.type, info.mode, info.linkname, (archive.extractfile(info) or io.BytesIO()).read())
            if info.isreg()
            else (info.type, info.mode, info.linkname)
            for info in archive
        }
