"""Read configuration files: text in UTF-8, the sections of INI files, and TOML."""

from __future__ import annotations

import importlib
import os
import stat
import sys
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType

from ..errors import ConfigurationError
from ..text import quoted

_LARGEST = 16 * 1024 * 1024
"""Bytes of a configuration file; files that people write are far smaller."""


def read_text(path: Path) -> str | None:
    """Read a file in UTF-8, with or without a byte order mark; None if there is no such file.

    Raises `ConfigurationError` if it cannot be read.
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


def toml_parser() -> ModuleType:
    """`tomllib`, or tomli on Python 3.10; loading it takes longer than reading a small file."""
    return importlib.import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")


def parse_toml(text: str, shown: str) -> Mapping[str, object]:
    """Parse the text of a TOML file; ``shown`` is the file's name, for errors. Raises `ConfigurationError`."""
    toml = toml_parser()
    try:
        parsed: Mapping[str, object] = toml.loads(text)
    except (toml.TOMLDecodeError, RecursionError) as error:
        reason = "nested too deeply" if isinstance(error, RecursionError) else str(error)
        raise ConfigurationError(f"{shown}: not TOML: {quoted(reason)[1:-1]}") from None
    except ValueError:  # Python refuses to convert them
        raise ConfigurationError(f"{shown}: a number has too many digits") from None
    return parsed


def refuse_pipe(path: str | Path) -> None:
    """Raise `ConfigurationError` for a pipe, device or socket: reading it might wait for ever."""
    try:
        _refuse_pipe(path, os.stat(path))  # noqa: PTH116
    except (OSError, ValueError):
        return


def _refuse_pipe(path: str | Path, status: os.stat_result) -> None:
    """Raise `ConfigurationError` as `refuse_pipe` does; the null device counts as an empty file."""
    if not (stat.S_ISREG(status.st_mode) or stat.S_ISDIR(status.st_mode) or _is_null(status)):
        raise ConfigurationError(f"{path}: is a pipe, device or socket; give a regular file")


def _is_null(status: os.stat_result) -> bool:
    return stat.S_ISCHR(status.st_mode) and os.path.samestat(status, Path(os.devnull).stat())


def _read(path: Path) -> bytes:
    """Read a regular file; the null device is empty. Opening does not wait for the writer of a pipe."""
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    with os.fdopen(descriptor, "rb") as stream:
        status = os.fstat(descriptor)
        _refuse_pipe(path, status)
        if _is_null(status):
            return b""
        if status.st_size > _LARGEST:
            raise ConfigurationError(
                f"{path}: is larger than {_LARGEST // 2**20} MiB, so it is not a configuration file"
            )
        return stream.read(_LARGEST)


def read_sections(text: str, shown: str) -> Mapping[str, Mapping[str, str]]:
    """Parse the text of an INI file into its sections; keys are in lower case, and ``%`` has no special meaning.

    :param shown: the file's name, for errors.

    Raises `ConfigurationError` that names file and line, and shows nothing of the content, which may be secret.
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
        raise ConfigurationError(f"{shown}, line {line}: neither 'name = value' nor [section]") from None
    except configparser.Error:
        raise ConfigurationError(f"{shown}: cannot be understood as a configuration file") from None
    return {section: dict(parser.items(section)) for section in parser.sections()}
