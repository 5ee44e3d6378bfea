"""The tools whose repositories are taken over, each in an environment of its own."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from tests.support.programs import output_of
from tests.support.servers import program

# Their requirements come from wherever this machine's uv finds packages.
MACHINE = dict(os.environ)


def install(folder: Path, *requirements: str) -> Path:
    """The scripts of a new environment in ``folder`` that has the ``requirements``."""
    run_uv("venv", folder)
    run_uv("pip", "install", "--python", folder, *requirements)
    return folder / ("Scripts" if os.name == "nt" else "bin")


def run_uv(*arguments: str | Path) -> None:
    """Run uv, which must succeed; it makes environments in a tenth of the time that venv and pip take."""
    output_of([program("uv"), *arguments], environ={**MACHINE, "UV_PYTHON": sys.executable})
