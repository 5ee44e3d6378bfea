"""How to reach S3 and DynamoDB, and with which credentials."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .secret import Secret

if TYPE_CHECKING:
    from ..redaction import Redactor


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """How to reach a service of AWS, or one that speaks its protocol. botocore looks up what is None.

    :param region: such as ``eu-west-1``.
    :param endpoint_url: an http or https URL, without trailing ``/``.
    :param no_sign_request: send requests to S3 without credentials.
    :param aws_session_token: belongs to temporary keys; set only together with the two other ``aws_`` parameters.
    """

    profile: str | None = None
    region: str | None = None
    endpoint_url: str | None = None
    no_sign_request: bool = False
    aws_access_key_id: str | None = field(default=None, repr=False)
    aws_secret_access_key: Secret | None = None
    aws_session_token: Secret | None = None

    @property
    def needs_credentials(self) -> bool:
        """Whether botocore has to look up credentials: requests are signed, and no keys are given."""
        return not self.no_sign_request and self.aws_access_key_id is None

    def conceal(self, redactor: Redactor) -> None:
        """Make ``redactor`` hide the keys."""
        redactor.conceal(self.aws_access_key_id, ids=True)
        secrets = (self.aws_secret_access_key, self.aws_session_token)
        redactor.conceal(*(secret.reveal() for secret in secrets if secret is not None))
