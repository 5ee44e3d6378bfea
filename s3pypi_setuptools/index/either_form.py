"""Parse an index page that is either JSON or HTML, as one at a key that ends in ``/`` may be."""

from __future__ import annotations

from . import simple_html, simple_json
from .model import Project, Root


def is_json(page: bytes) -> bool:
    """Whether the page is JSON, and not HTML, if it is a page."""
    return page.lstrip().startswith(b"{")


def parse_project(page: bytes, name: str) -> Project:
    """The project on a page; raises `InvalidIndex`.

    :param name: the project's normalized name, for HTML pages.
    """
    return simple_json.parse_project(page) if is_json(page) else simple_html.parse_project(page, name)


def parse_root(page: bytes) -> Root:
    """The projects on a root page; raises `InvalidIndex`."""
    return simple_json.parse_root(page) if is_json(page) else simple_html.parse_root(page)
