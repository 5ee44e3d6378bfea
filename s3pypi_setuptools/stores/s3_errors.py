# ruff: noqa: PLC0415, PLR0911, PLR2004 (botocore is loaded when it is needed; HTTP statuses are named by their numbers)
"""What goes wrong between this program and S3, in this package's own words; DynamoDB fails in much the same way."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from ..diagnostics import redact
from ..errors import (
    AccessDenied,
    AlreadyExists,
    Contended,
    Error,
    NotFound,
    PreconditionFailed,
    StoreError,
    TimedOut,
    Unavailable,
)
from .base import ABSENT, ANY, Condition, Matches

__all__ = [
    "CREDENTIALS_FAILED",
    "CREDENTIAL_ADVICE",
    "TRANSIENT_CODES",
    "code_of",
    "is_absent",
    "is_credential_failure",
    "is_denial",
    "one_line",
    "reason",
    "refused_action",
    "status_of",
    "text_of",
    "translated",
    "unanswered",
    "words_of",
]

CREDENTIAL_ADVICE = {
    "UnrecognizedClientException": "the access key id is not known there; check the credentials and the endpoint",
    "InvalidSignatureException": "the signature was refused; check the secret access key and this machine's clock",
    "IncompleteSignatureException": "the signature was refused; check the credentials",
    "MissingAuthenticationTokenException": "the request had no credentials; check the profile and the endpoint",
    "ExpiredToken": "the session token has expired; sign in again (such as `aws sso login`) and try again",
    "ExpiredTokenException": "the session token has expired; sign in again (such as `aws sso login`) and try again",
    "TokenRefreshRequired": "the session token must be renewed; sign in again and try again",
    "InvalidToken": "the session token is not valid; check AWS_SESSION_TOKEN, or sign in again",
    "InvalidAccessKeyId": "the access key id is not known there; check the credentials, the profile and the endpoint",
    "InvalidClientTokenId": "the access key id is not known there; check the credentials, the profile and the endpoint",
    "SignatureDoesNotMatch": "the signature was refused; check the secret access key and the region",
    "AuthorizationHeaderMalformed": "the signature was refused; check the region",
    "AuthFailure": "the signature was refused; check the credentials",
    "RequestTimeTooSkewed": "this machine's clock is wrong; set it and try again",
    "RequestExpired": "this machine's clock is wrong, or the request was on its way for too long",
    "AccountProblem": "there is a problem with the AWS account",
    "AllAccessDisabled": "the account or bucket is disabled",
    "InvalidObjectState": "the object is archived",
    "KMS.DisabledException": "the KMS key is disabled",
}
TRANSIENT_CODES = frozenset(
    {
        "BandwidthLimitExceeded",
        "IncompleteBody",
        "InternalError",
        "InternalServerError",
        "OperationAborted",
        "ProvisionedThroughputExceededException",
        "PriorRequestNotComplete",
        "RequestTimeout",
        "RequestLimitExceeded",
        "ServiceUnavailable",
        "SlowDown",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
        "BadDigest",
        "XAmzContentSHA256Mismatch",
        "XAmzContentChecksumMismatch",
    }
)
CREDENTIALS_FAILED = "no credentials could be obtained; sign in again, or look at the profile"
_ELSEWHERE = "the bucket lies in another region; set `region`"
_REFUSED_ACTION = re.compile(r"not authorized to perform: ([A-Za-z0-9-]+:[A-Za-z0-9]+)")
_SAYS_NOTHING = frozenset({"", "accessdenied", "forbidden", "unauthorized"})
_ACTIONS = {
    "GetObject": "cannot be read",
    "HeadObject": "cannot be read",
    "DeleteObject": "cannot be deleted",
    "ListObjectsV2": "cannot be listed",
}


def code_of(error: Exception) -> str:
    """S3's error code; empty when no answer came."""
    return str(_response(error).get("Error", {}).get("Code", ""))


def is_absent(error: BaseException | None) -> bool:
    """Whether S3 said that there is no such object."""
    return isinstance(error, Exception) and code_of(error) in {"NoSuchKey", "NotFound", "404"}


def status_of(error: Exception) -> int:
    """The HTTP status of the answer; 0 when none came."""
    return int(_response(error).get("ResponseMetadata", {}).get("HTTPStatusCode", 0))


def is_credential_failure(error: Exception) -> bool:
    """Whether whoever hands out credentials failed; the error's text may hold some."""
    from botocore import exceptions

    return isinstance(
        error,
        exceptions.TokenRetrievalError
        | exceptions.SSOError
        | exceptions.UnauthorizedSSOTokenError
        | exceptions.CredentialRetrievalError
        | exceptions.MetadataRetrievalError,
    )


def translated(error: Exception, operation: str, name: str, condition: Condition = ANY) -> Error:
    """What botocore's ``error`` means.

    :param error: free of secrets (`Redactor.clean`).
    :param operation: the S3 operation that failed, such as ``PutObject``.
    :param name: the object, as ``s3://bucket/key``.
    :param condition: what the write asked for.
    """
    what = _ACTIONS.get(operation, "cannot be written")
    if not _response(error):
        return unanswered(error, name, what, _place(error))
    code, status = code_of(error), status_of(error)
    reading = operation in {"GetObject", "HeadObject"}
    if code == "NoSuchBucket":
        bucket = name.removeprefix("s3://").partition("/")[0]
        return StoreError(f"s3://{bucket}", "this bucket does not exist; check its name, the region and the endpoint")
    version = condition.token if isinstance(condition, Matches) else ""
    if (status == 412 or code == "PreconditionFailed") and condition is not ANY:
        failed = AlreadyExists if condition is ABSENT else PreconditionFailed
        return failed(name, version=version)
    if status == 409 and condition is not ANY:
        return Contended(name, version=version)
    if status == 404 or code in {"NoSuchKey", "NotFound"}:
        if reading:
            return NotFound(name)
        if condition is not ANY and code != "NoSuchUpload":
            return PreconditionFailed(name, version=version)
    if code in CREDENTIAL_ADVICE:
        return AccessDenied(name, f"{what}: {CREDENTIAL_ADVICE[code]}")
    if status in {401, 403} or code in {"AccessDenied", "AllAccessDisabled"}:
        told = words_of(error)
        advice = _permission_advice(operation)
        if (action := refused_action(told)) and action not in advice:
            advice = f"{action} is needed"
        return AccessDenied(name, f"{what}: access denied{': ' if told else ''}{told}; {advice}")
    if status >= 500 and status != 501:
        said = status if code in {"", str(status)} else f"{status} {code}"  # a HEAD has no body to say more
        return Unavailable(name, f"{what}: the store answered {said}; try again later")
    if status == 429 or code in TRANSIENT_CODES:
        return Unavailable(name, f"{what}: the store answered {code or status}; try again later")
    return _refused(code, status, text_of(error), name, what)


def _refused(code: str, status: int, text: str, name: str, what: str) -> StoreError:
    if code == "AccessControlListNotSupported":
        return StoreError(
            name, f"{what}: this bucket refuses ACLs; publish without one, and grant reading by a bucket policy"
        )
    if status == 501 or code == "NotImplemented":
        return StoreError(name, f"{what}: the store does not know conditional requests ({text or code})")
    if status in {301, 307} or code in {"PermanentRedirect", "IllegalLocationConstraintException"}:
        return StoreError(name, f"{what}: {_ELSEWHERE}")
    if code in {"", str(status)}:  # a HEAD has no body to say why
        return StoreError(
            name, f"{what}: the store answered {status}; check the credentials, the region and the endpoint"
        )
    return StoreError(name, f"{what}: the store answered {status} {code}{': ' if text else ''}{text}")


def _permission_advice(operation: str) -> str:
    if operation in {"GetObject", "HeadObject"}:
        return "s3:GetObject is needed, and s3:ListBucket on the bucket: without it a missing object answers so too"
    if operation == "ListObjectsV2":
        return "s3:ListBucket on the bucket is needed"
    if operation == "DeleteObject":
        return "s3:DeleteObject is needed"
    return "s3:PutObject is needed, s3:GetObject too for replacing, and s3:PutObjectAcl with an ACL"


def unanswered(error: Exception, name: str, what: str, service: str = "the store") -> Error:
    """What ``error`` means, where no answer came that can be understood.

    :param what: what could not be done to ``name``.
    :param service: what was asked, and where it is if that is known.
    """
    from botocore import exceptions
    from botocore.parsers import ResponseParserError

    text = one_line(error)
    if isinstance(error, (exceptions.NoCredentialsError, exceptions.PartialCredentialsError)):
        return AccessDenied(
            name, f"{what}: no credentials were found; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or a profile"
        )
    if isinstance(error, exceptions.RefreshWithMFAUnsupportedError):
        return AccessDenied(name, f"{what}: the role's credentials expire, and new ones need an MFA code; try again")
    if is_credential_failure(error):
        return AccessDenied(name, f"{what}: {CREDENTIALS_FAILED} ({type(error).__name__})")
    if isinstance(error, exceptions.InvalidRegionError):
        return StoreError(name, f"{what}: the region is not the name of one; set `region`")
    if isinstance(error, exceptions.SSLError):
        return Unavailable(
            name, f"{what}: the TLS connection to {service} failed; check the endpoint and AWS_CA_BUNDLE"
        )
    if isinstance(error, exceptions.ConnectTimeoutError | exceptions.ReadTimeoutError):
        return TimedOut(name, f"{what}: {service} did not answer in time; try again later")
    if isinstance(
        error, exceptions.IncompleteReadError | exceptions.ResponseStreamingError | ResponseParserError | KeyError
    ):
        return Unavailable(name, f"{what}: {service}'s answer was cut short or garbled; try again")
    if isinstance(error, exceptions.ProxyConnectionError):
        return Unavailable(name, f"{what}: no connection to the proxy; check HTTPS_PROXY, HTTP_PROXY and NO_PROXY")
    if isinstance(error, exceptions.ConnectionClosedError):
        return Unavailable(name, f"{what}: {service} broke off the connection; try again")
    if "Invalid header value" in str(error):
        return AccessDenied(
            name, f"{what}: the access key id, the session token or a parameter holds a line break; take it out"
        )
    if isinstance(error, exceptions.HTTPClientError | exceptions.ConnectionError | OSError):
        return Unavailable(name, f"{what}: no connection to {service}; check the network and the endpoint")
    if isinstance(error, RecursionError):  # botocore looks for the region of a bucket that redirects whoever asks
        return StoreError(name, f"{what}: {_ELSEWHERE}")
    return StoreError(name, f"{what}: {text}")


def _place(error: Exception) -> str:
    """The store, with the address that could not be reached."""
    parts = urlsplit(str(getattr(error, "kwargs", {}).get("endpoint_url") or ""))
    if not parts.hostname:
        return "the store"
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"the store at {parts.scheme}://{host}{f':{parts.port}' if parts.port else ''}"


def _response(error: Exception) -> dict[str, Any]:
    response = getattr(error, "response", None)
    return response if isinstance(response, dict) else {}


def text_of(error: Exception) -> str:
    """What the answer says in words, in one line."""
    return " ".join(str(_response(error).get("Error", {}).get("Message") or "").split())[:200]


def is_denial(error: BaseException | None) -> bool:
    """Whether the store said that these credentials, which it takes, may not do it; asked of an `AccessDenied`."""
    return isinstance(error, Exception) and bool(_response(error)) and code_of(error) not in CREDENTIAL_ADVICE


def words_of(error: Exception) -> str:
    """What the answer to a request that was denied says in words, beyond that; as `text_of`."""
    text = text_of(error)
    bare = "".join(filter(str.isalnum, text)).lower()
    return "" if bare in _SAYS_NOTHING or text == code_of(error) else text.removesuffix(".")


def refused_action(text: str) -> str:
    """The permission, such as ``kms:GenerateDataKey``, that is lacking as ``text`` of an answer says; else empty."""
    found = _REFUSED_ACTION.search(text)
    return found[1] if found else ""


def reason(error: Error) -> str:
    """Why it failed, without the object's name and what was tried."""
    if not isinstance(error, StoreError):
        return str(error)
    return error.message.partition(": ")[2] or error.message


def one_line(error: Exception) -> str:
    """What botocore says, without secrets."""
    return redact(" ".join(str(error).split()))
