"""How to reach S3 and DynamoDB, and with which credentials."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..redaction import Redactor

__all__ = ["Connection", "Secret"]


class Secret:
    """A secret text, shown as ``***``; call `reveal` where the value is needed.

    It is not a ``str``, so that no code joins, formats or serializes it by accident.
    """

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The text itself."""
        return self._text

    def __eq__(self, other: object) -> bool:
        return self._text == other._text if isinstance(other, Secret) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._text)

    def __bool__(self) -> bool:
        return bool(self._text)

    def __repr__(self) -> str:
        return "Secret('***')"

    def __str__(self) -> str:
        return "***"


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
