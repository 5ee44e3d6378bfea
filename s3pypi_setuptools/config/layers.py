"""A layer: the settings that one source gives, checked, each with its origin."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from ..errors import ConfigurationError
from ..redaction import Redactor
from ..text import plain, quoted
from .options import Form, Option, find, nearest
from .values import SECRET_PARAMETERS, Value, parse_value

__all__ = ["Entry", "Given", "Layer"]


class Entry(NamedTuple):
    """A setting as a source writes it.

    :param name: in any spelling.
    :param origin: where it stands, in words, for people.
    :param where: what an error about it begins with.
    """

    name: str
    raw: object
    origin: str
    where: str

    def __repr__(self) -> str:
        return f"<{self.where}>"

    @classmethod
    def of_file(cls, place: str, name: str, raw: object) -> Entry:
        """The entry ``name`` of a file's section; ``place`` names both."""
        return cls(name, raw, place, f"{place} {plain(name)}")


class Given(NamedTuple):
    """A checked value and where it came from."""

    value: Value
    origin: str

    def __repr__(self) -> str:
        return f"<from {self.origin}>"


class Layer(NamedTuple):
    """What one source gives.

    :param values: by option name; older forms already turned into what they mean.
    :param base: what a relative path of its target starts at; None: it may have none.
    :param readers: why the readers of its target need public objects, in words; None: they do not.
    """

    values: Mapping[str, Given] = MappingProxyType({})
    base: Path | None = None
    readers: str | None = None

    @classmethod
    def of(
        cls, entries: Iterable[Entry], *, base: Path | None = None, readers: str | None = None, typed: bool = False
    ) -> Layer:
        """The layer that ``entries`` make.

        Raises `ConfigurationError` for an unknown name, a bad value, and settings that contradict each other.
        """
        entries = list(entries)
        try:
            return cls(_values(entries, typed), base, readers)
        except ConfigurationError as error:
            redactor = Redactor()
            for entry in entries:
                _conceal(redactor, entry.name, entry.raw)
            raise ConfigurationError(redactor.redact(str(error))) from error.__cause__

    def conceal(self, redactor: Redactor) -> None:
        """Let ``redactor`` hide the secrets of the layer."""
        for name, given in self.values.items():
            _conceal(redactor, name, given.value)

    def only(self, names: frozenset[str]) -> Layer:
        """The layer without all other settings."""
        return Layer({name: given for name, given in self.values.items() if name in names}, self.base)


def _values(entries: Iterable[Entry], typed: bool) -> Mapping[str, Given]:
    values: dict[str, Given] = {}
    implied: list[tuple[Option, Given]] = []
    for entry in entries:
        option = find(entry.name)
        if option is None:
            raise ConfigurationError(f"{entry.where}: there is no setting {quoted(entry.name)}{nearest(entry.name)}")
        given = Given(parse_value(option, entry.raw, entry.where, typed=typed), entry.origin)
        if option.implies is not None:
            implied.append((option, given))
        elif option.name in values and values[option.name].value != given.value:
            raise ConfigurationError(f"{entry.where}: {option.name} is given twice, with different values")
        else:
            values[option.name] = given
    for option, given in implied:
        _imply(values, option, given)
    _check_place(values)
    _move_acl(values)
    return values


def _conceal(redactor: Redactor, name: str, raw: object) -> None:
    option = find(name)
    if option is not None and option.secret and isinstance(raw, str):
        redactor.conceal(raw.strip(), ids=option.name == "aws-access-key-id")
    if option is not None and option.form is Form.PARAMETERS:
        pairs = raw.items() if isinstance(raw, Mapping) else (part.partition("=")[::2] for part in str(raw).split(","))
        redactor.conceal(*(str(value).strip() for key, value in pairs if str(key).strip() in SECRET_PARAMETERS))


def _imply(values: dict[str, Given], option: Option, given: Given) -> None:
    if option.implies is None or not given.value:
        return
    name, value = option.implies
    if name in values and values[name].value != value:
        raise ConfigurationError(
            f"{given.origin}: {option.name} means {name}={value}, but {name}={values[name].value} is asked for too"
        )
    values.setdefault(name, Given(value, given.origin))


def _check_place(values: Mapping[str, Given]) -> None:
    for name in ("bucket", "prefix"):
        if name in values and "target" in values:
            both = " and ".join(dict.fromkeys((values["target"].origin, values[name].origin)))
            raise ConfigurationError(f"{both}: give either target or bucket and prefix, not both")


def _move_acl(values: dict[str, Given]) -> None:
    """Make the ``ACL`` among the PutObject parameters the setting ``acl``, which decides alone whether one is sent."""
    given = values.get("s3-put-args")
    if given is None or not isinstance(given.value, Mapping) or "ACL" not in given.value:
        return
    option = find("acl")
    if option is None:
        raise AssertionError("the table has an acl")
    acl = parse_value(option, given.value["ACL"], f"{given.origin}: ACL in s3-put-args")
    if "acl" in values and values["acl"].value != acl:
        raise ConfigurationError(f"{given.origin}: acl and the ACL in s3-put-args contradict each other")
    values["acl"] = Given(acl, given.origin)
    rest = {name: value for name, value in given.value.items() if name != "ACL"}
    if rest:
        values["s3-put-args"] = Given(rest, given.origin)
    else:
        del values["s3-put-args"]
