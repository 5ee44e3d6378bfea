from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from s3pypi_setuptools.config.environment import Environment
from s3pypi_setuptools.errors import ConfigurationError


def test_the_surroundings_of_this_process() -> None:
    machine = Environment.current()
    assert machine.environ == os.environ
    assert machine.cwd == Path.cwd()
    assert machine.home == Path.home()
    assert machine.prefix == Path(sys.prefix)
    assert machine.platform == sys.platform
    assert machine.root == Path("/")
    assert "PATH" not in repr(machine)


def test_a_working_folder_that_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone() -> Path:
        raise FileNotFoundError(2, "No such file or directory")

    monkeypatch.setattr(Path, "cwd", gone)
    with pytest.raises(ConfigurationError) as caught:
        Environment.current()
    assert str(caught.value) == ("the working folder cannot be read (No such file or directory); change to another one")
