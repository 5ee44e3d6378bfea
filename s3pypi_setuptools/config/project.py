"""The project's own files: ``pyproject.toml`` and ``setup.cfg``."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from ..errors import ConfigurationError
from ..text import plain, quoted, suggestion
from .environment import Environment
from .files import parse_toml, read_sections, read_text
from .layers import Entry, Layer
from .options import OPTIONS, find
from .target import is_name

_OURS = "s3pypi"
_TARGET = "target"
_NOT_SETTINGS = ("targets", "build-backend", "backend-path")


class Pyproject(NamedTuple):
    """The settings in ``pyproject.toml``; all empty if there is no such file.

    :param settings: of ``[tool.s3pypi]``.
    :param targets: of ``[tool.s3pypi.targets]``, by name; each has a target or a bucket.
    :param options: of ``[tool.distutils.s3pypi]``.
    """

    settings: Layer = Layer()
    targets: Mapping[str, Layer] = MappingProxyType({})
    options: Layer = Layer()

    @classmethod
    def read(cls, folder: Path, environment: Environment) -> Pyproject:
        """Read the file in ``folder``; it is parsed only if ``s3pypi`` seems to be a key in it.

        Raises `ConfigurationError` for a file that cannot be read or is no TOML, unknown keys and bad values.
        """
        path = folder / "pyproject.toml"
        text = read_text(path)
        if text is None or not _may_hold_table(text):
            return cls()
        shown = _shown(path, environment)
        tool = _table(parse_toml(text, shown), "tool", shown)
        ours = _table(tool, _OURS, f"{shown} [tool]")
        place = f"{shown} [tool.{_OURS}]"
        _check_keys(ours, place)
        backend = ours.get("build-backend", "")
        if not isinstance(backend, str):
            raise ConfigurationError(f"{place} build-backend: must be a text, such as 'hatchling.build'")
        targets = _table(ours, "targets", place)
        options = _distutils(tool, shown)
        return cls(
            settings=Layer.of(_entries(ours, place, _NOT_SETTINGS), base=folder, typed=True),
            targets={
                name: _named(name, raw, f"{shown} [tool.{_OURS}.targets", folder) for name, raw in targets.items()
            },
            options=Layer.of(_entries(options, f"{shown} [tool.distutils.{_OURS}]", ()), base=folder),
        )


def setup_cfg(folder: Path, environment: Environment) -> Layer:
    """Read ``[s3pypi]`` in the ``setup.cfg`` of ``folder``; raises `ConfigurationError` as `Pyproject.read` does."""
    path = folder / "setup.cfg"
    text = read_text(path)
    if text is None or f"[{_OURS}]" not in text:
        return Layer()
    shown = _shown(path, environment)
    section = read_sections(text, shown).get(_OURS, {})
    return Layer.of((Entry(name, raw, f"{shown} [{_OURS}]", plain(name)) for name, raw in section.items()), base=folder)


def _named(name: str, raw: object, place: str, folder: Path) -> Layer:
    where = (
        f"{place}.{name}]" if name.isascii() and name.replace("-", "_").isidentifier() else f"{place}.{quoted(name)}]"
    )
    if not is_name(name):
        raise ConfigurationError(f"{where}: a target's name is a word without '/', '\\', ':' and '~'")
    match raw:
        case str():
            layer = Layer.of([Entry(_TARGET, raw, where)], base=folder)
        case Mapping():
            layer = Layer.of(_entries(raw, where, ()), base=folder, typed=True)
        case _:
            raise ConfigurationError(f"{where}: must be a target (a text) or a table of settings")
    if _TARGET not in layer.values and "bucket" not in layer.values:
        raise ConfigurationError(f"{where}: has no target")
    return layer


def _may_hold_table(text: str) -> bool:
    """Whether ``s3pypi`` may be a key in the text. Loading the TOML parser takes longer than all else here."""
    return any(rest.lstrip("\"' \t")[:1] in {"]", ".", "="} for rest in text.split(_OURS)[1:])


def _table(parent: Mapping[str, object], name: str, place: str) -> Mapping[str, object]:
    table = parent.get(name, {})
    if not isinstance(table, Mapping):
        raise ConfigurationError(f"{place} {name}: must be a table")
    return table


def _distutils(tool: Mapping[str, object], shown: str) -> Mapping[str, object]:
    commands = tool.get("distutils")
    if not isinstance(commands, Mapping):
        return {}  # setuptools reports what is wrong with its own table
    return _table(commands, _OURS, f"{shown} [tool.distutils]")


def _check_keys(ours: Mapping[str, object], place: str) -> None:
    for name in ours:
        if name not in _NOT_SETTINGS and find(name) is None:
            hint = suggestion(name, [*(option.name for option in OPTIONS), *_NOT_SETTINGS])
            raise ConfigurationError(f"{place}: there is no setting {quoted(name)}{hint}")


def _entries(table: Mapping[str, object], place: str, without: tuple[str, ...]) -> list[Entry]:
    return [Entry(name, raw, place, plain(name)) for name, raw in table.items() if name not in without]


def _shown(path: Path, environment: Environment) -> str:
    return path.name if path.parent == environment.cwd else str(path)
