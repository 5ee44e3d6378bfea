"""Read the configuration file of pypiprivate as settings.

::

    [storage]
    type = aws-s3                  or local-filesystem
    [aws-s3]                       keys: bucket, prefix, acl, endpoint, region
    [local-filesystem]             key: base_path

``%(name)s`` means another key of the section and, with ``-i``, an environment variable in lower case. AWS keys come
from ``PP_S3_ACCESS_KEY``, ``PP_S3_SECRET_KEY`` and ``PP_S3_SESSION_TOKEN``, or else from where botocore looks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ..errors import ConfigurationError
from ..text import quoted
from .choices import IfExists
from .environment import Environment
from .files import read_sections, read_text
from .option import Given
from .options import named
from .settings import Settings
from .target import FolderTarget, s3_target

DEFAULT_PATH = "~/.pypi-private.cfg"

_SKIP = Given(IfExists.SKIP, "pypi-private")
_KEYS = {
    "aws-access-key-id": "PP_S3_ACCESS_KEY",
    "aws-secret-access-key": "PP_S3_SECRET_KEY",
    "aws-session-token": "PP_S3_SESSION_TOKEN",
}
_S3 = "aws-s3"
_FOLDER = "local-filesystem"


def read_pypi_private(
    path: str = DEFAULT_PATH, *, interpolate_environment: bool = False, environment: Environment | None = None
) -> Settings:
    """Read the settings in the file at ``path``, which may begin with ``~/``.

    ``if_exists`` is `IfExists.SKIP`, as pypiprivate skips existing files.

    :param interpolate_environment: let ``%(name)s`` mean environment variables, too (``-i``).

    Raises `ConfigurationError` that names file, section and key.
    """
    environment = environment or Environment.current()
    file = environment.path(path)
    text = read_text(file)
    if text is None:
        raise ConfigurationError(f"{file}: there is no such file; pypi-private reads its storage from there (-c FILE)")
    sections = read_sections(text, str(file))
    environ = environment.environ if interpolate_environment else {}
    kind = _Section(file, "storage", sections.get("storage"), environ).required("type")
    section = _Section(file, kind, sections.get(kind), environ)
    if kind == _FOLDER:
        return _folder(section, environment)
    if kind == _S3:
        return _s3(section, environment)
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
        """The key's value, interpolated; None if it is absent or empty."""
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
            raise ConfigurationError(
                f"{self.where(key)}: there is no value named {quoted(error.reference)}{hint}"
            ) from None
        except configparser.InterpolationError:
            raise ConfigurationError(f"{self.where(key)}: a bad '%'; write %% for one, %(name)s for a value") from None


def _folder(section: _Section, environment: Environment) -> Settings:
    target = FolderTarget(environment.path(section.required("base_path")))
    return Settings.of({"target": Given(target, section.where("base_path")), "if-exists": _SKIP})


def _s3(section: _Section, environment: Environment) -> Settings:
    values = {"if-exists": _SKIP}
    for key, name in (("acl", "acl"), ("endpoint", "endpoint-url"), ("region", "region")):
        if (raw := section.optional(key)) is not None:
            values[name] = Given(named(name).parse(raw, section.where(key)), section.where(key))
    bucket, prefix = section.required("bucket"), section.optional("prefix") or ""
    try:
        values["target"] = Given(s3_target(bucket, prefix), section.where("bucket"))
    except ConfigurationError as error:
        raise ConfigurationError(f"{section.file} [{section.name}]: {error}") from None
    keys = {name: environment.environ.get(variable) for name, variable in _KEYS.items()}
    if keys["aws-access-key-id"] and keys["aws-secret-access-key"]:
        for name, text in keys.items():
            if text:
                values[name] = Given(named(name).convert(text), f"environment {_KEYS[name]}")
    return Settings.of(values)
