# ruff: noqa: PLC0415 (botocore is loaded when it is needed)
"""A client of one AWS service, or of a service that speaks its protocol, built as the settings say.

botocore alone is used: boto3's credential chain is botocore's, and boto3 on top of it takes longer to load.
"""

from __future__ import annotations

import os
import threading
from abc import ABC, abstractmethod
from dataclasses import KW_ONLY, dataclass, field
from typing import TYPE_CHECKING, Any

from ..config.connection import Connection
from ..errors import ConfigurationError, Error, NotAuthenticated, StoreMisconfigured
from ..redaction import Redactor
from .errors import CREDENTIALS_FAILED, botocore_text, is_credential_failure
from .sessions import Sessions

if TYPE_CHECKING:
    from botocore.client import BaseClient
    from botocore.session import Session

AWS_CONFIGURATION = "AWS configuration file"

_ATTEMPTS, _CONNECT_SECONDS, _READ_SECONDS = 3, 4, 8
"""The most attempts at a request of a `ServiceClient`, and how long each may take.

All attempts at the renewal of a lock end before the lock does (`leases.LEASE`)."""


@dataclass(frozen=True, slots=True)
class Access:
    """How to reach a service.

    :param sessions: the botocore sessions that its clients are made in.
    :param redactor: hides these keys.
    """

    connection: Connection = field(default_factory=Connection)
    _: KW_ONLY
    sessions: Sessions = field(default_factory=Sessions, repr=False, compare=False)
    redactor: Redactor = field(default_factory=Redactor, repr=False, compare=False)

    def __post_init__(self) -> None:
        self.connection.conceal(self.redactor)

    def note(self, failure: Error, cause: Exception | None = None) -> Error:
        """Let the next call read the AWS configuration again if ``failure`` may come from it; returns ``failure``.

        :param cause: botocore's error.
        """
        from botocore.exceptions import SSLError

        if isinstance(failure, ConfigurationError | NotAuthenticated | StoreMisconfigured) or isinstance(
            cause, SSLError
        ):
            self.sessions.distrust(self.connection.profile, ask_again=isinstance(failure, NotAuthenticated))
        return failure


def configured_attempts(session: Session) -> int | None:
    """The attempts at a request that the user has set (``AWS_MAX_ATTEMPTS``, ``max_attempts``); None if not set.

    Raises `ConfigurationError` for what is no number.
    """
    try:
        attempts = session.get_config_variable("max_attempts")
    except ValueError as error:
        raise ConfigurationError("AWS_MAX_ATTEMPTS, or max_attempts of the AWS profile, must be a number") from error
    return None if attempts is None else max(1, attempts)


def configured_region(session: Session) -> tuple[str, str]:
    """The region where no setting gives one, and where it comes from.

    botocore does not read ``AWS_REGION``, as other AWS SDKs and uv do; here it is used if botocore finds no region.
    https://docs.aws.amazon.com/sdkref/latest/guide/feature-region.html
    """
    if region := session.get_config_variable("region"):
        named = "environment AWS_DEFAULT_REGION" if os.environ.get("AWS_DEFAULT_REGION") else AWS_CONFIGURATION
        return str(region), named
    if region := os.environ.get("AWS_REGION", "").strip():
        return region, "environment AWS_REGION"
    return "us-east-1", "default"


def conceal_credentials(session: Session, redactor: Redactor) -> None:
    """Let ``redactor`` hide the keys that ``session`` found: answers may repeat a request."""
    try:
        found = session.get_credentials()
        keys = found.get_frozen_credentials() if found else None
    except Exception:  # credentials that cannot be obtained were not sent either
        return
    if keys:
        redactor.conceal(keys.access_key, ids=True)
        redactor.conceal(keys.secret_key, keys.token)


class ServiceClient(ABC):
    """Small requests to one service, by a client that is made when it is first needed; safe between threads.

    Another client is made once `Sessions` has dropped the session.

    :param api: botocore's name of the service; ``name`` is its name for people.
    :param endpoint_setting: the setting of its endpoint, for errors.
    """

    def __init__(self, access: Access, api: str, name: str, endpoint_setting: str) -> None:
        self._access = access
        self._service = (api, name, endpoint_setting)
        self._making = threading.Lock()
        self._session: Session | None = None
        self._made: BaseClient | None = None

    @abstractmethod
    def _translated(self, error: Exception, operation: str, place: str) -> Error:
        """The error of this package that botocore's ``error`` means.

        :param place: the service, and its address.
        """

    def _request(self, operation: str, *, states: str = "ResponseMetadata", **arguments: Any) -> dict[str, Any]:
        """Send one request and return the answer.

        :param operation: such as ``GetItem``.
        :param states: the name of something that every answer states; one without it counts as garbled.
        """
        from botocore import xform_name

        try:
            client = self._client()
        except ConfigurationError as error:
            raise self._access.note(error) from error.__cause__
        try:
            response: dict[str, Any] = getattr(client, xform_name(operation))(**arguments)
            response[states]
        except Error:
            raise
        except Exception as error:
            if self._session and self._access.connection.needs_credentials:
                conceal_credentials(self._session, self._access.redactor)
            self._access.redactor.clean(error)
            place = f"{self._service[1]} at {client.meta.endpoint_url}"
            raise self._access.note(self._translated(error, operation, place), error) from error
        return response

    def _client(self) -> BaseClient:
        api, name, endpoint_setting = self._service
        with self._making:
            session = self._access.sessions.open(name, self._access.connection.profile)
            if self._made is None or session is not self._session:
                self._session = session
                self._made = create_client(
                    api,
                    name,
                    self._access,
                    endpoint_setting=endpoint_setting,
                    attempts=min(configured_attempts(session) or _ATTEMPTS, _ATTEMPTS),
                    connect_timeout=_CONNECT_SECONDS,
                    read_timeout=_READ_SECONDS,
                    max_pool_connections=64,
                )
            return self._made


def create_client(
    service: str, name: str, access: Access, *, endpoint_setting: str, attempts: int, **config: Any
) -> BaseClient:
    """A client of ``service`` in the session of ``access``.

    :param service: botocore's name of it: ``s3``, ``dynamodb``.
    :param name: its name for people.
    :param endpoint_setting: the setting of its endpoint, for errors.
    :param attempts: how often a request is sent at most.
    :param config: more parameters of ``botocore.config.Config``.

    Raises `ConfigurationError`.
    """
    import json

    from botocore.config import Config
    from botocore.exceptions import BotoCoreError

    connection, endpoint = access.connection, f"the {name.removeprefix('the ')} endpoint"
    secret, token = connection.aws_secret_access_key, connection.aws_session_token
    session = access.sessions.open(name, connection.profile)
    try:
        with access.sessions.lock:
            client = session.create_client(
                service,
                region_name=connection.region or configured_region(session)[0],
                endpoint_url=connection.endpoint_url,
                aws_access_key_id=connection.aws_access_key_id,
                aws_secret_access_key=secret.reveal() if secret is not None else None,
                aws_session_token=token.reveal() if token is not None else None,
                config=Config(
                    retries={"mode": _retry_mode(session), "total_max_attempts": attempts},
                    parameter_validation=False,
                    user_agent_extra="s3pypi-setuptools",
                    **config,
                ),
            )
    except json.JSONDecodeError as error:  # of a credential_process
        raise ConfigurationError(CREDENTIALS_FAILED) from error
    except BotoCoreError as error:  # before ValueError: that of a wrong region is both
        access.redactor.clean(error)
        if is_credential_failure(error):
            raise ConfigurationError(CREDENTIALS_FAILED) from error
        raise ConfigurationError(f"{name} cannot be set up: {botocore_text(error)}") from error
    except ValueError as error:
        advice = f"check {endpoint_setting} and AWS_ENDPOINT_URL"
        raise ConfigurationError(f"{endpoint} is not a valid URL; {advice}") from error
    if "@" in client.meta.endpoint_url:  # also if a "/" before it was not escaped
        raise ConfigurationError(f"{endpoint} must not hold credentials; give them as access key id and secret")
    return client


def _retry_mode(session: Session) -> str:
    """``adaptive`` if the user has set it, else ``standard``: the legacy mode, botocore's default, repeats less.

    https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
    """
    return "adaptive" if session.get_config_variable("retry_mode") == "adaptive" else "standard"
