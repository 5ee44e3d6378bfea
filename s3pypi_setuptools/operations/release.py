"""Build a project's sdist and wheel in isolated environments (PEP 517), as ``python -m build`` does."""

from __future__ import annotations

import subprocess
import tarfile
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

from ..distribution import Description
from ..distribution.local_file import temporary_folder
from ..errors import Error, InvalidDistribution, needs_extra

if TYPE_CHECKING:
    from build.env import DefaultIsolatedEnv

ConfigSettings: TypeAlias = Mapping[str, str | list[str]]


class BuildFailed(Error):
    """A distribution could not be built."""


def build_release(
    project: Path,
    folder: Path,
    *,
    config_settings: ConfigSettings,
    environ: Mapping[str, str],
    output: Callable[[str], None],
    sdist: bool = True,
) -> tuple[Path, ...]:
    """Build the sdist of ``project``, and the wheel from that sdist, into ``folder``; returns their paths.

    :param project: the folder of the pyproject.toml or setup.py.
    :param config_settings: passed on to the build backend, for both.
    :param environ: the environment variables of the build backend.
    :param output: called with each step, and with each line that the build writes, without its end.
    :param sdist: false builds the wheel alone, from the project's folder.

    Raises `BuildFailed`, and `InvalidDistribution` if a result is no distribution or the two are not of one release.
    Files that were built stay in ``folder`` nevertheless.
    """
    if not project.is_dir():
        raise BuildFailed(f"{project}: no such folder")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BuildFailed(f"{folder}: cannot be made: {error.strerror or error}") from error
    build = _Build(config_settings, environ, output)
    if not sdist:
        wheel = build("wheel", project, folder)
        Description.read(wheel)
        return (wheel,)
    with temporary_folder() as scratch:
        source = build("sdist", project, folder)
        wheel = build("wheel", _unpacked(source, scratch), folder)
    releases = {(each.project, each.version) for each in map(Description.read, (source, wheel))}
    if len(releases) != 1:
        raise InvalidDistribution(f"{source.name} and {wheel.name} are not of the same name and version")
    return source, wheel


@dataclass(frozen=True, slots=True)
class _Build:
    config_settings: ConfigSettings
    environ: Mapping[str, str]
    output: Callable[[str], None]

    def __call__(self, kind: Literal["sdist", "wheel"], source: Path, folder: Path) -> Path:
        """Build the distribution of that kind; returns its path."""
        with needs_extra("cli"):
            from build import BuildBackendException, BuildException, FailedProcessError, ProjectBuilder  # noqa: PLC0415
            from build.env import DefaultIsolatedEnv  # noqa: PLC0415

        self.output(f"{kind}: making an isolated environment")
        try:
            with DefaultIsolatedEnv() as environment:
                builder = ProjectBuilder.from_isolated_env(environment, source, self._run)
                self._install(kind, environment, builder.build_system_requires)
                self._install(kind, environment, builder.get_requires_for_build(kind, self.config_settings))
                self.output(f"{kind}: running the build backend")
                built = Path(builder.build(kind, folder, self.config_settings))
        except subprocess.CalledProcessError as error:
            for line in _text(error.stderr or error.stdout).splitlines():
                self.output(line)
            raise BuildFailed(f"{kind}: the build's requirements could not be installed") from error
        except (BuildException, BuildBackendException, FailedProcessError) as error:
            raise BuildFailed(f"{kind}: could not be built: {error}") from error
        self.output(f"{kind}: built {built.name}")
        return built

    def _install(self, kind: str, environment: DefaultIsolatedEnv, requirements: Collection[str]) -> None:
        if requirements:
            self.output(f"{kind}: installing {', '.join(sorted(requirements))}")
            environment.install(requirements)

    def _run(self, cmd: Sequence[str], cwd: str | None = None, extra_environ: Mapping[str, str] | None = None) -> None:
        """Run a hook of the build backend; as `pyproject_hooks` asks for it."""
        with subprocess.Popen(  # noqa: S603  the front end's own command
            cmd,
            cwd=cwd,
            env={**self.environ, **(extra_environ or {})},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
        ) as process:
            for line in process.stdout or ():
                self.output(line.rstrip("\r\n"))
        if process.returncode:
            raise subprocess.CalledProcessError(process.returncode, process.args)


def _unpacked(sdist: Path, scratch: Path) -> Path:
    """The folder in ``scratch`` that the sdist holds (PEP 625: exactly one)."""
    try:
        with tarfile.open(sdist) as archive:
            if hasattr(tarfile, "data_filter"):  # Python 3.10.12 and later
                archive.extraction_filter = tarfile.data_filter
            archive.extractall(scratch)  # noqa: S202  built a moment ago, from the user's own project
    except (tarfile.TarError, OSError) as error:
        raise InvalidDistribution(f"{sdist.name}: cannot be unpacked: {error}") from error
    folders = list(scratch.iterdir())
    if len(folders) != 1:
        raise InvalidDistribution(f"{sdist.name}: must hold one folder, not {len(folders)}")
    return folders[0]


def _text(output: str | bytes | None) -> str:
    return output.decode(errors="replace") if isinstance(output, bytes) else output or ""
