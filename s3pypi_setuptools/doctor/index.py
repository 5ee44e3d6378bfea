# ruff: noqa: PLR0911 (a file is compared in many ways)
"""Compare what installers get from the index's URL with the repository."""

from __future__ import annotations

import contextlib
import hashlib
import secrets
import time
from collections.abc import Callable
from http import HTTPStatus
from urllib.parse import urljoin

from ..errors import Error, NotFound
from ..index.model import File
from ..redaction import redact
from ..repository.documents import OtherRepository
from ..repository.page_kind import PageKind
from ..repository.repository import Repository
from .check import Check, Result, fail, ok, skip, warn
from .http import PAGE_TYPES, Answer, NoAnswer, Unreachable, fetch
from .installers import old_pip_check, pip_check, release_age_check

UNCHECKED = "could not be checked"
"""How the finding begins where the index cannot be reached from this machine."""

SETTLING = 1.0
"""Seconds before a page that differs is fetched again: a publisher may be writing it."""

_FRESH_SECONDS = 600
"""The ``max-age`` up to which pages count as fresh: uv keeps pages that have no ``Cache-Control`` as long."""
_MOST_DIGITS = 19
"""The most decimal digits of a size in bytes that fits 64 bits."""
_LOOKED_AT = 5
"""The most projects that are read to find one with files."""
_HASHED = 4 * 1024**2
"""The size in bytes up to which a file is fetched and hashed."""
_PROJECT_PAGE, _FILES, _ABSENT = "project page", "files", "absent project"
_CHECK_URL = "check public-url and the network"


def unknown_index() -> list[Check]:
    """The check where it is not known how installers reach the repository."""
    advice = "set public-url where a server or CloudFront serves it; uv reads private buckets by itself"
    return [skip("index URL", "not known", advice)]


def index_checks(repository: Repository, url: str) -> list[Check]:
    """Check the root page, the page of a project, a file, a project that does not exist, and what pip finds.

    :param url: of the index, with ``/`` at its end.
    """
    try:
        project, files = _project_with_files(repository)
    except Error as error:
        return [skip("index URL", str(error))]
    checks = [ok("index URL", redact(url))]
    if url.startswith(("https://", "http://")):
        index = _Index(repository, url)
        checks += index.checks(project, files)
        if not index.answers:
            return checks
    elif project is not None:
        workspace = repository.workspace
        with contextlib.suppress(Error):  # pip says more about a page that cannot be read
            checks.append(old_pip_check(workspace.store.get(workspace.layout.page(PageKind.HTML, project)).data))
    if not (project and files):
        return checks
    unread = any(check.name == _PROJECT_PAGE and check.result is Result.FAILED for check in checks)
    return [*checks, pip_check(url, project, unread=_PROJECT_PAGE if unread else None)]


def _project_with_files(repository: Repository) -> tuple[str | None, tuple[File, ...]]:
    """A project and its files; where none of the first few has files, the first project; None without projects."""
    projects = repository.projects()
    for name in projects[:_LOOKED_AT]:
        with contextlib.suppress(OtherRepository):
            manifest = repository.manifest(name)
            if manifest is not None and manifest.project.files:
                return name, manifest.project.files
    return (projects[0] if projects else None), ()


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
            file = min(files, key=_preference)
            checks.append(_asked(_FILES, lambda: _file(urljoin(self._url, f"{project}/{file.url}"), file)))
        return [*checks, _asked(_ABSENT, self._absent)]

    def _page(self, name: str, url: str, project: str | None = None) -> list[Check]:
        keys = [*self._layout.pages(project, self._kinds).values()]
        try:
            answer = fetch(url)
            if answer.status == HTTPStatus.OK and not self._is_stored(keys, answer.body):
                time.sleep(SETTLING)
                answer = fetch(url)
            same = answer.status != HTTPStatus.OK or self._is_stored(keys, answer.body)
            self.answers = answer.status != HTTPStatus.UNAUTHORIZED
        except Unreachable as error:
            self.answers = False
            advice = "check public-url and the network, or ask from a machine that installs from there"
            return [warn(name, f"{UNCHECKED}: {error}", advice)]
        except NoAnswer as error:
            self.answers = False
            return [fail(name, f"no answer: {error}", _CHECK_URL)]
        except Error as error:
            return [skip(name, str(error))]
        checks = [_page_check(name, answer, same=same)]
        if name == _PROJECT_PAGE and answer.status == HTTPStatus.OK:
            checks += [old_pip_check(answer.body), release_age_check(answer.headers.get("content-type", ""))]
        return checks

    def _is_stored(self, keys: list[str], body: bytes) -> bool:
        """Whether one of the pages under ``keys`` is ``body``."""
        for key in keys:
            with contextlib.suppress(NotFound):
                if self._store.get(key).data == body:
                    return True
        return False

    def _absent(self) -> Check:
        status = fetch(urljoin(self._url, f"s3pypi-absent-{secrets.token_hex(4)}/")).status
        if status == HTTPStatus.NOT_FOUND:
            return ok(_ABSENT, "answers 404")
        if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
            advice = "uv stops there and asks no other index: let it be 404, or grant readers s3:ListBucket"
        else:
            advice = "let it be 404, so that installers go on to other indexes"
        return warn(_ABSENT, f"answers {status}", advice)


def _asked(name: str, ask: Callable[[], Check]) -> Check:
    try:
        return ask()
    except NoAnswer as error:
        return fail(name, f"no answer: {error}", _CHECK_URL)


def _file(url: str, file: File) -> Check:
    """Compare size and hash of ``file``, and the hash of its metadata file; raises `NoAnswer`."""
    head = fetch(url, method="HEAD", compressed=False)
    if head.status != HTTPStatus.OK:
        return _refused(head, file)
    if encoding := head.headers.get("content-encoding"):
        found = f"{file.filename}: served with Content-Encoding {encoding}"
        return fail(_FILES, found, "let the server compress no distributions")
    length = head.headers.get("content-length")
    if length is not None and not (length.isascii() and length.isdecimal() and len(length) <= _MOST_DIGITS):
        found = f"{file.filename}: Content-Length {length:.40} is no number"
        return fail(_FILES, found, "check the server, and the proxies before it")
    if file.size is not None and length is not None and int(length) != file.size:
        return fail(_FILES, f"{file.filename}: {length} bytes instead of {file.size}", "s3pypi verify")
    compared = "with the size"
    if file.sha256 is not None and file.size is not None and file.size <= _HASHED:
        compared = "with the hash"
        answer = fetch(url, compressed=False)
        if answer.status != HTTPStatus.OK:
            return _refused(answer, file)
        if hashlib.sha256(answer.body).hexdigest() != file.sha256:
            found = f"{file.filename}: the {len(answer.body)} bytes that come have another hash"
            return fail(_FILES, found, "s3pypi verify --deep; empty the cache before the repository")
    if not file.core_metadata:
        return ok(_FILES, f"{file.filename} comes {compared} that is listed")
    answer = fetch(f"{url}.metadata", compressed=False)
    if answer.status != HTTPStatus.OK:
        return fail(_FILES, f"its metadata file answers {answer.status}", "s3pypi reindex")
    if answer.headers.get("content-encoding"):
        return fail(_FILES, "metadata files are served compressed", "pip refuses them: compress none")
    if file.metadata_sha256 != hashlib.sha256(answer.body).hexdigest():
        return fail(_FILES, "its metadata file has another hash", "s3pypi reindex")
    return ok(_FILES, f"{file.filename} comes {compared} that is listed, its metadata file too")


def _preference(file: File) -> tuple[bool, float]:
    """The order in which files are chosen: those with metadata first, and of them the smallest."""
    return not file.core_metadata, float("inf") if file.size is None else file.size


def _refused(answer: Answer, file: File) -> Check:
    return fail(_FILES, f"{file.filename}: answers {answer.status}", "let installers read files")


def _page_check(name: str, answer: Answer, *, same: bool) -> Check:
    kind = answer.headers.get("content-type", "none")
    caching = answer.headers.get("cache-control")
    if answer.status == HTTPStatus.UNAUTHORIZED:
        return skip(name, "asks for a password", "put the password into ~/.netrc, so that the page can be checked")
    if answer.status != HTTPStatus.OK:
        correct = "correct public-url"
        advice = f"let readers have it, or {correct}" if answer.status == HTTPStatus.FORBIDDEN else correct
        return fail(name, f"answers {answer.status}", advice)
    if not kind.lower().startswith(PAGE_TYPES):
        return fail(name, f"Content-Type {kind}: installers refuse it", f"serve pages as {PAGE_TYPES[0]} or text/html")
    if not same:
        advice = "correct public-url, or empty the cache before it"
        return fail(name, "is not what the repository holds", advice)
    if not _is_fresh(caching):
        advice = "serve pages with Cache-Control: no-cache; uv keeps others for ten minutes or more"
        return warn(name, f"Cache-Control {caching or 'none'}", advice)
    return ok(name, f"{kind.partition(';')[0]}, {caching}, as the repository has it")


def _is_fresh(caching: str | None) -> bool:
    """Whether caches ask again soon (https://www.rfc-editor.org/rfc/rfc9111#section-5.2.2)."""
    directives = [part.strip().lower() for part in (caching or "").split(",")]
    if {"no-cache", "no-store"} & set(directives):
        return True
    ages = [part.partition("=")[2] for part in directives if part.startswith("max-age=")]
    return any(age.isdecimal() and int(age) <= _FRESH_SECONDS for age in ages)
