"""Layers: the checked settings of one source, each with its origin; and the layers of command line and environment."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from ..errors import ConfigurationError
from ..redaction import Redactor
from ..text import plain, quoted, suggestion
from .environment import Environment
from .option import VARIABLE_PREFIX, Given, Option, shown
from .options import OPTIONS, VARIABLES, find, find_variable, named, nearest

_COMMAND_LINE = "command line"
"""The origin of typed settings; setuptools uses the same words in ``get_option_dict()``."""
_OF_KUBERNETES = re.compile(
    r"\w+_(SERVICE_(HOST|PORT(_\w+)?)=.*|PORT_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?=.*|PORT=(tcp|udp|sctp)://.*)"
)
"""``NAME=VALUE`` of the variables that Kubernetes sets in containers for a service, ``S3PYPI_PORT=tcp://…`` for one
that is called s3pypi: https://kubernetes.io/docs/concepts/services-networking/service/#environment-variables."""


class Entry(NamedTuple):
    """A setting as it is written in a source.

    :param name: in any spelling.
    :param origin: where it is written, in words.
    :param written: the name as it is written there, for errors; empty if the origin names it.
    """

    name: str
    raw: object
    origin: str
    written: str = ""

    def __repr__(self) -> str:
        return f"<{self.where}>"

    @property
    def where(self) -> str:
        """How an error about it begins."""
        return f"{self.origin} {self.written}" if self.written else self.origin


class Layer(NamedTuple):
    """The settings of one source.

    :param values: by option name; older forms are already replaced by what they mean.
    :param base: the folder that a relative path as target starts from; if None, relative paths are refused.
    :param readers: why readers of the target need public objects, in words; None if they do not.
    """

    values: Mapping[str, Given] = MappingProxyType({})
    base: Path | None = None
    readers: str | None = None

    @classmethod
    def of(
        cls, entries: Iterable[Entry], *, base: Path | None = None, readers: str | None = None, typed: bool = False
    ) -> Layer:
        """Check ``entries`` and make a layer of them.

        :param typed: the source is TOML, which has types of its own: a flag must be a boolean there.

        Raises `ConfigurationError` for an unknown name, a bad value, and settings that contradict each other.
        """
        entries = list(entries)
        try:
            return cls(_values(entries, typed), base, readers)
        except ConfigurationError as error:
            redactor = Redactor()
            for entry in entries:
                if option := find(entry.name):
                    option.conceal(entry.raw, redactor)
            raise ConfigurationError(redactor.redact(str(error))) from error.__cause__

    def conceal(self, redactor: Redactor) -> None:
        """Make ``redactor`` hide the secrets of the layer."""
        for name, given in self.values.items():
            named(name).conceal(given.value, redactor)

    def only(self, names: frozenset[str]) -> Layer:
        """The layer reduced to the settings of those ``names``."""
        return Layer({name: given for name, given in self.values.items() if name in names}, self.base)


def command_line(values: Mapping[str, object], environment: Environment) -> Layer:
    """The layer of a command line.

    :param values: by option name or attribute; None for what was not given.

    Raises `ConfigurationError` as `Layer.of`.
    """
    return Layer.of(
        (
            Entry(name, raw, _COMMAND_LINE, f"--{option.name if (option := find(name)) else plain(name)}")
            for name, raw in values.items()
            if raw is not None
        ),
        base=environment.cwd,
    )


def environment_variables(environment: Environment) -> Layer:
    """The layer of the ``S3PYPI_…`` variables; empty ones, and those of Kubernetes, count as absent.

    Raises `ConfigurationError` for an unknown variable that begins with ``S3PYPI_``, and as `Layer.of`.
    """
    entries: list[Entry] = []
    for variable, raw in environment.environ.items():
        if not variable.startswith(VARIABLE_PREFIX) or variable in VARIABLES:
            continue
        if _OF_KUBERNETES.fullmatch(f"{variable}={raw}"):
            continue
        option = find_variable(variable)
        if option is None:
            known = [*(option.variable for option in OPTIONS), *VARIABLES]
            short = [name.removeprefix(VARIABLE_PREFIX) for name in known]
            hint = suggestion(variable.removeprefix(VARIABLE_PREFIX), short, VARIABLE_PREFIX)
            raise ConfigurationError(f"environment: there is no setting {variable}{hint}")
        if raw.strip():
            entries.append(Entry(option.name, raw, f"environment {variable}"))
    return Layer.of(entries, base=environment.cwd)


def setuptools_options(
    options: Mapping[str, tuple[str, object]], command: str, environment: Environment
) -> tuple[Layer, Layer]:
    """The layers of a setuptools command: the options that were typed, and those from files and from ``setup()``.

    :param options: ``Distribution.get_option_dict(command)``: name to (source, value).

    Raises `ConfigurationError` as `Layer.of`.
    """
    typed = {name: raw for name, (source, raw) in options.items() if source == _COMMAND_LINE}
    merged = (
        Entry(name, raw, _place(str(source), command), plain(name))
        for name, (source, raw) in options.items()
        if source != _COMMAND_LINE and raw is not None
    )
    return command_line(typed, environment), Layer.of(merged, base=environment.cwd)


def _place(source: str, command: str) -> str:
    if source.endswith(".toml"):
        return f"{source} [tool.distutils.{command}]"
    return f"{source} [{command}]" if source.endswith(".cfg") else f"{source} ({command} options)"


def _values(entries: Iterable[Entry], typed: bool) -> Mapping[str, Given]:
    values: dict[str, Given] = {}
    older: list[tuple[Option, Given]] = []
    for entry in entries:
        option = find(entry.name)
        if option is None:
            raise ConfigurationError(f"{entry.where}: there is no setting {quoted(entry.name)}{nearest(entry.name)}")
        given = Given(option.parse(entry.raw, entry.where, typed=typed), entry.origin)
        if option.implies is not None:
            older.append((option, given))
        elif option.name in values and values[option.name].value != given.value:
            raise ConfigurationError(f"{entry.where}: {option.name} is given twice, with different values")
        else:
            values[option.name] = given
    for option, given in older:
        _imply(values, option, given)
    _check_place(values)
    _move_acl(values)
    return values


def _imply(values: dict[str, Given], option: Option, given: Given) -> None:
    if option.implies is None or not given.value:
        return
    name, value = option.implies
    if name in values and values[name].value != value:
        other = f"{name}={shown(values[name].value)}"
        raise ConfigurationError(
            f"{given.origin}: {option.name} means {name}={shown(value)}, but {other} is asked for too"
        )
    values.setdefault(name, Given(value, given.origin))


def _check_place(values: Mapping[str, Given]) -> None:
    for name in ("bucket", "prefix"):
        if name in values and "target" in values:
            both = " and ".join(dict.fromkeys((values["target"].origin, values[name].origin)))
            raise ConfigurationError(f"{both}: give either target or bucket and prefix, not both")


def _move_acl(values: dict[str, Given]) -> None:
    """Turn an ``ACL`` among the PutObject parameters into the setting ``acl``, so that one setting decides about it."""
    given = values.get("s3-put-args")
    if given is None or not isinstance(given.value, Mapping) or "ACL" not in given.value:
        return
    acl = named("acl").parse(given.value["ACL"], f"{given.origin}: ACL in s3-put-args")
    if "acl" in values and values["acl"].value != acl:
        raise ConfigurationError(f"{given.origin}: acl and the ACL in s3-put-args contradict each other")
    values["acl"] = Given(acl, given.origin)
    rest = {name: value for name, value in given.value.items() if name != "ACL"}
    if rest:
        values["s3-put-args"] = Given(rest, given.origin)
    else:
        del values["s3-put-args"]
