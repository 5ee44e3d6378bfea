"""Pages for people, as they are served."""

from __future__ import annotations

import html
from pathlib import Path

import pytest

from s3pypi_setuptools.server.password_records import password_record
from s3pypi_setuptools.server.user_file import UserFile
from s3pypi_setuptools.server.users import Role, User
from tests.server.conftest import Place, Serve
from tests.server.test_users import basic
from tests.support import samples

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


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
    for odd in ("?page=x", "?page=-1", "?page=999999999999", "?q=%00", "?" + "a=b&" * 15, "?" + "a=b&" * 1000):
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


def test_the_command_that_installs_names_the_public_url_or_else_where_the_request_was_sent(
    serve: Serve, folder: Place, tmp_path: Path
) -> None:
    named, plain = serve(folder, public_url="https://packages.example.com/simple"), serve(folder)
    assert f"twine upload --repository-url {named.url}/legacy/ dist/*" in named.get("/").text
    folder.open().publish(samples.wheel(tmp_path))
    for path, project in (("/", "NAME"), ("/project/demo/", "demo")):
        shown = f"pip install --index-url https://packages.example.com/simple/ {project}<"
        assert shown in named.get(path).text
        assert f"pip install --index-url {plain.url}/simple/ {project}<" in plain.get(path).text


def test_users_are_shown_what_they_may_read_alone(serve: Serve, folder: Place, tmp_path: Path) -> None:
    users = UserFile(tmp_path / "users.toml")
    users.save(User("alice", Role.READ, ("demo*",), password_record("x")))
    folder.open().publish(samples.wheel(tmp_path), samples.wheel(tmp_path, "secret-project"))
    client = serve(folder, users=users, anonymous_read=False, anonymous_upload=False)
    page = client.get("/", headers=basic("alice", "x"))
    assert "/project/demo/" in page.text
    assert "secret-project" not in page.text
    assert client.get("/project/secret-project/", headers=basic("alice", "x")).status_code == 403


def test_more_than_ten_versions_are_folded(serve: Serve, folder: Place, tmp_path: Path) -> None:
    folder.open().publish(*(samples.wheel(tmp_path, version=f"1.{number}") for number in range(13)))
    client = serve(folder)
    page = client.get("/project/demo/").text
    assert "Older versions (3)" in page
    assert page.index("?version=1.3") < page.index("Older versions") < page.index("?version=1.2")
    assert "<details>" in page
    assert "<details open>" in client.get("/project/demo/?version=1.2").text, "the chosen version is seen"


def test_a_version_that_a_project_has_not_is_not_found(serve: Serve, folder: Place, tmp_path: Path) -> None:
    folder.open().publish(samples.wheel(tmp_path))
    client = serve(folder)
    for version in ("9", "", "%3Cscript%3E"):
        answer = client.get(f"/project/demo/?version={version}", accept=BROWSER)
        assert answer.status_code == 404
        assert "There is no version" in answer.text
        assert "<script>" not in answer.text


def test_files_whose_names_tell_no_version_are_shown(serve: Serve, folder: Place, tmp_path: Path) -> None:
    """Other tools list such files, which are taken over with their pages."""
    project = tmp_path / "repository" / "demo"
    project.mkdir(parents=True)
    (project / "demo-latest.zip").write_bytes(b"PK")
    (project / "index.html").write_text('<html><a href="demo-latest.zip">demo-latest.zip</a></html>')
    folder.open().publish(samples.wheel(tmp_path))
    client = serve(folder)
    page = client.get("/project/demo/").text
    assert '<a href="?version=">other files</a>' in page
    other = client.get("/project/demo/?version=").text
    assert '<a href="/simple/demo/demo-latest.zip">demo-latest.zip</a>' in other
    assert "demo==" not in other


def test_a_project_shows_what_its_metadata_says(serve: Serve, folder: Place, tmp_path: Path) -> None:
    fields = (
        "Summary: Gr\u00f6\u00dfe <b>\nAuthor: Zo\u00eb\nLicense-Expression: MIT\nProject-URL: Docs, https://docs.example.com/\n"
        'Requires-Dist: other>=2; extra == "cli"\nDescription-Content-Type: text/markdown\n\n# Hello\n\n*there*'
    )
    folder.open().publish(samples.wheel(tmp_path, fields=fields))
    page = serve(folder).get("/project/demo/").text
    for shown in ("Gr\u00f6\u00dfe &lt;b&gt;", "<dd>Zo\u00eb</dd>", "<dd>MIT</dd>", "<em>there</em>", ">Hello</h3>"):
        assert shown in page
    assert '<a href="https://docs.example.com/" rel="nofollow noreferrer">' in page
    assert "<code>other&gt;=2; extra == &#34;cli&#34;</code>" in page


def test_a_local_version_has_its_description(serve: Serve, folder: Place, tmp_path: Path) -> None:
    """The URL of such a file is percent-encoded."""
    folder.open().publish(samples.wheel(tmp_path, version="1.0+cu121", fields="Summary: accelerated\n"))
    assert "accelerated" in serve(folder).get("/project/demo/").text


def test_the_repository_of_another_tool_is_shown(serve: Serve, folder: Place, tmp_path: Path) -> None:
    """Other tools make HTML pages alone."""
    project = tmp_path / "repository" / "demo"
    samples.wheel(project)
    (project / "index.html").write_text(
        '<html><a href="demo-1.0-py3-none-any.whl">demo-1.0-py3-none-any.whl</a></html>'
    )
    (project.parent / "index.html").write_text('<html><a href="demo/">demo</a></html>')
    client = serve(folder)
    assert "<td>1.0</td>" in client.get("/").text
    assert "demo-1.0-py3-none-any.whl" in client.get("/project/demo/").text


def test_a_project_that_cannot_be_read_leaves_the_others_readable(serve: Serve, folder: Place, tmp_path: Path) -> None:
    folder.open().publish(samples.wheel(tmp_path), samples.wheel(tmp_path, "other"))
    (tmp_path / "repository" / "other" / "index.json").write_bytes(b"{")
    client = serve(folder)
    page = client.get("/").text
    assert "<td>1.0</td>" in page
    assert "cannot be read" in page
    assert client.get("/project/other/", accept=BROWSER).status_code == 502


def test_browsers_get_errors_as_pages_and_tools_as_text(serve: Serve, folder: Place, tmp_path: Path) -> None:
    client = serve(folder, users=UserFile(tmp_path / "users.toml"), anonymous_read=False, anonymous_upload=False)
    page = client.get("/project/demo/", accept=BROWSER)
    assert page.status_code == 401
    assert "WWW-Authenticate" in page.headers
    assert "<h1>Unauthorized</h1>" in page.text
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    for accept in ("text/html", "*/*", None, "application/vnd.pypi.simple.v1+json, text/html; q=0.01"):
        assert "<" not in client.get("/project/demo/", accept=accept).text


def test_every_name_of_a_page_that_is_missing_is_escaped(serve: Serve, folder: Place) -> None:
    client = serve(folder)
    for path in ("/%3Cscript%3E", "/project/%3Cscript%3E/", "/simple/x%22%3E%3Cscript%3E/"):
        answer = client.get(path, accept=BROWSER)
        assert answer.status_code == 404
        assert "<script>" not in answer.text.replace('<script src="/-/static/pages.js" defer></script>', "")


def test_assets_are_the_service_s_own(serve: Serve, folder: Place) -> None:
    client = serve(folder)
    for name, kind in (
        ("style.css", "text/css"),
        ("pages.js", "text/javascript"),
        ("icon.svg", "image/svg+xml"),
    ):
        answer = client.get(f"/-/static/{name}")
        assert answer.headers["Content-Type"].startswith(kind)
        assert "//" not in answer.text.replace("// ", "").replace("http://www.w3.org/2000/svg", "")
        assert client.get(f"/-/static/{name}", headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304
    assert client.get("/-/static/../app.py").status_code == 404
