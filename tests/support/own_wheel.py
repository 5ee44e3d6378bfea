"""This package as a wheel that isolated builds find, as if it came from a package index."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.forked_programs import CHECKOUT
from tests.support.session_folders import common_folder, made_once

PARTS = ("s3pypi_setuptools", "setup.cfg", "pyproject.toml", "README.md", "LICENSE")
# What leads this machine's pip and uv to a package index: isolated builds fetch their requirements.
MACHINE = {name: value for name, value in os.environ.items() if name.startswith(("PIP_", "UV_"))}

NOT_COMPILED = "0"
"""What ``PIP_NO_COMPILE`` is for pip to compile nothing: to pip, the variable's value is that of ``compile``."""


def find_links(factory: pytest.TempPathFactory) -> Path:
    """The folder that holds the wheel; built once in a session."""
    return made_once(common_folder(factory) / "own-wheel", build)


def build(folder: Path) -> None:
    """Build the wheel into ``folder``, from a copy of the checkout beside it."""
    source = folder.with_name(f"{folder.name}-source")
    source.mkdir()
    for part in PARTS:
        if (CHECKOUT / part).is_dir():
            shutil.copytree(CHECKOUT / part, source / part, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(CHECKOUT / part, source)
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*command, "--wheel-dir", str(folder), str(source)], env={**os.environ, **MACHINE}, check=True)


def environment_with(links: Path) -> dict[str, str]:
    """A whole environment in which pip and uv find the wheels in ``links``, and all else where they do anyway."""
    for_pip = f"{MACHINE.get('PIP_FIND_LINKS', '')} {links}".strip()
    for_uv = f"{MACHINE.get('UV_FIND_LINKS', '')},{links}".strip(",")
    return {**os.environ, **MACHINE, "PIP_NO_COMPILE": NOT_COMPILED, "PIP_FIND_LINKS": for_pip, "UV_FIND_LINKS": for_uv}
