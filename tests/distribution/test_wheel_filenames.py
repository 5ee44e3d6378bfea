from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.utils import parse_wheel_filename

from s3pypi_setuptools.distribution import Distribution
from s3pypi_setuptools.distribution.filename_checks import _USUAL_WHEEL, _parse_wheel
from tests.distribution.archives import core_metadata, make_wheel, wheel_members
from tests.distribution.test_wheel import refusal


@pytest.mark.parametrize(
    ("filename", "metadata", "expected"),
    [
        ("Foo.Bar-1.0-py3-none-any.whl", ("Foo.Bar", "1.0"), ("foo-bar", "1.0")),
        ("foo_bar-1.0.0-py3-none-any.whl", ("Foo.Bar", "1.0"), ("foo-bar", "1.0")),
        ("demo-1.0+cu121-1-cp311-cp311-linux_x86_64.whl", ("demo", "1.0+cu121"), ("demo", "1.0+cu121")),
        ("demo-1!2.0rc1-py2.py3-none-any.whl", ("demo", "1!2.0rc1"), ("demo", "1!2.0rc1")),
        ("demo-1.0-cp313-cp313-pyemscripten_2025_0_wasm32.whl", ("demo", "1.0"), ("demo", "1.0")),
        ("demo-1.0-py3-none-any.whl", ("demo", "v1.0"), ("demo", "1.0")),
    ],
)
def test_legal_names(tmp_path: Path, filename: str, metadata: tuple[str, str], expected: tuple[str, str]) -> None:
    folder = f"{filename.split('-', maxsplit=1)[0]}-{filename.split('-')[1]}.dist-info"
    path = make_wheel(tmp_path, filename, wheel_members(core_metadata(*metadata), folder))
    wheel = Distribution.read(path)
    assert (wheel.project, wheel.version) == expected
    assert wheel.requires_python is None


@pytest.mark.parametrize(
    "filename",
    [
        "demo__x-1.0-py3-none-any.whl",
        "demo-1.0-py3-none-any-x86_64_v3.whl",
        "demo-1.0-x-py3-none-any.whl",
        "demo-1.0-py3-none.whl",
        "demo-1_0_x-py3-none-any.whl",
        "demo-1.0.whl",
        "demo.whl",
    ],
)
def test_names_that_installers_refuse(tmp_path: Path, filename: str) -> None:
    assert "PEP 427" in refusal(make_wheel(tmp_path, filename))


@pytest.mark.parametrize(
    "filename",
    [
        "d\u0435mo-1.0-py3-none-any.whl",
        "demo-1.0-py3-none-any .whl",
        "-demo-1.0-py3-none-any.whl",
        "demo\n-1.0-py3-none-any.whl",
    ],
)  # the first has a Cyrillic letter
def test_names_that_trick_people(tmp_path: Path, filename: str) -> None:
    try:
        path = make_wheel(tmp_path, filename)
    except OSError:
        pytest.skip("the system has no such names")
    assert "characters" in refusal(path)


@pytest.mark.parametrize(
    "filename",
    ["demo-1.0.egg", "demo-1.0.exe", "demo-1.0-py3-none-any.whl.asc", "demo-1.0.txt", "demo-1.0.WHL", "demo"],
)
def test_other_files_are_no_distributions(tmp_path: Path, filename: str) -> None:
    assert refusal(make_wheel(tmp_path, filename)).endswith(
        ": not a distribution; publish wheels (.whl) and sdists (.tar.gz, .zip, .tar.bz2, .tar.xz)"
    )


@given(st.from_regex(_USUAL_WHEEL, fullmatch=True), st.sampled_from(["1.0", "2!1.0rc1", "v1.0.post1+local.7"]))
def test_usual_names_are_parsed_as_packaging_does(filename: str, version: str) -> None:
    name, _, *tags = filename.split("-")
    filename = "-".join([name, version, *tags])
    assert _parse_wheel(filename) == parse_wheel_filename(filename)[:2]
