"""Services beside one another, and a publisher: what one shows, all show at the next request."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.server.conftest import Client, Place, Serve
from tests.server.test_uploading import upload
from tests.support import samples
from tests.support.repository_reader import files_of, projects_of

JSON = "application/vnd.pypi.simple.v1+json"
FORMS = (JSON, "text/html")


def shown(client: Client) -> tuple[frozenset[str], dict[str, str] | None]:
    """The projects, and the files of demo, each with the reason why it is yanked; the same in JSON and in HTML."""
    found = []
    for form in FORMS:
        root, page = client.get("/simple/", form), client.get("/simple/demo/", form)
        assert {root.status_code, page.status_code} <= {200, 404}
        projects = projects_of(root.content) if root.status_code == 200 else frozenset()
        files = None
        if page.status_code == 200:
            files = {file.filename: file.yanked for file in files_of(page.content, "demo")}
        found.append((projects, files))
    assert found[0] == found[1]
    return found[0]


def test_services_and_a_publisher_beside_them_show_the_same_at_once(serve: Serve, place: Place, tmp_path: Path) -> None:
    services = [serve(), serve()]
    repository = place.open()
    first, second, third = (samples.wheel(tmp_path, version=f"1.{number}") for number in range(3))
    other = samples.wheel(tmp_path, name="other")
    both = frozenset({"demo", "other"})
    demo = frozenset({"demo"})
    steps: list[tuple[Callable[[], object], frozenset[str], dict[str, str] | None]] = [
        (lambda: None, frozenset(), None),
        (lambda: repository.publish(first), demo, {first.name: ""}),
        (lambda: upload(services[0], second), demo, {first.name: "", second.name: ""}),
        (lambda: upload(services[1], other), both, {first.name: "", second.name: ""}),
        (lambda: repository.yank("demo", "1.0", reason="bad"), both, {first.name: "bad", second.name: ""}),
        (lambda: repository.unyank("demo", "1.0"), both, {first.name: "", second.name: ""}),
        (lambda: repository.delete("demo", "1.0"), both, {second.name: ""}),
        (lambda: repository.set_status("demo", "quarantined"), both, {}),
        (lambda: repository.set_status("demo", "active"), both, {second.name: ""}),
        (lambda: repository.delete_project("demo"), frozenset({"other"}), None),
        (lambda: upload(services[0], third), both, {third.name: ""}),
    ]
    for step, projects, files in steps:
        step()
        assert [shown(service) for service in services] == [(projects, files)] * 2
