"""Pages for people, as they are served."""

from __future__ import annotations

import html
from pathlib import Path

import pytest

from s3pypi_setuptools.server.description import describe
from s3pypi_setuptools.server.password_records import password_record
from s3pypi_setuptools.server.user_file import UserFile
from s3pypi_setuptools.server.users import Role, User
from tests.server.conftest import Place, Serve
from tests.server.test_users import basic
from tests.support import samples


def test_a_list_of_projects_can_be_searched_and_turned(serve: Serve, folder: Place, tmp_path: Path) -> None:
    wheels = [samples.wheel(tmp_path, f"demo-{number:03}") for number in range(60)]
    folder.open().publish(*wheels, samples.wheel(tmp_path, "other-demo-007"))
    client = serve(folder)
    first, second = client.get("/").text, client.get("/?page=2").text
    assert "61 projects" in first
    assert first.count('<th scope="row">') == 50
    assert second.count('<th scope="row">') == 11
    assert 'rel="next" href="/?page=2"' in first
    assert 'rel="prev"' in second
    found = client.get("/?q=Demo_007").text
    assert found.index("/project/demo-007/") < found.index("/project/other-demo-007/")
    assert found.count('<th scope="row">') == 2
    assert "No project" in client.get("/?q=nothing").text
    for odd in ("?page=x", "?page=-1", "?page=999999999999", "?q=%00", "?" + "a=b&" * 15):
        assert client.get(f"/{odd}").status_code == 200


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "\"'><img src=x>"])
def test_nothing_is_unescaped(serve: Serve, folder: Place, tmp_path: Path, text: str) -> None:
    repository = folder.open()
    repository.publish(samples.wheel(tmp_path))
    repository.yank("demo", "1.0", reason=text)
    repository.set_status("demo", "deprecated", reason=text)
    client = serve(folder)
    for page in (client.get("/project/demo/"), client.get("/", params={"q": text})):
        assert page.status_code == 200
        assert text not in page.text
        assert html.escape(text).replace("&#x27;", "&#39;").replace("&quot;", "&#34;") in page.text
        policy = page.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert page.headers["X-Content-Type-Options"] == "nosniff"


def test_a_project_shows_its_versions_newest_first_and_what_is_yanked(
    serve: Serve, folder: Place, tmp_path: Path
) -> None:
    repository = folder.open()
    repository.publish(*(samples.wheel(tmp_path, version=version) for version in ("1.9", "1.10", "2.0a1", "1.2")))
    repository.yank("demo", "1.10", reason="broken")
    page = serve(folder).get("/project/demo/").text
    assert '<span class="version">1.9</span>' in page  # not a pre-release, and not yanked
    order = [page.index(f"?version={version}") for version in ("1.10", "1.9", "1.2")]
    assert order == sorted(order)
    assert "yanked: broken" in page
    assert "Pre-releases (1)" in page
    assert page.index("?version=2.0a1") > page.index("Pre-releases")
    other = serve(folder).get("/project/demo/?version=1.2").text
    assert "demo==1.2" in other
    assert "The latest version is" in other


@pytest.mark.parametrize(
    ("kind", "text", "shown", "hidden"),
    [
        ("text/markdown", "# Hi\n\n<script>alert(1)</script>\n\n*x*", "<em>x</em>", "<script>"),
        ("text/markdown", "[a](javascript:alert(1))", "a", 'href="javascript'),
        ("text/markdown", '<a onclick="x()" href="https://example.com">b</a>', "b", "onclick"),
        ("text/x-rst", "Hi\n==\n\n*x*", "<em>x</em>", "*x*"),
        ("text/x-rst", ".. raw:: html\n\n   <script>alert(1)</script>\n", "", "<script>"),
        ("text/x-rst", ".. include:: /etc/passwd\n", "", "root:"),
    ],
)
def test_descriptions_are_rendered_and_safe(kind: str, text: str, shown: str, hidden: str) -> None:
    found = describe(f"Metadata-Version: 2.1\nName: demo\nDescription-Content-Type: {kind}\n\n{text}".encode())
    rendered = found.html or html.escape(found.text)
    assert shown in rendered
    assert hidden not in rendered


@pytest.mark.parametrize(
    "metadata", [b"", b"\xff\xfe\x00", b"Name", b"Name: x\n\n\xff", b"\n\n# hi", b"A: " + b"x" * 100_000]
)
def test_odd_metadata_is_shown_as_far_as_it_can_be(metadata: bytes) -> None:
    assert isinstance(describe(metadata).summary, str)


def test_links_to_other_than_web_pages_are_left_out() -> None:
    found = describe(
        b"Project-URL: Bad, javascript:alert(1)\nProject-URL: Good, https://example.com/\nHome-page: x\n\n"
    )
    assert found.links == (("Good", "https://example.com/"),)


def test_users_are_shown_what_they_may_read_alone(serve: Serve, folder: Place, tmp_path: Path) -> None:
    users = UserFile(tmp_path / "users.toml")
    users.save(User("alice", Role.READ, ("demo*",), password_record("x")))
    folder.open().publish(samples.wheel(tmp_path), samples.wheel(tmp_path, "secret-project"))
    client = serve(folder, users=users, anonymous_read=False, anonymous_upload=False)
    page = client.get("/", headers=basic("alice", "x"))
    assert "/project/demo/" in page.text
    assert "secret-project" not in page.text
    assert client.get("/project/secret-project/", headers=basic("alice", "x")).status_code == 403


def test_assets_are_the_service_s_own(serve: Serve, folder: Place) -> None:
    client = serve(folder)
    for name, kind in (("style.css", "text/css"), ("pages.js", "text/javascript")):
        answer = client.get(f"/-/static/{name}")
        assert answer.headers["Content-Type"].startswith(kind)
        assert "//" not in answer.text.replace("// ", "")
        assert client.get(f"/-/static/{name}", headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304
    assert client.get("/-/static/../app.py").status_code == 404
