"""Another reader of indexes finds the same facts in our pages."""

from __future__ import annotations

import json

from hypothesis import given
from pypi_simple import DistributionPackage, IndexPage, ProjectPage

from s3pypi_setuptools.index import simple_html, simple_json
from s3pypi_setuptools.index.model import File, Project
from tests.index.strategies import indexes

BASE = "https://packages.example/simple/demo/"


def facts(package: DistributionPackage, file: File) -> None:
    assert package.filename.strip() == file.filename.strip()  # the library strips the text of links
    assert package.digests == dict(file.hashes)
    assert package.requires_python == file.requires_python
    assert package.is_yanked == (file.yanked is not None)
    assert (package.yanked_reason or "") == (file.yanked or "")
    assert bool(package.has_metadata) == (file.core_metadata is not None)
    assert (package.metadata_digests or {}) == dict(file.core_metadata or ())
    assert package.has_sig == file.gpg_sig
    assert package.provenance_url == file.provenance


@given(indexes())
def test_json_pages(project: Project) -> None:
    page = ProjectPage.from_json_data(json.loads(simple_json.render_project(project)), base_url=BASE)
    assert page.project == project.name
    assert page.repository_version == "1.4"
    assert page.versions == list(project.versions)
    for package, file in zip(page.packages, project.files, strict=True):
        facts(package, file)
        assert package.size == file.size
        assert package.upload_time == file.upload_time


@given(indexes())
def test_html_pages(project: Project) -> None:
    page = ProjectPage.from_html(project.name, simple_html.render_project(project).decode(), base_url=BASE)
    assert page.repository_version == "1.4"
    packages = sorted(page.packages, key=lambda package: package.filename)
    files = sorted(project.files, key=lambda file: file.filename.strip())
    for package, file in zip(packages, files, strict=True):
        facts(package, file)


def test_urls_are_resolved_as_meant() -> None:
    file = File("demo-1.0+x.zip", "5f0c/demo-1.0%2Bx.zip", (("sha256", "0b"),))
    project = Project.of("demo", [file])
    for page in (
        ProjectPage.from_json_data(json.loads(simple_json.render_project(project)), base_url=BASE),
        ProjectPage.from_html("demo", simple_html.render_project(project).decode(), base_url=BASE),
    ):
        assert page.packages[0].url == BASE + "5f0c/demo-1.0%2Bx.zip"
        assert page.packages[0].project == "demo"
        assert page.packages[0].version == "1.0+x"


def test_root_pages() -> None:
    names = ["a", "b-c"]
    assert IndexPage.from_json_data(json.loads(simple_json.render_root(names, "0af3"))).projects == names
    assert IndexPage.from_html(simple_html.render_root(names, "0af3").decode()).projects == names
