"""The merged settings of one invocation, and how they are shown."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, fields, replace
from types import MappingProxyType
from typing import Any

from ..errors import ConfigurationError
from ..redaction import Redactor
from ..text import HIDDEN
from .choices import IfExists, PageStyle
from .connection import Connection
from .option import Given, Option, shown
from .options import CONNECTION, OPTIONS, SERVICE
from .put_parameters import secret_parameters
from .service import Service
from .target import Target

_FORMS = "s3://bucket/prefix, or a folder such as ./repo"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Every setting, typed and validated.

    :param target: None if no source names one.
    :param connection: how to reach S3, and the lock table unless ``locks_…`` fields differ.
    :param service: how to run the service.
    :param file_mask: glob of the files to publish, as given.
    :param dist_dir: folder of built distributions, as given.
    :param acl: canned ACL of every object; None if no ACL is sent, as for ``private``.
    :param acl_optional: the ACL was assumed for the readers of an S3 website, and not asked for: continue without it if
        the bucket refuses ACLs.
    :param s3_put_args: parameters of S3 ``PutObject`` for every object, such as ``ServerSideEncryption``.
    :param pages: the page style of a new repository; if None, `repository.opening` chooses it.
    :param lock_indexes: lock projects in the DynamoDB table ``BUCKET-locks``, unless ``locks_table`` names another.
    :param locks_timeout: how long to wait for each lock, in seconds.
    :param locks_profile: if set, the keys and region of ``connection`` are not used for DynamoDB.
    :param public_url: the http or https URL from which installers read the repository, without trailing ``/``.
    :param strict_metadata: refuse distributions whose metadata would otherwise only cause a warning.
    :param unsafe_no_locking: publish even to a store that ignores conditional writes.
    :param repository: whether the target is a repository; false for ``s3upload``.
    :param origins: by option name (``if-exists``), where each setting that was given came from, in words.
    :param notes: lines to show to the user: what was assumed, and what is discouraged.
    :param redactor: hides the secrets among these settings, and credentials that are found with their help.
    """

    target: Target | None = None
    connection: Connection = field(default_factory=Connection)
    service: Service = field(default_factory=Service)
    if_exists: IfExists = IfExists.SAME
    file_mask: str | None = None
    dist_dir: str | None = None
    acl: str | None = None
    acl_optional: bool = False
    s3_put_args: Mapping[str, str] = field(default_factory=dict, repr=False)
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
        self.connection.conceal(self.redactor)
        self.redactor.conceal(*secret_parameters(self.s3_put_args))

    @classmethod
    def of(cls, values: Mapping[str, Given], **more: Any) -> Settings:
        """Make settings from values by option name; other settings have their defaults.

        :param more: fields that are no options.
        """
        stored = [option for option in STORED if option.name in values]

        def part(names: Collection[str]) -> dict[str, Any]:
            return {option.attribute: values[option.name].value for option in stored if option.name in names}

        return cls(
            connection=Connection(**part(CONNECTION)),
            service=Service(**part(SERVICE)),
            origins={option.name: values[option.name].origin for option in stored},
            **part(_OWN),
            **more,
        )

    def value_of(self, option: Option) -> object:
        """The value of ``option``, which must be one of `STORED`."""
        holder = self.connection if option.name in CONNECTION else self.service if option.name in SERVICE else self
        return getattr(holder, option.attribute)

    @property
    def has_lock_table(self) -> bool:
        """Whether projects are locked in a DynamoDB table."""
        return self.locks_table is not None or self.lock_indexes

    @property
    def locks_connection(self) -> Connection:
        """How to reach the lock table: like S3 except for the endpoint, unless ``locks_profile`` is set."""
        endpoint_url, region = self.locks_endpoint_url, self.locks_region
        if self.locks_profile is not None:
            return Connection(profile=self.locks_profile, region=region, endpoint_url=endpoint_url)
        region = region or self.connection.region
        return replace(self.connection, region=region, endpoint_url=endpoint_url, no_sign_request=False)

    def require_target(self) -> Target:
        """The target; raises `ConfigurationError`, which says how to name a target, if there is none."""
        if self.target is None:
            ways = f"give --target ({_FORMS})"
            if self.repository:
                ways += ", set S3PYPI_TARGET, or write target under [tool.s3pypi] in pyproject.toml"
            else:
                ways += "; a project's configuration names repositories, where loose files have no place"
            raise ConfigurationError(f"no target: {ways}")
        return self.target


_OWN = frozenset(option.name for option in OPTIONS if option.attribute in {field.name for field in fields(Settings)})
STORED = tuple(option for option in OPTIONS if option.name in CONNECTION | SERVICE | _OWN)
"""The options that are fields of `Settings`, `Connection` or `Service`; the others are older forms of these."""


@dataclass(frozen=True, slots=True)
class Row:
    """One setting.

    :param value: as text; ``***`` for secrets, empty if there is no value.
    :param origin: where the value came from; ``default`` if it was not set anywhere.
    """

    name: str
    value: str
    origin: str


def explain(
    settings: Settings, of_aws: Mapping[str, tuple[str, str]] = MappingProxyType({}), *, service: bool = False
) -> tuple[Row, ...]:
    """Make a row for each setting, in the order of `options.OPTIONS`; older forms are shown as what they mean.

    :param of_aws: by option name, value and origin of what AWS's own configuration says; shown where ``settings`` say
        nothing.
    :param service: whether settings of the service that are not set have rows, too.
    """
    return tuple(
        _row(option, settings, of_aws)
        for option in STORED
        if service or option.name not in SERVICE or option.name in settings.origins
    )


def _row(option: Option, settings: Settings, of_aws: Mapping[str, tuple[str, str]]) -> Row:
    origin = settings.origins.get(option.name)
    if origin is None and option.name in of_aws:
        return Row(option.name, *of_aws[option.name])
    value = settings.value_of(option)
    text = HIDDEN if option.secret and value is not None else shown(value)
    if option.name == "acl" and origin is not None and value is None:
        text = "private"
    return Row(option.name, text, origin or "default")
