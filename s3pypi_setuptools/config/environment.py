"""Where settings are looked up: variables, folders and platform of the process, and configuration files."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from ..errors import ConfigurationError

__all__ = ["Environment", "read_sections", "read_text", "refuse_pipe"]

_LARGEST = 16 * 1024 * 1024
"""Bytes; configuration that people write is far smaller."""


class Environment(NamedTuple):
    """Variables, folders and platform that settings are looked up in.

    :param environ: the environment variables.
    :param cwd: what relative paths on the command line and in the environment start at; absolute.
    :param home: what ``~`` means.
    :param prefix: the Python environment's folder, ``sys.prefix``.
    :param root: what the machine's own folders lie in, such as ``etc``; not on Windows, where variables name them.
    :param platform: as ``sys.platform``: ``linux``, ``darwin``, ``win32``.
    """

    environ: Mapping[str, str]
    cwd: Path
    home: Path
    prefix: Path
    platform: str
    root: Path = Path("/")

    def __repr__(self) -> str:
        return f"<{self.platform} environment, in {self.cwd}>"

    @classmethod
    def current(cls) -> Environment:
        """Those of the running process; raises `ConfigurationError` where the working folder is gone."""
        try:
            cwd = Path.cwd()
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise ConfigurationError(f"the working folder cannot be read ({reason}); change to another one") from None
        return cls(
            environ=os.environ,
            cwd=cwd,
            home=Path(os.path.expanduser("~")),  # noqa: PTH111  Path.home() raises where there is none
            prefix=Path(sys.prefix),
            platform=sys.platform,
        )

    @property
    def windows(self) -> bool:
        """Whether paths are Windows's."""
        return self.platform == "win32"

    def path(self, text: str) -> Path:
        """The path that ``text`` means; it may begin with ``~/``."""
        return self.home / text[2:] if text.startswith("~/") else self.cwd / text


def read_text(path: Path) -> str | None:
    """The text of the file, in UTF-8 with or without a byte order mark; None where there is no file.

    Raises `ConfigurationError` when it cannot be read.
    """
    try:
        return _read(path).decode("utf-8-sig")
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return None
    except OSError as error:
        raise ConfigurationError(f"{path}: cannot be read: {error.strerror or type(error).__name__}") from None
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise ConfigurationError(f"{path}, line {line}: not UTF-8 text") from None
    except ValueError:
        raise ConfigurationError(f"{str(path)!a}: is no path") from None


def refuse_pipe(path: str | Path) -> None:
    """Raise `ConfigurationError` for a pipe, device or socket, which whoever reads it may wait for without end."""
    try:
        _refuse_pipe(path, os.stat(path))  # noqa: PTH116
    except (OSError, ValueError):
        return


def _refuse_pipe(path: str | Path, status: os.stat_result) -> None:
    """As `refuse_pipe`; the null device is an empty file."""
    if not (stat.S_ISREG(status.st_mode) or stat.S_ISDIR(status.st_mode) or _is_null(status)):
        raise ConfigurationError(f"{path}: is a pipe, device or socket; give a regular file")


def _is_null(status: os.stat_result) -> bool:
    return stat.S_ISCHR(status.st_mode) and os.path.samestat(status, Path(os.devnull).stat())


def _read(path: Path) -> bytes:
    """The bytes of a regular file; nothing of the null device. A pipe is not waited for."""
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    with os.fdopen(descriptor, "rb") as stream:
        status = os.fstat(descriptor)
        _refuse_pipe(path, status)
        if _is_null(status):
            return b""
        if status.st_size > _LARGEST:
            raise ConfigurationError(f"{path}: is larger than {_LARGEST // 2**20} MiB, and no configuration file")
        return stream.read(_LARGEST)


def read_sections(text: str, shown: str) -> Mapping[str, Mapping[str, str]]:
    """The sections of ``text``, keys in lower case; ``%`` means itself.

    :param shown: the file's name, for errors.

    Raises `ConfigurationError` that names file and line, and shows nothing of the content.
    """
    import configparser  # noqa: PLC0415  not every run reads such a file

    parser = configparser.RawConfigParser()
    try:
        parser.read_string(text)
    except configparser.MissingSectionHeaderError as error:
        raise ConfigurationError(f"{shown}, line {error.lineno}: a setting before any [section]") from None
    except configparser.DuplicateSectionError as error:
        raise ConfigurationError(f"{shown}, line {error.lineno}: the section is there twice") from None
    except configparser.DuplicateOptionError as error:
        raise ConfigurationError(f"{shown}, line {error.lineno}: the setting is there twice") from None
    except configparser.ParsingError as error:
        line = error.errors[0][0] if error.errors else 1
        raise ConfigurationError(f"{shown}, line {line}: not 'name = value' and no [section]") from None
    except configparser.Error:
        raise ConfigurationError(f"{shown}: cannot be understood as a configuration file") from None
    return {section: dict(parser.items(section)) for section in parser.sections()}
