from __future__ import annotations

import re
from datetime import datetime, timezone
from functools import partial
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from s3pypi_setuptools.errors import InvalidIndex
from s3pypi_setuptools.index.model import File, Project, ProjectStatus, Status
from s3pypi_setuptools.index.simple_html import SCRIPTS, parse_project, parse_root, render_project, render_root
from tests.index.strategies import indexes
from tests.support.refusals import result_of

UPLOADED = datetime(2026, 11, 21, 8, 0, 0, 5, tzinfo=timezone.utc)


def one(attributes: str, text: str = "demo-1.0.zip", head: str = "") -> File:
    page = f"<!DOCTYPE html><html><head>{head}</head><body><a {attributes}>{text}</a></body></html>"
    (file,) = parse_project(page.encode(), "demo").files
    return file


def test_a_link_is_what_the_standards_ask_for() -> None:
    file = File(
        filename="demo-1.0+x-py3-none-any.whl",
        url="demo-1.0%2Bx-py3-none-any.whl",
        hashes=(("sha256", "0b"),),
        size=12_345,
        upload_time=UPLOADED,
        requires_python=">=3.8,<4",
        core_metadata=(("sha256", "0c"),),
        yanked='"a" <b>',
        gpg_sig=True,
        provenance="https://example.com/p?a&b",
    )
    text = render_project(Project.of("demo", [file])).decode()
    assert (
        '<a href="demo-1.0%2Bx-py3-none-any.whl#sha256=0b" data-requires-python="&gt;=3.8,&lt;4" data-size="12345"'
        ' data-upload-time="2026-11-21T08:00:00.000005Z" data-core-metadata="sha256=0c"'
        ' data-yanked="&quot;a&quot; &lt;b&gt;" data-gpg-sig="true"'
        ' data-provenance="https://example.com/p?a&amp;b">demo-1.0+x-py3-none-any.whl</a>'
        " <small>12.3 kB · yanked: &quot;a&quot; &lt;b&gt;</small></li>"
    ) in text


def test_a_whole_page() -> None:
    page = re.sub("<(style|script)>[^<]+</", r"<\1></", render_root(["other", "demo"], "0af3").decode())
    assert page == (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width">\n'
        '<meta name="pypi:repository-version" content="1.4">\n<meta name="s3pypi:commit" content="0af3">\n'
        "<title>Simple index</title>\n<style></style>\n</head>\n<body><main>\n<h1>Simple index</h1>\n<ul>\n"
        '<li><a href="demo/">demo</a></li>\n<li><a href="other/">other</a></li>\n</ul>\n<script></script>\n</main>'
        "</body>\n</html>\n"
    )


def test_a_page_says_what_it_is() -> None:
    project = Project("demo", status=ProjectStatus(Status.ARCHIVED, 'moved to "x"'), commit="0af3")
    text = render_project(project).decode()
    assert text.startswith("<!DOCTYPE html>\n<html")
    assert '<meta name="pypi:repository-version" content="1.4">' in text
    assert '<meta name="pypi:project-status" content="archived">' in text
    assert '<meta name="pypi:project-status-reason" content="moved to &quot;x&quot;">' in text
    assert '<meta name="s3pypi:commit" content="0af3">' in text
    assert "This project is archived: moved to &quot;x&quot;" in text


def test_an_entry_says_nothing_twice_but_the_filename() -> None:
    hashes, metadata = (("sha256", "0b" * 32),), (("sha256", "0c" * 32),)
    url = "demo-1.0-py3-none-any.whl"
    file = File(url, url, hashes, 20_480, UPLOADED, ">=3.8", metadata)
    page = render_project(Project.of("demo", [file])).decode()
    entry = next(line for line in page.splitlines() if line.startswith("<li>"))
    assert len(entry) <= 360
    assert "a[data-upload-time]::after" in page, "people see it all the same"


def test_the_newest_version_comes_first_and_its_files_keep_their_order() -> None:
    names = ["demo-1.9.tar.gz", "demo-1.10-py3-none-any.whl", "demo-1.10.tar.gz", "demo-2.0a1.tar.gz", "demo-odd.zip"]
    page = render_project(Project.of("demo", [File(name, name) for name in names])).decode()
    shown = re.findall('href="(demo-[^"]+)"', page)
    assert shown == [
        "demo-2.0a1.tar.gz",
        "demo-1.10-py3-none-any.whl",
        "demo-1.10.tar.gz",
        "demo-1.9.tar.gz",
        "demo-odd.zip",
    ]


def test_links_stand_for_files_alone() -> None:
    page = render_project(Project.of("demo", [File("demo-1.zip", "demo-1.zip")])).decode()
    assert page.count("<a ") == 1
    assert '<form action="../">' in page
    assert "pip install --index-url" in page
    assert "pip install" not in render_project(Project("demo")).decode(), "there is nothing to install"


def test_scripts_hold_nothing_that_a_parser_takes_for_a_tag() -> None:
    assert not any("<" in script for script in SCRIPTS)


def test_root_page() -> None:
    assert '<li><a href="demo/">demo</a></li>' in render_root(["demo"], None).decode()


@pytest.mark.parametrize(("size", "shown"), [(0, "0 B"), (999, "999 B"), (1_500_000, "1.5 MB"), (3 * 10**12, "3.0 TB")])
def test_sizes_for_people(size: int, shown: str) -> None:
    assert f"<small>{shown}</small>" in render_project(Project("a", (File("a-1.zip", "a-1.zip", size=size),))).decode()


class Balance(HTMLParser):
    """Checks that elements nest, and gathers those that there are."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()
        self.scripts: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len(dict(attrs)) == len(attrs)
        self.seen.add(tag)
        if tag != "meta":
            self.open.append(tag)

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] == "script":
            self.scripts.add(data)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@given(indexes())
def test_nothing_in_a_project_becomes_markup(project: Project) -> None:
    balance = Balance()
    balance.feed(render_project(project).decode())
    balance.close()
    assert balance.open == []
    assert balance.seen <= (
        {"html", "head", "meta", "title", "style", "body", "main", "h1", "form", "button", "p", "code", "var"}
        | {"ul", "li", "a", "small", "script"}
    )
    assert balance.scripts <= {SCRIPTS[0]}


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ('href="demo-1.0.zip"', {}),
        ("HREF='demo-1.0.zip#SHA256=0B'", {"hashes": (("sha256", "0b"),)}),
        ('href="demo-1.0.zip#md5=0a"', {"hashes": (("md5", "0a"),)}),
        ('href="demo-1.0.zip#egg=abc&amp;sha256=0b"', {"hashes": (("sha256", "0b"),)}),
        ('href="demo-1.0.zip#egg=abc"', {}),
        ('href="demo-1.0.zip#sha256=xyz"', {}),
        ('href="demo-1.0.zip" data-yanked', {"yanked": ""}),
        ('href="demo-1.0.zip" data-yanked=""', {"yanked": ""}),
        ('href="demo-1.0.zip" data-yanked="a &lt;b&gt;"', {"yanked": "a <b>"}),
        ('href="demo-1.0.zip" data-requires-python="&gt;=3.8"', {"requires_python": ">=3.8"}),
        ('href="demo-1.0.zip" data-requires-python=">=3.8"', {"requires_python": ">=3.8"}),
        ('href="demo-1.0.zip" data-core-metadata="true"', {"core_metadata": ()}),
        ('href="demo-1.0.zip" data-dist-info-metadata="sha256=0c"', {"core_metadata": (("sha256", "0c"),)}),
        ('href="demo-1.0.zip" data-core-metadata="false" data-dist-info-metadata="true"', {}),
        ('href="demo-1.0.zip" data-gpg-sig="false"', {"gpg_sig": False}),
        ('href="demo-1.0.zip" data-gpg-sig="perhaps" data-size="-5" data-upload-time="x" data-provenance="x"', {}),
        ('href="demo-1.0.zip" data-size="²"', {}),
        ('href="demo-1.0.zip" data-yanked="first" data-yanked="second"', {"yanked": "first"}),
        ('href=" demo-1.0.zip "', {}),
    ],
)
def test_links_of_other_tools(attributes: str, expected: dict[str, object]) -> None:
    assert one(attributes) == File(**({"filename": "demo-1.0.zip", "url": "demo-1.0.zip"} | expected))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("href", "base", "url"),
    [
        ("../../files/ab/demo-1.0.zip", "", "../../files/ab/demo-1.0.zip"),
        ("https://files.example/demo-1.0.zip", "", "https://files.example/demo-1.0.zip"),
        ("demo-1.0.zip", '<base href="https://files.example/demo/">', "https://files.example/demo/demo-1.0.zip"),
        ("demo-1.0.zip", '<base href="../files/"><base href="/x/">', "../files/demo-1.0.zip"),
        ("demo-1.0.zip", '<base target="_top">', "demo-1.0.zip"),
        ("demo-1.0+x.zip", "", "demo-1.0%2Bx.zip"),
    ],
)
def test_where_links_lead(href: str, base: str, url: str) -> None:
    assert one(f'href="{href}"', head=base).url == url


def test_the_url_names_the_file_and_else_the_text() -> None:
    assert one('href="demo-1.0.zip"', "Demo 1.0").filename == "demo-1.0.zip"
    assert one('href="download?id=5"', " demo-1.0.zip\n").filename == "demo-1.0.zip"


@pytest.mark.parametrize(
    "link",
    [
        '<a href="../">Parent</a>',
        '<a href="../">../</a>',
        '<a href="#top">top</a>',
        '<a href="">demo-1.0.zip</a>',
        "<a>demo-1.0.zip</a>",
        '<a name="demo-1.0.zip">demo-1.0.zip</a>',
        '<a href="mailto:me@example.com">demo-1.0.zip</a>',
        '<a href="index.html">index.html</a>',
        '<a href="demo-1.0.zip.asc">demo-1.0.zip.asc</a>',
        '<a href="https://example.com/">Home</a>',
        '<a href="http://[">demo-1.0.zip</a>',
        "<!-- <a href='demo-1.0.zip'>demo-1.0.zip</a> -->",
    ],
)
def test_what_is_no_file(link: str) -> None:
    assert parse_project(f"<html><body>{link}</body></html>".encode(), "demo").files == ()


def test_links_that_nobody_closed() -> None:
    page = b"<html><a href=a-1.zip>a-1.zip<br><a href=a-2.zip>a-2.zip<br></html><a href=a-3.zip>a-3.zip"
    assert [file.filename for file in parse_project(page, "a").files] == ["a-1.zip", "a-2.zip", "a-3.zip"]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"Forbidden",
        b"\xff\xfe",
        b'{"meta": {}}',
        b"<?xml version='1.0'?><Error><Code>AccessDenied</Code></Error>",
        b"<!DOCTYPE html><html><body><a href='demo-1.0.zip'>demo-1.0.zip</a>",
        b"<html><![unknown[</html>",
        b"<html><meta name='pypi:repository-version' content='2.0'></html>",
        b"<html><meta name='pypi:repository-version' content='new'></html>",
        b"<html><meta name='pypi:project-status' content='gone'></html>",
        b"<html><meta name='s3pypi:commit' content='a b'></html>",
    ],
)
def test_what_is_no_page_is_refused(data: bytes) -> None:
    with pytest.raises(InvalidIndex) as raised:
        parse_project(data, "demo")
    assert str(raised.value).isprintable()


PIECES = [
    "<a href='",
    "'",
    ">",
    "demo-1.0.zip",
    "</a>",
    "<base href='",
    "//[",
    "<![",
    "<!",
    "<meta name=pypi:project-status content=",
]


@given(
    st.one_of(st.binary(), st.text().map(str.encode), st.lists(st.sampled_from(PIECES)).map("".join).map(str.encode))
)
def test_whatever_is_read_is_understood_or_refused(data: bytes) -> None:
    for framed in (data, b"<html>" + data + b"</html>"):
        for read in (lambda page: render_project(parse_project(page, "demo")), parse_root):
            result_of(partial(read, framed), InvalidIndex)
