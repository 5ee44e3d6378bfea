"""Surroundings that are made up, so that nothing of the machine's own configuration is read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from s3pypi_setuptools.config.environment import Environment
from s3pypi_setuptools.config.resolve import resolve
from s3pypi_setuptools.config.settings import Settings
from s3pypi_setuptools.errors import ConfigurationError


class Place:
    """A project, a home and a Python environment in a temporary folder."""

    def __init__(self, root: Path) -> None:
        self.root = root / "root"
        self.project = root / "project"
        self.home = root / "home"
        self.prefix = root / "venv"
        self.shared = root / "shared"
        for folder in (self.project, self.home, self.prefix, self.shared):
            folder.mkdir()
        self.environ: dict[str, str] = {"XDG_CONFIG_DIRS": str(self.shared)}
        self.platform = "linux"

    @property
    def environment(self) -> Environment:
        return Environment(self.environ, self.project, self.home, self.prefix, self.platform, self.root)

    @property
    def user_pip_conf(self) -> Path:
        return self.home / ".config" / "pip" / "pip.conf"

    def write(self, path: Path | str, text: str) -> Path:
        file = self.project / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        return file

    def resolve(self, **arguments: object) -> Settings:
        return resolve(environment=self.environment, **arguments)  # type: ignore[arg-type]


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


@pytest.fixture
def refusal(place: Place) -> Callable[..., str]:
    """What resolving says when it is refused: one line."""

    def refused(**arguments: object) -> str:
        with pytest.raises(ConfigurationError) as caught:
            place.resolve(**arguments)
        text = str(caught.value)
        assert "\n" not in text
        return text

    return refused
