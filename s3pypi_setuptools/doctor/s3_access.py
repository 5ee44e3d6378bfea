"""Whether a bucket can be reached, and as whom."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from typing import Any

from ..aws.client import create_client
from ..aws.errors import CREDENTIAL_ADVICE, code_of
from ..aws.sessions import Sessions
from ..config.connection import Secret
from ..errors import ConfigurationError, Error
from ..stores.base import ANY
from ..stores.s3.bucket import Bucket
from ..stores.s3.client import Patience, S3Client
from ..stores.s3.errors import reason
from .check import Check, Result, refusal

__all__ = ["Connection"]

_SKEW = timedelta(minutes=5)
"""S3 refuses signatures that are a quarter of an hour off."""

CLOCK = "clock"

_PATIENCE = Patience(connect=5, answer=10, long_answer=10, attempts=2)
_REFUSALS = CREDENTIAL_ADVICE.keys() - {"InvalidObjectState", "KMS.DisabledException"}
"""Error codes that say that the credentials, whatever they may do, are not taken."""

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


class Connection:
    """The way to ``bucket``; ``anonymous`` reaches it without credentials."""

    def __init__(self, bucket: Bucket) -> None:
        self._bucket = bucket
        options = bucket.client.options
        unsigned = replace(
            options,
            connection=replace(
                options.connection,
                no_sign_request=True,
                # Never sent; without any, botocore would look for some, and fail where that fails.
                aws_access_key_id="unsigned",
                aws_secret_access_key=Secret("unsigned"),
                aws_session_token=None,
            ),
            put_args={},
            patience=_PATIENCE,
            # Another, since whether the credentials of the first can be obtained is asked later.
            sessions=Sessions(),
        )
        self.anonymous = S3Client(unsigned)

    def checks(self) -> list[Check]:
        """Endpoint, clock, credentials, identity, bucket; ends at the first that leaves no more to ask."""
        checks: list[Check] = []
        for ask in (self._endpoint, self._credentials, self._access):
            found = ask()
            checks += found
            if any(check.result is Result.NO and check.name != CLOCK for check in found):
                break
        return checks

    def _endpoint(self) -> list[Check]:
        try:
            call = self.anonymous.get().head_bucket
            url = self.anonymous.get().meta.endpoint_url
        except ConfigurationError as error:
            return [Check("endpoint", Result.NO, str(error), "correct the settings")]
        began, answered = time.monotonic(), datetime.now(timezone.utc)
        response: dict[str, Any]
        try:
            response = call(Bucket=self._bucket.name)
        except Exception as error:
            response = getattr(error, "response", None) or {}
            if not response.get("ResponseMetadata", {}).get("HTTPHeaders"):
                found = self._bucket.client.failure(error, "HeadBucket", self._bucket.url)
                why = reason(found)
                told = why if url in why else f"{url}: {why}"
                return [refusal("endpoint", told, "check endpoint-url and the network")]
        took = time.monotonic() - began
        metadata = response["ResponseMetadata"]
        where = "AWS" if self.anonymous.is_aws else "not AWS"
        endpoint = Check("endpoint", Result.OK, f"{url} ({where}) answers in {took * 1000:.0f} ms")
        return [endpoint, _clock(metadata["HTTPHeaders"].get("date"), answered + timedelta(seconds=took))]

    def _credentials(self) -> list[Check]:
        client = self._bucket.client
        if client.options.connection.no_sign_request:
            return [Check("credentials", Result.OK, "none: no-sign-request is set")]
        try:
            found = client.access_key()
        except Exception as error:
            known = error if isinstance(error, Error) else client.failure(error, "GetCredentials", self._bucket.url)
            why = reason(known)
            return [refusal("credentials", why, "sign in again, or check the profile")]
        if found is None:
            advice = "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or a profile"
            return [Check("credentials", Result.NO, "none were found", advice)]
        provider, key = _PROVIDERS.get(found[0], found[0]), found[1]
        shown = f", access key …{key[-_SHOWN:]}" if len(key) > 2 * _SHOWN else ""
        return [Check("credentials", Result.OK, f"from {provider}{shown}")]

    def _access(self) -> list[Check]:
        """Whether the signature is taken, whose it is, and whether there is such a bucket."""
        exists = Check("bucket", Result.OK, f"{self._bucket.name} exists")
        identity: list[Check] = []
        try:
            self._bucket.request("ListObjectsV2", None, ANY, {"MaxKeys": 1})
        except ConfigurationError as error:
            return [refusal("settings", str(error), "correct the settings")]
        except Error as error:
            cause = error.__cause__
            code = code_of(cause) if isinstance(cause, Exception) else ""
            if code in _REFUSALS:
                return [Check("credentials", Result.NO, f"refused: {code}", reason(error))]
            if code == "NoSuchBucket":
                advice = "check its name, the region and the endpoint"
                return [Check("bucket", Result.NO, f"{self._bucket.name} does not exist", advice)]
            if code not in {"AccessDenied", "403"}:
                return [refusal("bucket", reason(error))]
            exists = Check("bucket", Result.SKIPPED, "not told: listing it is denied")
        if self._bucket.client.is_aws and not self._bucket.client.options.connection.no_sign_request:
            identity = [self._identity()]
        return [*identity, exists]

    def _identity(self) -> Check:
        try:
            arn = _arn(self._bucket.client)
        except Exception as error:
            self._bucket.client.options.redactor.clean(error)
            return Check("identity", Result.SKIPPED, f"AWS does not tell ({code_of(error) or type(error).__name__})")
        return Check("identity", Result.OK, arn)


def _arn(client: S3Client) -> str:
    """What AWS knows the credentials by; raises what botocore raises."""
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
        return Check(CLOCK, Result.SKIPPED, "the store does not tell its time")
    seconds = round(abs(skew.total_seconds()))
    if abs(skew) < _SKEW:
        return Check(CLOCK, Result.OK, f"within {max(1, seconds)} s of the store's")
    late = "ahead of" if skew > timedelta(0) else "behind"
    return Check(
        CLOCK, Result.NO, f"{seconds} s {late} the store's: signatures are refused", "set this machine's clock"
    )
