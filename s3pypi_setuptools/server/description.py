"""What a project's metadata says for people: summary, links, dependencies, and the description, rendered and safe."""

from __future__ import annotations

import re
from dataclasses import dataclass
from email.message import Message
from email.parser import HeaderParser
from urllib.parse import urlsplit

from .description_renderer import rendered

_LONGEST = 1024 * 1024
"""Characters of a description that are rendered; longer ones are shown as text up to there."""
_LONGEST_FIELD = 2000
"""Characters of a field that are shown."""
_MOST = 500
"""Dependencies, and links, that are shown."""


@dataclass(frozen=True, slots=True)
class Description:
    """What is shown of one release.

    :param html: the description as safe HTML; empty where there is none.
    :param text: the description as it is, where it cannot be rendered.
    :param is_shortened: whether ``text`` is only the beginning of the description.
    :param links: (label, URL), http and https alone.
    """

    summary: str
    html: str
    text: str
    is_shortened: bool
    author: str
    licence: str
    requires_python: str
    dependencies: tuple[str, ...]
    dependencies_left_out: int
    links: tuple[tuple[str, str], ...]

    @property
    def size(self) -> int:
        """Bytes that it takes in memory, about."""
        return 2 * (len(self.html) + len(self.text)) + 4096


def describe(metadata: bytes) -> Description:
    """What a wheel's METADATA says; it never raises for odd metadata. Rendering takes a process and some time."""
    message = HeaderParser().parsestr(metadata.decode("utf-8", "replace"))
    body = message.get_payload()
    text = body if isinstance(body, str) and body else _unfolded(str(message.get("Description", "")))
    kind = str(message.get("Description-Content-Type", "")).partition(";")[0].strip().lower()
    html = rendered(text, kind) if text and len(text) <= _LONGEST and kind != "text/plain" else None
    dependencies = message.get_all("Requires-Dist", [])
    return Description(
        summary=_line(message, "Summary"),
        html=html or "",
        text="" if html else text[:_LONGEST],
        is_shortened=not html and len(text) > _LONGEST,
        author=_line(message, "Author") or _line(message, "Author-email"),
        licence=_line(message, "License-Expression") or _line(message, "License")[:200],
        requires_python=_line(message, "Requires-Python"),
        dependencies=tuple(_short(one) for one in dependencies[:_MOST]),
        dependencies_left_out=max(0, len(dependencies) - _MOST),
        links=tuple(_links(message)),
    )


def _links(message: Message[str, str]) -> list[tuple[str, str]]:
    found = []
    if page := _line(message, "Home-page"):
        found.append(("Homepage", page))
    for entry in message.get_all("Project-URL", [])[:_MOST]:
        label, comma, url = _short(entry).partition(",")
        if comma:
            found.append((label.strip(), url.strip()))
    return [(label, url) for label, url in found if _is_web(url)]


def _is_web(url: str) -> bool:
    try:
        return urlsplit(url).scheme in ("http", "https")
    except ValueError:
        return False


def _line(message: Message[str, str], name: str) -> str:
    text = _short(message.get(name, ""))
    return "" if text == "UNKNOWN" else text


def _short(value: str) -> str:
    """A field's value on one line; longer ones than anybody reads are cut."""
    return " ".join(value[:_LONGEST_FIELD].split())


def _unfolded(text: str) -> str:
    return re.sub(r"\n(?: {8}|\|)", "\n", text)
