"""What a setting's value may be, and what is wrong with it when it may not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias
from urllib.parse import urlsplit

from ..errors import ConfigurationError
from ..text import quoted, suggestion
from .options import Form, Option

__all__ = ["SECRET_PARAMETERS", "Value", "parse_parameters", "parse_value"]

Value: TypeAlias = str | bool | Mapping[str, str]

_WORDS = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}
_DIGITS = 9
"""The most that a number of seconds may have: what threads can wait for."""
_EMPTY_ALLOWED = frozenset({"prefix"})
_PARAMETERS = (
    "ACL",
    "BucketKeyEnabled",
    "ChecksumAlgorithm",
    "ContentDisposition",
    "ContentLanguage",
    "ExpectedBucketOwner",
    "Expires",
    "GrantFullControl",
    "GrantRead",
    "GrantReadACP",
    "GrantWriteACP",
    "ObjectLockLegalHoldStatus",
    "ObjectLockMode",
    "ObjectLockRetainUntilDate",
    "RequestPayer",
    "SSECustomerAlgorithm",
    "SSECustomerKey",
    "SSECustomerKeyMD5",
    "SSEKMSEncryptionContext",
    "SSEKMSKeyId",
    "ServerSideEncryption",
    "StorageClass",
    "Tagging",
    "WebsiteRedirectLocation",
)
SECRET_PARAMETERS = frozenset({"SSECustomerKey", "SSECustomerKeyMD5", "SSEKMSEncryptionContext"})
"""Those that are never shown."""
_RESERVED = frozenset(
    {
        "Body",
        "Bucket",
        "CacheControl",
        "ContentEncoding",
        "ContentLength",
        "ContentMD5",
        "ContentType",
        "IfMatch",
        "IfNoneMatch",
        "Key",
        "Metadata",
        "WriteOffsetBytes",
    }
)


def parse_value(option: Option, raw: object, where: str, *, typed: bool = False) -> Value:
    """``raw`` as the option's value.

    :param where: what errors begin with: the source and the name written there.
    :param typed: the source has types of its own (TOML): a flag must be a boolean there.

    Raises `ConfigurationError`, without the value where it is secret.
    """
    if option.form is Form.FLAG:
        return _flag(raw, where, typed)
    if option.form is Form.PARAMETERS and isinstance(raw, Mapping):
        return _checked_parameters(raw, where)
    if option.form is Form.SECONDS and isinstance(raw, int) and not isinstance(raw, bool):
        raw = str(raw) if abs(raw) < 10**_DIGITS else "a number with too many digits"
    if option.repeatable and not typed and isinstance(raw, list) and all(isinstance(text, str) for text in raw):
        raw = ",".join(raw)
    if not isinstance(raw, str):
        allowed = f"one of {', '.join(option.choices)}" if option.choices else option.form.value
        raise ConfigurationError(f"{where}: must be {allowed}, not {_kind(raw)}")
    text = raw.strip()
    if not text and option.name not in _EMPTY_ALLOWED:
        raise ConfigurationError(f"{where}: is empty; leave it out, or give a value")
    if not text.isprintable():
        raise ConfigurationError(f"{where}: holds a line break or another character that is not printable")
    if option.form is Form.PARAMETERS:
        return parse_parameters(text, where)
    return _text(option, text, where)


def _text(option: Option, text: str, where: str) -> str:
    match option.form:
        case Form.CHOICE:
            return _choice(option, text, where)
        case Form.URL:
            return _url(text, where)
        case Form.SECONDS:
            return _seconds(text, where)
        case _:
            return text


def parse_parameters(text: str, where: str) -> dict[str, str]:
    """``NAME=VALUE,NAME=VALUE`` as a mapping; raises `ConfigurationError`, which shows no value."""
    pairs: dict[str, str] = {}
    for item in filter(None, (part.strip() for part in text.split(","))):
        name, equals, value = item.partition("=")
        if not equals:
            raise ConfigurationError(f"{where}: must be NAME=VALUE,NAME=VALUE: one part has no '='")
        if name.strip() in pairs:
            raise ConfigurationError(f"{where}: {name.strip()} is given twice")
        pairs[name.strip()] = value.strip()
    return _checked_parameters(pairs, where)


def _checked_parameters(raw: Mapping[object, object] | Mapping[str, str], where: str) -> dict[str, str]:
    checked: dict[str, str] = {}
    for name, value in raw.items():
        if not isinstance(name, str) or not isinstance(value, str):
            raise ConfigurationError(f"{where}: {quoted(str(name))} must be a text, not {_kind(value)}")
        if name in _RESERVED:
            raise ConfigurationError(f"{where}: {name} is set by s3pypi itself and cannot be given")
        if name not in _PARAMETERS and (
            not (name.isascii() and name.isalnum() and name[0].isupper()) or suggestion(name, _PARAMETERS)
        ):
            hint = suggestion(name, _PARAMETERS)
            raise ConfigurationError(f"{where}: {quoted(name)} is not a parameter of S3 PutObject{hint}")
        if not value.isprintable():
            raise ConfigurationError(f"{where}: the value of {name} holds a character that is not printable")
        checked[name] = value
    if not checked:
        raise ConfigurationError(f"{where}: is empty; leave it out, or give NAME=VALUE")
    return checked


def _flag(raw: object, where: str, typed: bool) -> bool:
    if isinstance(raw, bool):
        return raw
    if not typed:
        if isinstance(raw, int) and raw in {0, 1}:
            return bool(raw)
        if isinstance(raw, str) and raw.strip().lower() in _WORDS:
            return _WORDS[raw.strip().lower()]
    allowed = "true or false" if typed else "one of true, false, yes, no, on, off, 1, 0"
    raise ConfigurationError(f"{where}: must be {allowed}, not {_kind(raw)}")


def _choice(option: Option, text: str, where: str) -> str:
    chosen = text.lower()
    if chosen not in option.choices:
        hint = suggestion(text, option.choices)
        raise ConfigurationError(f"{where}: must be one of {', '.join(option.choices)}, not {quoted(text)}{hint}")
    return chosen


def _seconds(text: str, where: str) -> str:
    if not (text.isascii() and text.isdecimal() and len(text) <= _DIGITS):
        raise ConfigurationError(f"{where}: must be a whole number of seconds, such as 300, not {quoted(text)}")
    return text


def _url(text: str, where: str) -> str:
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host = None
    if not host or parts.scheme not in {"http", "https"} or any(map(str.isspace, text)):
        raise ConfigurationError(f"{where}: must be an http:// or https:// URL, not {quoted(text)}")
    if "@" in parts.netloc:
        raise ConfigurationError(f"{where}: holds a user name or password, {quoted(text)}; leave it out")
    if parts.query or parts.fragment:
        raise ConfigurationError(f"{where}: must be a URL without '?' and '#', not {quoted(text)}")
    return text.rstrip("/")


def _kind(raw: object) -> str:
    match raw:
        case bool():
            return "true" if raw else "false"
        case str():
            return quoted(raw)
        case int() | float():
            return "a number"
        case list() | tuple():
            return "a list"
        case Mapping():
            return "a table"
        case _:
            return f"a {type(raw).__name__}"
