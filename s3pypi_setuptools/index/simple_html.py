"""The HTML form of an index (PEP 503, 592, 629, 658, 714, 740, 792; frozen at API 1.4 by PEP 833), both ways.

Besides what the standards name, a page holds each file's size and upload time in the attributes that uv reads, and the
commit id in a ``meta`` of its own. What stands beside the links is for people; installers read links alone. Upload time
and requires-python are shown by the style sheet, since a page of a thousand files should not say everything twice.

Reading what was rendered gives the same value again, as far as HTML can hold it: of several hashes of a file or of its
metadata only the strongest, no file whose filename is not the end of its url or ends unlike any distribution, and no
file of a quarantined project. Rendering is deterministic.

``data-dist-info-metadata``, the older name of ``data-core-metadata`` (PEP 714), is read, but not rendered: through it,
pip 22.3 to 23.1.2 compare the name in a wheel's metadata with the normalized one, and reject what is spelled otherwise.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape
from html.parser import HTMLParser
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

from ..errors import InvalidIndex
from ..naming import SUFFIXES, is_project_name, normalize_name
from ..text import size_text
from .fields import (
    API_VERSION,
    MOST_FILES,
    check_api_version,
    hashes_of,
    is_commit,
    is_filename,
    is_provenance,
    parse_upload_time,
    render_upload_time,
    status_of,
)
from .model import LARGEST_DOCUMENT, File, Hashes, Project, Root, clean_text
from .urls import LONGEST_URL, canonical_url, filename_of

__all__ = [
    "CONTENT_TYPE",
    "REJECTED_BY_OLD_PIP",
    "parse_project",
    "parse_root",
    "render_project",
    "render_root",
]

CONTENT_TYPE = "text/html; charset=utf-8"

REJECTED_BY_OLD_PIP = "data-dist-info-metadata"
"""The attribute by which pip 22.3 to 23.1.2 reject wheels whose metadata spells the project's name its own way."""

_COMMIT = "s3pypi:commit"
_ALGORITHMS = ("sha256", "sha512", "sha384", "blake2b", "sha3_512", "sha3_384", "sha3_256", "sha224", "sha1", "md5")
_LONGEST_TAG = 1024 * 1024
"""Characters that are read at once, and the most that one tag, comment or script has."""
_LONGEST_REST = 8 * 1024
"""Characters at the end of a page that are no whole tag; html.parser takes time by their square."""
_STYLE = (
    ":root{color-scheme:light dark}body{font:1rem/1.5 system-ui,sans-serif;margin:2rem auto;max-width:60rem;"
    "padding:0 1rem}li{margin:.2rem 0;overflow-wrap:anywhere}small,a::after{opacity:.7;font-size:smaller}"
    "a::after{display:inline-block;margin:0 1ch;color:CanvasText}"
    "a[data-upload-time]::after{content:attr(data-upload-time)}"
    'a[data-requires-python]::after{content:attr(data-upload-time)" Python "attr(data-requires-python)}'
)


def render_project(project: Project) -> bytes:
    """The project's HTML page."""
    metas = []
    notice = []
    if project.status is not None:
        status, reason = project.status.status.value, project.status.reason
        metas.append(("pypi:project-status", status))
        if reason is not None:
            metas.append(("pypi:project-status-reason", reason))
        notice.append(f"<p>This project is {status}{'.' if reason is None else f': {escape(reason)}'}</p>")
    items = [f"<li>{_link(file)}{_remarks(file)}</li>" for file in project.offered]
    return _page(f"Links for {project.name}", metas, project.commit, [*notice, "<ul>", *items, "</ul>"])


def render_root(names: Iterable[str], commit: str | None) -> bytes:
    """The root's HTML page, which links to the projects of those normalized names."""
    root = Root.of(names, commit)
    items = [f'<li><a href="{escape(name)}/">{escape(name)}</a></li>' for name in root.projects]
    return _page("Simple index", [], root.commit, ["<ul>", *items, "</ul>"])


def parse_project(data: bytes, name: str) -> Project:
    """The project that an HTML page of any tool tells of.

    :param name: the project's normalized name, which such a page need not state.

    Links that lead to no distribution are passed over; so are hashes, sizes and times that make no sense. Raises
    `InvalidIndex` for what is no HTML page, was cut short, or follows a newer major version of the API.
    """
    page = _read(data)
    status = page.metas.get("pypi:project-status")
    reason = page.metas.get("pypi:project-status-reason")
    marker = None if status is None else status_of(status, reason)
    return Project.of(name, _files(page), marker, page.commit)


def parse_root(data: bytes) -> Root:
    """The projects that a root's HTML page of any tool links to; raises `InvalidIndex` as `parse_project`."""
    page = _read(data)
    names = (text.strip().rstrip("/") for _, text in page.links)
    return Root.of((normalize_name(name) for name in names if _is_listed(name)), page.commit)


def _is_listed(name: str) -> bool:
    return is_project_name(name) and name.lower() != "index.html"


def _page(title: str, metas: list[tuple[str, str]], commit: str | None, body: list[str]) -> bytes:
    metas = [("pypi:repository-version", API_VERSION), *metas]
    if commit is not None:
        metas.append((_COMMIT, commit))
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
        "<body>",
        f"<h1>{escape(title)}</h1>",
        *body,
        "</body>",
        "</html>",
        "",
    ]
    return "\n".join(lines).encode()


def _link(file: File) -> str:
    digest = _strongest(file.hashes)
    attributes = [f'href="{escape(file.url + (f"#{digest}" if digest else ""))}"']
    if file.requires_python is not None:
        attributes.append(f'data-requires-python="{escape(file.requires_python)}"')
    if file.size is not None:
        attributes.append(f'data-size="{file.size}"')
    if file.upload_time is not None:
        attributes.append(f'data-upload-time="{render_upload_time(file.upload_time)}"')
    if file.core_metadata is not None:
        value = escape(_strongest(file.core_metadata) or "true")
        attributes.append(f'data-core-metadata="{value}"')
    if file.yanked is not None:
        attributes.append(f'data-yanked="{escape(file.yanked)}"')
    if file.gpg_sig is not None:
        attributes.append(f'data-gpg-sig="{"true" if file.gpg_sig else "false"}"')
    if file.provenance is not None:
        attributes.append(f'data-provenance="{escape(file.provenance)}"')
    return f"<a {' '.join(attributes)}>{escape(file.filename)}</a>"


def _remarks(file: File) -> str:
    remarks = []
    if file.size is not None:
        remarks.append(size_text(file.size))
    if file.yanked is not None:
        remarks.append(f"yanked: {escape(file.yanked)}" if file.yanked else "yanked")
    return f" <small>{' · '.join(remarks)}</small>" if remarks else ""


def _strongest(hashes: Hashes) -> str | None:
    known = dict(hashes)
    algorithm = next((name for name in (*_ALGORITHMS, *known) if name in known), None)
    return None if algorithm is None else f"{algorithm}={known[algorithm]}"


class _Reader(HTMLParser):
    """Gathers links, metas and the base URL of a page."""

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

    def read(self, text: str) -> None:
        """Read a whole page, in time and memory that grow no faster than it does; raises `InvalidIndex`."""
        for start in range(0, len(text), _LONGEST_TAG):
            self.feed(text[start : start + _LONGEST_TAG])
            if len(self.rawdata) > _LONGEST_TAG:
                raise InvalidIndex("is no HTML page of an index: it holds a tag or script that is too long")
        if len(self.rawdata) > _LONGEST_REST:
            raise InvalidIndex("is an HTML page that was cut short, or holds a tag that does not end")
        self.cut_short = self._open is not None or "<" in self.rawdata
        self.close()
        self.end_link()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take note of what the element says; an attribute given twice counts once, as in browsers."""
        self.elements.add(tag)
        attributes = {name: value or "" for name, value in reversed(attrs)}
        if tag == "a":
            self.end_link()
            if len(self.links) == MOST_FILES:
                raise InvalidIndex(f"is no HTML page of an index: it holds more than {MOST_FILES:,} links")
            self._open = attributes
        elif tag == "base" and self.base is None:
            self.base = attributes.get("href")
        elif tag == "meta":
            self.metas.setdefault(attributes.get("name", ""), attributes.get("content", ""))

    def handle_endtag(self, tag: str) -> None:
        """A link ends; so may the page."""
        self.ended.add(tag)
        if tag == "a":
            self.end_link()

    def handle_data(self, data: str) -> None:
        """Collect the text of a link."""
        if self._open is not None:
            self._text.append(data)

    def end_link(self) -> None:
        """Close the link that is open, if one is."""
        if self._open is not None:
            self.links.append((self._open, "".join(self._text)))
        self._open = None
        self._text.clear()


def _read(data: bytes) -> _Reader:
    reader = _Reader()
    try:
        reader.read(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise InvalidIndex("is not an HTML page in UTF-8") from error
    except (AssertionError, ValueError) as error:  # html.parser's way to say that it cannot go on
        raise InvalidIndex("is not an HTML page that can be read") from error
    # An error message or half a page, taken for an index, would drop every link that it does not hold.
    outermost = next((element for element in ("html", "body", "a") if element in reader.elements), None)
    if outermost is None or b"\0" in data:  # what a crash or a full disk left of a page
        raise InvalidIndex("is not an HTML page")
    if outermost not in reader.ended or (outermost == "a" and reader.cut_short):
        raise InvalidIndex("is an HTML page that was cut short")
    check_api_version(reader.metas.get("pypi:repository-version", API_VERSION))
    commit = reader.metas.get(_COMMIT)
    if commit is not None and not is_commit(commit):
        raise InvalidIndex("has a malformed commit id")
    reader.commit = commit
    return reader


def _files(page: _Reader) -> Iterator[File]:
    length = 0
    for attributes, text in page.links:
        if file := _file(attributes, text, page.base):
            length += len(file.url)
            if length > LARGEST_DOCUMENT:
                raise InvalidIndex("is no HTML page of an index: its <base> makes too much of its links")
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
        upload_time=parse_upload_time(attributes.get("data-upload-time", "")),
        requires_python=clean_text(attributes.get("data-requires-python", "")) or None,
        core_metadata=() if metadata == "true" else _fragment_hashes(metadata) or None,
        yanked=None if yanked is None else clean_text(yanked),
        gpg_sig={"true": True, "false": False}.get(attributes.get("data-gpg-sig", "")),
        provenance=provenance if is_provenance(provenance) else None,
    )


def _resolved(base: str, reference: str) -> str:
    absolute = urlsplit(base).scheme or base.startswith("/") or urlsplit(reference).scheme or reference.startswith("/")
    if absolute:
        return urljoin(base, reference)
    # urljoin would drop the ".." that a relative base begins with.
    folder, _, last = urlsplit(base).path.rpartition("/")
    folder = f"{folder}/{last}" if last in (".", "..") else folder
    return f"{folder}/{reference}".removeprefix("/")


def _is_distribution(name: str) -> bool:
    return is_filename(name) and name.endswith(SUFFIXES)


def _count(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 19 else None  # noqa: PLR2004


def _fragment_hashes(fragment: str) -> Hashes:
    pairs = [part.partition("=") for part in unquote(fragment).split("&")]
    return hashes_of((name, digest) for name, _, digest in pairs if name.lower() in _ALGORITHMS) or ()
