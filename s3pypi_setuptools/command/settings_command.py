"""What the two commands share: the settings as options, and errors as setuptools' own."""

from __future__ import annotations

import sys
from abc import abstractmethod
from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, ClassVar, TypeVar

from setuptools import Command
from setuptools.errors import ExecError, OptionError

from ..config.options import OPTIONS, Option

if TYPE_CHECKING:
    from ..config.settings import Settings

__all__ = ["SettingsCommand", "options_for"]

_SHOWN = 3
_T = TypeVar("_T")

_DRY_RUN = ("dry-run", None, "say what would be done, and write nothing")


def options_for(without: Collection[str] = ()) -> tuple[Option, ...]:
    """The settings that a command offers."""
    return tuple(option for option in OPTIONS if option.name not in without)


class SettingsCommand(Command):
    """A command whose options are settings; subclasses list theirs in ``settings_options``."""

    settings_options: ClassVar[tuple[Option, ...]] = ()
    of_repository: ClassVar[bool] = True
    """Whether the target is a repository, so that the project's own configuration may name it."""
    user_options: ClassVar[list[tuple[str, str | None, str]]] = []
    boolean_options: ClassVar[list[str]] = []

    def __init_subclass__(cls) -> None:
        """Declare the subclass's options as setuptools reads them."""
        super().__init_subclass__()
        if "settings_options" in vars(cls):
            cls.user_options = [*(option.user_option for option in cls.settings_options), _DRY_RUN]
            cls.boolean_options = [option.name for option in cls.settings_options if option.flag] + [_DRY_RUN[0]]

    def initialize_options(self) -> None:
        """Every option starts as not given."""
        for option in self.settings_options:
            setattr(self, option.attribute, None)
        self.dry_run = False

    def finalize_options(self) -> None:
        """Nothing: the settings are resolved when the command runs, after every other source is known."""

    def run(self) -> None:
        """Do the work; raises setuptools' errors, which it prints as one line."""
        from ..diagnostics import describe  # noqa: PLC0415
        from ..errors import UsageError  # noqa: PLC0415

        try:
            failures = list(self.publish())
        except UsageError as error:
            raise OptionError(describe(error)) from error
        except Exception as error:
            raise ExecError(describe(error) + self._aftermath()) from error
        if failures:
            more = f"; and {len(failures) - _SHOWN} more" if len(failures) > _SHOWN else ""
            raise ExecError("; ".join(failures[:_SHOWN]) + more + self._aftermath())

    @abstractmethod
    def publish(self) -> Iterable[str]:
        """Do the work, and say it; one line for each file that failed. May raise anything."""

    def resolve(self) -> Settings:
        """The settings of this run; what people should know of them is said."""
        from ..config.resolve import resolve  # noqa: PLC0415

        settings = resolve(
            options=self._given(),
            command=self.get_command_name(),
            repository=self.of_repository,
            relative_paths=False,
        )
        for note in settings.notes:
            print(f"{self.get_command_name()}: warning: {note}", file=sys.stderr, flush=True)
        return settings

    def say(self, lines: Iterable[str]) -> None:
        """Print results, unless setuptools is told to be quiet."""
        if self.distribution.verbose:
            for line in lines:
                print(line, flush=True)

    def _given(self) -> dict[str, tuple[str, object]]:
        """Every option that has a value: name to (source, value), as ``get_option_dict`` has them."""
        sources = self.distribution.get_option_dict(self.get_command_name())
        return {
            option.attribute: (sources.get(option.attribute, ("setup script", None))[0], value)
            for option in self.settings_options
            if (value := getattr(self, option.attribute)) is not None
        }

    @staticmethod
    def _aftermath() -> str:
        if "setuptools.build_meta" not in sys.modules:
            return ""
        return " (the failed build keeps no wheel: build without this command, then push with 's3pypi upload dist/*')"
