"""What installers are given under the index's URL, held against what the repository holds."""

from __future__ import annotations

import contextlib
import hashlib
import secrets
import time
from collections.abc import Callable
from urllib.parse import urljoin

from ..errors import Error, NotFound
from ..index.model import File
from ..redaction import redact
from ..repository.documents import OtherRepository
from ..repository.page_kind import PageKind
from ..repository.repository import Repository
from .check import Check, Result
from .http import PAGE_TYPES, Answer, NoAnswer, Unreachable, fetch
from .installers import old_pip_check, release_age_check
from .pip import pip_check

__all__ = ["UNCHECKED", "index_checks", "unknown_index"]

_MOST_DIGITS = 19
UNCHECKED = "could not be checked"
"""What the finding begins with where the index cannot be reached from here."""

SETTLING = 1.0
"""Seconds before a page that differs is fetched again: a publisher may be at work."""

_FRESH_SECONDS = 600
_OK, _FORBIDDEN, _ABSENT, _UNAUTHORIZED = 200, 403, 404, 401
_PROJECT_PAGE = "project page"
_LOOKED_AT = 5
"""Projects that are looked at to find one with files."""
_HASHED = 4 * 1024**2
"""Bytes up to which a file is fetched, to be hashed."""


def unknown_index() -> list[Check]:
    """The check where nobody knows how installers reach the repository."""
    advice = "set public-url where a server or CloudFront serves it; uv reads private buckets by itself"
    return [Check("index URL", Result.SKIPPED, "not known", advice)]


def index_checks(repository: Repository, url: str) -> list[Check]:
    """The root page, one project's page, one file, an absent project, and what pip makes of them.

    :param url: of the index, with ``/`` at its end.
    """
    try:
        project, files = _with_files(repository)
    except Error as error:
        return [Check("index URL", Result.SKIPPED, str(error))]
    checks = [Check("index URL", Result.OK, redact(url))]
    if url.startswith(("https://", "http://")):
        index = _Index(repository, url)
        checks += index.checks(project, files)
        if not index.answers:
            return checks
    elif project is not None:
        checks += _folder_page(repository, project)
    if not (project and files):
        return checks
    unread = any(check.name == _PROJECT_PAGE and check.result is Result.NO for check in checks)
    return [*checks, pip_check(url, project, unread=_PROJECT_PAGE if unread else None)]


def _with_files(repository: Repository) -> tuple[str | None, tuple[File, ...]]:
    """A project, if there is one, and what it offers."""
    projects = repository.projects()
    for name in projects[:_LOOKED_AT]:
        with contextlib.suppress(OtherRepository):
            manifest = repository.manifest(name)
            if manifest is not None and manifest.project.files:
                return name, manifest.project.files
    return (projects[0] if projects else None), ()


def _folder_page(repository: Repository, project: str) -> list[Check]:
    """What the page is like that pip reads in a folder."""
    workspace = repository.workspace
    try:
        return [old_pip_check(workspace.store.get(workspace.layout.page(PageKind.HTML, project)).data)]
    except Error:  # pip itself says more
        return []


class _Index:
    def __init__(self, repository: Repository, url: str) -> None:
        self._store = repository.workspace.store
        self._layout = repository.workspace.layout
        self._kinds = repository.config.pages
        self._url = url
        self.answers = True

    def checks(self, project: str | None, files: tuple[File, ...]) -> list[Check]:
        checks = self._page("root page", self._url)
        if not self.answers:
            return checks
        if project is not None:
            checks += self._page(_PROJECT_PAGE, urljoin(self._url, f"{project}/"), project)
        if project is not None and files:
            checks.append(self._file(project, min(files, key=_cost)))
        return [*checks, self._absent()]

    def _page(self, name: str, url: str, project: str | None = None) -> list[Check]:
        wanted = [*self._layout.pages(project, self._kinds).values()]
        try:
            answer = fetch(url)
            if answer.status == _OK and not self._holds(wanted, answer.body):
                time.sleep(SETTLING)
                answer = fetch(url)
            same = answer.status != _OK or self._holds(wanted, answer.body)
            self.answers = answer.status != _UNAUTHORIZED
        except Unreachable as error:
            self.answers = False
            advice = "check public-url and the network, or ask from a machine that installs from there"
            return [Check(name, Result.WARNING, f"{UNCHECKED}: {error}", advice)]
        except NoAnswer as error:
            self.answers = False
            return [Check(name, Result.NO, f"no answer: {error}", "check public-url and the network")]
        except Error as error:
            return [Check(name, Result.SKIPPED, str(error))]
        checks = [_judged(name, answer, same=same)]
        if name == _PROJECT_PAGE and answer.status == _OK:
            checks += [old_pip_check(answer.body), release_age_check(answer.headers.get("content-type", ""))]
        return checks

    def _holds(self, keys: list[str], body: bytes) -> bool:
        for key in keys:
            try:
                if self._store.get(key).data == body:
                    return True
            except NotFound:
                continue
        return False

    def _file(self, project: str, file: File) -> Check:
        url = urljoin(self._url, f"{project}/{file.url}")

        def ask() -> Check:
            head = fetch(url, method="HEAD", compressed=False)
            if head.status != _OK:
                return Check("files", Result.NO, f"{file.filename}: answers {head.status}", "let installers read files")
            if head.headers.get("content-encoding"):
                found = f"{file.filename}: served with Content-Encoding {head.headers['content-encoding']}"
                return Check("files", Result.NO, found, "let the server compress no distributions")
            length = head.headers.get("content-length")
            if length is not None and not (length.isascii() and length.isdecimal() and len(length) <= _MOST_DIGITS):
                found = f"{file.filename}: Content-Length {length:.40} is no number"
                return Check("files", Result.NO, found, "look at the server, and at what is before it")
            if file.size is not None and length is not None and int(length) != file.size:
                return Check(
                    "files", Result.NO, f"{file.filename}: {length} bytes instead of {file.size}", "s3pypi verify"
                )
            return self._hashed(url, file) or self._sidecar(url, file)

        return _answered("files", ask)

    def _hashed(self, url: str, file: File) -> Check | None:
        """What is wrong with the bytes of a file that is not too large to be fetched."""
        if not _is_hashed(file):
            return None
        answer = fetch(url, compressed=False)
        if answer.status != _OK:
            return Check("files", Result.NO, f"{file.filename}: answers {answer.status}", "let installers read files")
        if hashlib.sha256(answer.body).hexdigest() != file.sha256:
            found = f"{file.filename}: the {len(answer.body)} bytes that come have another hash"
            return Check("files", Result.NO, found, "s3pypi verify --deep; empty the cache before the repository")
        return None

    def _sidecar(self, url: str, file: File) -> Check:
        compared = "with the hash" if _is_hashed(file) else "with the size"
        if not file.core_metadata:
            return Check("files", Result.OK, f"{file.filename} comes {compared} that is listed")
        answer = fetch(f"{url}.metadata", compressed=False)
        if answer.status != _OK:
            return Check("files", Result.NO, f"its metadata file answers {answer.status}", "s3pypi reindex")
        if answer.headers.get("content-encoding"):
            return Check("files", Result.NO, "metadata files are served compressed", "pip refuses them: compress none")
        if file.metadata_sha256 != hashlib.sha256(answer.body).hexdigest():
            return Check("files", Result.NO, "its metadata file has another hash", "s3pypi reindex")
        found = f"{file.filename} comes {compared} that is listed, its metadata file too"
        return Check("files", Result.OK, found)

    def _absent(self) -> Check:
        def ask() -> Check:
            status = fetch(urljoin(self._url, f"s3pypi-absent-{secrets.token_hex(4)}/")).status
            if status == _ABSENT:
                return Check("absent project", Result.OK, "answers 404")
            if status in (_UNAUTHORIZED, _FORBIDDEN):
                advice = "uv stops there and asks no other index: let it be 404, or grant readers s3:ListBucket"
            else:
                advice = "let it be 404, so that installers go on to other indexes"
            return Check("absent project", Result.WARNING, f"answers {status}", advice)

        return _answered("absent project", ask)


def _is_hashed(file: File) -> bool:
    return file.sha256 is not None and file.size is not None and file.size <= _HASHED


def _cost(file: File) -> tuple[bool, float]:
    """What is looked at first: files with metadata, and the smallest of them."""
    return not file.core_metadata, float("inf") if file.size is None else file.size


def _judged(name: str, answer: Answer, *, same: bool) -> Check:
    kind = answer.headers.get("content-type", "none")
    caching = answer.headers.get("cache-control")
    if answer.status == _UNAUTHORIZED:
        return Check(name, Result.SKIPPED, "asks for a password", "put the password into ~/.netrc to have it looked at")
    if answer.status != _OK:
        advice = "let readers have it, or correct public-url" if answer.status == _FORBIDDEN else "correct public-url"
        return Check(name, Result.NO, f"answers {answer.status}", advice)
    if not kind.lower().startswith(PAGE_TYPES):
        return Check(
            name,
            Result.NO,
            f"Content-Type {kind}: installers refuse it",
            f"serve pages as {PAGE_TYPES[0]} or text/html",
        )
    if not same:
        return Check(
            name, Result.NO, "is not what the repository holds", "correct public-url, or empty the cache before it"
        )
    if not _is_fresh(caching):
        advice = "serve pages with Cache-Control: no-cache; uv keeps others for ten minutes or more"
        return Check(name, Result.WARNING, f"Cache-Control {caching or 'none'}", advice)
    return Check(name, Result.OK, f"{kind.partition(';')[0]}, {caching}, as the repository has it")


def _is_fresh(caching: str | None) -> bool:
    directives = [part.strip().lower() for part in (caching or "").split(",")]
    if {"no-cache", "no-store"} & set(directives):
        return True
    ages = [part.partition("=")[2] for part in directives if part.startswith("max-age=")]
    return any(age.isdecimal() and int(age) <= _FRESH_SECONDS for age in ages)


def _answered(name: str, ask: Callable[[], Check]) -> Check:
    try:
        return ask()
    except NoAnswer as error:
        return Check(name, Result.NO, f"no answer: {error}", "check public-url and the network")
