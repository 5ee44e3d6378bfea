"""Which form of a page a client wants (PEP 691, https://peps.python.org/pep-0691/#version-format-selection)."""

from __future__ import annotations

import enum
from functools import lru_cache

from ..index.simple_json import CONTENT_TYPE as JSON


class PageForm(enum.Enum):
    """A form in which pages are served; the value is its content type."""

    JSON = JSON
    HTML = "application/vnd.pypi.simple.v1+html"
    PLAIN_HTML = "text/html"

    @property
    def is_json(self) -> bool:
        """Whether it is JSON, and not HTML."""
        return self is PageForm.JSON


_NAMES = {
    **{form.value: form for form in PageForm},
    "application/vnd.pypi.simple.latest+json": PageForm.JSON,
    "application/vnd.pypi.simple.latest+html": PageForm.HTML,
}
_RANGES = {
    "*/*": (PageForm.PLAIN_HTML, PageForm.HTML, PageForm.JSON),
    "text/*": (PageForm.PLAIN_HTML,),
    "application/*": (PageForm.JSON, PageForm.HTML),
}
_ORDER = (PageForm.JSON, PageForm.HTML, PageForm.PLAIN_HTML)
"""What is served where a client likes several forms equally well: it named them, so it can read the best."""


@lru_cache(256)
def chosen_form(accept: str, query_form: str | None = None) -> PageForm | None:
    """The form to serve; None where the client takes none that there is (406).

    :param accept: the ``Accept`` header; empty where there is none: HTML then, as for ``*/*``.
    :param query_form: the value of ``?format=``, which counts before the header.
    """
    if query_form is not None:
        return _NAMES.get(query_form.replace(" ", "+"))  # an unescaped "+" of a query means a space
    if not accept.strip():
        return PageForm.PLAIN_HTML
    named: dict[PageForm, float] = {}
    ranged: dict[PageForm, tuple[float, int]] = {}
    for name, quality in _weighted(accept):
        if name in _NAMES:
            named[_NAMES[name]] = max(quality, named.get(_NAMES[name], 0))
        for rank, form in enumerate(_RANGES.get(name, ())):
            ranged[form] = max((quality, -rank), ranged.get(form, (0, 0)))
    best = max(((quality, -_ORDER.index(form)) for form, quality in named.items() if quality > 0), default=None)
    loose = max(
        ((*rank, form.value) for form, rank in ranged.items() if form not in named and rank[0] > 0), default=None
    )
    if best and (loose is None or best[0] >= loose[0]):
        return _ORDER[-best[1]]
    return PageForm(loose[2]) if loose else None


@lru_cache(256)
def prefers_json(accept: str) -> bool:
    """Whether a client that sends this ``Accept`` header wants an error as JSON, and not as text."""
    return any("json" in name and quality > 0 for name, quality in _weighted(accept))


@lru_cache(256)
def is_browser(accept: str) -> bool:
    """Whether this ``Accept`` header is that of a browser that a person opens a page in.

    Browsers name XHTML there, and no installer or upload tool does
    (https://developer.mozilla.org/en-US/docs/Web/HTTP/Guides/Content_negotiation/List_of_default_Accept_values).
    """
    named = {name for name, quality in _weighted(accept) if quality > 0}
    return {"text/html", "application/xhtml+xml"} <= named


@lru_cache(256)
def accepts_gzip(accept_encoding: str) -> bool:
    """Whether a client takes answers that are compressed with gzip (RFC 9110, section 12.5.3)."""
    qualities = dict(_weighted(accept_encoding))
    return qualities.get("gzip", qualities.get("*", 0)) > 0


def _weighted(header: str) -> list[tuple[str, float]]:
    """What a header lists, in lower case, with the quality of each (RFC 9110, section 12.4.2)."""
    found = []
    for entry in header.split(","):
        name, *parameters = (part.strip().lower() for part in entry.split(";"))
        quality = 1.0
        for parameter in parameters:
            if parameter.startswith("q="):
                try:
                    quality = float(parameter[2:])
                except ValueError:
                    quality = 0
        if name:
            found.append((name, quality if 0 <= quality <= 1 else 0))
    return found
