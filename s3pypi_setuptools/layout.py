"""Every key of a repository, and the way between keys and URLs.

A file's **url** is the reference that the pages hold (PEP 691 ``url``): relative to the project's pages, percent-encoded
(``+`` as ``%2B``), such as ``demo-1.0.tar.gz`` or ``5f0c…/demo-1.0.tar.gz``; files that were adopted from elsewhere may
have ``../other/demo-1.0.tar.gz`` or an absolute URL.
"""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from urllib.parse import quote, unquote, urlsplit

__all__ = ["Layout", "file_url", "filename_of"]


def file_url(filename: str, folder: str = "") -> str:
    """The url of a file of a project, in the project's own folder or in ``folder`` within it."""
    return quote(f"{folder}/{filename}" if folder else filename, safe="/")


def filename_of(url: str) -> str:
    """The filename at the end of ``url``."""
    return unquote(posixpath.basename(urlsplit(url).path))


@dataclass(frozen=True, slots=True)
class Layout:
    """The keys of the repository that lies under ``prefix`` (empty, or without ``/`` at either end)."""

    prefix: str = ""

    def _key(self, *parts: str) -> str:
        return "/".join((self.prefix, *parts) if self.prefix else parts)

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

    def object_key(self, project: str, url: str) -> str | None:
        """Key of the object that ``url``, on the project's pages, refers to; None when it lies outside the repository."""
        parts = urlsplit(url)
        if parts.scheme or parts.netloc or parts.path.startswith("/") or not parts.path:
            return None
        path = posixpath.normpath(posixpath.join(project, unquote(parts.path)))
        return None if path.startswith("..") else self._key(path)

    def object_url(self, project: str, key: str) -> str:
        """The url on the project's pages of the object under ``key``; the inverse of `object_key`."""
        return quote(posixpath.relpath(key, self._key(project)), safe="/")

    @staticmethod
    def sidecar(key: str) -> str:
        """Key of the metadata file beside the wheel under ``key`` (PEP 658)."""
        return f"{key}.metadata"
