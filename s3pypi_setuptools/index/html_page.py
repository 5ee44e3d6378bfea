"""Read the links and metas of an HTML page, in time and memory that grow no faster than the page."""

from __future__ import annotations

from html.parser import HTMLParser

from ..errors import InvalidIndex
from .fields import API_VERSION, COMMIT_META, MOST_FILES, check_api_version, is_commit

_LONGEST_TAG = 1024 * 1024
"""Characters that are parsed at once, and that one tag, comment or script may have."""
_LONGEST_REST = 8 * 1024
"""Characters after the last complete tag; html.parser takes time by the square of their count."""


class HtmlPage(HTMLParser):
    """The links, metas and base URL of an HTML page.

    :param links: attributes and text of each link, in order.
    :param metas: contents of the metas, by name; of several with one name, the first counts.
    :param base: the reference in ``<base>``; None if there is none.
    :param commit: the commit id in the meta `COMMIT_META`; None if there is none.
    """

    @classmethod
    def parse(cls, data: bytes) -> HtmlPage:
        """Parse a page in UTF-8.

        Raises `InvalidIndex` for what is no HTML page, was cut short, or follows a newer major version of the API.
        """
        page = cls()
        try:
            page._read(data.decode("utf-8-sig"))
        except UnicodeDecodeError as error:
            raise InvalidIndex("is not an HTML page in UTF-8") from error
        except (AssertionError, ValueError) as error:  # how html.parser says that it cannot continue
            raise InvalidIndex("is not an HTML page that can be read") from error
        # If an error message or half a page were taken for an index, all links that it lacks would be dropped.
        outermost = next((element for element in ("html", "body", "a") if element in page.elements), None)
        if outermost is None or b"\0" in data:  # a page that was not written completely
            raise InvalidIndex("is not an HTML page")
        if outermost not in page.ended or (outermost == "a" and page.cut_short):
            raise InvalidIndex("is an HTML page that was cut short")
        check_api_version(page.metas.get("pypi:repository-version", API_VERSION))
        commit = page.metas.get(COMMIT_META)
        if commit is not None and not is_commit(commit):
            raise InvalidIndex("has a malformed commit id")
        page.commit = commit
        return page

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.base: str | None = None
        self.commit: str | None = None
        self.metas: dict[str, str] = {}
        self.links: list[tuple[dict[str, str], str]] = []
        self.elements: set[str] = set()
        self.ended: set[str] = set()
        self.cut_short = False
        self._open: dict[str, str] | None = None
        self._text: list[str] = []

    @property
    def facts(self) -> tuple[object, ...]:
        """What the page tells installers, in whatever order it has the links."""
        links = sorted((text, sorted(attributes.items())) for attributes, text in self.links)
        return links, self.metas, self.base

    def _read(self, text: str) -> None:
        for start in range(0, len(text), _LONGEST_TAG):
            self.feed(text[start : start + _LONGEST_TAG])
            if len(self.rawdata) > _LONGEST_TAG:
                raise InvalidIndex("is no HTML page of an index: it holds a tag or script that is too long")
        if len(self.rawdata) > _LONGEST_REST:
            raise InvalidIndex("is an HTML page that was cut short, or holds a tag that does not end")
        self.cut_short = self._open is not None or "<" in self.rawdata
        self.close()
        self._end_link()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a link, base or meta; of an attribute that is given twice the first counts, as in browsers."""
        self.elements.add(tag)
        attributes = {name: value or "" for name, value in reversed(attrs)}
        if tag == "a":
            self._end_link()
            if len(self.links) == MOST_FILES:
                raise InvalidIndex(f"is no HTML page of an index: it holds more than {MOST_FILES:,} links")
            self._open = attributes
        elif tag == "base" and self.base is None:
            self.base = attributes.get("href")
        elif tag == "meta":
            self.metas.setdefault(attributes.get("name", ""), attributes.get("content", ""))

    def handle_endtag(self, tag: str) -> None:
        """End a link; note which elements end."""
        self.ended.add(tag)
        if tag == "a":
            self._end_link()

    def handle_data(self, data: str) -> None:
        """Collect the text of the open link."""
        if self._open is not None:
            self._text.append(data)

    def _end_link(self) -> None:
        if self._open is not None:
            self.links.append((self._open, "".join(self._text)))
        self._open = None
        self._text.clear()
