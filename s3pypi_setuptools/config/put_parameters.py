"""The parameters of S3 ``PutObject`` that users may give: https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ..errors import ConfigurationError
from ..text import quoted, suggestion

_PARAMETERS = (
    *("ACL", "GrantFullControl", "GrantRead", "GrantReadACP", "GrantWriteACP"),
    *("BucketKeyEnabled", "ServerSideEncryption", "SSEKMSEncryptionContext", "SSEKMSKeyId"),
    *("SSECustomerAlgorithm", "SSECustomerKey", "SSECustomerKeyMD5"),
    *("ObjectLockLegalHoldStatus", "ObjectLockMode", "ObjectLockRetainUntilDate"),
    *("ChecksumAlgorithm", "ContentDisposition", "ContentLanguage", "ExpectedBucketOwner", "Expires"),
    *("RequestPayer", "StorageClass", "Tagging", "WebsiteRedirectLocation"),
)
SECRET_PARAMETERS = frozenset({"SSECustomerKey", "SSECustomerKeyMD5", "SSEKMSEncryptionContext"})
"""Parameters whose values are never shown."""
_RESERVED = (
    *("Body", "Bucket", "Key", "Metadata", "IfMatch", "IfNoneMatch", "WriteOffsetBytes"),
    *("CacheControl", "ContentEncoding", "ContentLength", "ContentMD5", "ContentType"),
)
"""Parameters that are set for each object, and that users cannot give."""


def secret_parameters(value: object) -> Iterator[str]:
    """The values of secret parameters in ``value``, which is a mapping or a text as it was written."""
    pairs = value.items() if isinstance(value, Mapping) else ((name, rest) for name, _, rest in _pairs(str(value)))
    return (str(rest).strip() for name, rest in pairs if str(name).strip() in SECRET_PARAMETERS)


def _pairs(text: str) -> Iterator[tuple[str, str, str]]:
    """Name, ``=`` and value of each part of ``NAME=VALUE,NAME=VALUE``; of a part without ``=``, two are empty."""
    for part in filter(None, map(str.strip, text.split(","))):
        name, equals, value = part.partition("=")
        yield name.strip(), equals, value.strip()


def parse_parameters(text: str) -> dict[str, str]:
    """Parse and check ``NAME=VALUE,NAME=VALUE``; raises `ConfigurationError`, which shows no value."""
    pairs: dict[str, str] = {}
    for name, equals, value in _pairs(text):
        if not equals:
            raise ConfigurationError("must be NAME=VALUE,NAME=VALUE: one part has no '='")
        if name in pairs:
            raise ConfigurationError(f"{name} is given twice")
        pairs[name] = value
    return check_parameters(pairs)


def check_parameters(raw: Mapping[object, object] | Mapping[str, str]) -> dict[str, str]:
    """Check a mapping of parameters; raises `ConfigurationError`, which shows no value."""
    checked: dict[str, str] = {}
    for name, value in raw.items():
        if not isinstance(name, str) or not isinstance(value, str):
            raise ConfigurationError(f"{quoted(str(name))} must be a text, not {kind_of(value)}")
        if name in _RESERVED:
            raise ConfigurationError(f"{name} is set by s3pypi itself and cannot be given")
        if name not in _PARAMETERS and (
            not (name.isascii() and name.isalnum() and name[0].isupper()) or suggestion(name, _PARAMETERS)
        ):
            hint = suggestion(name, _PARAMETERS)
            raise ConfigurationError(f"{quoted(name)} is not a parameter of S3 PutObject{hint}")
        if not value.isprintable():
            raise ConfigurationError(f"the value of {name} holds a character that is not printable")
        checked[name] = value
    if not checked:
        raise ConfigurationError("is empty; leave it out, or give NAME=VALUE")
    return checked


def kind_of(raw: object) -> str:
    """How an error describes the value ``raw``."""
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
