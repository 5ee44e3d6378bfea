# ruff: noqa: PLC0415 (botocore is loaded when it is needed)
"""The options of a connection to S3, and the botocore client that is built from them when it is first needed."""

from __future__ import annotations

import functools
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from ...aws.client import Access, conceal_credentials, configured_attempts, create_client
from ...aws.errors import is_too_large
from ...config.put_parameters import secret_parameters
from ...errors import ConfigurationError, Error
from ...http_limits import limited_pool
from ..base import ANY, Condition
from .errors import translated

if TYPE_CHECKING:
    from botocore.client import BaseClient
    from botocore.credentials import Credentials
    from botocore.session import Session

_AWS_DOMAINS = (".amazonaws.com", ".amazonaws.com.cn", ".amazonaws.eu", ".api.aws")
_CONDITIONS = {
    "PutObject": ("IfMatch", "IfNoneMatch"),
    "CompleteMultipartUpload": ("IfMatch", "IfNoneMatch"),
    "DeleteObject": ("IfMatch",),
}
_POOL_CONNECTIONS = 64
"""As many as threads send requests at the same time; others would open a connection for each request."""
_TIMED_OUT_ATTEMPTS = 2
"""A store that is silent twice is not waited for again; see `Patience`."""
_WHOLE_ANSWER = 3
"""A whole answer may take so many times as long as a pause between two of its bytes."""


class Patience(NamedTuple):
    """How long to wait for a store that does not answer, in seconds, at each of two attempts.

    :param connect: for a connection.
    :param answer: for the answer to a small request, and between the bytes of any answer.
    :param long_answer: for the answer to a large body, and to requests that take the store long: copies, completions of
        uploads, listings.
    :param attempts: how often a request is sent that is throttled or lost, unless the AWS configuration of the user
        sets a number.
    """

    connect: float = 10
    answer: float = 20
    long_answer: float = 60
    attempts: int = 5


_PATIENCE = Patience()


@dataclass(frozen=True, slots=True, kw_only=True)
class S3Options(Access):
    """How to reach S3, and the parameters of every object.

    :param acl: canned ACL of every object; None sends none
        (https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html#canned-acl).
    :param acl_optional: continue without the ACL if the bucket refuses it.
    :param conditions_optional: continue without conditions if the store does not implement them.
    :param put_args: parameters of S3 ``PutObject``, such as ``ServerSideEncryption``, as strings.
    :param patience: how long to wait for a store that does not answer.
    :param redactor: hides also the secrets among ``put_args``, and the credentials that are found.
    """

    acl: str | None = None
    acl_optional: bool = False
    conditions_optional: bool = False
    put_args: Mapping[str, str] = field(default_factory=dict, repr=False)
    patience: Patience = _PATIENCE

    def __post_init__(self) -> None:
        Access.__post_init__(self)  # dataclasses with slots have no super()
        self.redactor.conceal(*secret_parameters(self.put_args))


class S3Client:
    """The botocore client of one session, built when it is first needed; safe between threads.

    Another one is built once `Sessions` has dropped the session.
    """

    def __init__(self, options: S3Options) -> None:
        self.options = options
        self._lock = threading.Lock()
        self._session: Session | None = None
        self._clients: dict[bool, BaseClient] = {}
        self._failure: ConfigurationError | None = None
        self._arguments: dict[str, dict[str, Any]] = {}
        self._concealed = False

    def warm(self) -> None:
        """Build the client in the background; an error is raised when the client is used."""
        threading.Thread(target=self._warm, name="s3-client", daemon=True).start()

    def get(self, *, long: bool = False) -> BaseClient:
        """The client, or the one for requests whose answer may take ``long``. Raises `ConfigurationError`."""
        with self._lock:
            session = self.options.sessions.open("S3", self.options.connection.profile)
            if session is not self._session:
                self._close()
                self._session, self._failure, self._concealed = session, None, False
            if self._failure:
                raise self._failure
            if long not in self._clients:
                try:
                    self._clients[long] = self._build(session, long=long)
                except ConfigurationError as error:
                    self._failure = error
                    raise self.options.note(error) from error.__cause__
            return self._clients[long]

    def close(self) -> None:
        """Close the connections; one that is in use is closed when its request ends."""
        with self._lock:
            self._close()

    def _close(self) -> None:
        while self._clients:
            self._clients.popitem()[1].close()

    def answered(self) -> None:
        """Hide the credentials of the first request that succeeds: answers may repeat them."""
        if not self._concealed:
            self._conceal_credentials()

    def failure(self, error: Exception, operation: str, name: str, condition: Condition = ANY) -> Error:
        """Translate botocore's ``error``, as `translated`, and remove secrets from it: answers may repeat them."""
        self._conceal_credentials()
        self.options.redactor.clean(error)
        return self.options.note(translated(error, operation, name, condition), error)

    def _conceal_credentials(self) -> None:
        if self._session and self.options.connection.needs_credentials:
            conceal_credentials(self._session, self.options.redactor)
        self._concealed = True

    @property
    def partition(self) -> str:
        """The AWS partition, as in ARNs: ``aws``, ``aws-cn``, …

        https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
        """
        return str(self.get().meta.partition)

    def credentials(self) -> Credentials | None:
        """What requests are signed with, unless they are not to be signed; None without credentials.

        Raises `ConfigurationError`, and botocore's errors if credentials cannot be obtained.
        """
        from botocore.credentials import Credentials

        connection = self.options.connection
        if key := connection.aws_access_key_id:
            secret, token = connection.aws_secret_access_key, connection.aws_session_token
            return Credentials(key, secret.reveal() if secret else "", token.reveal() if token else None)
        self.get()
        return self._session.get_credentials() if self._session else None

    @property
    def is_aws(self) -> bool:
        """Whether the endpoint is one of AWS itself, whatever configured it. Raises `ConfigurationError`."""
        return _is_aws(self.get().meta.endpoint_url)

    def is_service_of(self, other: S3Client) -> bool:
        """Whether both reach one service; an AWS partition is one."""
        if self.is_aws and other.is_aws:
            return self.partition == other.partition
        return bool(self.get().meta.endpoint_url == other.get().meta.endpoint_url)

    def knows(self, operation: str, parameter: str) -> bool:
        """Whether the installed botocore has that parameter of the operation."""
        return parameter in self._members(operation)

    def shares_account(self, other: S3Client) -> bool:
        """Whether both surely reach one service, with the same credentials."""
        if any(name.startswith("SSECustomer") for name in (*self.options.put_args, *other.options.put_args)):
            return False
        ours, theirs = (replace(client.options.connection, region=None) for client in (self, other))
        return ours == theirs

    def arguments(self, operation: str) -> Mapping[str, Any]:
        """The user's parameters that apply to ``operation``. Raises `ConfigurationError` for an unknown one."""
        if not self.options.put_args:
            return {}
        if operation not in self._arguments:
            from .put_args import select

            self._arguments[operation] = select(
                self.options.put_args, operation, self._members(operation), self._members("PutObject")
            )
        return self._arguments[operation]

    def _members(self, operation: str) -> Mapping[str, Any]:
        members: Mapping[str, Any] = self.get().meta.service_model.operation_model(operation).input_shape.members
        return members

    def _warm(self) -> None:
        try:
            client = self.get()
            # Signing a URL loads the credentials and the endpoint rules; no request is sent.
            client.generate_presigned_url("head_object", Params={"Bucket": "bucket", "Key": "key"})
        except Exception:  # noqa: S110 - the request that needs the client raises it again
            pass

    def _build(self, session: Session, *, long: bool) -> BaseClient:
        import botocore
        from botocore.handlers import add_expect_header

        options = self.options
        attempts = configured_attempts(session)
        client = create_client(
            "s3",
            "S3",
            options,
            endpoint_setting="endpoint-url",
            attempts=attempts or options.patience.attempts,
            connect_timeout=options.patience.connect,
            read_timeout=options.patience.long_answer if long else options.patience.answer,
            max_pool_connections=_POOL_CONNECTIONS,
            # Checksums are added to requests for AWS only; several other stores fail at botocore's.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
            signature_version=botocore.UNSIGNED if options.connection.no_sign_request else None,
        )
        # Waiting for "100 Continue" (https://www.rfc-editor.org/rfc/rfc9110#section-10.1.1) takes a round trip.
        client.meta.events.unregister("before-call.s3", add_expect_header)
        if not attempts:
            client.meta.events.register_first("needs-retry.s3", _give_up)
        _limit_answers(client, _WHOLE_ANSWER * (options.patience.long_answer if long else options.patience.answer))
        _require_conditions(client)
        if _is_aws(client.meta.endpoint_url):
            # Every body has a CRC-32, so it need not be hashed again for the signature.
            client.meta.config.s3 = {"payload_signing_enabled": False, **(client.meta.config.s3 or {})}
        return client


def _give_up(attempts: int, caught_exception: Exception | None = None, **_: object) -> None:
    """End the attempts at a request that the store does not answer after two; one that it refuses gets more.

    An answer that is too large ends them at once.
    """
    from botocore.exceptions import ConnectTimeoutError, ReadTimeoutError

    if attempts >= _TIMED_OUT_ATTEMPTS and isinstance(caught_exception, ConnectTimeoutError | ReadTimeoutError):
        raise caught_exception
    if caught_exception and is_too_large(caught_exception):
        raise caught_exception


def _limit_answers(client: BaseClient, seconds: float) -> None:
    """Limit the time and the size of a whole answer, for which botocore has no settings."""
    pools = client._endpoint.http_session._pool_classes_by_scheme
    for scheme, pool in pools.items():
        pools[scheme] = limited_pool(pool, seconds)


@functools.cache
def _is_aws(endpoint_url: str) -> bool:
    host = urlsplit(endpoint_url).hostname or ""
    return host.endswith(_AWS_DOMAINS)


def _require_conditions(client: BaseClient) -> None:
    for operation, names in _CONDITIONS.items():
        members = client.meta.service_model.operation_model(operation).input_shape.members
        if not all(name in members for name in names):
            raise ConfigurationError(
                "the installed botocore is too old for conditional writes; run: pip install -U boto3"
            )
