"""One setting: its names, and how its value is written, checked and shown."""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from ..errors import ConfigurationError
from ..text import HIDDEN, quoted, suggestion
from .put_parameters import SECRET_PARAMETERS, check_parameters, kind_of, parse_parameters, secret_parameters
from .secret import Secret

if TYPE_CHECKING:
    from ..redaction import Redactor

VARIABLE_PREFIX = "S3PYPI_"
_WORDS = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}
_MOST_DIGITS = 15
"""The most digits of a number; a size in bytes needs fewer."""
_NUMBERS = frozenset({"PORT", "NUMBER", "SECONDS", "SIZE"})
"""How help texts call values that TOML may write as numbers."""
_LISTS = frozenset({"PATTERNS", "ADDRESSES"})
"""How help texts call values with commas between, which TOML may write as lists."""
_EMPTY_ALLOWED = frozenset({"prefix"})
"""Options that may be empty: an empty prefix means the top of the bucket."""


class Given(NamedTuple):
    """A checked value, and where it came from in words."""

    value: object
    origin: str

    def __repr__(self) -> str:
        return f"<from {self.origin}>"


class Option(NamedTuple):
    """One setting: its names, its help and the form of its value.

    :param help: one line, without full stop.
    :param metavar: the value's name in help texts; None for a flag, which has no value on a command line.
    :param one_of: the words that the value is one of: the values of an enumeration, which `Settings` hold, or texts.
    :param convert: converts a checked text into the value that `Settings` hold; raises `ConfigurationError`.
    :param short: the letter of a short option; None if it has none.
    :param spellings: older names, as users write them after ``--``.
    :param implies: for a flag that is an older form of another option: (name, value) of that option.
    :param secret: the value is never shown.
    :param hidden: the option has no effect, so the help of commands leaves it out.
    """

    name: str
    help: str
    metavar: str | None = None
    one_of: type[enum.Enum] | tuple[str, ...] = ()
    convert: Callable[[str], object] = str
    short: str | None = None
    spellings: tuple[str, ...] = ()
    implies: tuple[str, object] | None = None
    secret: bool = False
    hidden: bool = False

    @property
    def attribute(self) -> str:
        """The name as an identifier, as argparse and setuptools use it: ``if_exists``."""
        return self.name.replace("-", "_")

    @property
    def variable(self) -> str:
        """The environment variable: ``S3PYPI_IF_EXISTS``."""
        return f"{VARIABLE_PREFIX}{self.attribute.upper()}"

    @property
    def choices(self) -> tuple[str, ...]:
        """The words that the value is one of; empty if it may be another text."""
        return self.one_of if isinstance(self.one_of, tuple) else tuple(str(word.value) for word in self.one_of)

    @property
    def flag(self) -> bool:
        """Whether the option takes no value on a command line (setuptools: ``boolean_options``)."""
        return self.metavar is None

    @property
    def repeatable(self) -> bool:
        """Whether the option may be given several times and the values add up; of other options the last counts."""
        return self.convert is parse_parameters or self.metavar in _LISTS

    @property
    def strings(self) -> tuple[str, ...]:
        """The option strings for ``add_argument``: ``-f``, ``--force``, then older spellings."""
        short = (f"-{self.short}",) if self.short else ()
        return (*short, f"--{self.name}", *(f"--{spelling}" for spelling in self.spellings))

    @property
    def user_option(self) -> tuple[str, str | None, str]:
        """The entry for ``user_options`` of a setuptools command."""
        return (self.name if self.flag else f"{self.name}=", self.short, self.help)

    def parse(self, raw: object, where: str, *, typed: bool = False) -> object:
        """Check ``raw`` and convert it into the value that `Settings` hold.

        :param where: how errors begin: the source, and the name written there.
        :param typed: the source is TOML, which has types of its own: a flag must be a boolean there.

        Raises `ConfigurationError`.
        """
        try:
            return _flag(raw, typed) if self.flag else self._parse(raw, typed)
        except ConfigurationError as error:
            raise ConfigurationError(f"{where}: {error}") from error.__cause__  # it may quote a secret

    def _parse(self, raw: object, typed: bool) -> object:
        if self.convert is parse_parameters and isinstance(raw, Mapping):
            return check_parameters(raw)
        raw = self._as_text(raw, typed)
        if not isinstance(raw, str):
            form = f"one of {', '.join(self.choices)}" if self.choices else _FORMS.get(self.convert, "a text")
            raise ConfigurationError(f"must be {form}, not {kind_of(raw)}")
        text = raw.strip()
        if not text and self.name not in _EMPTY_ALLOWED:
            raise ConfigurationError("is empty; leave it out, or give a value")
        if not text.isprintable():
            raise ConfigurationError("holds a line break or another character that is not printable")
        if not self.choices:
            return self.convert(text)
        word = text.lower()
        if word not in self.choices:
            hint = suggestion(text, self.choices)
            raise ConfigurationError(f"must be one of {', '.join(self.choices)}, not {quoted(text)}{hint}")
        return self.convert(word) if isinstance(self.one_of, tuple) else self.one_of(word)

    def _as_text(self, raw: object, typed: bool) -> object:
        """``raw`` as a text, if it is a number where one is expected, or the occurrences on a command line."""
        if self.metavar in _NUMBERS and isinstance(raw, int) and not isinstance(raw, bool):
            return str(raw) if abs(raw) < 10**_MOST_DIGITS else "a number with too many digits"
        takes_list = self.metavar in _LISTS or (self.repeatable and not typed)
        if takes_list and isinstance(raw, list) and all(isinstance(text, str) for text in raw):
            return ",".join(raw)
        return raw

    def conceal(self, value: object, redactor: Redactor) -> None:
        """Make ``redactor`` hide the secrets in a value of the option, written or parsed."""
        text = value.reveal() if isinstance(value, Secret) else value
        if self.secret and isinstance(text, str):
            redactor.conceal(text.strip(), ids=self.name == "aws-access-key-id")
        if self.convert is parse_parameters:
            redactor.conceal(*secret_parameters(value))


def shown(value: object) -> str:
    """A value as ``s3pypi config`` shows it, without secret parameters; empty if there is no value."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case enum.Enum():
            return str(value.value)
        case tuple():
            return ",".join(map(str, value))
        case Mapping():
            return ",".join(f"{name}={HIDDEN if name in SECRET_PARAMETERS else value[name]}" for name in value)
        case _:
            return str(value)


def _flag(raw: object, typed: bool) -> bool:
    if isinstance(raw, bool):
        return raw
    if not typed:
        if isinstance(raw, int) and raw in {0, 1}:
            return bool(raw)
        if isinstance(raw, str) and raw.strip().lower() in _WORDS:
            return _WORDS[raw.strip().lower()]
    allowed = "true or false" if typed else "one of true, false, yes, no, on, off, 1, 0"
    raise ConfigurationError(f"must be {allowed}, not {kind_of(raw)}")


def number(what: str, least: int, most: int) -> Callable[[str], int]:
    """A function that converts a text into a number from ``least`` to ``most``, or raises `ConfigurationError`.

    :param what: how the error describes such a number.
    """

    def convert(text: str) -> int:
        if text.isascii() and text.isdecimal() and len(text) <= len(str(most)) and least <= int(text) <= most:
            return int(text)
        raise ConfigurationError(f"must be {what}, not {quoted(text)}")

    return convert


seconds_of = number("a whole number of seconds, such as 300", 0, 10**9 - 1)
"""Converts a number of seconds; much larger ones overflow in the waits of `threading`."""


def checked_url(text: str) -> str:
    """A URL of a repository or service, without ``/`` at the end.

    Raises `ConfigurationError` for what is no http or https URL, and for one with credentials, query or fragment.
    """
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host = None
    if not host or parts.scheme not in {"http", "https"} or any(map(str.isspace, text)):
        raise ConfigurationError(f"must be an http:// or https:// URL, not {quoted(text)}")
    if "@" in parts.netloc:
        raise ConfigurationError(f"holds a user name or password, {quoted(text)}; leave it out")
    if parts.query or parts.fragment:
        raise ConfigurationError(f"must be a URL without '?' and '#', not {quoted(text)}")
    return text.rstrip("/")


_FORMS: Mapping[Callable[[str], object], str] = {
    checked_url: "an http:// or https:// URL",
    seconds_of: "a number of seconds",
    parse_parameters: "NAME=VALUE,... or a table of texts",
}
"""How errors describe what is written for a setting that is not any text."""
