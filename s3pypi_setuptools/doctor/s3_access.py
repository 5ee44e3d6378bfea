"""Check whether a bucket can be reached, and with whose credentials."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from email.utils import parsedate_to_datetime

from ..aws.client import create_client
from ..aws.errors import CREDENTIAL_ADVICE, code_of, response_of
from ..aws.sessions import Sessions
from ..config.secret import Secret
from ..errors import ConfigurationError, Error
from ..stores.base import ANY
from ..stores.s3.bucket import Bucket
from ..stores.s3.client import Patience, S3Client
from ..stores.s3.errors import reason
from .check import Check, Result, fail, fail_with, ok, skip

_SKEW = timedelta(minutes=5)
"""S3 refuses signatures that are 15 minutes off (https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html)."""

_CLOCK = "clock"
_CREDENTIALS = "credentials"
_PATIENCE = Patience(connect=5, answer=10, long_answer=10, attempts=2)
_REFUSALS = CREDENTIAL_ADVICE.keys() - {"InvalidObjectState", "KMS.DisabledException"}
"""Error codes which say that the store does not accept the credentials, whatever they permit."""
_SHOWN = 4
"""Characters of an access key id that are shown, at its end."""
_PROVIDERS = {
    "explicit": "the settings",
    "env": "the environment",
    "shared-credentials-file": "the credentials file",
    "config-file": "the AWS config file",
    "iam-role": "the instance's role",
    "container-role": "the container's role",
    "assume-role": "an assumed role",
    "assume-role-with-web-identity": "a web identity's role",
    "custom-process": "a credential process",
}
"""botocore's names of the places where it finds credentials."""


class S3Access:
    """Checks of the connection to ``bucket``; ``anonymous`` sends requests without credentials."""

    def __init__(self, bucket: Bucket) -> None:
        self._bucket = bucket
        options = bucket.client.options
        unsigned = replace(
            options,
            connection=replace(
                options.connection,
                no_sign_request=True,
                # These are never sent. Without any, botocore would look for credentials, and might fail.
                aws_access_key_id="unsigned",
                aws_secret_access_key=Secret("unsigned"),
                aws_session_token=None,
            ),
            put_args={},
            patience=_PATIENCE,
            # Sessions of its own: a later check finds out whether those of the bucket have credentials.
            sessions=Sessions(),
        )
        self.anonymous = S3Client(unsigned)

    def checks(self) -> list[Check]:
        """Check the endpoint, the clock, the credentials and the bucket; a failure ends the checks."""
        checks: list[Check] = []
        for ask in (self._endpoint, self._credentials, self._access):
            found = ask()
            checks += found
            if any(check.result is Result.FAILED and check.name != _CLOCK for check in found):
                break
        return checks

    def _endpoint(self) -> list[Check]:
        try:
            call = self.anonymous.get().head_bucket
            url = self.anonymous.get().meta.endpoint_url
        except ConfigurationError as error:
            return [fail("endpoint", str(error), "correct the settings")]
        began, answered = time.monotonic(), datetime.now(timezone.utc)
        try:
            response = call(Bucket=self._bucket.name)
        except Exception as error:
            response = response_of(error)
            if not response.get("ResponseMetadata", {}).get("HTTPHeaders"):
                why = reason(self._bucket.client.failure(error, "HeadBucket", self._bucket.url))
                line = why if url in why else f"{url}: {why}"
                return [fail_with("endpoint", line, "check endpoint-url and the network")]
        took = time.monotonic() - began
        where = "AWS" if self.anonymous.is_aws else "not AWS"
        date = response["ResponseMetadata"]["HTTPHeaders"].get("date")
        clock = _clock(date, answered + timedelta(seconds=took))
        return [ok("endpoint", f"{url} ({where}) answers in {took * 1000:.0f} ms"), clock]

    def _credentials(self) -> list[Check]:
        client = self._bucket.client
        if client.options.connection.no_sign_request:
            return [ok(_CREDENTIALS, "none: no-sign-request is set")]
        try:
            found = client.credentials()
            key = found.get_frozen_credentials().access_key if found else ""
        except Exception as error:
            known = error if isinstance(error, Error) else client.failure(error, "GetCredentials", self._bucket.url)
            return [fail_with(_CREDENTIALS, reason(known), "sign in again, or check the profile")]
        if found is None:
            advice = "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or a profile"
            return [fail(_CREDENTIALS, "none were found", advice)]
        provider = _PROVIDERS.get(found.method, found.method)
        shown = f", access key …{key[-_SHOWN:]}" if len(key) > 2 * _SHOWN else ""
        return [ok(_CREDENTIALS, f"from {provider}{shown}")]

    def _access(self) -> list[Check]:
        """Whether the signature is accepted, whose it is, and whether the bucket exists."""
        name = self._bucket.name
        exists = ok("bucket", f"{name} exists")
        try:
            self._bucket.request("ListObjectsV2", None, ANY, {"MaxKeys": 1})
        except ConfigurationError as error:
            return [fail_with("settings", str(error), "correct the settings")]
        except Error as error:
            code = code_of(error.__cause__)
            if code in _REFUSALS:
                return [fail(_CREDENTIALS, f"refused: {code}", reason(error))]
            if code == "NoSuchBucket":
                return [fail("bucket", f"{name} does not exist", "check its name, the region and the endpoint")]
            if code not in {"AccessDenied", "403"}:
                return [fail_with("bucket", reason(error))]
            exists = skip("bucket", "not known: listing it is denied")
        client = self._bucket.client
        signs = client.is_aws and not client.options.connection.no_sign_request
        return [self._identity(), exists] if signs else [exists]

    def _identity(self) -> Check:
        try:
            arn = _arn(self._bucket.client)
        except Exception as error:
            self._bucket.client.options.redactor.clean(error)
            return skip("identity", f"not known: {code_of(error) or type(error).__name__}")
        return ok("identity", arn)


def _arn(client: S3Client) -> str:
    """The ARN of the credentials' owner; raises what botocore raises.

    https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
    """
    options = client.options
    connection = replace(options.connection, region=client.get().meta.region_name, endpoint_url=None)
    service = create_client(
        "sts",
        "STS",
        replace(options, connection=connection),
        endpoint_setting="AWS_ENDPOINT_URL_STS",
        attempts=_PATIENCE.attempts,
        connect_timeout=_PATIENCE.connect,
        read_timeout=_PATIENCE.answer,
    )
    return str(service.get_caller_identity()["Arn"])


def _clock(date: str | None, now: datetime) -> Check:
    try:
        skew = now - parsedate_to_datetime(date or "")
    except (ValueError, TypeError):
        return skip(_CLOCK, "not known: the answer has no valid Date")
    seconds = round(abs(skew.total_seconds()))
    if abs(skew) < _SKEW:
        return ok(_CLOCK, f"within {max(1, seconds)} s of the store's")
    late = "ahead of" if skew > timedelta(0) else "behind"
    return fail(_CLOCK, f"{seconds} s {late} the store's: signatures are refused", "set this machine's clock")
