"""What a project's metadata says for people: summary, links, dependencies, and the description, rendered and safe."""

from __future__ import annotations

import re
from dataclasses import dataclass
from email.message import Message
from email.parser import BytesParser
from email.policy import compat32
from urllib.parse import urlsplit

__all__ = ["Description", "describe"]

_LONGEST = 1024 * 1024
"""Characters of a description that are rendered; longer ones are shown as text up to there."""


@dataclass(frozen=True, slots=True)
class Description:
    """What is shown of one release.

    :param html: the description as safe HTML; empty where there is none.
    :param text: the description as it is, where it cannot be rendered.
    :param links: (label, URL), http and https alone.
    """

    summary: str
    html: str
    text: str
    author: str
    licence: str
    requires_python: str
    dependencies: tuple[str, ...]
    links: tuple[tuple[str, str], ...]

    @property
    def size(self) -> int:
        """Bytes that it takes in memory, about."""
        return 2 * (len(self.html) + len(self.text)) + 4096


def describe(metadata: bytes) -> Description:
    """What a wheel's METADATA says; it never raises for odd metadata."""
    message: Message[str, str] = BytesParser(policy=compat32).parsebytes(metadata)
    payload = message.get_payload(decode=True)
    body = payload.decode("utf-8", "replace") if isinstance(payload, bytes) else ""
    text = body or _unfolded(str(message.get("Description", "")))
    kind = str(message.get("Description-Content-Type", "")).partition(";")[0].strip().lower()
    html = _rendered(text, kind) if 0 < len(text) <= _LONGEST else None
    return Description(
        summary=_line(message, "Summary"),
        html=html or "",
        text="" if html else text[:_LONGEST],
        author=_line(message, "Author") or _line(message, "Author-email"),
        licence=_line(message, "License-Expression") or _line(message, "License")[:200],
        requires_python=_line(message, "Requires-Python"),
        dependencies=tuple(" ".join(str(one).split()) for one in message.get_all("Requires-Dist", ())),
        links=tuple(_links(message)),
    )


def _rendered(text: str, kind: str) -> str | None:
    """``text`` as safe HTML; None where it cannot be rendered."""
    if kind == "text/plain":
        return None
    try:
        if kind == "text/markdown":
            from readme_renderer.markdown import render  # noqa: PLC0415 - slow to load, and seldom needed

            return render(text)
        from readme_renderer.rst import render as render_rst  # noqa: PLC0415

        return render_rst(text)
    except Exception:  # whatever a renderer makes of a stranger's text, the page is shown
        return None


def _links(message: Message[str, str]) -> list[tuple[str, str]]:
    found = []
    if page := _line(message, "Home-page"):
        found.append(("Homepage", page))
    for entry in message.get_all("Project-URL", ()):
        label, comma, url = " ".join(str(entry).split()).partition(",")
        if comma:
            found.append((label.strip(), url.strip()))
    return [(label, url) for label, url in found if _is_web(url)]


def _is_web(url: str) -> bool:
    try:
        return urlsplit(url).scheme in ("http", "https")
    except ValueError:
        return False


def _line(message: Message[str, str], name: str) -> str:
    text = " ".join(str(message.get(name, "")).split())
    return "" if text == "UNKNOWN" else text


def _unfolded(text: str) -> str:
    return re.sub(r"\n(?: {8}|\|)", "\n", text)
