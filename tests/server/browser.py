"""Debian's chromium, driven by playwright, which needs no browser of its own."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
ACCESSIBILITY = {
    "light": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "dark": ["color-contrast"],  # the others do not depend on colours
}
"""The rules of axe-core that pages keep in each colour scheme.

See https://github.com/dequelabs/axe-core/blob/develop/doc/rule-descriptions.md.
"""

_VIOLATIONS = """
window.violations = [];
addEventListener("securitypolicyviolation", event => {
    window.violations.push(`${event.violatedDirective} ${event.blockedURI}`);
});
"""


@contextlib.contextmanager
def chromium() -> Iterator[Browser]:
    """A browser that is running; the test is skipped where there is none."""
    if CHROMIUM is None:
        pytest.skip("LEFT OUT: chromium is not installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM)
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class Watched:
    """A page, with what went wrong on it, and the URLs that it asked for."""

    page: Page
    errors: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    @property
    def violations(self) -> list[str]:
        """What the Content-Security-Policy of the page that is shown refused."""
        found: list[str] = self.page.evaluate("window.violations")
        return found


@contextlib.contextmanager
def opened(browser: Browser, url: str = "about:blank", **context: Any) -> Iterator[Watched]:
    """The page at ``url``, in a fresh profile of the browser.

    :param context: as ``Browser.new_context`` takes them: ``color_scheme``, ``viewport``, ``java_script_enabled`` …
    """
    with browser.new_context(**context) as profile:
        profile.set_default_timeout(60_000)
        profile.add_init_script(_VIOLATIONS)
        watched = Watched(profile.new_page())
        watched.page.on(
            "console", lambda message: watched.errors.append(message.text) if message.type == "error" else None
        )
        watched.page.on("pageerror", lambda error: watched.errors.append(str(error)))
        watched.page.on("dialog", lambda dialog: (watched.errors.append(dialog.message), dialog.dismiss()))
        watched.page.on("request", lambda request: watched.asked.append(request.url))
        watched.page.goto(url)
        yield watched
