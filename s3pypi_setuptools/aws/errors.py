# ruff: noqa: PLC0415, PLR0911, PLR2004 (botocore is loaded when it is needed; HTTP statuses are named by their numbers)
"""Translate botocore's errors.

https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html
"""

from __future__ import annotations

from typing import Any

from ..errors import AccessDenied, Error, NotAuthenticated, StoreError, StoreMisconfigured, TimedOut, Unavailable
from ..http_limits import AnswerTooLarge
from ..redaction import redact

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
_ACCEPTED = frozenset({"AccountProblem", "AllAccessDisabled", "InvalidObjectState", "KMS.DisabledException"})
"""Of those, the codes by which AWS accepts the credentials, and refuses the request for another reason."""
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
ELSEWHERE = "the bucket is in another region; set `region`"


def code_of(error: BaseException | None) -> str:
    """The error code in the answer, such as ``NoSuchKey``; empty without an answer."""
    return str(response_of(error).get("Error", {}).get("Code", ""))


def status_of(error: BaseException | None) -> int:
    """The HTTP status of the answer; 0 without an answer."""
    return int(response_of(error).get("ResponseMetadata", {}).get("HTTPStatusCode", 0))


def usual_failure(error: Exception, name: str, what: str, service: str, place: str) -> Error | None:
    """The error of this package for a failure that has the same meaning in every service; None for any other.

    :param what: what could not be done to ``name``, such as ``cannot be read``.
    :param place: the service, and its address if that is known.
    """
    if not response_of(error):
        return _unanswered(error, name, what, place)
    code, status = code_of(error), status_of(error)
    if code in CREDENTIAL_ADVICE:
        kind = AccessDenied if code in _ACCEPTED else NotAuthenticated
        return kind(name, f"{what}: {CREDENTIAL_ADVICE[code]}")
    if (status >= 500 and status != 501) or status == 429 or code in TRANSIENT_CODES:
        said = status if code in {"", str(status)} else f"{status} {code}"  # the answer to a HEAD has no body
        return Unavailable(name, f"{what}: {service} answered {said}; try again later")
    return None


def is_credential_failure(error: Exception) -> bool:
    """Whether credentials could not be obtained; the text of the error may contain some."""
    from botocore import exceptions

    return isinstance(
        error,
        exceptions.TokenRetrievalError
        | exceptions.SSOError
        | exceptions.UnauthorizedSSOTokenError
        | exceptions.CredentialRetrievalError
        | exceptions.MetadataRetrievalError,
    )


def is_too_large(error: Exception) -> bool:
    """Whether the error is `AnswerTooLarge`, which botocore wraps unless it reads the body of an error."""
    return isinstance(getattr(error, "kwargs", {}).get("error", error), AnswerTooLarge)


def _unanswered(error: Exception, name: str, what: str, service: str) -> Error:
    """The error of this package for a request to which there was no answer, or none that can be understood."""
    from botocore import exceptions
    from botocore.parsers import ResponseParserError

    text = botocore_text(error)
    if _is_redirected_forever(error):
        return StoreMisconfigured(name, f"{what}: {ELSEWHERE}")
    if isinstance(error, (exceptions.NoCredentialsError, exceptions.PartialCredentialsError)):
        return NotAuthenticated(
            name, f"{what}: no credentials were found; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or a profile"
        )
    if isinstance(error, exceptions.RefreshWithMFAUnsupportedError):
        return NotAuthenticated(
            name, f"{what}: the role's credentials expire, and new ones need an MFA code; try again"
        )
    if is_credential_failure(error):
        return NotAuthenticated(name, f"{what}: {CREDENTIALS_FAILED} ({type(error).__name__})")
    if isinstance(error, exceptions.InvalidRegionError):
        return StoreMisconfigured(name, f"{what}: the region is not the name of one; set `region`")
    if isinstance(error, exceptions.SSLError):
        return Unavailable(
            name, f"{what}: the TLS connection to {service} failed; check the endpoint and AWS_CA_BUNDLE"
        )
    if isinstance(error, exceptions.ConnectTimeoutError | exceptions.ReadTimeoutError):
        return TimedOut(name, f"{what}: {service} did not answer in time; try again later")
    garbled = exceptions.IncompleteReadError | exceptions.ResponseStreamingError | ResponseParserError | KeyError
    if is_too_large(error) or isinstance(error, garbled):
        fault = "does not end; check the endpoint" if is_too_large(error) else "was cut short or garbled; try again"
        return Unavailable(name, f"{what}: {service}'s answer {fault}")
    if isinstance(error, exceptions.ProxyConnectionError):
        return Unavailable(name, f"{what}: no connection to the proxy; check HTTPS_PROXY, HTTP_PROXY and NO_PROXY")
    if isinstance(error, exceptions.ConnectionClosedError):
        return Unavailable(name, f"{what}: {service} broke off the connection; try again")
    if "Invalid header value" in str(error):
        return NotAuthenticated(
            name, f"{what}: the access key id, the session token or a parameter holds a line break; take it out"
        )
    if isinstance(error, exceptions.HTTPClientError | exceptions.ConnectionError | OSError):
        return Unavailable(name, f"{what}: no connection to {service}; check the network and the endpoint")
    return StoreError(name, f"{what}: {text}")


def _is_redirected_forever(error: BaseException | None) -> bool:
    """Whether botocore asked for the region of a bucket that redirects every request, until the stack was full.

    The last of these requests may have failed anywhere, so other errors may be around that of the stack.
    """
    while error is not None:
        if isinstance(error, RecursionError):
            return True
        error = error.__cause__ or error.__context__
    return False


def response_of(error: BaseException | None) -> dict[str, Any]:
    """The answer, parsed by botocore; empty without one."""
    response = getattr(error, "response", None)
    return response if isinstance(response, dict) else {}


def text_of(error: BaseException | None) -> str:
    """The text of the answer, in one line of at most 200 characters."""
    return " ".join(str(response_of(error).get("Error", {}).get("Message") or "").split())[:200]


def botocore_text(error: Exception) -> str:
    """The text of botocore's error, without secrets."""
    return redact(" ".join(str(error).split()))
