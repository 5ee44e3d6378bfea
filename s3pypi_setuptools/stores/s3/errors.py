# ruff: noqa: PLR0911, PLR2004 (botocore is loaded when it is needed; HTTP statuses are named by their numbers)
"""Translate errors of S3 (https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html)."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from ...aws.errors import CREDENTIAL_ADVICE, ELSEWHERE, code_of, response_of, status_of, text_of, usual_failure
from ...errors import (
    AccessDenied,
    AlreadyExists,
    ConditionsRefused,
    Contended,
    Error,
    NotAuthenticated,
    NotFound,
    PreconditionFailed,
    StoreError,
    StoreMisconfigured,
)
from ..base import ABSENT, ANY, Condition, Matches

_REFUSED_ACTION = r"not authorized to perform: ([A-Za-z0-9-]+:[A-Za-z0-9]+)"
_SAYS_NOTHING = frozenset({"", "accessdenied", "forbidden", "unauthorized"})
_READING = ("GetObject", "HeadObject")
_READ = "s3:GetObject is needed, and s3:ListBucket on the bucket: without it a missing object answers so too"
_WRITE = "s3:PutObject is needed, s3:GetObject too for replacing, and s3:PutObjectAcl with an ACL"
_ACTIONS = {
    **dict.fromkeys(_READING, ("cannot be read", _READ)),
    "DeleteObject": ("cannot be deleted", "s3:DeleteObject is needed"),
    "ListObjectsV2": ("cannot be listed", "s3:ListBucket on the bucket is needed"),
}
"""What fails if the operation does, and the permissions that it needs."""


def is_absent(error: BaseException | None) -> bool:
    """Whether S3 answered that the object does not exist."""
    return code_of(error) in {"NoSuchKey", "NotFound", "404"}


def translated(error: Exception, operation: str, name: str, condition: Condition = ANY) -> Error:
    """The error of this package that botocore's ``error`` means.

    :param error: free of secrets (`Redactor.clean`).
    :param operation: the S3 operation that failed, such as ``PutObject``.
    :param name: the object, as ``s3://bucket/key``.
    :param condition: of the request. 412 means that it is not fulfilled, 409 that another such write is in flight
        (https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html#conditional-error-response).
    """
    what, advice = _ACTIONS.get(operation, ("cannot be written", _WRITE))
    code, status = code_of(error), status_of(error)
    if code == "NoSuchBucket":
        bucket = name.removeprefix("s3://").partition("/")[0]
        found = "this bucket does not exist; check its name, the region and the endpoint"
        return StoreMisconfigured(f"s3://{bucket}", found)
    version = condition.token if isinstance(condition, Matches) else ""
    if (status == 412 or code == "PreconditionFailed") and condition is not ANY:
        failed = AlreadyExists if condition is ABSENT else PreconditionFailed
        return failed(name, version=version)
    if status == 409 and condition is not ANY:
        return Contended(name, version=version)
    if status == 404 or code in {"NoSuchKey", "NotFound"}:
        if operation in _READING:
            return NotFound(name)
        if condition is not ANY and code != "NoSuchUpload":
            return PreconditionFailed(name, version=version)
    if usual := usual_failure(error, name, what, "the store", _place(error)):
        return usual
    if status in {401, 403} or code == "AccessDenied":
        told = words_of(error)
        if (action := refused_action(told)) and action not in advice:
            advice = f"{action} is needed"
        kind = NotAuthenticated if status == 401 else AccessDenied
        return kind(name, f"{what}: access denied{': ' if told else ''}{told}; {advice}")
    return _refused(error, name, what, condition)


def _refused(error: Exception, name: str, what: str, condition: Condition) -> StoreError:
    code, status, text = code_of(error), status_of(error), text_of(error)
    if code == "AccessControlListNotSupported":
        return StoreMisconfigured(
            name, f"{what}: this bucket refuses ACLs; publish without one, and grant reading by a bucket policy"
        )
    if status == 501 or code == "NotImplemented":
        if condition is not ANY:
            return ConditionsRefused(name, f"{what}: the store does not know conditional requests ({text or code})")
        return StoreMisconfigured(name, f"{what}: the store does not know this request ({text or code})")
    if status in {301, 307} or code in {"PermanentRedirect", "IllegalLocationConstraintException"}:
        return StoreMisconfigured(name, f"{what}: {ELSEWHERE}")
    if code in {"", str(status)}:  # the answer to a HEAD has no body
        return StoreError(
            name, f"{what}: the store answered {status}; check the credentials, the region and the endpoint"
        )
    return StoreError(name, f"{what}: the store answered {status} {code}{': ' if text else ''}{text}")


def _place(error: Exception) -> str:
    """The store, and its address if that is known."""
    parts = urlsplit(str(getattr(error, "kwargs", {}).get("endpoint_url") or ""))
    if not parts.hostname:
        return "the store"
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"the store at {parts.scheme}://{host}{f':{parts.port}' if parts.port else ''}"


def is_denial(error: BaseException | None) -> bool:
    """Whether the store accepts the credentials, but does not allow them this; for causes of `AccessDenied`."""
    return bool(response_of(error)) and code_of(error) not in CREDENTIAL_ADVICE


def words_of(error: BaseException | None) -> str:
    """The text of an answer that denies a request; empty if it says no more than that."""
    text = text_of(error)
    bare = "".join(filter(str.isalnum, text)).lower()
    return "" if bare in _SAYS_NOTHING or text == code_of(error) else text.removesuffix(".")


def refused_action(text: str) -> str:
    """The permission, such as ``kms:GenerateDataKey``, that ``text`` says is missing; empty if it names none."""
    found = re.search(_REFUSED_ACTION, text)
    return found[1] if found else ""


def reason(error: Error) -> str:
    """The reason in ``error``, without the name of the object and of the attempted operation."""
    if not isinstance(error, StoreError):
        return str(error)
    return error.message.partition(": ")[2] or error.message
