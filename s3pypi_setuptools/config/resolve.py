"""Merge all sources into one `Settings`. For each setting, the first source that has a value wins:

1. the command line (for setuptools commands: options whose source is ``command line``)
2. the environment: ``S3PYPI_…``
3. the setuptools command's options: ``[tool.distutils.s3pypi]`` over ``[s3pypi]`` in setup.cfg over
   ``setup(options=…)``, as setuptools merges them; other entry points read the first two themselves
4. if the target is a name, the table of that target, ``[tool.s3pypi.targets.NAME]``
5. ``[tool.s3pypi]`` in pyproject.toml
6. if nothing else names a target, pip's configuration (`pip_conf`)
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from ..errors import ConfigurationError
from ..redaction import Redactor
from ..text import quoted
from . import layers
from .environment import Environment
from .layers import Layer
from .option import Given
from .options import CONNECTION
from .project import Pyproject, setup_cfg
from .settings import Settings
from .target import FolderTarget, S3Target, Target, is_name, meant_bucket, parse_target, s3_target, unknown_name


def resolve(
    *,
    command_line: Mapping[str, object] | None = None,
    options: Mapping[str, tuple[str, object]] | None = None,
    command: str = "s3pypi",
    project: Path | None = None,
    repository: bool = True,
    relative_paths: bool = True,
    environment: Environment | None = None,
) -> Settings:
    """Find the settings of one invocation.

    :param command_line: the typed values (texts, or booleans for flags) by option name or attribute; None for options
        that were not given.
    :param options: for setuptools commands, ``Distribution.get_option_dict(command)``: name to (source, value).
    :param command: the setuptools command's name.
    :param project: the absolute folder of pyproject.toml and setup.cfg; by default the working folder.
    :param repository: false for files outside a repository (``s3upload``): then only the command itself says where the
        files go and how; other sources give named targets and the connection (profile, region, endpoint, keys).
    :param relative_paths: false for builds, which run in temporary folders: a relative path as target is refused.
    :param environment: by default that of this process.

    Raises `ConfigurationError` with one line that names source and setting.
    """
    environment = environment or Environment.current()
    folder = project or environment.cwd
    pyproject = Pyproject.read(folder, environment)
    typed = [layers.command_line(command_line or {}, environment)]
    if options is None:
        configured = [pyproject.options, setup_cfg(folder, environment)]
    else:
        of_command, merged = layers.setuptools_options(options, command, environment)
        typed.append(of_command)
        # setuptools ignores [tool.distutils] in a pyproject.toml with neither [project] nor [tool.setuptools]
        configured = [merged, pyproject.options] if repository else [merged]
    variables, general = layers.environment_variables(environment), pyproject.settings
    if not repository:
        variables, general = variables.only(CONNECTION), general.only(CONNECTION)
        if options is None:
            configured = [layer.only(CONNECTION) for layer in configured]
    above, below = [*typed, variables, *configured], [general]
    redactor = Redactor()
    for layer in (*above, *below, *pyproject.targets.values()):
        layer.conceal(redactor)
    try:
        place = _locate([*above, *below])
        if place is None and repository:
            place = _locate_in_pip_conf(above, below, environment)
        if place is not None and place.name is not None:
            place = place.in_table(place.name, pyproject.targets)
            above.append(place.layer)
        target = None if place is None else place.target(environment, relative_paths=relative_paths)
        values = {name: given for layer in reversed([*above, *below]) for name, given in layer.values.items()}
        return _settings(values, place, target, repository=repository)
    except ConfigurationError as error:
        raise ConfigurationError(redactor.redact(str(error))) from error.__cause__


class _Place(NamedTuple):
    """The setting that decides where the repository is: a target, or a bucket and perhaps a prefix.

    :param layer: the layer that gives it.
    :param given: the target or the bucket.
    """

    layer: Layer
    given: Given
    is_bucket: bool = False
    prefix: Given | None = None

    @property
    def name(self) -> str | None:
        """The configured name that the setting holds; None if it holds a target or a bucket."""
        text = str(self.given.value)
        return None if self.is_bucket or not is_name(text) else text

    def in_table(self, name: str, tables: Mapping[str, Layer]) -> _Place:
        """The place in the table of the named target; its origin names both the setting and the table."""
        inner = _locate([tables[name]]) if name in tables else None
        if inner is None:
            raise ConfigurationError(f"{self.given.origin}: {unknown_name(name, tables)}")
        return inner._replace(given=Given(inner.given.value, f"{self.given.origin}, {inner.given.origin}"))

    def target(self, environment: Environment, *, relative_paths: bool) -> Target:
        """Parse the target; raises `ConfigurationError` that begins with the setting's origin."""
        text, base = str(self.given.value), self.layer.base if relative_paths else None
        try:
            if self.is_bucket:
                return s3_target(text, "" if self.prefix is None else str(self.prefix.value))
            target = parse_target(text, base=base, home=environment.home, windows=environment.windows)
            if isinstance(target, FolderTarget) and meant_bucket(text) and not target.path.exists():
                raise ConfigurationError(
                    f"there is no folder {quoted(text)}: did you mean {quoted(f's3://{text}')}? "
                    f"To make a folder, write {quoted(f'./{text}')}"
                )
        except ConfigurationError as error:
            raise ConfigurationError(f"{self.given.origin}: {error}") from None
        return target


def _locate(layers: list[Layer]) -> _Place | None:
    """Find the first target or bucket; a bucket is used with the first prefix."""
    prefix: Given | None = None
    bucket: _Place | None = None
    for layer in layers:
        target = layer.values.get("target")
        if target is not None:
            if bucket is not None:
                break
            if prefix is not None:
                raise ConfigurationError(
                    f"{prefix.origin}: prefix goes with bucket, but the target comes from {target.origin}; "
                    "give the whole target"
                )
            return _Place(layer, target)
        prefix = prefix or layer.values.get("prefix")
        if bucket is None and "bucket" in layer.values:
            bucket = _Place(layer, layer.values["bucket"], is_bucket=True)
    return None if bucket is None else bucket._replace(prefix=prefix)


def _locate_in_pip_conf(above: list[Layer], below: list[Layer], environment: Environment) -> _Place | None:
    """Look for a target in pip's configuration; append its layers to ``below`` until one of them has a target."""
    from . import pip_conf  # noqa: PLC0415  most runs need no pip.conf

    for layer in pip_conf.layers(environment):
        below.append(layer)
        place = _locate([*above, *below])
        if place is not None:
            return place
    return None


def _settings(values: dict[str, Given], place: _Place | None, target: Target | None, *, repository: bool) -> Settings:
    notes: list[str] = []
    readers = None if place is None else place.layer.readers
    assumed = readers is not None and "acl" not in values and isinstance(target, S3Target)
    if assumed:
        values["acl"] = Given("public-read", f"assumed: {readers}")
        notes.append(f"acl is public-read for the readers of {target}, as {readers}; --acl=private sends none")
    if place is not None:
        values["target"] = Given(target, place.given.origin)
    notes.extend(_credential_notes(values))
    return Settings.of(values, acl_optional=assumed, repository=repository, notes=tuple(notes))


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
