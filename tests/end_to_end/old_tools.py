"""The tools whose repositories are taken over, each in an environment of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

__all__ = ["install"]

# Their requirements come from wherever this machine's pip finds packages.
MACHINE = dict(os.environ)


def install(folder: Path, *requirements: str) -> Path:
    """The scripts of a new environment in ``folder`` that has the ``requirements``."""
    scripts = folder / ("Scripts" if os.name == "nt" else "bin")
    commands = [
        [sys.executable, "-m", "venv", str(folder)],
        [str(scripts / "python"), "-m", "pip", "install", "-q", "--disable-pip-version-check", *requirements],
    ]
    for command in commands:
        done = subprocess.run(command, env=MACHINE, capture_output=True, text=True, check=False, timeout=300)
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
    return scripts
