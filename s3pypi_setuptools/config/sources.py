"""The sources nearest to the user: command line, environment, and what setuptools merged for a command."""

from __future__ import annotations

from collections.abc import Mapping

from ..errors import ConfigurationError
from ..text import plain, suggestion
from .layers import Entry, Layer
from .machine import Machine
from .options import OPTIONS, VARIABLES, find, find_variable

__all__ = ["COMMAND_LINE", "command_line", "environment", "setuptools_options"]

COMMAND_LINE = "command line"
"""The origin of what was typed; setuptools' own word for it, too."""

_PREFIX = "S3PYPI_"


def command_line(values: Mapping[str, object], machine: Machine) -> Layer:
    """The layer of a command line; ``values`` by name or attribute, None for what was not given."""
    return Layer.of(
        (
            Entry(name, raw, COMMAND_LINE, f"{COMMAND_LINE} --{option.name if (option := find(name)) else plain(name)}")
            for name, raw in values.items()
            if raw is not None
        ),
        base=machine.cwd,
    )


def environment(machine: Machine) -> Layer:
    """The layer of the ``S3PYPI_…`` variables; an empty one is as good as none.

    Raises `ConfigurationError` for a variable of that prefix that means nothing.
    """
    entries: list[Entry] = []
    for variable, raw in machine.environ.items():
        if not variable.startswith(_PREFIX) or variable in VARIABLES:
            continue
        option = find_variable(variable)
        if option is None:
            known = [*(option.variable for option in OPTIONS), *VARIABLES]
            hint = suggestion(variable.removeprefix(_PREFIX), [name.removeprefix(_PREFIX) for name in known], _PREFIX)
            raise ConfigurationError(f"environment: there is no setting {variable}{hint}")
        if raw.strip():
            entries.append(Entry(option.name, raw, f"environment {variable}", f"environment {variable}"))
    return Layer.of(entries, base=machine.cwd)


def setuptools_options(
    options: Mapping[str, tuple[str, object]], command: str, machine: Machine
) -> tuple[Layer, Layer]:
    """The layers of a setuptools command: what was typed, and what its files and ``setup()`` say.

    :param options: as ``Distribution.get_option_dict(command)`` has them: name to (source, value).
    """
    typed: dict[str, object] = {}
    merged: list[Entry] = []
    for name, (source, raw) in options.items():
        if source == COMMAND_LINE:
            typed[name] = raw
        elif raw is not None:
            place = _place(str(source), command)
            merged.append(Entry.of_file(place, name, raw))
    return command_line(typed, machine), Layer.of(merged, base=machine.cwd)


def _place(source: str, command: str) -> str:
    if source.endswith(".toml"):
        return f"{source} [tool.distutils.{command}]"
    return f"{source} [{command}]" if source.endswith(".cfg") else f"{source} ({command} options)"
