"""Render a project's description as safe HTML, in a process of its own that may take only so much time and memory.

Descriptions are a stranger's text. A few kilobytes that are nested deeply enough keep a renderer busy for minutes, and
it would hold up the threads that answer requests.

The process runs this file as a program: it imports nothing of this package, which would make it start more slowly.
"""

from __future__ import annotations

import contextlib
import re
import subprocess
import sys
from html import escape, unescape

_SECONDS = 5
"""Time on a processor that rendering may take. A description of 100 KB takes about 1 second as reStructuredText."""
_PATIENCE = 60
"""Seconds of waiting, however little of them the process gets: a busy machine shows descriptions all the same."""
_MEMORY = 1024**3
"""Bytes of address space; the libraries take some 100 MB of it."""
_LARGEST = 4 * 1024**2
"""Bytes of HTML that a page has room for: four times as many as text that is rendered."""

_IMAGE = re.compile(r'<img((?: [a-z-]+="[^"]*")*)>')
_ALTERNATIVE = re.compile(r' alt="([^"]*)"')
_HEADING = re.compile(r"(</?h)([1-6])(?=[ >])")
_EMPTY_LINK = re.compile(r'<a href="[^"]*" rel="nofollow"></a>')
"""A link that readme-renderer adds to each heading; a keyboard stops there, and a screen reader has nothing to say."""
_PROGRAMMING_LANGUAGE = re.compile(r'<pre lang="[^"]*"')
"""What cmarkgfm makes of the language of code; in HTML, it is the language that people speak."""
_ABOVE = 2
"""Levels of headings above those of a description: the project, and "Description"."""
_LOWEST = 6


def rendered(text: str, kind: str) -> str | None:
    """``text`` as safe HTML; None where it cannot be rendered, or not in the time and memory that it may take.

    :param kind: the media type: ``text/markdown``, or else reStructuredText.
    """
    command = [sys.executable, "-I", __file__, kind, *sys.path]
    try:
        done = subprocess.run(  # noqa: S603 - the program is this file
            command, input=text.encode(), capture_output=True, timeout=_PATIENCE, check=True
        )
    except (subprocess.SubprocessError, OSError):
        return None
    return done.stdout.decode() if len(done.stdout) <= _LARGEST else None


def safe_html(text: str, kind: str) -> str | None:
    """What `rendered` returns, made in this process."""
    if kind == "text/markdown":
        from readme_renderer.markdown import render  # noqa: PLC0415 - only the one that is needed

        html = render(text)
    else:
        from readme_renderer.rst import render as render_rst  # noqa: PLC0415

        html = render_rst(text)
    return None if html is None else _for_pages(html)


def _for_pages(html: str) -> str:
    """``html``, which a serializer wrote, in a form that suits a page with headings, a policy and a screen reader."""
    html = _IMAGE.sub(_without_image, html)
    html = _HEADING.sub(_lowered, html)
    html = _EMPTY_LINK.sub("", html)
    return _PROGRAMMING_LANGUAGE.sub("<pre", html)


def _without_image(match: re.Match[str]) -> str:
    """The image's text: pages load nothing from elsewhere, and relative images lie nowhere."""
    found = _ALTERNATIVE.search(match[1])
    return f'<span class="image">{escape(unescape(found[1] if found else "").strip() or "image")}</span>'


def _lowered(match: re.Match[str]) -> str:
    return f"{match[1]}{min(int(match[2]) + _ABOVE, _LOWEST)}"


def _limit() -> None:
    with contextlib.suppress(ImportError, ValueError, OSError):  # Windows has no limits, and macOS none of memory
        import resource  # noqa: PLC0415

        resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))


def main() -> int:
    """Render what standard input has; the arguments are its media type and Python's import path."""
    kind, *sys.path[:] = sys.argv[1:]
    _limit()
    html = safe_html(sys.stdin.buffer.read().decode(), kind)
    if html is None:
        return 1
    sys.stdout.buffer.write(html.encode())
    return 0


if __name__ == "__main__":
    sys.exit(main())
