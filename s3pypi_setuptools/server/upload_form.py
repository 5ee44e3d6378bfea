"""The multipart form of an upload (RFC 7578), whose file is written to disk as it arrives.

Of the other fields, only those that the service reads are kept. So neither a long description nor a field that this
service does not know takes memory, or makes an upload fail.
"""

from __future__ import annotations

import asyncio
import errno
from collections.abc import AsyncIterator, Callable, Mapping
from concurrent.futures import Executor
from http import HTTPStatus
from io import FileIO
from pathlib import Path
from typing import NamedTuple

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from ..text import quoted
from .problems import Problem

_FILE = "content"
"""The field with the file (https://github.com/pypi/warehouse/blob/main/docs/user/api/upload.md)."""
_BUFFER = 1024 * 1024
"""Bytes of the file that wait in memory to be written."""
_MOST_PARTS = 10_000
"""Each field of an upload is a part, and each classifier or requirement is one; large projects have some hundred."""
_AROUND_FILE = 64 * 1024 * 1024
"""Bytes of a form beside its file: the other fields, and what separates them; a description may have several MiB."""
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
"""No space on the disk, or in the quota; or the file is larger than the file system takes."""


class FormFile(NamedTuple):
    """The file of the form, on disk at `path` under its own name.

    :param filename: as the client sent it.
    """

    filename: str
    path: Path
    stream: FileIO


class UploadForm:
    """The file of one form, and the fields that the service reads.

    :param folder: an empty folder of the form's own, for its file.
    :param max_size: bytes that the file may have.
    :param kept: the fields whose values are kept, and bytes that each may have; of several of one name, the first.
    :ivar file: None until it has begun to arrive.
    """

    def __init__(self, folder: Path, max_size: int, kept: Mapping[str, int], pool: Executor) -> None:
        self.file: FormFile | None = None
        self._fields: dict[str, bytearray] = {}
        self._folder = folder
        self._max_size = max_size
        self._kept = kept
        self._pool = pool
        self._size = self._file_size = self._parts = 0
        self._header = self._value = b""
        self._headers: dict[bytes, bytes] = {}
        self._part: bytearray | None = None
        self._name = ""
        self._begin_file: Callable[[], None] = lambda: None
        self._unwritten = bytearray()
        self._ended = False

    async def read(
        self,
        content_type: str,
        chunks: AsyncIterator[bytes],
        *,
        expected_size: str = "",
        begin_file: Callable[[], None] = lambda: None,
    ) -> None:
        """Read the form.

        :param content_type: the request's header of that name.
        :param expected_size: the header Content-Length; empty where there is none.
        :param begin_file: called when the file begins to arrive; an exception that it raises ends the reading.

        Raises `Problem` for what is no such form, is too large (413), or does not fit on the disk (507).
        """
        kind, options = parse_options_header(content_type)
        boundary = options.get(b"boundary")
        if kind != b"multipart/form-data" or not boundary:
            raise bad_form("An upload is a form of type multipart/form-data, as twine sends it")
        if expected_size.isdecimal() and int(expected_size) > self._max_size + _AROUND_FILE:
            raise too_large(self._max_size)
        self._begin_file = begin_file
        callbacks = {
            "on_part_begin": self._begin_part,
            "on_part_data": self._take_data,
            "on_header_field": self._take_header,
            "on_header_value": self._take_value,
            "on_header_end": self._end_header,
            "on_headers_finished": self._end_headers,
            "on_end": self._end,
        }
        try:
            parser = MultipartParser(boundary, callbacks)  # type: ignore[arg-type]
            async for chunk in chunks:
                self._size += len(chunk)
                if self._size > self._max_size + _AROUND_FILE:
                    raise too_large(self._max_size)
                parser.write(chunk)
                if len(self._unwritten) >= _BUFFER:
                    await self._write()
            await self._write()
            parser.finalize()
        except FormParserError as error:
            raise bad_form("The form is damaged: its parts cannot be told apart") from error
        finally:
            if self.file is not None:
                self.file.stream.close()
        if not self._ended:
            raise bad_form("The form is not complete: its end is missing")

    def text(self, name: str) -> str:
        """The value of a kept field; empty where there is none.

        Bytes that are no UTF-8 are replaced.
        """
        return self._fields.get(name, b"").decode("utf-8", "replace")

    async def _write(self) -> None:
        if self.file is None or not self._unwritten:
            return
        await asyncio.get_running_loop().run_in_executor(self._pool, _write_all, self.file.stream, self._unwritten)
        self._unwritten.clear()

    def _begin_part(self) -> None:
        self._headers = {}
        self._parts += 1
        if self._parts > _MOST_PARTS:
            raise bad_form(f"The form has more than {_MOST_PARTS} fields")

    def _take_header(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]

    def _take_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _end_header(self) -> None:
        self._headers[self._header.lower()] = self._value
        self._header = self._value = b""

    def _end_headers(self) -> None:
        """Decide where the data of the part that begins goes: to disk, into a kept field, or nowhere."""
        _, options = parse_options_header(self._headers.get(b"content-disposition", b"").decode("latin-1"))
        self._name = name = options.get(b"name", b"").decode("utf-8", "replace")
        self._part = None
        if name == _FILE and b"filename" in options:
            self._begin_file()
            self._open_file(options[b"filename"].decode("utf-8", "replace"))
            self._part = self._unwritten
        elif name in self._kept and name not in self._fields:
            self._part = self._fields[name] = bytearray()

    def _open_file(self, filename: str) -> None:
        if self.file is not None:
            raise bad_form(f"The form has more than one file in its field {_FILE}")
        path = self._folder / safe_name(filename)
        try:
            self.file = FormFile(filename, path, path.open("xb", buffering=0))
        except OSError as error:
            if error.errno in _FULL:
                raise no_space() from error
            raise bad_form(f"{quoted(filename)} is no name that a file can have") from error

    def _take_data(self, data: bytes, start: int, end: int) -> None:
        if self._part is None:
            return
        if self._part is self._unwritten:
            self._file_size += end - start
            if self._file_size > self._max_size:
                raise too_large(self._max_size)
        elif len(self._part) + end - start > self._kept[self._name]:
            raise bad_form(f"The field {self._name} is longer than {self._kept[self._name]} bytes")
        self._part += data[start:end]

    def _end(self) -> None:
        self._ended = True


def too_large(max_size: int) -> Problem:
    """The problem of a file of more than ``max_size`` bytes."""
    message = f"The file is larger than {max_size} bytes, the most that this service takes: use 's3pypi upload'"
    return Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too-large", message)


def no_space() -> Problem:
    """The problem of a file for which the disk of the service has no space."""
    message = "The service has no space for the file at the moment"
    return Problem(HTTPStatus.INSUFFICIENT_STORAGE, "no-space", message)


def bad_form(message: str) -> Problem:
    """The problem of a malformed form."""
    return Problem(HTTPStatus.BAD_REQUEST, "bad-request", message)


def safe_name(filename: str) -> str:
    """A name for the file on disk; only `Distribution.read` decides whether it is a distribution's."""
    name = filename.replace("\\", "/").rpartition("/")[2]
    return name if name not in ("", ".", "..") and name == filename and "\0" not in name else "unnamed"


def _write_all(stream: FileIO, data: bytearray) -> None:
    left = memoryview(data)
    try:
        while left:  # a file without a buffer may take less than it was given
            left = left[stream.write(left) :]
    except OSError as error:
        if error.errno in _FULL:
            raise no_space() from error
        raise
