"""Every setting, its value and where it came from, for people."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from .options import OPTIONS, Option
from .settings import Settings
from .values import SECRET_PARAMETERS

__all__ = ["Row", "explain"]

_HIDDEN = "***"
_OTHER_FORMS = frozenset({"bucket", "prefix", "put-root-index"})


@dataclass(frozen=True, slots=True)
class Row:
    """One setting.

    :param value: as text, ``***`` for secrets; empty when there is none.
    :param origin: where the value came from; ``default`` when nothing gives it.
    """

    name: str
    value: str
    origin: str


def explain(settings: Settings, of_aws: Mapping[str, tuple[str, str]] = MappingProxyType({})) -> tuple[Row, ...]:
    """A row for each setting, in the order of `options.OPTIONS`; older forms are shown as what they mean.

    :param of_aws: value and origin, by name, of those that AWS's configuration decides where nothing here gives them.
    """
    return tuple(
        Row(option.name, *of_aws[option.name])
        if option.name in of_aws and option.name not in settings.origins
        else Row(option.name, _shown(option, settings), settings.origins.get(option.name, "default"))
        for option in OPTIONS
        if option.implies is None and option.name not in _OTHER_FORMS
    )


def _shown(option: Option, settings: Settings) -> str:
    value = settings.value_of(option)
    if value is None:
        return "private" if option.name == "acl" and "acl" in settings.origins else ""
    if option.secret:
        return _HIDDEN
    match value:
        case bool():
            return "true" if value else "false"
        case enum.Enum():
            return str(value.value)
        case Mapping():
            return ",".join(f"{name}={_HIDDEN if name in SECRET_PARAMETERS else value[name]}" for name in value)
        case _:
            return str(value)
