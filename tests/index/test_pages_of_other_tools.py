"""HTML pages that other tools wrote."""

from __future__ import annotations

import pytest

from s3pypi_setuptools.index.model import File, Project, ProjectStatus, Status
from s3pypi_setuptools.index.simple_html import parse_project, parse_root

S3PYPI = b"""<!DOCTYPE html>
<html>
  <head>
    <meta charset="UTF-8">
    <title>Package Index</title>
  </head>
  <body>
    <a href="hello_world-0.1.0-py3-none-any.whl#sha256=ab12">hello_world-0.1.0-py3-none-any.whl</a><br>
    <a href="hello-world-0.1.0%2Blocal.tar.gz">hello-world-0.1.0+local.tar.gz</a>
  </body>
</html>"""
ILABS = b"""<!DOCTYPE html>
<html>
  <head>
    <title>Package Index</title>
  </head>
  <body>
<a href="hello_world-0.1.0-py3-none-any.whl">hello_world-0.1.0-py3-none-any.whl</a><br>
<a href="hello-world-0.1.0+local.tar.gz">hello-world-0.1.0+local.tar.gz</a><br>
  </body>
</html>
"""
PYPIPRIVATE = b"""<!DOCTYPE html>
<html>
<head>
    <meta charset="UTF-8">
    <title>Links for hello-world</title>
</head>
<body>
    <h1>Links for hello-world</h1>

    <a href="hello_world-0.1.0-py3-none-any.whl">hello_world-0.1.0-py3-none-any.whl</a><br>

    <a href="hello-world-0.1.0+local.tar.gz">hello-world-0.1.0+local.tar.gz</a><br>

</body>
</html>
"""


@pytest.mark.parametrize("page", [S3PYPI, ILABS, PYPIPRIVATE])
def test_pages_of_the_tools_that_came_before(page: bytes) -> None:
    project = parse_project(page, "hello-world")
    assert project.versions == ("0.1.0", "0.1.0+local")
    assert [file.url for file in project.files] == [
        "hello_world-0.1.0-py3-none-any.whl",
        "hello-world-0.1.0%2Blocal.tar.gz",
    ]
    assert project.commit is None
    assert [file.sha256 for file in project.files] == (["ab12", None] if page is S3PYPI else [None, None])


def test_a_page_as_the_public_index_writes_them() -> None:
    page = b"""<!DOCTYPE html>
<html>
  <head>
    <meta name="pypi:repository-version" content="1.4">
    <meta name="pypi:project-status" content="active">
    <title>Links for demo</title>
  </head>
  <body>
    <h1>Links for demo</h1>
<a href="https://files.example/packages/ab/cd/demo-1.0-py3-none-any.whl#sha256=0b"
 data-requires-python="&gt;=3.8" data-dist-info-metadata="sha256=0c" data-core-metadata="sha256=0c"
 data-provenance="https://example.com/integrity/demo/v1.0/provenance">demo-1.0-py3-none-any.whl</a><br />
  </body>
</html>
<!--SERIAL 31337-->"""
    assert parse_project(page, "demo") == Project(
        "demo",
        (
            File(
                "demo-1.0-py3-none-any.whl",
                "https://files.example/packages/ab/cd/demo-1.0-py3-none-any.whl",
                (("sha256", "0b"),),
                requires_python=">=3.8",
                core_metadata=(("sha256", "0c"),),
                provenance="https://example.com/integrity/demo/v1.0/provenance",
            ),
        ),
        ProjectStatus(Status.ACTIVE),
    )


def test_roots_of_other_tools() -> None:
    page = (
        b'<html><a href="../">..</a><a href="Foo.Bar/">Foo.Bar</a><br><a href="/simple/demo/"> demo </a>'
        b'<a href="other">other/</a><a href="index.html">index.html</a><a href="x">Not a name</a></html>'
    )
    assert parse_root(page).projects == ("demo", "foo-bar", "other")
