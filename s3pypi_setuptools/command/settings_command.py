"""The base of both commands: options made from the settings, and errors that setuptools prints as one line."""

from __future__ import annotations

import sys
from abc import abstractmethod
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, ClassVar, Generic, TypeVar

from setuptools import Command
from setuptools.errors import ExecError, OptionError

if TYPE_CHECKING:
    from ..config.option import Option
    from ..config.settings import Settings
    from ..monitor import Journal
    from ..redaction import Redactor

_SHOWN = 3
_T = TypeVar("_T")

_DRY_RUN: tuple[str, str | None, str] = ("dry-run", None, "say what would be done, and write nothing")


class _Declaration(Generic[_T]):
    """A class attribute that setuptools reads; it is made from the table of settings when it is read."""

    def __init__(self, make: Callable[[type[SettingsCommand]], _T]) -> None:
        self._make = make

    def __get__(self, instance: object, owner: type[SettingsCommand]) -> _T:
        return self._make(owner)


class SettingsCommand(Command):
    """A command whose options are the settings."""

    command_name: str
    """The name of its entry point."""
    of_repository: ClassVar[bool] = True
    """Whether the target is a repository, so that the project's own configuration may name it."""
    redactor: Redactor
    """Hides the secrets of the settings of this run."""
    conflict: bool = False
    """Whether it failed because other files of these names are published: the same files would fail again."""
    journal: Journal
    """Records which changes are done, for the line that an interruption prints."""
    user_options = _Declaration(lambda command: [*(option.user_option for option in command.settings()), _DRY_RUN])
    boolean_options = _Declaration(
        lambda command: [*(option.name for option in command.settings() if option.flag), _DRY_RUN[0]]
    )

    @classmethod
    def settings(cls) -> list[Option]:
        """The settings that are options of the command."""
        from ..config.options import OF_REPOSITORIES, OPTIONS, SERVICE  # noqa: PLC0415

        others = SERVICE if cls.of_repository else OF_REPOSITORIES
        return [option for option in OPTIONS if option.name not in others]

    def get_command_name(self) -> str:
        """The name under which it runs; a project may choose another one (``cmdclass``)."""
        running = self.distribution.command_obj
        return next((name for name, command in running.items() if command is self), self.command_name)

    def initialize_options(self) -> None:
        """Mark every option as not given; settings of the service may be in the same section of a file."""
        from ..config.service_options import SERVICE_OPTIONS  # noqa: PLC0415
        from ..redaction import Redactor  # noqa: PLC0415

        self.redactor = Redactor()
        for option in (*self.settings(), *SERVICE_OPTIONS):
            setattr(self, option.attribute, None)
        self.dry_run = False

    def finalize_options(self) -> None:
        """Do nothing: `resolve` is called when the command runs, and all sources of settings are known."""

    def run(self) -> None:
        """Run the command; raises `OptionError` and `ExecError`, which setuptools prints as one line."""
        from ..errors import UsageError  # noqa: PLC0415
        from ..interruption import Interruption  # noqa: PLC0415
        from ..monitor import Journal  # noqa: PLC0415
        from ..redaction import silenced  # noqa: PLC0415

        self.journal = Journal()
        try:
            # setuptools' -v makes every library log.
            with silenced(), Interruption(self.journal.stop, self._interrupted):
                failures = [self.redactor.redact(line) for line in self.publish()]
        except UsageError as error:
            raise OptionError(self.redactor.describe(error)) from error
        except Exception as error:
            raise ExecError(self.redactor.describe(error) + self._aftermath()) from error
        if failures:
            more = f"; and {len(failures) - _SHOWN} more" if len(failures) > _SHOWN else ""
            raise ExecError("; ".join(failures[:_SHOWN]) + more + self._aftermath())

    @abstractmethod
    def publish(self) -> Iterable[str]:
        """Do the work, and print the results; returns one line for each file that failed. May raise any error."""

    def resolve(self) -> Settings:
        """The settings of this run; their notes are printed as warnings. Raises `ConfigurationError`."""
        from ..config.resolve import resolve  # noqa: PLC0415

        settings = resolve(
            options=self._given(),
            command=self.get_command_name(),
            repository=self.of_repository,
            relative_paths=False,
        )
        self.redactor.include(settings.redactor)
        for note in settings.notes:
            self.warn(note)
        return settings

    def warn(self, line: str) -> None:
        """Print a warning."""
        print(f"{self.get_command_name()}: warning: {line}", file=sys.stderr, flush=True)

    def say(self, lines: Iterable[str]) -> None:
        """Print results, unless ``--quiet`` was given to setuptools."""
        if self.distribution.verbose:
            for line in lines:
                print(line, flush=True)

    def _given(self) -> dict[str, tuple[str, object]]:
        """Every option with a value: name → (source, value), with the sources of ``get_option_dict``."""
        sources = self.distribution.get_option_dict(self.get_command_name())
        return {
            option.attribute: (sources.get(option.attribute, ("setup script", None))[0], value)
            for option in self.settings()
            if (value := getattr(self, option.attribute)) is not None
        }

    @staticmethod
    def in_build_hook() -> bool:
        """Whether a build tool runs this through the PEP 517 backend, and nobody ran ``setup.py`` itself."""
        return "setuptools.build_meta" in sys.modules

    def _interrupted(self, word: str) -> None:
        line = f"{word}: {self.journal.sentence()}{self._aftermath()}"
        print(f"{self.get_command_name()}: {self.redactor.redact(line)}", file=sys.stderr, flush=True)

    def _aftermath(self) -> str:
        if self.conflict or not self.in_build_hook():
            return ""
        return " (the failed build keeps no wheel: build without this command, then push with 's3pypi upload dist/*')"
