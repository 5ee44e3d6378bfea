"""What may happen to any file while it is read, and what real builds make."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from s3pypi_setuptools.distribution import Description, Distribution
from s3pypi_setuptools.errors import InvalidDistribution
from tests.distribution.archives import METADATA, WHEEL_NAME, make_sdist, make_wheel, refusal, wheel_members


def test_a_missing_file(tmp_path: Path) -> None:
    assert "cannot be read: No such file" in refusal(tmp_path / WHEEL_NAME)


def test_an_empty_file(tmp_path: Path) -> None:
    path = tmp_path / WHEEL_NAME
    path.touch()
    assert refusal(path) == f"{path}: the file is empty"


def test_a_folder(tmp_path: Path) -> None:
    path = tmp_path / WHEEL_NAME
    path.mkdir()
    assert refusal(path) == f"{path}: not a regular file"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    path = tmp_path / WHEEL_NAME
    os.mkfifo(path)
    assert "not a regular file" in refusal(path)


def test_a_link_to_a_distribution(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    path = tmp_path / WHEEL_NAME
    path.symlink_to(make_wheel(tmp_path / "real"))
    assert Distribution.read(path).project == "demo"


def test_a_file_that_vanishes(tmp_path: Path) -> None:
    path = make_wheel(tmp_path)
    description = Description.read(path)
    path.unlink()
    with pytest.raises(InvalidDistribution, match="cannot be read"):
        description.hashed()
    make_wheel(tmp_path)
    with pytest.raises(InvalidDistribution, match="cannot be read"):
        Description.read(path).hashed(lambda count: path.unlink())


def test_a_file_that_is_replaced_between_metadata_and_hashes(tmp_path: Path) -> None:
    path = make_wheel(tmp_path)
    description = Description.read(path)
    other = make_wheel(tmp_path, "other.whl", wheel_members(METADATA.replace(b"A demo", b"Ademo ")))
    other.replace(path)
    with pytest.raises(InvalidDistribution, match="changed while it was being read"):
        description.hashed()


def test_a_file_that_is_linked_and_gets_other_permissions_meanwhile(tmp_path: Path) -> None:
    path = make_wheel(tmp_path)
    description = Description.read(path)
    os.link(path, tmp_path / "archived.whl")
    path.chmod(0o400)
    assert description.hashed() == Distribution.read(path)


def test_a_file_that_grows_while_it_is_hashed(tmp_path: Path) -> None:
    path = make_sdist(tmp_path)
    size = path.stat().st_size

    def grow(count: int) -> None:
        if path.stat().st_size == size:
            with path.open("ab") as stream:
                stream.write(b"more")

    with pytest.raises(InvalidDistribution, match="changed"):
        Distribution.read(path, grow)


def test_a_description_becomes_the_distribution(tmp_path: Path) -> None:
    path = make_wheel(tmp_path)
    wheel = Description.read(path).hashed()
    assert wheel == Distribution.read(path)
    assert wheel.file.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_folder_whose_name_has_several_lines(tmp_path: Path) -> None:
    folder = tmp_path / "a\nb"
    try:
        folder.mkdir()
    except OSError:
        pytest.skip("the system has no such names")
    assert refusal(make_wheel(folder, "demo.egg")).count("\\n") == 1


edits = st.lists(st.tuples(st.integers(0, 2000), st.binary(max_size=8)), max_size=4)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from([WHEEL_NAME, "demo-1.0.zip", "demo-1.0.tar.gz", "demo-1.0.tar.bz2", "demo-1.0.tar.xz"]),
    st.one_of(st.binary(max_size=300), st.tuples(edits, st.integers(0, 2000))),
)
def test_whatever_is_read_is_understood_or_refused(
    tmp_path: Path, name: str, change: bytes | tuple[list[tuple[int, bytes]], int]
) -> None:
    folder = tmp_path / "fuzz"
    folder.mkdir(exist_ok=True)
    path = make_wheel(folder, name) if name == WHEEL_NAME else make_sdist(folder, name)
    if isinstance(change, bytes):
        path.write_bytes(change)
    else:
        data = bytearray(path.read_bytes())
        for start, piece in change[0]:
            start %= len(data)  # noqa: PLW2901
            data[start : start + len(piece)] = piece
        path.write_bytes(data[: len(data) - change[1] % len(data)] if change[1] > 1000 else data)
    try:
        found = Distribution.read(path)
    except InvalidDistribution as error:
        text = str(error)
    else:
        text = found.project
        assert found.filename == name
    assert text.isprintable()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.one_of(
        st.binary(max_size=200),
        st.lists(st.sampled_from([*METADATA.splitlines(True), b"\r", b" ", b"\xc3"])).map(b"".join),
    )
)
def test_whatever_the_metadata_says_is_understood_or_refused(tmp_path: Path, metadata: bytes) -> None:
    path = make_wheel(tmp_path, members=wheel_members(metadata))
    try:
        found = Description.read(path)
    except InvalidDistribution as error:
        text = str(error)
    else:
        text = f"{found.project} {found.version} {found.requires_python}"
    assert text.isprintable()


@pytest.mark.build
def test_what_setuptools_builds(tmp_path: Path) -> None:
    (tmp_path / "setup.py").write_text(
        "from setuptools import setup\n"
        "setup(name='My.Demo_Project', version='1.0-1+Local.7', python_requires='>=3.8', py_modules=['demo'])\n"
    )
    (tmp_path / "demo.py").touch()
    subprocess.run(
        [sys.executable, "-W", "ignore", "setup.py", "-q", "sdist", "--formats=gztar,zip,bztar,xztar", "bdist_wheel"],
        cwd=tmp_path,
        check=True,
        capture_output=True,
    )
    paths = sorted((tmp_path / "dist").iterdir())
    assert len(paths) == 5
    for path in paths:
        found = Distribution.read(path)
        assert (found.project, found.version) == ("my-demo-project", "1.0.post1+local.7")
        assert found.requires_python == ">=3.8"
        if found.filetype == "bdist_wheel":
            with zipfile.ZipFile(path) as archive:
                (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
                assert found.metadata == archive.read(name)
