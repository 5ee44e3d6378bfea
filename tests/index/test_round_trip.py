"""Reading what was rendered gives the same value again."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from s3pypi_setuptools.index import simple_html, simple_json
from s3pypi_setuptools.index.model import File, Project, ProjectStatus, Root, Status
from tests.index.strategies import files, indexes, many_hashes, projects


@given(indexes(many_hashes))
def test_json_keeps_every_project(project: Project) -> None:
    assert simple_json.parse_project(simple_json.render_project(project)) == project


@given(indexes())
def test_html_keeps_every_project(project: Project) -> None:
    assert simple_html.parse_project(simple_html.render_project(project), project.name) == project


@given(files("demo", many_hashes))
def test_file_entries_keep_every_file(file: File) -> None:
    assert simple_json.file_from_json(simple_json.file_to_json(file)) == file


@given(st.lists(projects, max_size=8), st.one_of(st.none(), st.just("0af3")))
def test_both_keep_every_root(names: list[str], commit: str | None) -> None:
    root = Root.of(names, commit)
    assert simple_json.parse_root(simple_json.render_root(names, commit)) == root
    assert simple_html.parse_root(simple_html.render_root(names, commit)) == root


@given(indexes(many_hashes), st.randoms())
def test_rendering_does_not_depend_on_the_order_given(project: Project, random: object) -> None:
    shuffled = list(project.files)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    same = Project.of(project.name, shuffled, project.status, project.commit)
    assert same == project
    assert simple_json.render_project(same) == simple_json.render_project(project)
    assert simple_html.render_project(same) == simple_html.render_project(project)


@given(indexes())
def test_a_quarantined_project_offers_no_files(project: Project) -> None:
    quarantined = replace(project, status=ProjectStatus(Status.QUARANTINED, "malware"))
    empty = replace(quarantined, files=())
    assert simple_json.parse_project(simple_json.render_project(quarantined)) == empty
    assert simple_html.parse_project(simple_html.render_project(quarantined), project.name) == empty


def test_html_keeps_the_strongest_hash() -> None:
    file = File("demo-1.0.zip", "demo-1.0.zip", (("md5", "0a"), ("sha256", "0b"), ("sha512", "0c")))
    page = simple_html.render_project(Project.of("demo", [file]))
    assert simple_html.parse_project(page, "demo").files[0].hashes == (("sha256", "0b"),)
