"""Uploads by the legacy API that twine and its like speak (https://github.com/pypi/warehouse/blob/main/docs/user/api/upload.md)."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
from collections.abc import AsyncGenerator
from concurrent.futures import Executor
from contextlib import ExitStack, aclosing
from hmac import compare_digest
from http import HTTPStatus
from pathlib import Path
from typing import Any

from ..api import PackageRepository
from ..config.choices import IfExists
from ..distribution import Description
from ..distribution.local_file import temporary_folder
from ..errors import InvalidDistribution
from ..naming import ATTESTATION_SUFFIX, is_project_name, normalize_name, parse_version
from ..operations.publish.report import FileReport
from ..text import counted, printable, quoted
from .messages import Reply, Request, text_reply
from .problems import Problem, problem_of
from .upload_form import FormFile, UploadForm, bad_form
from .users import Role

_FILE_TYPES: dict[str, tuple[str, ...]] = {
    "bdist_wheel": (".whl",),
    "sdist": (".tar.gz", ".zip", ".tar.bz2", ".tar.xz", ".tgz"),
}
_DIGESTS = ("md5", "sha256", "blake2_256")
_FIELDS = {
    **dict.fromkeys((":action", "protocol_version", "name", "version", "filetype"), 1024),
    **dict.fromkeys((f"{name}_digest" for name in _DIGESTS), 1024),
    "attestations": 1024 * 1024,
}
"""The fields that are read, and bytes that each may have; what others say is in the file itself."""
_OF_DISTUTILS = 128
"""Digits of a digest that distutils of Python 3.9 to 3.11 sends as ``blake2_256_digest``: all that BLAKE2b gives."""
_CHUNK = 1024 * 1024
_SILENCE_SECONDS = 120.0
"""How long a client may send nothing before its upload is given up: its network may be gone for good."""


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
        encoding = request.header(b"content-encoding")
        if encoding.strip().lower() not in ("", "identity"):
            message = f"An upload is sent as it is, without the Content-Encoding {quoted(encoding)}"
            raise Problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "content-encoding", message)
        loop = asyncio.get_running_loop()
        folder = ExitStack()
        try:
            path = await loop.run_in_executor(self._pool, folder.enter_context, temporary_folder())
            form = UploadForm(path, self._max_size, _FIELDS, self._pool)
            async with aclosing(body_of(request, "upload the file again")) as body:
                await form.read(
                    request.header(b"content-type"),
                    body,
                    expected_size=request.header(b"content-length"),
                    begin_file=lambda: check_rights(request, form),
                )
            content = check_form(form)
            check_rights(request, form)
            report, attestations = await loop.run_in_executor(self._pool, self._publish, form, content)
        finally:
            await asyncio.shield(loop.run_in_executor(self._pool, folder.close))
        return _answer(report, attestations)

    def _publish(self, form: UploadForm, content: FormFile) -> tuple[FileReport, int]:
        """Publish the file; the report, and how many attestations came with it."""
        try:
            check_digests(form, content)
            check_identity(form, Description.read(content.path))
            attestations = write_attestations(form.text("attestations"), content.path)
            report = self._repository.publish(content.path, if_exists=self._if_exists).files[0]
            if isinstance(report.error, InvalidDistribution):
                raise report.error
            return report, attestations
        except InvalidDistribution as error:
            text = str(error).replace(printable(f"{content.path.parent}{os.sep}"), "")
            raise Problem(HTTPStatus.BAD_REQUEST, "invalid-distribution", text) from error


async def body_of(request: Request, advice: str) -> AsyncGenerator[bytes, None]:
    """The pieces of a request's body; raises `Problem` where none comes for too long, and `ConnectionError`.

    :param advice: what to do then.
    """
    while True:
        try:
            message = await asyncio.wait_for(request.receive(), _SILENCE_SECONDS)
        except asyncio.TimeoutError as error:
            text = f"Nothing has come for {_SILENCE_SECONDS:.0f} seconds; {advice}"
            closing = ((b"connection", b"close"),)
            raise Problem(HTTPStatus.REQUEST_TIMEOUT, "timeout", text, closing) from error
        if message["type"] == "http.disconnect":
            raise ConnectionError("the client went away")
        if body := message.get("body"):
            yield body
        if not message.get("more_body"):
            return


def check_rights(request: Request, form: UploadForm) -> None:
    """Raise `Problem` unless the client may upload files of the project that the form names, if it names one yet.

    This is asked before the file comes, so that nobody sends for long what is refused; a form may name it after that.
    """
    project = normalize_name(form.text("name"))
    if project and not request.identity.may(Role.UPLOAD, project):
        raise Problem(HTTPStatus.FORBIDDEN, "forbidden", f"You may not upload files of {printable(project)}")


def check_form(form: UploadForm) -> FormFile:
    """The file of a form that is an upload; raises `Problem` for one that is none."""
    action = form.text(":action")
    if action in ("submit", "verify"):  # of old tools, before the upload itself
        raise Problem(HTTPStatus.GONE, "gone", f"{action} is not needed: upload the files")
    if action != "file_upload":
        raise bad_form(f"The form's :action is {quoted(action)}; only file_upload is known here")
    if form.text("protocol_version") not in ("", "1"):
        raise bad_form(f"protocol_version {quoted(form.text('protocol_version'))} is not known here; it must be 1")
    content = form.file
    if content is None:
        raise bad_form("The form has no file in its field content")
    if content.path.name != content.filename:
        raise bad_form(f"{quoted(content.filename)} is no filename of a distribution")
    if not is_project_name(form.text("name")):
        raise bad_form(f"{quoted(form.text('name'))} is no name of a project")
    if parse_version(form.text("version")) is None:
        raise bad_form(f"{quoted(form.text('version'))} is no version (PEP 440)")
    kind = form.text("filetype")
    if kind not in _FILE_TYPES:
        raise bad_form(f"filetype {quoted(kind)} is not taken; it must be bdist_wheel or sdist")
    if not content.filename.endswith(_FILE_TYPES[kind]):
        raise bad_form(f"{quoted(content.filename)} is no {kind}, as filetype says")
    return content


def check_digests(form: UploadForm, content: FormFile) -> None:
    """Raise `Problem` unless the file has the digests that the form states."""
    stated = {name: form.text(f"{name}_digest").strip().lower() for name in _DIGESTS}
    digests: dict[str, Any] = {
        "md5": hashlib.md5(usedforsecurity=False),
        "sha256": hashlib.sha256(),
        "blake2_256": hashlib.blake2b(digest_size=64 if len(stated["blake2_256"]) == _OF_DISTUTILS else 32),
    }
    needed = [digests[name] for name, digest in stated.items() if digest]
    with content.path.open("rb", buffering=0) as stream:
        while needed and (chunk := stream.read(_CHUNK)):
            for digest in needed:
                digest.update(chunk)
    for name, digest in stated.items():
        if digest and not compare_digest(digest.encode(), digests[name].hexdigest().encode()):
            raise bad_form(f"The file does not have the {name} digest that the form states: it was damaged on the way")


def check_identity(form: UploadForm, distribution: Description) -> None:
    """Raise `Problem` where the form names another project or version than the file."""
    stated = normalize_name(form.text("name"))
    if stated != distribution.project:
        raise bad_form(f"The form says that the file is of {stated}, but it is of {distribution.project}")
    version = parse_version(form.text("version"))
    if version != parse_version(distribution.version):
        raise bad_form(f"The form says version {form.text('version')}, but the file has {distribution.version}")


def write_attestations(text: str, path: Path) -> int:
    """Put the attestations of a form (PEP 740) beside the file, where publishing takes them from; how many there are.

    :param text: the field; a JSON list, or empty.
    """
    if not text.strip():
        return 0
    try:
        attestations = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise bad_form("The field attestations holds no JSON") from error
    if not isinstance(attestations, list) or not all(isinstance(one, dict) for one in attestations):
        raise bad_form("The field attestations must be a list of objects (PEP 740)")
    if attestations:
        path.with_name(f"{path.name}{ATTESTATION_SUFFIX}").write_text(text, encoding="utf-8")
    return len(attestations)


def _answer(report: FileReport, attestations: int) -> Reply:
    if report.error is not None:
        if not report.conflict:
            raise report.error  # the service logs it
        problem = problem_of(report.error)
        problem.message = f"File already exists: {problem.message}"
        raise problem
    text = f"{report.outcome.value} {report.filename}\n"
    if attestations:
        text += f"{counted(attestations, 'attestation')} came with it; the service did not verify the signatures\n"
    return text_reply(HTTPStatus.OK, text)
