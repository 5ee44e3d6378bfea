"""pypiprivate's configuration file, as settings.

::

    [storage]
    type = aws-s3                  or local-filesystem
    [aws-s3]                       keys: bucket, prefix, acl, endpoint, region
    [local-filesystem]             key: base_path

``%(name)s`` means another key of the section and, where asked for, an environment variable in lower case. Keys of AWS
come from ``PP_S3_ACCESS_KEY``, ``PP_S3_SECRET_KEY`` and ``PP_S3_SESSION_TOKEN``, else from the AWS chain.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ..errors import ConfigurationError
from ..text import quoted
from .connection import Connection, Secret
from .ini import read_sections, read_text
from .machine import Machine
from .options import find
from .settings import IfExists, Settings
from .target import FolderTarget, s3_target
from .values import parse_value

__all__ = ["DEFAULT_PATH", "read_pypi_private"]

DEFAULT_PATH = "~/.pypi-private.cfg"

_S3 = "aws-s3"
_FOLDER = "local-filesystem"


def read_pypi_private(
    path: str = DEFAULT_PATH, *, interpolate_environment: bool = False, machine: Machine | None = None
) -> Settings:
    """The settings in the file at ``path`` (``~`` is understood); existing files are passed over, as pypiprivate does.

    :param interpolate_environment: let ``%(name)s`` mean environment variables too (``-i``).

    Raises `ConfigurationError` that names file, section and key.
    """
    machine = machine or Machine.current()
    file = machine.home / path[2:] if path.startswith("~/") else machine.cwd / path
    text = read_text(file)
    if text is None:
        raise ConfigurationError(f"{file}: there is no such file; pypi-private reads its storage from there (-c FILE)")
    sections = read_sections(text, str(file))
    environ = machine.environ if interpolate_environment else {}
    kind = _Section(file, "storage", sections.get("storage"), environ).required("type")
    section = _Section(file, kind, sections.get(kind), environ)
    if kind == _FOLDER:
        return _folder(section, machine)
    if kind == _S3:
        return _s3(section, machine)
    raise ConfigurationError(
        f"{file} [storage] type: must be {_S3} or {_FOLDER}, not {quoted(kind)}; no other storage is supported"
    )


@dataclass(frozen=True, slots=True)
class _Section:
    file: Path
    name: str
    items: Mapping[str, str] | None
    environ: Mapping[str, str]

    def where(self, key: str) -> str:
        return f"{self.file} [{self.name}] {key}"

    def required(self, key: str) -> str:
        value = self.optional(key)
        if not value:
            raise ConfigurationError(f"{self.where(key)}: is missing")
        return value

    def optional(self, key: str) -> str | None:
        """The key's value, interpolated; None where it is absent or empty."""
        if self.items is None or key not in self.items:
            return None
        import configparser  # noqa: PLC0415

        names = {name.lower(): value.replace("%", "%%") for name, value in self.environ.items()} | dict(self.items)
        parser = configparser.ConfigParser(default_section="")
        parser.read_dict({"section": {}})
        try:
            return parser.get("section", key, vars=names).strip() or None
        except configparser.InterpolationMissingOptionError as error:
            hint = "" if self.environ else " (-i lets environment variables be used)"
            raise ConfigurationError(f"{self.where(key)}: nothing is called {quoted(error.reference)}{hint}") from None
        except configparser.InterpolationError:
            raise ConfigurationError(f"{self.where(key)}: a bad '%'; write %% for one, %(name)s for a value") from None


def _folder(section: _Section, machine: Machine) -> Settings:
    text = section.required("base_path")
    folder = machine.home / text[2:] if text.startswith("~/") else machine.cwd / text
    return Settings(
        target=FolderTarget(folder),
        if_exists=IfExists.SKIP,
        origins={"target": section.where("base_path"), "if-exists": "pypi-private"},
    )


def _s3(section: _Section, machine: Machine) -> Settings:
    origins = {"target": section.where("bucket"), "if-exists": "pypi-private"}
    found: dict[str, str | None] = {}
    for key, name in (("acl", "acl"), ("endpoint", "endpoint-url"), ("region", "region")):
        raw, option = section.optional(key), find(name)
        if raw is not None and option is not None:
            found[name] = str(parse_value(option, raw, section.where(key)))
            origins[name] = section.where(key)
    bucket, prefix = section.required("bucket"), section.optional("prefix") or ""
    try:
        target = s3_target(bucket, prefix)
    except ConfigurationError as error:
        raise ConfigurationError(f"{section.file} [{section.name}]: {error}") from None
    key_id, secret, token = (
        machine.environ.get(f"PP_S3_{what}") or None for what in ("ACCESS_KEY", "SECRET_KEY", "SESSION_TOKEN")
    )
    if key_id is None or secret is None:
        key_id = secret = token = None
    else:
        origins["aws-access-key-id"] = "environment PP_S3_ACCESS_KEY"
        origins["aws-secret-access-key"] = "environment PP_S3_SECRET_KEY"
    return Settings(
        target=target,
        if_exists=IfExists.SKIP,
        acl=None if found.get("acl") == "private" else found.get("acl"),
        connection=Connection(
            region=found.get("region"),
            endpoint_url=found.get("endpoint-url"),
            aws_access_key_id=key_id,
            aws_secret_access_key=None if secret is None else Secret(secret),
            aws_session_token=None if token is None else Secret(token),
        ),
        origins=origins,
    )
