"""The pages for people, in a browser."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect

from s3pypi_setuptools.server.options import ServiceOptions
from tests.server.browser import ACCESSIBILITY, chromium, opened
from tests.server.conftest import Place, running
from tests.support import samples

DESCRIPTION = """Summary: Tools for demonstrations
Author-email: Ann Example <ann@example.com>
Project-URL: Documentation, https://docs.example.com/{long}
Requires-Dist: other>=2
Description-Content-Type: text/markdown

# Demo tools

[![build](https://badges.example.com/x.svg)](https://example.com/) ![logo](docs/logo.png) ![](x.png)

<img src="https://tracker.example.com/x.gif" onerror="alert(1)"><script>alert(2)</script>
<a href="javascript:alert(3)">here</a> <iframe src="https://example.com/"></iframe> <svg onload="alert(4)"></svg>

{long}

| {wide} | {wide} | {wide} | {wide} | {wide} |
|---|---|---|---|---|
| 1 | 2 | 3 | 4 | 5 |

```python
import demo
```
""".format(long="long" * 60, wide="wide" * 5)
PAGES = ("/", "/?q=nothing", "/project/demo/", "/project/demo/?version=1.1", "/project/shut/", "/project/none/")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def url(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The service, over a folder with projects of every kind."""
    folder = tmp_path_factory.mktemp("packages")
    place = Place((folder / "repository").as_uri(), {})
    repository = place.open()
    versions = [*(f"1.{number}" for number in range(12)), "2.0a1"]
    repository.publish(
        *(samples.wheel(folder, version=version, fields=DESCRIPTION) for version in versions),
        samples.wheel(folder, "shut"),
        samples.wheel(folder, "old-" + "name-" * 12 + "end"),
        *(samples.wheel(folder, f"tool-{number:02}") for number in range(50)),
    )
    repository.yank("demo", "1.10", reason="it <b>breaks</b> " + "everything" * 10)
    repository.set_status("shut", "quarantined", reason="not safe")
    repository.set_status("tool-01", "deprecated", reason="use demo")
    with running(place, ServiceOptions(anonymous_read=True, anonymous_upload=True)) as url:
        yield url


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_are_accessible_and_break_no_content_security_policy(browser: Browser, url: str, scheme: str) -> None:
    """Contrast of text is among axe's rules."""
    with opened(browser, color_scheme=scheme) as watched:
        for path in PAGES:
            watched.page.goto(url + path)
            found = Axe().run(watched.page, options={"runOnly": ACCESSIBILITY[scheme]})
            assert found.violations_count == 0, f"{path}: {found.generate_report()}"
            assert watched.violations == []
        assert {asked.partition("/-/")[0].partition("/project/")[0].rstrip("/") for asked in watched.asked} <= {
            url,
            f"{url}/?q=nothing",
        }
        assert [error for error in watched.errors if "404" not in error] == []


def test_the_policy_refuses_what_a_page_does_not_bring(browser: Browser, url: str) -> None:
    with opened(browser, f"{url}/project/demo/") as watched:
        watched.page.evaluate(
            """() => {
                const script = document.createElement("script");
                script.textContent = "document.title = 'taken over'";
                document.body.append(script);
                const image = document.createElement("img");
                image.src = "https://tracker.example.com/x.gif";
                document.body.append(image);
            }"""
        )
        while len(watched.violations) < 2:
            watched.page.wait_for_timeout(10)
        assert "demo 1.11" in watched.page.title()


@pytest.mark.parametrize(("scheme", "darker"), [("light", "text"), ("dark", "paper")])
def test_colours_follow_the_system(browser: Browser, url: str, scheme: str, darker: str) -> None:
    with opened(browser, url, color_scheme=scheme) as watched:
        style = "getComputedStyle(document.body)"
        text, paper = (watched.page.evaluate(f"{style}.{name}") for name in ("color", "backgroundColor"))
    lightness = {name: sum(map(int, colour[4:-1].split(","))) for name, colour in (("text", text), ("paper", paper))}
    assert min(lightness, key=lightness.__getitem__) == darker


@pytest.mark.parametrize("width", [320, 1600])
def test_no_page_is_scrolled_sideways(browser: Browser, url: str, width: int) -> None:
    with opened(browser, viewport={"width": width, "height": 600}) as watched:
        for path in PAGES:
            watched.page.goto(url + path)
            assert watched.page.evaluate("document.documentElement.scrollWidth") <= width, path


def test_the_list_follows_what_is_typed(browser: Browser, url: str) -> None:
    with opened(browser, url) as watched:
        page = watched.page
        page.evaluate("window.same = true")
        field = page.get_by_role("searchbox")
        field.press_sequentially("Tool_0")
        expect(page.get_by_role("status").first).to_contain_text("10 of 53 projects match")
        expect(page.get_by_role("link", name="tool-09")).to_be_visible()
        expect(page.get_by_role("link", name="demo")).to_have_count(0)
        assert page.url == f"{url}/?q=Tool_0"
        expect(field).to_be_focused()
        field.press_sequentially("xyz")
        expect(page.get_by_text("No project's name holds these words")).to_be_visible()
        field.fill("")
        expect(page.get_by_role("status").first).to_have_text("53 projects")
        assert page.evaluate("window.same"), "no page was loaded"
        expect(page.get_by_role("button", name="Copy")).to_be_visible()


def test_a_failed_search_says_so(browser: Browser, url: str) -> None:
    with opened(browser, url) as watched:
        watched.page.route("**/?q=*", lambda route: route.abort())
        watched.page.get_by_role("searchbox").press_sequentially("tool")
        expect(watched.page.get_by_role("status").first).to_contain_text("The search failed")


def test_the_button_copies_the_command(browser: Browser, url: str) -> None:
    with opened(
        browser, f"{url}/project/demo/?version=1.1", permissions=["clipboard-read", "clipboard-write"]
    ) as watched:
        watched.page.get_by_role("button", name="Copy").click()
        expect(watched.page.get_by_text("Copied")).to_be_visible()
        copied = watched.page.evaluate("navigator.clipboard.readText()")
    assert copied == f"pip install --index-url {url}/simple/ demo==1.1"


def test_a_command_that_may_not_be_copied_is_selected(browser: Browser, url: str) -> None:
    with opened(browser, f"{url}/project/demo/") as watched:
        watched.page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(new Error('denied')); }")
        watched.page.get_by_role("button", name="Copy").click()
        expect(watched.page.get_by_text("Selected")).to_be_visible()
        assert watched.page.evaluate("getSelection().toString()") == f"pip install --index-url {url}/simple/ demo"


def test_everything_is_reached_by_keyboard(browser: Browser, url: str) -> None:
    with opened(browser, f"{url}/project/demo/") as watched:
        page = watched.page
        reached = []
        while True:
            page.keyboard.press("Tab")
            what, outline, seen = page.evaluate(
                """() => {
                    const now = document.activeElement, box = now.getBoundingClientRect();
                    const inside = box.width > 0 && box.left >= 0 && box.right <= innerWidth && box.bottom > 0;
                    if (now === document.body) return ["", "", true];
                    return [now.id || now.textContent.trim(), getComputedStyle(now).outlineStyle, inside];
                }"""
            )
            if not what:  # the page ends here
                break
            assert outline not in ("none", ""), f"{what} shows no focus"
            assert seen, f"{what} is out of sight"
            reached.append(what)
        wanted = ["Skip to the content", "Python packages", "q", "Search", "All projects", "Copy"]
        assert reached[: len(wanted)] == wanted
        assert reached.index("demo-1.11-py3-none-any.whl") < reached.index("1.10") < reached.index("1.9")
        assert "Pre-releases (1)" in reached
        assert "2.0a1" not in reached, "it is folded"
        page.goto(f"{url}/project/demo/")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "main"


def test_pages_are_complete_without_scripts(browser: Browser, url: str) -> None:
    with opened(browser, f"{url}/project/demo/", java_script_enabled=False) as watched:
        page = watched.page
        for shown in ("pip install --index-url", "demo-1.11-py3-none-any.whl", "Tools for demonstrations", "other>=2"):
            expect(page.get_by_text(shown).first).to_be_visible()
        expect(page.get_by_role("button", name="Copy")).to_have_count(0)
        page.get_by_text("Pre-releases (1)").click()
        page.get_by_role("link", name="2.0a1").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("demo 2.0a1")
        page.get_by_role("searchbox").fill("tool-0")
        page.get_by_role("button", name="Search").click()
        expect(page.get_by_text("10 of 53 projects match")).to_be_visible()
        page.get_by_role("link", name="Python packages").click()
        page.get_by_role("link", name="Next").click()
        expect(page.get_by_text("Page 2 of 2")).to_be_visible()


def test_what_is_yanked_is_struck_through(browser: Browser, url: str) -> None:
    with opened(browser, f"{url}/project/demo/?version=1.10") as watched:
        link = watched.page.get_by_role("link", name="demo-1.10-py3-none-any.whl")
        expect(link).to_have_css("text-decoration-line", "line-through")
        expect(watched.page.get_by_text("yanked: it <b>breaks</b>").first).to_be_visible()
