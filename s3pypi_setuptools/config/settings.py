"""The settings of one invocation, as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from ..errors import ConfigurationError
from ..redaction import Redactor
from .if_exists import IfExists
from .page_style import PageStyle
from .target import Target
from .values import SECRET_PARAMETERS

__all__ = ["IfExists", "PageStyle", "Secret", "Settings", "conceal"]

_FORMS = "s3://bucket/prefix, or a folder such as ./repo"


class Secret:
    """A text that shows neither itself nor its length; call `reveal` where the value is needed.

    Not a ``str``: nothing joins, formats or serializes it by accident.
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


def conceal(
    redactor: Redactor,
    access_key_id: str | None,
    secret_access_key: Secret | None,
    session_token: Secret | None,
    put_args: Mapping[str, str] = MappingProxyType({}),
) -> None:
    """Let ``redactor`` hide these keys, and the secrets among ``put_args``."""
    redactor.conceal(access_key_id, ids=True)
    redactor.conceal(*(secret.reveal() for secret in (secret_access_key, session_token) if secret is not None))
    redactor.conceal(*(put_args.get(name) for name in SECRET_PARAMETERS))


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Every setting, typed and validated.

    :param target: None when nothing names one.
    :param acl: canned ACL; None when none is sent (``private`` means that too).
    :param acl_optional: the ACL was assumed for the readers of an S3 website, not asked for: go on without it where the
        bucket refuses ACLs.
    :param s3_put_args: parameters of S3 ``PutObject`` for every object, such as ``ServerSideEncryption``.
    :param public_url: where installers reach the repository; http(s), without trailing ``/``.
    :param pages: which pages a repository that is made now has; None: see `repository.opening`.
    :param dist_dir: folder of built distributions, as given.
    :param lock_indexes: lock projects in the DynamoDB table ``BUCKET-locks``, unless ``locks_table`` names another.
    :param locks_timeout: how long to wait for each lock, in seconds.
    :param locks_profile: with it, neither keys nor region of S3 hold for DynamoDB.
    :param strict_metadata: refuse distributions whose metadata installers would pass over with a warning.
    :param unsafe_no_locking: publish also to a store that does not honour conditional writes.
    :param aws_session_token: belongs to temporary keys; only beside the two others.
    :param repository: the target is a repository; false for ``s3upload``.
    :param origins: for each setting that was given, by its name as people write it (``if-exists``), where its value
        came from, in words.
    :param notes: lines that people should see: what was assumed or is discouraged.
    :param redactor: hides the secrets among these settings, and the credentials that are found with them.
    """

    target: Target | None = None
    if_exists: IfExists = IfExists.SAME
    file_mask: str | None = None
    dist_dir: str | None = None
    acl: str | None = None
    acl_optional: bool = False
    s3_put_args: Mapping[str, str] = field(default_factory=dict, repr=False)
    profile: str | None = None
    region: str | None = None
    endpoint_url: str | None = None
    no_sign_request: bool = False
    aws_access_key_id: str | None = field(default=None, repr=False)
    aws_secret_access_key: Secret | None = None
    aws_session_token: Secret | None = None
    pages: PageStyle | None = None
    lock_indexes: bool = False
    locks_table: str | None = None
    locks_timeout: int | None = None
    locks_profile: str | None = None
    locks_region: str | None = None
    locks_endpoint_url: str | None = None
    public_url: str | None = None
    strict_metadata: bool = False
    unsafe_no_locking: bool = False
    repository: bool = True
    origins: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    redactor: Redactor = field(default_factory=Redactor, repr=False, compare=False)

    def __post_init__(self) -> None:
        keys = (self.aws_access_key_id, self.aws_secret_access_key, self.aws_session_token)
        conceal(self.redactor, *keys, self.s3_put_args)

    def require_target(self) -> Target:
        """The target; raises `ConfigurationError` that says how to name one when nothing does."""
        if self.target is None:
            ways = f"give --target ({_FORMS})"
            if self.repository:
                ways += ", set S3PYPI_TARGET, or write target under [tool.s3pypi] in pyproject.toml"
            else:
                ways += "; a project's configuration names repositories, where loose files have no place"
            raise ConfigurationError(f"no target: {ways}")
        return self.target
