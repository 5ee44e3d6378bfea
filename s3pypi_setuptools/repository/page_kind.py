"""The kinds of index pages: the form of each, and how it is served."""

from __future__ import annotations

import enum
from collections.abc import Collection, Iterable

from ..config.choices import PageStyle
from ..index import simple_html, simple_json
from ..index.either_form import is_json
from ..index.model import Project, Root
from ..stores.base import Attributes


class PageKind(enum.Enum):
    """A page's key and form; the value is its name in ``repository.json``.

    A repository has at most one of the two kinds at keys that end in ``/``. The page there is read in either form: a
    publisher that began before the kind was changed may have written it.
    """

    JSON = "index.json"
    HTML = "index.html"
    SLASH = "/"
    SLASH_JSON = "/ (JSON)"

    @property
    def is_json(self) -> bool:
        """Whether the page is JSON (PEP 691), and not HTML (PEP 503)."""
        return self in (PageKind.JSON, PageKind.SLASH_JSON)

    @property
    def at_slash(self) -> bool:
        """Whether the page's key ends in ``/``."""
        return self in (PageKind.SLASH, PageKind.SLASH_JSON)

    @property
    def attributes(self) -> Attributes:
        """How such a page is served."""
        return Attributes(simple_json.CONTENT_TYPE if self.is_json else simple_html.CONTENT_TYPE, "no-cache")

    def render_project(self, project: Project) -> bytes:
        """The page's bytes for a project."""
        return simple_json.render_project(project) if self.is_json else simple_html.render_project(project)

    def render_root(self, root: Root) -> bytes:
        """The page's bytes for the list of projects."""
        render = simple_json.render_root if self.is_json else simple_html.render_root
        return render(root.projects, root.commit)

    def is_rendering(self, page: bytes, rendered: bytes) -> bool:
        """Whether ``page`` is ``rendered``, or what an earlier version of this package rendered in its place."""
        return page == rendered or (not self.is_json and simple_html.is_older_layout(page, rendered))

    def parse_project(self, data: bytes, name: str) -> Project:
        """The project on such a page, whichever tool wrote it. Raises `InvalidIndex`.

        :param name: the project's normalized name.
        """
        if self._is_folder_mark(data):
            return Project(name)
        return simple_json.parse_project(data) if self._holds_json(data) else simple_html.parse_project(data, name)

    def parse_root(self, data: bytes) -> Root:
        """The projects on such a root page, whichever tool wrote it. Raises `InvalidIndex`."""
        if self._is_folder_mark(data):
            return Root()
        return simple_json.parse_root(data) if self._holds_json(data) else simple_html.parse_root(data)

    def _is_folder_mark(self, data: bytes) -> bool:
        """Whether it is no page, but an empty object by which the S3 console marks a folder."""
        return self.at_slash and not data

    def _holds_json(self, data: bytes) -> bool:
        return is_json(data) if self.at_slash else self.is_json


_OF_STYLE = {
    PageStyle.BOTH: (PageKind.JSON, PageKind.HTML, PageKind.SLASH),
    PageStyle.INDEX_HTML: (PageKind.JSON, PageKind.HTML),
    PageStyle.SLASH: (PageKind.JSON, PageKind.SLASH),
    PageStyle.JSON: (PageKind.JSON, PageKind.HTML, PageKind.SLASH_JSON),
}


def kinds_of(style: PageStyle) -> tuple[PageKind, ...]:
    """All pages of a repository of that style."""
    return _OF_STYLE[style]


def other_kinds(
    kinds: Collection[PageKind], others: Iterable[PageKind] = (PageKind.JSON, PageKind.HTML, PageKind.SLASH)
) -> tuple[PageKind, ...]:
    """Those of ``others`` whose keys are not those of any of ``kinds``."""
    at_slash = any(kind.at_slash for kind in kinds)
    return tuple(kind for kind in others if kind not in kinds and not (kind.at_slash and at_slash))
