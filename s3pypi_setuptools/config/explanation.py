"""Show every setting, its value and where the value came from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from ..text import HIDDEN
from .option import Option, shown
from .options import SERVICE
from .settings import STORED, Settings

__all__ = ["Row", "explain"]


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
