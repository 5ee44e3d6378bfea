"""All sources merged into one `Settings`: for each setting, the first that has a value wins.

1. the command line (for setuptools commands: options whose source is ``command line``)
2. the environment: ``S3PYPI_…``
3. the setuptools command's options: ``[tool.distutils.s3pypi]`` over setup.cfg ``[s3pypi]`` over ``setup(options=…)``;
   other doors read the first two themselves
4. the named target's table, ``[tool.s3pypi.targets.NAME]``, when the target is a name
5. ``[tool.s3pypi]`` in pyproject.toml
6. only while nothing names a target: pip's configuration (`pip_conf`)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from ..errors import ConfigurationError
from ..redaction import Redactor
from ..text import quoted
from . import sources
from .connection import Connection, Secret
from .layers import Given, Layer
from .machine import Machine
from .options import CONNECTION
from .project import Pyproject, setup_cfg
from .settings import IfExists, PageStyle, Settings
from .target import FolderTarget, S3Target, Target, is_name, meant_bucket, parse_target, s3_target, unknown_name

if TYPE_CHECKING:
    from .values import Value

__all__ = ["resolve"]


def resolve(
    *,
    command_line: Mapping[str, object] | None = None,
    options: Mapping[str, tuple[str, object]] | None = None,
    command: str = "s3pypi",
    project: Path | None = None,
    repository: bool = True,
    relative_paths: bool = True,
    machine: Machine | None = None,
) -> Settings:
    """The settings of one invocation.

    :param command_line: what was typed: values (texts, or booleans for flags) by option name or attribute, None for
        what was not.
    :param options: for setuptools commands: ``Distribution.get_option_dict(command)``, name to (source, value).
    :param command: the setuptools command's name.
    :param project: the folder of pyproject.toml and setup.cfg, absolute; by default the working folder.
    :param repository: false for files that belong to no repository (``s3upload``): only the command itself gives target
        and the like; all else gives named targets and the connection (profile, region, endpoint, keys).
    :param relative_paths: false at doors where a build runs in a temporary folder: a target that is a relative path is
        refused.
    :param machine: by default this process's own.

    Raises `ConfigurationError`, one line that names source and setting.
    """
    machine = machine or Machine.current()
    folder = project or machine.cwd
    pyproject = Pyproject.read(folder, machine)
    own = [sources.command_line(command_line or {}, machine)]
    if options is None:
        merged = [pyproject.options, setup_cfg(folder, machine)]
    else:
        typed, configured = sources.setuptools_options(options, command, machine)
        own.append(typed)
        # setuptools passes over [tool.distutils] where pyproject.toml has neither [project] nor [tool.setuptools]
        merged = [configured, pyproject.options] if repository else [configured]
    environment = sources.environment(machine)
    if repository:
        above, below = [*own, environment, *merged], [pyproject.settings]
    else:
        above = [*own, environment.only(CONNECTION)]
        above.extend(merged if options is not None else (layer.only(CONNECTION) for layer in merged))
        below = [pyproject.settings.only(CONNECTION)]
    redactor = Redactor()
    for layer in (*above, *below, *pyproject.targets.values()):
        layer.conceal(redactor)
    try:
        return _chosen(above, below, pyproject, machine, repository=repository, relative_paths=relative_paths)
    except ConfigurationError as error:
        raise ConfigurationError(redactor.redact(str(error))) from error.__cause__


def _chosen(
    above: list[Layer],
    below: list[Layer],
    pyproject: Pyproject,
    machine: Machine,
    *,
    repository: bool,
    relative_paths: bool,
) -> Settings:
    """What the layers ``above`` a named target and those ``below`` it come to."""
    place = _locate([*above, *below])
    if place is None and repository:
        from . import pip_conf  # noqa: PLC0415  the last resort

        for layer in pip_conf.layers(machine):
            below.append(layer)
            place = _locate([*above, *below])
            if place is not None:
                break
    target, origin, readers = None, "", None
    if place is not None:
        origin = place.given.origin
        if place.name is not None:
            named = pyproject.targets.get(place.name)
            inner = _locate([named]) if named is not None else None
            if named is None or inner is None:
                raise ConfigurationError(f"{origin}: {unknown_name(place.name, pyproject.targets)}")
            above.append(named)
            origin, place = f"{origin}, {inner.given.origin}", inner
        target = _target(place, origin, machine, relative_paths)
        readers = place.layer.readers
    values: dict[str, Given] = {}
    for layer in reversed([*above, *below]):
        values.update(layer.values)
    return replace(_settings(values, target, origin, readers), repository=repository)


class _Place(NamedTuple):
    """What decides where the repository lives: a target, or a bucket and perhaps a prefix."""

    layer: Layer
    given: Given
    is_bucket: bool = False
    prefix: Given | None = None

    @property
    def name(self) -> str | None:
        """The configured name that it gives, if it gives one."""
        text = str(self.given.value)
        return None if self.is_bucket or not is_name(text) else text


def _target(place: _Place, origin: str, machine: Machine, relative_paths: bool) -> Target:
    text = str(place.given.value)
    try:
        if place.is_bucket:
            return s3_target(text, str(place.prefix.value) if place.prefix is not None else "")
        target = parse_target(
            text, base=place.layer.base if relative_paths else None, home=machine.home, windows=machine.windows
        )
        if isinstance(target, FolderTarget) and meant_bucket(text) and not target.path.exists():
            raise ConfigurationError(
                f"there is no folder {quoted(text)}: did you mean {quoted(f's3://{text}')}? "
                f"A folder that is to be made is written {quoted(f'./{text}')}"
            )
    except ConfigurationError as error:
        raise ConfigurationError(f"{origin}: {error}") from None
    return target


def _locate(layers: list[Layer]) -> _Place | None:
    """What decides where the repository lives: the first target or bucket; a bucket takes the first prefix."""
    prefix: Given | None = None
    bucket: _Place | None = None
    for layer in layers:
        if bucket is None and "target" in layer.values:
            if prefix is not None:
                raise ConfigurationError(
                    f"{prefix.origin}: prefix goes with bucket, but the target comes from "
                    f"{layer.values['target'].origin}; give the whole target"
                )
            return _Place(layer, layer.values["target"])
        if bucket is not None and "target" in layer.values:
            break
        prefix = prefix or layer.values.get("prefix")
        if bucket is None and "bucket" in layer.values:
            bucket = _Place(layer, layer.values["bucket"], is_bucket=True)
    return None if bucket is None else bucket._replace(prefix=prefix)


def _settings(values: Mapping[str, Given], target: Target | None, origin: str, readers: str | None) -> Settings:
    origins = {name: given.origin for name, given in values.items() if name not in {"target", "bucket", "prefix"}}
    if target is not None:
        origins["target"] = origin
    notes: list[str] = []
    acl = _text(values, "acl")
    assumed = readers is not None and "acl" not in values and isinstance(target, S3Target)
    if assumed:
        acl = "public-read"
        origins["acl"] = f"assumed: {readers}"
        notes.append(f"acl is public-read for the readers of {target}, as {readers}; --acl=private sends none")
    notes.extend(_credential_notes(values))
    arguments = values["s3-put-args"].value if "s3-put-args" in values else {}
    return Settings(
        target=target,
        connection=Connection(
            profile=_text(values, "profile"),
            region=_text(values, "region"),
            endpoint_url=_text(values, "endpoint-url"),
            no_sign_request=_flag(values, "no-sign-request"),
            aws_access_key_id=_text(values, "aws-access-key-id"),
            aws_secret_access_key=_secret(values, "aws-secret-access-key"),
            aws_session_token=_secret(values, "aws-session-token"),
        ),
        if_exists=IfExists(_text(values, "if-exists") or IfExists.SAME.value),
        file_mask=_text(values, "file-mask"),
        dist_dir=_text(values, "dist-dir"),
        acl=None if acl == "private" else acl,
        acl_optional=assumed,
        s3_put_args=dict(arguments) if isinstance(arguments, Mapping) else {},
        pages=PageStyle(pages) if (pages := _text(values, "pages")) else None,
        lock_indexes=_flag(values, "lock-indexes"),
        locks_table=_text(values, "locks-table"),
        locks_timeout=_seconds(values, "locks-timeout"),
        locks_profile=_text(values, "locks-profile"),
        locks_region=_text(values, "locks-region"),
        locks_endpoint_url=_text(values, "locks-endpoint-url"),
        public_url=_text(values, "public-url"),
        strict_metadata=_flag(values, "strict-metadata"),
        unsafe_no_locking=_flag(values, "unsafe-no-locking"),
        origins=origins,
        notes=tuple(notes),
    )


def _credential_notes(values: Mapping[str, Given]) -> list[str]:
    key, secret, token = (
        values.get(name) for name in ("aws-access-key-id", "aws-secret-access-key", "aws-session-token")
    )
    if (key is None) != (secret is None):
        given, missing = (key, "aws-secret-access-key") if key is not None else (secret, "aws-access-key-id")
        raise ConfigurationError(f"{given.origin if given else ''}: half a pair of AWS keys: {missing} is missing")
    if token is not None and key is None:
        raise ConfigurationError(f"{token.origin}: aws-session-token without aws-access-key-id and its secret")
    if secret is None or secret.origin.startswith("environment "):
        return []
    return [
        f"aws-secret-access-key comes from {secret.origin}: keys are safer in an AWS profile, or in AWS_ACCESS_KEY_ID "
        "and AWS_SECRET_ACCESS_KEY"
    ]


def _value(values: Mapping[str, Given], name: str) -> Value | None:
    return values[name].value if name in values else None


def _text(values: Mapping[str, Given], name: str) -> str | None:
    value = _value(values, name)
    return value if isinstance(value, str) else None


def _seconds(values: Mapping[str, Given], name: str) -> int | None:
    text = _text(values, name)
    return None if text is None else int(text)


def _secret(values: Mapping[str, Given], name: str) -> Secret | None:
    text = _text(values, name)
    return None if text is None else Secret(text)


def _flag(values: Mapping[str, Given], name: str) -> bool:
    return _value(values, name) is True
