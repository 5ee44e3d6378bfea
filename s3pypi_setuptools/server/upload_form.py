"""The multipart form of an upload (RFC 7578), written to disk as it arrives: its size does not matter to the memory."""

from __future__ import annotations

import asyncio
import errno
from collections.abc import AsyncIterator
from concurrent.futures import Executor
from http import HTTPStatus
from pathlib import Path
from typing import BinaryIO

from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import MultipartParser, parse_options_header

from ..text import quoted
from .problems import Problem

__all__ = ["FormFile", "UploadForm", "safe_name", "too_large"]

_BUFFER = 1024 * 1024
_MOST_FIELDS = 10_000
_LONGEST_FIELDS = 32 * 1024 * 1024
"""Bytes of all fields but files together; a description may have several MiB."""


class FormFile:
    """A file of the form, on disk at `path` under its own name.

    :ivar filename: as the client sent it.
    """

    def __init__(self, filename: str, path: Path, stream: BinaryIO) -> None:
        self.filename = filename
        self.path = path
        self.stream = stream


class UploadForm:
    """What one form holds.

    :param folder: an empty folder of the form's own, for its files.
    :param max_size: bytes that the files may have together.
    :ivar fields: values by name; of fields that are no text, as text with the bytes replaced that are none.
    :ivar files: by the name of the field.
    """

    def __init__(self, folder: Path, max_size: int, pool: Executor) -> None:
        self.fields: dict[str, list[str]] = {}
        self.files: dict[str, FormFile] = {}
        self._folder = folder
        self._left = max_size
        self._max_size = max_size
        self._pool = pool
        self._field_bytes = 0
        self._header = self._value = b""
        self._headers: dict[bytes, bytes] = {}
        self._name = ""
        self._data = bytearray()
        self._file: FormFile | None = None
        self._unwritten: list[tuple[FormFile, bytes]] = []
        self._unwritten_bytes = 0
        self._ended = False

    async def read(self, content_type: str, chunks: AsyncIterator[bytes]) -> None:
        """Read the form.

        :param content_type: the request's header of that name.

        Raises `Problem` for what is no such form, is too large (413), or does not fit on the disk (507).
        """
        kind, options = parse_options_header(content_type)
        boundary = options.get(b"boundary")
        if kind != b"multipart/form-data" or not boundary:
            raise _bad("An upload is a form of type multipart/form-data, as twine sends it")
        callbacks = {
            "on_part_begin": self._begin_part,
            "on_part_data": self._take_data,
            "on_part_end": self._end_part,
            "on_header_field": self._take_header,
            "on_header_value": self._take_value,
            "on_header_end": self._end_header,
            "on_headers_finished": self._end_headers,
            "on_end": self._end,
        }
        try:
            parser = MultipartParser(boundary, callbacks)  # type: ignore[arg-type]
            async for chunk in chunks:
                parser.write(chunk)
                if self._unwritten_bytes >= _BUFFER:
                    await self._write()
            await self._write()
            parser.finalize()
        except MultipartParseError as error:
            raise _bad("The form is damaged: its parts cannot be told apart") from error
        finally:
            for file in self.files.values():
                file.stream.close()
        if not self._ended:
            raise _bad("The form is not complete: its end is missing")

    def text(self, name: str) -> str:
        """The value of a field; empty where there is none."""
        return self.fields.get(name, [""])[0]

    async def _write(self) -> None:
        pieces, self._unwritten, self._unwritten_bytes = self._unwritten, [], 0
        if pieces:
            await asyncio.get_running_loop().run_in_executor(self._pool, _write_all, pieces)

    def _begin_part(self) -> None:
        self._headers = {}
        self._data = bytearray()
        self._file = None
        if len(self.fields) + len(self.files) >= _MOST_FIELDS:
            raise _bad(f"The form has more than {_MOST_FIELDS} fields")

    def _take_header(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]

    def _take_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _end_header(self) -> None:
        self._headers[self._header.lower()] = self._value
        self._header = self._value = b""

    def _end_headers(self) -> None:
        _, options = parse_options_header(self._headers.get(b"content-disposition", b"").decode("latin-1"))
        self._name = options.get(b"name", b"").decode("utf-8", "replace")
        if b"filename" in options:
            if self._name in self.files:
                raise _bad(f"The form has more than one file in its field {quoted(self._name)}")
            filename = options[b"filename"].decode("utf-8", "replace")
            path = self._folder / safe_name(filename)
            try:
                self._file = FormFile(filename, path, path.open("xb"))
            except OSError as error:
                raise _bad(f"{quoted(filename)} is no name that a file can have") from error
            self.files[self._name] = self._file

    def _take_data(self, data: bytes, start: int, end: int) -> None:
        if self._file is not None:
            self._left -= end - start
            if self._left < 0:
                raise too_large(self._max_size)
            self._unwritten.append((self._file, data[start:end]))
            self._unwritten_bytes += end - start
            return
        self._field_bytes += end - start
        if self._field_bytes > _LONGEST_FIELDS:
            raise Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too-large", "The fields of the form are too long")
        self._data += data[start:end]

    def _end_part(self) -> None:
        if self._file is None:
            self.fields.setdefault(self._name, []).append(self._data.decode("utf-8", "replace"))

    def _end(self) -> None:
        self._ended = True


def too_large(max_size: int) -> Problem:
    """What is said of a file of more than ``max_size`` bytes."""
    message = f"The file is larger than {max_size} bytes, the most that this service takes: use 's3pypi upload'"
    return Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too-large", message)


def safe_name(filename: str) -> str:
    """A name for the file on disk; only `Distribution.read` decides whether it is a distribution's."""
    name = filename.replace("\\", "/").rpartition("/")[2]
    return name if name not in ("", ".", "..") and name == filename and "\0" not in name else "unnamed"


def _write_all(pieces: list[tuple[FormFile, bytes]]) -> None:
    try:
        for file, data in pieces:
            file.stream.write(data)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            message = "The service has no space for the file at the moment"
            raise Problem(HTTPStatus.INSUFFICIENT_STORAGE, "no-space", message) from error
        raise


def _bad(message: str) -> Problem:
    return Problem(HTTPStatus.BAD_REQUEST, "bad-request", message)
