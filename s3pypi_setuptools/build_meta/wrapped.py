"""Find and import the build backend that a project wraps."""

from __future__ import annotations

import functools
import importlib
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from ..config.files import parse_toml, read_text
from ..errors import ConfigurationError

_DEFAULT = "setuptools.build_meta"
_OURS = __name__.rpartition(".")[0]
_PLACE = "pyproject.toml [tool.s3pypi]"


@functools.cache
def load(project: Path) -> object:
    """The backend that the project in the folder ``project`` wraps: a module, or an object in one (PEP 517).

    ``build-backend`` of ``[tool.s3pypi]`` is written as PEP 517 has it, ``module`` or ``module:object``;
    ``backend-path``, too: folders within the project, put first on `sys.path`, that hold an in-tree backend.

    Raises `ConfigurationError` for invalid values, and for a backend that cannot be imported.
    """
    name, folders = _chosen(project)
    module_name, _, attributes = name.partition(":")
    if module_name == _OURS:
        raise ConfigurationError(f"{_PLACE} build-backend: must name the backend to wrap, not {_OURS} itself")
    sys.path[:0] = folders
    try:
        backend: object = importlib.import_module(module_name)
    except ImportError as error:
        advice = (
            "look at backend-path"
            if folders
            else "[build-system] requires must name the distribution that provides it, beside s3pypi-setuptools"
        )
        raise ConfigurationError(f"build backend {module_name!a} cannot be imported ({error}): {advice}") from error
    if folders and not _lies_in(backend, folders):
        raise ConfigurationError(f"{_PLACE} backend-path: {module_name!a} was imported, but not from there")
    try:
        return functools.reduce(getattr, filter(None, attributes.split(".")), backend)
    except AttributeError as error:
        raise ConfigurationError(f"{_PLACE} build-backend: {name!a} does not exist: {error}") from error


def _chosen(project: Path) -> tuple[str, list[str]]:
    """The wrapped backend's name, and the folders of ``backend-path``, absolute."""
    text = read_text(project / "pyproject.toml") or ""
    if text.count("build-backend") <= 1:  # [build-system] has one; parsing costs more than all else here
        return _DEFAULT, []
    table = _table(text)
    name = table.get("build-backend", _DEFAULT)
    if not isinstance(name, str) or not all(part.isidentifier() for part in name.replace(":", ".", 1).split(".")):
        raise ConfigurationError(f"{_PLACE} build-backend: must be a string such as 'hatchling.build'")
    paths = table.get("backend-path", [])
    if not isinstance(paths, list) or not all(isinstance(path, str) for path in paths):
        raise ConfigurationError(f"{_PLACE} backend-path: must be a list of folders, such as ['backend']")
    return name, [_within(project, path) for path in paths]


def _table(text: str) -> Mapping[str, object]:
    table: object = parse_toml(text, "pyproject.toml")
    for name in ("tool", "s3pypi"):
        table = table.get(name, {}) if isinstance(table, Mapping) else None
    if not isinstance(table, Mapping):
        raise ConfigurationError(f"{_PLACE}: must be a table")
    return table


def _within(project: Path, path: str) -> str:
    folder = (project / path).resolve()
    if Path(path).is_absolute() or not folder.is_relative_to(project.resolve()):
        raise ConfigurationError(f"{_PLACE} backend-path: {path!a} must be a folder within the project")
    return str(folder)


def _lies_in(module: object, folders: Sequence[str]) -> bool:
    file = getattr(module, "__file__", None)
    return file is not None and any(Path(os.path.realpath(file)).is_relative_to(folder) for folder in folders)
