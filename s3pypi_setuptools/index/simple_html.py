"""Render and parse the HTML form of an index (PEP 503, 592, 629, 658, 714, 740, 792; frozen at API 1.4 by PEP 833).

The standards are at https://packaging.python.org/en/latest/specifications/simple-repository-api/.

A page holds more than the standards name: each file's size and upload time in the attributes that uv reads, and the
commit id in a ``meta``. Installers read only the links; all else is for people. The style sheet shows upload time and
requires-python, so that a page of a thousand files does not say them twice. What leads back to the list of projects is
a form, since each ``a`` stands for a file (PEP 503). The newest version comes first; installers sort versions
themselves, and the files of one version keep their order.

Two small scripts fill in the URL of the index and add a filter to the list of projects. Pages are complete without
them. They hold no ``<``, which some installers' parsers take for a tag.

Rendering is deterministic. A rendered page is parsed into an equal value, except for what HTML cannot hold: all but the
strongest hash of a file and of its metadata; files whose filename is not the end of their url, or does not end like
that of a distribution; the files of a quarantined project.

``data-dist-info-metadata``, the older name of ``data-core-metadata`` (PEP 714), is parsed, but not rendered: if a page
has it, pip 22.3 to 23.1.2 reject a wheel whose metadata does not have the project's name in its normalized form.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from html import escape
from itertools import groupby
from typing import TYPE_CHECKING
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

from ..errors import InvalidIndex
from ..naming import SUFFIXES, is_project_name, normalize_name, version_of
from ..text import size_text
from . import fields
from .model import LARGEST_DOCUMENT, File, Hashes, Project, Root, clean_text
from .urls import LONGEST_URL, canonical_url, filename_of

if TYPE_CHECKING:
    from .html_page import HtmlPage

CONTENT_TYPE = "text/html; charset=utf-8"

REJECTED_BY_OLD_PIP = "data-dist-info-metadata"
"""The attribute because of which pip 22.3 to 23.1.2 reject wheels with a project name that is not normalized."""

_ALGORITHMS = ("sha256", "sha512", "sha384", "blake2b", "sha3_512", "sha3_384", "sha3_256", "sha224", "sha1", "md5")
"""Hash algorithms, the one that installers should use first."""
_STYLE = (
    ":root{color-scheme:light dark;background:Canvas}"
    "body{font:1rem/1.5 system-ui,sans-serif;margin:2rem auto;max-width:60rem;padding:0 1rem}"
    "ul{padding:0}li:not([hidden]){display:block}"  # Chromium takes seconds to hide thousands of numbered list items
    "li{margin:.2rem 0;overflow-wrap:anywhere}small,a::after{opacity:.7;font-size:smaller}"
    "a::after{display:inline-block;margin:0 1ch;color:CanvasText}"
    "a[data-upload-time]::after{content:attr(data-upload-time)}"
    'a[data-requires-python]::after{content:attr(data-upload-time)" Python "attr(data-requires-python)}'
    "a[data-yanked]{text-decoration:line-through}code{overflow-wrap:anywhere;user-select:all}"
    "input,button{font:inherit;padding:.2rem .5rem}"
)
_FILL_IN_URL = 'document.querySelector("var").textContent=new URL("..",location)'
_FILTER = (
    'const f=document.createElement("input");f.type="search";f.placeholder=f.ariaLabel="Filter projects";'
    'f.oninput=()=>{const w=f.value.trim().toLowerCase().replace(/[-_.]+/g,"-");'
    'for(const i of document.querySelectorAll("li"))i.hidden=!i.textContent.includes(w)};'
    'document.querySelector("ul").before(f)'
)
_LAYOUT = b"<main>"
"""What pages of the current layout have, and those of earlier versions had not."""
SCRIPTS = (_FILL_IN_URL, _FILTER)
"""The inline scripts of pages, for a server that allows no others."""


def render_project(project: Project) -> bytes:
    """Render the project's HTML page."""
    metas = []
    notice = []
    if project.status is not None:
        status, reason = project.status.status.value, project.status.reason
        metas.append(("pypi:project-status", status))
        if reason is not None:
            metas.append(("pypi:project-status-reason", reason))
        notice.append(f"<p>This project is {status}{'.' if reason is None else f': {escape(reason)}'}</p>")
    items = [f"<li>{_link(file)}{_remarks(file)}</li>" for file in _newest_first(project)]
    body = ['<form action="../"><button>All projects</button></form>', *notice]
    if items:
        url = '<var title="the address of the list of projects">INDEX_URL</var>'
        body.append(f"<p><code>pip install --index-url {url} {escape(project.name)}</code></p>")
    body += ["<ul>", *items, "</ul>"]
    if items:
        body.append(f"<script>{_FILL_IN_URL}</script>")
    return _page(f"Links for {project.name}", metas, project.commit, body)


def render_root(names: Iterable[str], commit: str | None) -> bytes:
    """Render the HTML page that links to the projects with those normalized names."""
    root = Root.of(names, commit)
    items = [f'<li><a href="{escape(name)}/">{escape(name)}</a></li>' for name in root.projects]
    return _page("Simple index", [], root.commit, ["<ul>", *items, "</ul>", f"<script>{_FILTER}</script>"])


def parse_project(data: bytes, name: str) -> Project:
    """Parse a project's HTML page of any tool. Links to no distribution and malformed attributes are ignored.

    :param name: the project's normalized name, since a page need not state it.

    Raises `InvalidIndex` for what is no HTML page, was cut short, or follows a newer major version of the API.
    """
    page = _parse(data)
    status = page.metas.get("pypi:project-status")
    reason = page.metas.get("pypi:project-status-reason")
    marker = None if status is None else fields.status_of(status, reason)
    return Project.of(name, _files(page), marker, page.commit)


def parse_root(data: bytes) -> Root:
    """Parse the HTML page of a list of projects, of any tool; raises `InvalidIndex` as `parse_project` does."""
    page = _parse(data)
    names = (text.strip().rstrip("/") for _, text in page.links)
    return Root.of((normalize_name(name) for name in names if _is_listed(name)), page.commit)


def is_older_layout(page: bytes, rendered: bytes) -> bool:
    """Whether ``page`` tells installers the same as ``rendered``, in the layout of an earlier version of this package.

    Such a page is as good as a new one, until its project changes. Those layouts had no ``main`` and no scripts.
    """
    if _LAYOUT in page:
        return False
    try:
        older, newer = _parse(page), _parse(rendered)
    except InvalidIndex:
        return False
    return older.facts == newer.facts and "script" not in older.elements


def _parse(data: bytes) -> HtmlPage:
    from .html_page import HtmlPage  # noqa: PLC0415 - publishing parses no HTML, and need not load html.parser

    return HtmlPage.parse(data)


def _is_listed(name: str) -> bool:
    return is_project_name(name) and name.lower() != "index.html"


def _page(title: str, metas: list[tuple[str, str]], commit: str | None, body: list[str]) -> bytes:
    metas = [("pypi:repository-version", fields.API_VERSION), *metas]
    if commit is not None:
        metas.append((fields.COMMIT_META, commit))
    head = [f'<meta name="{name}" content="{escape(content)}">' for name, content in metas]
    lines = [
        "<!DOCTYPE html>",
        '<html lang="en">',
        "<head>",
        '<meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width">',
        *head,
        f"<title>{escape(title)}</title>",
        f"<style>{_STYLE}</style>",
        "</head>",
        f"<body>{_LAYOUT.decode()}",
        f"<h1>{escape(title)}</h1>",
        *body,
        "</main></body>",
        "</html>",
        "",
    ]
    return "\n".join(lines).encode()


def _newest_first(project: Project) -> list[File]:
    """The files that the page lists: those of the newest version first, those of one version in their order."""
    groups = [(version, tuple(files)) for version, files in groupby(project.offered, partial(_version, project.name))]
    groups.reverse()
    groups.sort(key=lambda group: group[0] is None)
    return [file for _, files in groups for file in files]


def _version(project: str, file: File) -> str | None:
    return version_of(project, file.filename)


def _link(file: File) -> str:
    digest, time, metadata = _strongest(file.hashes), file.upload_time, file.core_metadata
    attributes = {
        "href": f"{file.url}#{digest}" if digest else file.url,
        "data-requires-python": file.requires_python,
        "data-size": None if file.size is None else str(file.size),
        "data-upload-time": None if time is None else fields.render_upload_time(time),
        "data-core-metadata": None if metadata is None else _strongest(metadata) or "true",
        "data-yanked": file.yanked,
        "data-gpg-sig": None if file.gpg_sig is None else str(file.gpg_sig).lower(),
        "data-provenance": file.provenance,
    }
    written = [f'{name}="{escape(value)}"' for name, value in attributes.items() if value is not None]
    return f"<a {' '.join(written)}>{escape(file.filename)}</a>"


def _remarks(file: File) -> str:
    remarks = []
    if file.size is not None:
        remarks.append(size_text(file.size))
    if file.yanked is not None:
        remarks.append(f"yanked: {escape(file.yanked)}" if file.yanked else "yanked")
    return f" <small>{' · '.join(remarks)}</small>" if remarks else ""


def _strongest(hashes: Hashes) -> str | None:
    known = dict(hashes)
    if "sha256" in known:  # the usual case, and the first of the algorithms
        return f"sha256={known['sha256']}"
    algorithm = next((name for name in (*_ALGORITHMS, *known) if name in known), None)
    return None if algorithm is None else f"{algorithm}={known[algorithm]}"


def _files(page: HtmlPage) -> Iterator[File]:
    length = 0
    for attributes, text in page.links:
        if file := _file(attributes, text, page.base):
            length += len(file.url)
            if length > LARGEST_DOCUMENT:
                raise InvalidIndex("is no HTML page of an index: its <base> makes its links too long")
            yield file


def _file(attributes: dict[str, str], text: str, base: str | None) -> File | None:
    try:
        href = attributes.get("href", "").strip()
        if len(href) + len(base or "") > LONGEST_URL:
            return None
        reference, fragment = urldefrag(href)
        url = canonical_url(_resolved(base.strip(), reference) if base and reference else reference)
    except ValueError:
        return None
    if url is None:
        return None
    filename = next((name for name in (filename_of(url), text.strip()) if _is_distribution(name)), None)
    if filename is None:
        return None
    provenance = attributes.get("data-provenance", "")
    metadata = attributes.get("data-core-metadata", attributes.get(REJECTED_BY_OLD_PIP, ""))
    yanked = attributes.get("data-yanked")
    return File(
        filename=filename,
        url=url,
        hashes=_fragment_hashes(fragment),
        size=_count(attributes.get("data-size", "")),
        upload_time=fields.parse_upload_time(attributes.get("data-upload-time", "")),
        requires_python=clean_text(attributes.get("data-requires-python", "")) or None,
        core_metadata=() if metadata == "true" else _fragment_hashes(metadata) or None,
        yanked=None if yanked is None else clean_text(yanked),
        gpg_sig={"true": True, "false": False}.get(attributes.get("data-gpg-sig", "")),
        provenance=provenance if fields.is_provenance(provenance) else None,
    )


def _resolved(base: str, reference: str) -> str:
    absolute = urlsplit(base).scheme or base.startswith("/") or urlsplit(reference).scheme or reference.startswith("/")
    if absolute:
        return urljoin(base, reference)
    # urljoin would drop ".." at the beginning of a relative base.
    folder, _, last = urlsplit(base).path.rpartition("/")
    folder = f"{folder}/{last}" if last in (".", "..") else folder
    return f"{folder}/{reference}".removeprefix("/")


def _is_distribution(name: str) -> bool:
    return fields.is_filename(name) and name.endswith(SUFFIXES)


def _count(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 19 else None  # noqa: PLR2004


def _fragment_hashes(fragment: str) -> Hashes:
    pairs = [part.partition("=") for part in unquote(fragment).split("&")]
    return fields.hashes_of((name, digest) for name, _, digest in pairs if name.lower() in _ALGORITHMS) or ()
