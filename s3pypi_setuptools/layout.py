"""Every key of a repository, the way between keys and URLs, and how objects are typed.

A file's **url** is the reference that the pages hold (PEP 691 ``url``): relative to the project's pages, and
percent-encoded (``+`` as ``%2B``), such as ``demo-1.0.tar.gz`` or ``5f0c…/demo-1.0.tar.gz``; adopted files may have
``../other/demo-1.0.tar.gz`` or an absolute URL. It has no fragment.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from urllib.parse import quote, unquote, urlsplit

__all__ = [
    "LARGEST_DOCUMENT",
    "LONGEST_URL",
    "Layout",
    "canonical_url",
    "content_type",
    "file_url",
    "filename_of",
    "is_elsewhere",
    "is_project_name",
    "is_random",
    "is_relative",
    "normalize_name",
]

_CONTENT_TYPES = {
    ".whl": "application/zip",
    ".zip": "application/zip",
    ".egg": "application/zip",
    ".tar.gz": "application/gzip",
    ".tgz": "application/gzip",
    ".tar.bz2": "application/x-bzip2",
    ".tar.xz": "application/x-xz",
}
_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")
_SEPARATORS = re.compile(r"[-_.]+")
_PLAIN_URL = re.compile(r"[A-Za-z0-9_.~-][A-Za-z0-9_.~/-]*")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_RANDOM = re.compile(r"[0-9a-f]{16}")
_SCHEMES = ("http", "https", "file")
_LONGEST_NAME = 255
LARGEST_DOCUMENT = 128 * 1024**2
"""Bytes of a record or page, decoded: twice what 100,000 files with names of 110 characters take."""
LONGEST_URL = 8192
"""Characters; no key is as long, nor do servers take longer ones. A page may not make much of little."""


def is_project_name(name: str) -> bool:
    """Whether ``name`` is a legal project name, normalized or not (core metadata, *Name*), that a folder can have."""
    return len(name) <= _LONGEST_NAME and _NAME.fullmatch(name) is not None


def normalize_name(name: str) -> str:
    """The normalized form of a project's name (PEP 503)."""
    return _SEPARATORS.sub("-", name).lower()


def is_random(folder: str) -> bool:
    """Whether ``folder`` is a name that publishers give to the folder of a file whose plain key cannot serve it."""
    return _RANDOM.fullmatch(folder) is not None


def content_type(filename: str) -> str:
    """The media type to store the file of that name with; sidecars and unknown files are plain bytes.

    Compression is part of a distribution: it must never be told as a ``Content-Encoding``, which clients would undo.
    """
    name = filename.lower()
    return next((kind for suffix, kind in _CONTENT_TYPES.items() if name.endswith(suffix)), "application/octet-stream")


def file_url(filename: str, folder: str = "") -> str:
    """The url of a file of a project, in the project's own folder or in ``folder`` within it."""
    return quote(f"{folder}/{filename}" if folder else filename, safe="/")


def filename_of(url: str) -> str:
    """The filename at the end of ``url``; empty when it ends in ``/`` or is no URL."""
    try:
        return posixpath.basename(unquote(urlsplit(url).path))
    except ValueError:
        return ""


def is_relative(url: str) -> bool:
    """Whether ``url`` begins where its page lies: neither a whole URL nor a path from the host's root."""
    if _PLAIN_URL.fullmatch(url):
        return True
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return not (parts.scheme or parts.netloc or parts.path.startswith("/"))


def is_elsewhere(url: str) -> bool:
    """Whether the object of ``url`` lies, or may lie, outside the project's folder, where nothing is stored for it."""
    return url.startswith("../") or not is_relative(url)


def canonical_url(reference: str) -> str | None:
    """The url that a page's ``reference`` means, in the one spelling used here: percent-encoded, without fragment.

    None for what no installer fetches: other schemes than http, https and file; control characters; no path at all; too
    long a text.
    """
    if len(reference) > LONGEST_URL:
        return None
    if _PLAIN_URL.fullmatch(reference):
        return reference
    try:
        parts = urlsplit(reference.strip(" \t\r\n\f"))
        scheme = parts.scheme.lower()
        host = quote(parts.netloc, safe="@:[]%.-_~")
    except ValueError:
        return None
    path = unquote(parts.path)
    if (scheme and scheme not in _SCHEMES) or not path or _CONTROL.search(reference.strip()) or _CONTROL.search(path):
        return None
    # In a path on another host "+" may be spelled either way for a reason; ours must not become a space on S3.
    path = quote(parts.path, safe="/%+@:=,;!$&'()*~") if host or scheme else quote(path, safe="/")
    if path.startswith("//") and not host:
        return None
    query = f"?{quote(parts.query, safe='=&%+/:;,@!$()*~?')}" if parts.query else ""
    start = f"{scheme}://{host}" if scheme else f"//{host}" if host else ""
    url = f"{start}{path}{query}"
    return url if len(url) <= LONGEST_URL else None


@dataclass(frozen=True, slots=True)
class Layout:
    """The keys of the repository that lies under ``prefix`` (empty, or without ``/`` at either end)."""

    prefix: str = ""

    def _key(self, *parts: str) -> str:
        return "/".join((self.prefix, *parts) if self.prefix else parts)

    @property
    def top(self) -> str:
        """What all keys of the repository begin with: empty, or ends in ``/``."""
        return f"{self.prefix}/" if self.prefix else ""

    @property
    def repository(self) -> str:
        """Key of the record that is made once."""
        return self._key("repository.json")

    @property
    def root_manifest(self) -> str:
        """Key of the root record."""
        return self._key("manifest.json")

    @property
    def root_json(self) -> str:
        """Key of the root's JSON page."""
        return self._key("index.json")

    @property
    def root_html(self) -> str:
        """Key of the root's HTML page."""
        return self._key("index.html")

    @property
    def root_slash(self) -> str | None:
        """Key of the root's HTML page that ends in ``/``; None without a prefix."""
        return f"{self.prefix}/" if self.prefix else None

    def folder(self, project: str) -> str:
        """What all keys of ``project`` begin with; ends in ``/``."""
        return self._key(project, "")

    def manifest(self, project: str) -> str:
        """Key of the project's manifest."""
        return self._key(project, "manifest.json")

    def json_page(self, project: str) -> str:
        """Key of the project's JSON page."""
        return self._key(project, "index.json")

    def html_page(self, project: str) -> str:
        """Key of the project's HTML page."""
        return self._key(project, "index.html")

    def slash_page(self, project: str) -> str:
        """Key of the project's HTML page that ends in ``/``."""
        return self.folder(project)

    @staticmethod
    def has_url(key: str) -> bool:
        """Whether pages can refer to the object under ``key``: not where it holds what no url may hold."""
        return _CONTROL.search(key) is None and "\\" not in key

    def object_key(self, project: str, url: str) -> str | None:
        """Key of the object that ``url``, on the project's pages, refers to.

        None when it refers to no object of the repository: it lies outside, is a folder, or cannot be a key.
        """
        key = self.store_key(project, url)
        return key if key and key.startswith(self.top) and key != self.top else None

    def store_key(self, project: str, url: str) -> str | None:
        """As `object_key`, but also of an object of the same store that lies outside the repository."""
        try:
            parts = urlsplit(url)
        except ValueError:
            return None
        path = unquote(parts.path)
        if parts.scheme or parts.netloc or not self.has_url(path):
            return None
        segments = self.folder(project).rstrip("/").split("/")
        steps = path.split("/")
        if steps[-1] in ("", ".", ".."):
            return None
        for step in steps:
            if step == "..":
                if not segments:
                    return None
                segments.pop()
            elif step != ".":
                segments.append(step)
        return None if "" in segments else "/".join(segments)

    def possible_keys(self, url: str) -> tuple[str, ...]:
        """Keys of the objects of the repository that ``url``, absolute or a path from the host's root, may refer to.

        How much of its path leads to the repository is not known: each end of it may be a key, the longest first.
        """
        try:
            steps = unquote(urlsplit(url).path).lstrip("/").split("/")
        except ValueError:
            return ()
        keys = (self.key_below("/".join(steps[start:])) for start in range(len(steps)))
        return tuple(key for key in keys if key)

    def key_below(self, path: str) -> str | None:
        """The key at ``path`` below the repository's top; None where no object can lie there."""
        possible = self.has_url(path) and not {"", ".", ".."} & set(path.split("/"))
        return self._key(path) if possible else None

    def object_url(self, project: str, key: str) -> str:
        """The url on the project's pages of the object under ``key``; the inverse of `object_key`.

        Raises `ValueError` for a key outside the repository.
        """
        own = self.folder(project)
        if key.startswith(own):
            return quote(key[len(own) :], safe="/")
        if not key.startswith(self.top):
            raise ValueError(f"{key!r} lies outside {self.prefix!r}")
        return quote(f"../{key[len(self.top) :]}", safe="/")

    def is_own_place(self, project: str, key: str) -> bool:
        """Whether an object of ``project`` can lie under ``key``: ``p/<file>`` or ``p/<random>/<file>``.

        What lies deeper, or in a folder of another name, is never the project's.
        """
        own = self.folder(project)
        return key.startswith(own) and ("/" not in key[len(own) :] or self.lies_apart(project, key))

    def lies_apart(self, project: str, key: str) -> bool:
        """Whether ``key`` is one that only a publisher makes: for a file whose plain key cannot serve it."""
        folder, separator, name = key.removeprefix(self.folder(project)).partition("/")
        return bool(separator and name and "/" not in name) and is_random(folder)

    @staticmethod
    def sidecar(key: str) -> str:
        """Key of the metadata file beside the wheel under ``key`` (PEP 658)."""
        return f"{key}.metadata"

    @staticmethod
    def provenance(key: str) -> str:
        """Key of the provenance object beside the file under ``key`` (PEP 740)."""
        return f"{key}.provenance"
