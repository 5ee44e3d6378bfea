"""Targets: where a repository is, and the texts that say so."""

from __future__ import annotations

import ntpath
import os
import posixpath
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import TypeAlias
from urllib.parse import unquote

from ..errors import ConfigurationError
from ..text import quoted, suggestion


@dataclass(frozen=True, slots=True)
class S3Target:
    """A bucket and a key prefix in it; the prefix is empty, or has no ``/`` at either end."""

    bucket: str
    prefix: str = ""

    def __str__(self) -> str:
        return f"s3://{self.bucket}/{self.prefix}" if self.prefix else f"s3://{self.bucket}"


@dataclass(frozen=True, slots=True)
class FolderTarget:
    """A folder; an absolute path."""

    path: Path

    def __str__(self) -> str:
        return self.path.as_uri()


Target: TypeAlias = S3Target | FolderTarget

_LETTERS_AND_DIGITS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")
_BUCKET_CHARACTERS = _LETTERS_AND_DIGITS | set(".-_")
_SHORTEST_BUCKET, _LONGEST_BUCKET = 3, 255
"""Characters of a bucket's name. S3 allows 63 today, but 255 in buckets that were made before March 2018:
https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html"""
_FORMS = "s3://bucket/prefix, file:///folder, a path with a '/' in it, or a configured name"
_LONGEST_PREFIX = 512
"""Characters: half of S3's limit for a key, 1024 bytes, so that filenames have room behind it."""


def is_name(text: str) -> bool:
    """Whether ``text`` is a bare word. A bare word is always a configured name, never a folder."""
    return bool(text) and {"/", "\\", ":"}.isdisjoint(text) and not text.startswith("~") and text not in {".", ".."}


def unknown_name(text: str, names: Iterable[str]) -> ConfigurationError:
    """Make the error for a bare word that is not among the configured ``names``."""
    known = sorted(names)
    listed = f"known: {', '.join(known)}" if known else "none is configured"
    return ConfigurationError(
        f"no target is named {quoted(text)}{suggestion(text, known)}; {listed}; "
        f"a bucket is written 's3://{text}', a folder './{text}'"
        if not _unsafe(text)
        else f"no target is named {quoted(text)}; {listed}"
    )


def parse_target(
    text: str,
    *,
    base: Path | None = None,
    home: Path | None = None,
    windows: bool = os.name == "nt",
) -> Target:
    r"""Parse a target.

    :param text: ``s3://bucket/prefix``, ``file:///folder`` (on Windows ``file:///C:/folder``), or a path: ``./x``,
        ``../x``, ``/x``, ``~/x``, on Windows ``C:\x``, or any text with a ``/``.
    :param base: the absolute folder that relative paths start from; if None, they are refused.
    :param home: the folder that ``~`` means; if None, ``~`` is refused.
    :param windows: whether paths are those of Windows.

    Raises `ConfigurationError` for any other text, also for a bare word: the caller looks configured names up first.
    """
    text = text.strip()
    if not text:
        raise ConfigurationError(f"the target is empty; write {_FORMS}")
    if _unsafe(text):
        raise _refused(text, "holds a control character or is not valid text")
    scheme, separator, rest = text.partition(":")
    if separator and scheme.lower() == "s3":
        return _s3(text, rest)
    if separator and scheme.lower() == "file":
        return FolderTarget(_file(text, rest, windows))
    if separator and scheme.lower() == "arn":
        raise _arn(text)
    if text.lower().startswith("s3//"):
        raise _refused(text, "lacks the ':' of s3://bucket/prefix")
    if "://" in text:
        raise _refused(text, f"is of an unknown kind; write {_FORMS}")
    if is_name(text):
        raise unknown_name(text, ())
    return FolderTarget(_path(text, base, home, windows))


def s3_target(bucket: str, prefix: str = "") -> S3Target:
    """Make the target of a bucket and a prefix; the prefix may begin and end with ``/``.

    Raises `ConfigurationError` unless both follow
    [S3's rules](https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html). Names that only older
    buckets and other stores have (capitals, underscores, up to 255 characters) are allowed.
    """
    if bucket.lower().startswith("arn:"):
        raise _arn(bucket)
    if not _is_bucket(bucket):
        raise ConfigurationError(
            f"{quoted(bucket)} is not a bucket name: letters, digits, '.', '-' and '_', 3 or more, not an address"
        )
    prefix = prefix.strip("/")
    if _unsafe(prefix) or len(prefix) > _LONGEST_PREFIX:
        raise ConfigurationError(f"the prefix {quoted(prefix)} is too long or has characters that keys should not have")
    if prefix != prefix.strip():
        raise ConfigurationError(f"the prefix {quoted(prefix)} begins or ends with a blank")
    if prefix and not {"", ".", ".."}.isdisjoint(prefix.split("/")):
        raise ConfigurationError(f"the prefix {quoted(prefix)} holds an empty, '.' or '..' part")
    return S3Target(bucket, prefix)


def meant_bucket(text: str) -> bool:
    """Whether a path could be a bucket and a prefix: ``packages/simple`` could, ``./packages/simple`` could not."""
    bucket, slash, prefix = text.partition("/")
    return bool(slash and prefix) and _is_bucket(bucket)


def _refused(text: str, reason: str) -> ConfigurationError:
    """Make the error for the target ``text``."""
    return ConfigurationError(f"the target {quoted(text)} {reason}")


def _arn(text: str) -> ConfigurationError:
    """Make the error for an ARN. An access point has to be named by its alias, since parts of S3 take nothing else."""
    if ":accesspoint" in text:
        return _refused(
            text,
            "is the ARN of an access point: give its alias as the bucket, as in s3://ALIAS/prefix "
            "('aws s3control get-access-point' shows it; it ends in -s3alias)",
        )
    return _refused(text, f"is an ARN; write {_FORMS}")


def _is_bucket(name: str) -> bool:
    return (
        _SHORTEST_BUCKET <= len(name) <= _LONGEST_BUCKET
        and _BUCKET_CHARACTERS.issuperset(name)
        and _LETTERS_AND_DIGITS.issuperset(name[0] + name[-1])
        and ".." not in name
        and not ("." in name and name.replace(".", "").isdigit())
    )


def _unsafe(text: str) -> bool:
    return any(mark < " " or "\x7f" <= mark <= "\x9f" or "\ud800" <= mark <= "\udfff" for mark in text)


def _has_drive(path: str) -> bool:
    return path[1:2] == ":" and path[0].isascii() and path[0].isalpha()


def _s3(text: str, rest: str) -> S3Target:
    bucket, _, prefix = rest.removeprefix("//").partition("/")
    if bucket.lower().startswith("arn:"):
        raise _arn(rest.removeprefix("//"))
    if not rest.startswith("//") or not bucket:
        raise _refused(text, "names no bucket; write s3://bucket/prefix")
    if "@" in bucket or ("@" in rest and ":" in bucket):
        raise _refused(text, "holds credentials; they belong in the AWS profile or environment")
    if "?" in rest or "#" in rest:
        raise _refused(text, "holds a '?' or '#'; write only s3://bucket/prefix")
    return s3_target(bucket, prefix)


def _file(text: str, rest: str, windows: bool) -> Path:
    if "?" in rest or "#" in rest:
        raise _refused(text, "holds a bare '?' or '#'; write them %3F and %23")
    if rest.startswith("//"):
        host, slash, path = rest[2:].partition("/")
        if host.lower() not in {"", "localhost"} or not slash:
            raise _refused(text, "names a host; a folder of this machine is file:///folder")
        rest = f"/{path}"
    elif not rest.startswith("/"):
        raise _refused(text, "is not absolute; write file:///folder")
    folder = unquote(rest, errors="surrogateescape")
    if "\0" in folder:
        raise _refused(text, "holds a control character")
    if windows:
        folder = folder.removeprefix("/")
        if not _has_drive(folder):
            raise _refused(text, "names no drive; write file:///C:/folder")
        if len(folder) == len("C:"):
            folder += "/"
    return Path(_flavour(windows).normpath(folder))


def _path(text: str, base: Path | None, home: Path | None, windows: bool) -> Path:
    flavour = _flavour(windows)
    drive = _has_drive(text)
    if not windows and (drive or "/" not in text) and text not in {".", "..", "~"}:
        raise _refused(text, f"is a Windows path or of an unknown kind; write {_FORMS}")
    if drive and text[2:3] not in {"/", "\\"}:
        raise _refused(text, f"is relative to a drive; write {text[:2]}\\folder")
    if text.startswith("~"):
        if text[1:2] not in {"", "/"} and not (windows and text[1] == "\\"):
            raise _refused(text, "names another user's home; write the whole path")
        if home is None:
            raise ConfigurationError(f"the target {quoted(text)}: the home folder is not known; write the whole path")
        text = flavour.join(str(home), text[2:])
    elif not (flavour.isabs(text) and (drive or not windows or text[:2] in {"\\\\", "//"})):
        if base is None:
            raise _refused(
                text,
                "is a relative path, which cannot be used here (builds run in temporary folders): write an absolute "
                "path or an s3:// URL",
            )
        text = flavour.join(str(base), text)
    return Path(flavour.normpath(text))


def _flavour(windows: bool) -> ModuleType:
    return ntpath if windows else posixpath
