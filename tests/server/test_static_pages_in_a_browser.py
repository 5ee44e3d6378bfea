"""The pages of a repository, which installers read, in a browser: from a folder, and as the service serves them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect

from s3pypi_setuptools.server.options import ServiceOptions
from tests.server.browser import ACCESSIBILITY, chromium, opened
from tests.server.conftest import Place, running
from tests.support import samples


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def folder(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository."""
    folder = tmp_path_factory.mktemp("packages")
    repository = Place((folder / "repository").as_uri(), {}).open()
    repository.publish(
        *(samples.wheel(folder, version=version) for version in ("1.9", "1.10")),
        *(samples.wheel(folder, f"tool-{number:02}") for number in range(20)),
        samples.wheel(folder, "shut"),
    )
    repository.yank("demo", "1.10", reason="it <b>breaks</b>")
    repository.set_status("shut", "quarantined", reason="not safe")
    return folder / "repository"


@pytest.fixture(scope="module")
def url(folder: Path) -> Iterator[str]:
    """The service over it."""
    place = Place(folder.as_uri(), {})
    with running(place, ServiceOptions(anonymous_read=True, anonymous_upload=True)) as url:
        yield url


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_are_accessible_and_as_the_service_s_policy_allows(browser: Browser, url: str, scheme: str) -> None:
    with opened(browser, color_scheme=scheme, viewport={"width": 320, "height": 600}) as watched:
        for path in ("/simple/", "/simple/demo/", "/simple/shut/"):
            watched.page.goto(url + path)
            found = Axe().run(watched.page, options={"runOnly": ACCESSIBILITY[scheme]})
            assert found.violations_count == 0, f"{path}: {found.generate_report()}"
            assert watched.violations == []
            assert watched.page.evaluate("document.documentElement.scrollWidth") <= 320, path


def test_the_list_of_projects_is_filtered_as_one_types(browser: Browser, folder: Path) -> None:
    with opened(browser, (folder / "index.html").as_uri()) as watched:
        links = watched.page.get_by_role("link")
        expect(links).to_have_count(22)
        watched.page.get_by_role("searchbox", name="Filter projects").press_sequentially("Tool_0")
        expect(links).to_have_count(10)
        watched.page.get_by_role("searchbox").fill("demo")
        expect(links).to_have_text(["demo"])
        watched.page.get_by_role("searchbox").fill("")
        expect(links).to_have_count(22)


def test_a_project_shows_how_it_is_installed_and_leads_back(browser: Browser, url: str) -> None:
    with opened(browser, f"{url}/simple/demo/") as watched:
        expect(watched.page.locator("code")).to_have_text(f"pip install --index-url {url}/simple/ demo")
        expect(watched.page.get_by_role("link")).to_have_text(
            ["demo-1.10-py3-none-any.whl", "demo-1.9-py3-none-any.whl"]
        )
        yanked = watched.page.get_by_role("link").first
        expect(yanked).to_have_css("text-decoration-line", "line-through")
        expect(watched.page.get_by_text("yanked: it <b>breaks</b>")).to_be_visible()
        watched.page.get_by_role("button", name="All projects").press("Enter")
        expect(watched.page.get_by_role("heading")).to_have_text("Simple index")


def test_pages_are_complete_without_scripts(browser: Browser, folder: Path) -> None:
    with opened(browser, (folder / "index.html").as_uri(), java_script_enabled=False) as watched:
        expect(watched.page.get_by_role("link")).to_have_count(22)
        expect(watched.page.get_by_role("searchbox")).to_have_count(0)
        watched.page.goto((folder / "demo" / "index.html").as_uri())
        expect(watched.page.locator("code")).to_have_text("pip install --index-url INDEX_URL demo")


def test_pages_of_other_tools_run_no_script(browser: Browser, tmp_path: Path) -> None:
    folder = tmp_path / "repository"
    samples.wheel(folder / "demo")
    page = "<html><script>document.title = 'taken over'</script><a href='demo-1.0-py3-none-any.whl'>demo</a></html>"
    (folder / "demo" / "index.html").write_text(page)
    with (
        running(Place(folder.as_uri(), {}), ServiceOptions(anonymous_read=True)) as url,
        opened(browser, f"{url}/simple/demo/") as watched,
    ):
        expect(watched.page.get_by_role("link")).to_have_text("demo")
        assert watched.page.title() == ""
        assert "script-src" in watched.violations[0]
