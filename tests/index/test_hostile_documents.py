"""Documents that were made to take long, to fill the memory, or that were cut short."""

from __future__ import annotations

import sys
import time

import pytest

from s3pypi_setuptools.errors import InvalidIndex
from s3pypi_setuptools.index import fields, html_page, simple_html, simple_json
from s3pypi_setuptools.index.model import File, Project

SIZE = 1_000_000
PAGE_SIZE = 60_000
"""What takes the square of that takes seconds."""

UNITS = [
    "<a ",
    "<",
    "</a",
    "<!--",
    "<![",
    "<?",
    "<a b='",
    '<a b="',
    "&#",
    "<a/",
    "<a b=c ",
    "<a>",
    "<script>",
    "<!-- --",
]
PAGE = simple_html.render_project(
    Project.of("demo", [File(f"demo-1.{n}.tar.gz", f"demo-1.{n}.tar.gz", (("sha256", "0" * 64),)) for n in range(3)])
)


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("before", ["", "<html>", "<html><script>", "<a href='", "<!--"])
@pytest.mark.parametrize("after", ["", ">", "</html>"])
def test_a_page_takes_time_by_its_length(before: str, unit: str, after: str) -> None:
    def seconds(size: int) -> float:
        data = (before + unit * (size // len(unit)) + after).encode()
        began = time.process_time()
        try:
            simple_html.parse_project(data, "demo")
        except InvalidIndex as error:
            assert "page" in str(error)  # noqa: PT017
        return time.process_time() - began

    # By the square of its length, four times the page would take sixteen times as long. A busy machine may disturb one
    # measurement, and not five of them.
    assert any(seconds(PAGE_SIZE) < 8 * seconds(PAGE_SIZE // 4) + 0.05 for _ in range(5))


@pytest.mark.parametrize("cut", range(1, 400, 13))
def test_a_page_that_was_cut_short_is_no_shorter_list(cut: int) -> None:
    with pytest.raises(InvalidIndex, match=r"cut short|is not an HTML page"):
        simple_html.parse_project(PAGE[:-cut].rstrip(), "demo") if cut > 1 else simple_html.parse_project(b"", "demo")


FRAGMENT = b'<a href="demo-1.0.tar.gz">demo-1.0.tar.gz</a><br/>\n<a href="demo-1.1.tar.gz">demo-1.1.tar.gz</a><br/>\n'


@pytest.mark.parametrize("length", [60, 65, 75, 90, 93, 95])
def test_nor_is_one_without_html_and_body(length: int) -> None:
    assert len(simple_html.parse_project(FRAGMENT, "demo").files) == 2
    with pytest.raises(InvalidIndex, match="cut short"):
        simple_html.parse_project(FRAGMENT[:length], "demo")


def test_a_page_with_a_hole_in_it() -> None:
    hole = PAGE[:500] + bytes(200) + PAGE[700:]
    with pytest.raises(InvalidIndex, match="is not an HTML page"):
        simple_html.parse_project(hole, "demo")


def test_a_tag_that_is_too_long() -> None:
    with pytest.raises(InvalidIndex, match="a tag or script that is too long"):
        simple_html.parse_project(b"<html><a " + b"b " * 3 * SIZE + b"></a></html>", "demo")


def test_too_many_links(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(html_page, "MOST_FILES", 10)
    with pytest.raises(InvalidIndex, match="more than 10 links"):
        simple_html.parse_project(b"<html>" + b"<a href=x>x</a>" * 12 + b"</html>", "demo")


def test_a_base_that_makes_much_of_little(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(simple_html, "LARGEST_DOCUMENT", 100_000)
    links = b"".join(b"<a href=demo-1.%d.zip></a>" % number for number in range(100))
    with pytest.raises(InvalidIndex, match="<base>"):
        simple_html.parse_project(b"<html><base href='https://h/%s/'>%s</html>" % (b"x" * 8000, links), "demo")


@pytest.mark.parametrize(
    "text",
    [
        "[" * SIZE,
        '{"a":' * SIZE,
        f'{{"size": {"9" * SIZE}}}',
        f'{{"size": -{"9" * 5000}}}',
        f'{{"size": 1{"0" * SIZE}.5}}',
        '{"files": [' + "{}," * (SIZE // 3),
    ],
    ids=["lists", "objects", "a huge number", "a negative one", "a huge fraction", "cut short"],
)
def test_a_document_takes_time_by_its_length(text: str) -> None:
    limit = sys.get_int_max_str_digits()
    sys.set_int_max_str_digits(0)  # as PYTHONINTMAXSTRDIGITS=0, and as Python 3.10 was at first
    began = time.process_time()
    try:
        simple_json.decode(text.encode())
    except InvalidIndex as error:
        assert len(str(error)) < 200  # noqa: PT017
    finally:
        sys.set_int_max_str_digits(limit)
    assert time.process_time() - began < 10


def test_too_many_values(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(simple_json, "_MOST_VALUES", 20)
    with pytest.raises(InvalidIndex, match="more than 20 values"):
        simple_json.decode(b'{"files": [' + b"{}," * 20 + b"{}]}")


def test_a_project_of_100_000_files_fits() -> None:
    name = "{}-1.{}.0.dev20261130+g1234567890-cp312-cp312-manylinux_2_17_x86_64.manylinux2014_x86_64.whl"
    file = simple_json.file_to_json(
        File(name.format("a_name", 9), name.format("a_name", 9), (("sha256", "0" * 64),), 10**9, None, ">=3.10", ())
    )
    data = simple_json.encode({"files": [file]})
    assert 100_000 * len(data) < simple_html.LARGEST_DOCUMENT / 2
    assert 100_000 * data.count(b",") < simple_json._MOST_VALUES
    assert fields.MOST_FILES > 100_000
