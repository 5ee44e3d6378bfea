"""Uploads by the legacy API that twine and its like speak (https://github.com/pypi/warehouse)."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import tempfile
from collections.abc import AsyncIterator
from concurrent.futures import Executor
from hmac import compare_digest
from http import HTTPStatus
from pathlib import Path
from typing import Any

from ..api import PackageRepository
from ..config.choices import IfExists
from ..distribution import Description
from ..errors import InvalidDistribution
from ..naming import ATTESTATION_SUFFIX, is_project_name, normalize_name, parse_version
from ..operations.publish.report import FileReport
from ..text import quoted
from .problems import Problem, problem_of
from .replies import Reply, Request, text_reply
from .upload_form import FormFile, UploadForm, too_large
from .users import Role

__all__ = ["Uploads"]

_FILE_TYPES: dict[str, tuple[str, ...]] = {
    "bdist_wheel": (".whl",),
    "sdist": (".tar.gz", ".zip", ".tar.bz2", ".tar.xz", ".tgz"),
}
_CHUNK = 1024 * 1024
_FORM_SIZE = 64 * 1024 * 1024
"""Bytes of a form beside its file: fields, and what separates them."""


class Uploads:
    """Takes uploads, and publishes them as the command line does.

    :param pool: where forms are written, checked and published.
    :param max_size: bytes that one file may have.
    """

    def __init__(
        self, repository: PackageRepository, pool: Executor, *, max_size: int, if_exists: IfExists = IfExists.SAME
    ) -> None:
        self._repository = repository
        self._pool = pool
        self._max_size = max_size
        self._if_exists = if_exists

    async def take(self, request: Request) -> Reply:
        """Take one upload; the answer where it succeeded. Raises `Problem`, and what publishing raises."""
        length = request.header(b"content-length")
        if length.isdecimal() and int(length) > self._max_size + _FORM_SIZE:
            raise too_large(self._max_size)
        loop = asyncio.get_running_loop()
        with tempfile.TemporaryDirectory(prefix="s3pypi-upload-") as folder:
            form = UploadForm(Path(folder), self._max_size, self._pool)
            await form.read(request.header(b"content-type"), _body(request))
            content = check_form(form)
            project = normalize_name(form.text("name"))
            if not request.identity.may(Role.UPLOAD, project):
                raise Problem(HTTPStatus.FORBIDDEN, "forbidden", f"You may not upload files of {project}")
            try:
                report = await loop.run_in_executor(self._pool, self._publish, form, content)
            except InvalidDistribution as error:
                text = str(error).replace(str(content.path.parent) + os.sep, "")
                raise Problem(HTTPStatus.BAD_REQUEST, "invalid-distribution", text) from error
        return _answer(report)

    def _publish(self, form: UploadForm, content: FormFile) -> FileReport:
        check_digests(form, content.path)
        check_identity(form, Description.read(content.path))
        write_attestations(form, content.path)
        return self._repository.publish(content.path, if_exists=self._if_exists).files[0]


async def _body(request: Request) -> AsyncIterator[bytes]:
    while True:
        message = await request.receive()
        if message["type"] == "http.disconnect":
            raise ConnectionError("the client went away")
        if body := message.get("body"):
            yield body
        if not message.get("more_body"):
            return


def check_form(form: UploadForm) -> FormFile:
    """The file of a form that is an upload; raises `Problem` for one that is none."""
    action = form.text(":action")
    if action in ("submit", "verify"):  # of old tools, before the upload itself
        raise Problem(HTTPStatus.GONE, "gone", f"{action} is not needed: upload the files")
    if action != "file_upload":
        raise _bad(f"The form's :action is {quoted(action)}; only file_upload is known here")
    if form.text("protocol_version") not in ("", "1"):
        raise _bad(f"protocol_version {quoted(form.text('protocol_version'))} is not known here; it must be 1")
    content = form.files.get("content")
    if content is None:
        raise _bad("The form has no file in its field content")
    if content.path.name != content.filename:
        raise _bad(f"{quoted(content.filename)} is no filename of a distribution")
    if not is_project_name(form.text("name")):
        raise _bad(f"{quoted(form.text('name'))} is no name of a project")
    if parse_version(form.text("version")) is None:
        raise _bad(f"{quoted(form.text('version'))} is no version (PEP 440)")
    kind = form.text("filetype")
    if kind not in _FILE_TYPES:
        raise _bad(f"filetype {quoted(kind)} is not taken; it must be bdist_wheel or sdist")
    if not content.filename.endswith(_FILE_TYPES[kind]):
        raise _bad(f"{quoted(content.filename)} is no {kind}, as filetype says")
    return content


def check_digests(form: UploadForm, path: Path) -> None:
    """Raise `Problem` unless the file has the digests that the form states."""
    stated = {name: form.text(f"{name}_digest").strip().lower() for name in ("md5", "sha256", "blake2_256")}
    digests: dict[str, Any] = {
        "md5": hashlib.md5(usedforsecurity=False),
        "sha256": hashlib.sha256(),
        "blake2_256": hashlib.blake2b(digest_size=32),
    }
    needed = [digests[name] for name, digest in stated.items() if digest]
    with path.open("rb", buffering=0) as stream:
        while chunk := stream.read(_CHUNK):
            for digest in needed:
                digest.update(chunk)
    for name, digest in stated.items():
        if digest and not compare_digest(digest.encode(), digests[name].hexdigest().encode()):
            raise _bad(f"The file does not have the {name} digest that the form states: it was damaged on the way")


def check_identity(form: UploadForm, distribution: Description) -> None:
    """Raise `Problem` where the form names another project or version than the file."""
    stated = normalize_name(form.text("name"))
    if stated != distribution.project:
        raise _bad(f"The form says that the file is of {stated}, but it is of {distribution.project}")
    version = parse_version(form.text("version"))
    if version != parse_version(distribution.version):
        raise _bad(f"The form says version {form.text('version')}, but the file has {distribution.version}")


def write_attestations(form: UploadForm, path: Path) -> None:
    """Put the attestations of the form (PEP 740) beside the file, where publishing takes them from."""
    text = form.text("attestations")
    if not text.strip():
        return
    try:
        attestations = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _bad("The field attestations holds no JSON") from error
    if not isinstance(attestations, list) or not all(isinstance(one, dict) for one in attestations):
        raise _bad("The field attestations must be a list of objects (PEP 740)")
    for one in attestations[:1]:
        path.with_name(f"{path.name}{ATTESTATION_SUFFIX}").write_text(json.dumps(one), encoding="utf-8")


def _answer(report: FileReport) -> Reply:
    if report.error is not None:
        problem = problem_of(report.error)
        if report.conflict:
            problem.message = f"File already exists: {problem.message}"
        raise problem
    return text_reply(HTTPStatus.OK, f"{report.outcome.value} {report.filename}\n")


def _bad(message: str) -> Problem:
    return Problem(HTTPStatus.BAD_REQUEST, "bad-request", message)
