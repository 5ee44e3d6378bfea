"""What a build pays for this package while nothing is published: ``backend_cost.py [ROUNDS]``.

In an environment of its own, with compiled modules, each hook call is a process as front ends start it. Measured are

- a build with the wrapped backend called directly, against one through ``s3pypi_setuptools.build_meta``, and
- a build with setuptools in an environment that lacks this package alone, against one that has it: what everybody pays
  who does not use it.

Times are of ``get_requires_for_build_wheel`` and ``build_wheel``, the two calls of a wheel build, together. The two
sides take turns, and the difference is the median of the differences of neighbours.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path
from statistics import median

CHECKOUT = Path(__file__).parents[1]
OURS = "s3pypi_setuptools.build_meta"
SETUPTOOLS = "setuptools.build_meta"
FLIT = "flit_core.buildapi"
WRAPPING_BOUND = 10.0
INSTALLED_BOUND = 5.0
HOOK = """
import importlib, sys
backend = importlib.import_module(sys.argv[1])
if sys.argv[2] == "build_wheel":
    backend.build_wheel(sys.argv[3], None)
elif hasattr(backend, sys.argv[2]):
    getattr(backend, sys.argv[2])(None)
"""
PYPROJECT = """
[build-system]
requires = []
build-backend = "s3pypi_setuptools.build_meta"
[project]
name = "hello"
version = "1.0"
description = "Says hello"
[tool.setuptools]
py-modules = ["hello"]
[tool.s3pypi]
"""


class Builder:
    """An environment with the backends, and perhaps this package; builds run in it."""

    def __init__(self, folder: Path, packages: list[str]) -> None:
        venv.create(folder, with_pip=True)
        self._python = folder / ("Scripts" if os.name == "nt" else "bin") / "python"
        self._environment = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("S3PYPI_", "PYTHON", "SETUPTOOLS_"))
        }
        install = [self._python, "-m", "pip", "install", "--quiet", "--upgrade", *packages]
        subprocess.run(install, env=self._environment, stderr=subprocess.DEVNULL, check=True)

    def uninstall(self, package: str) -> None:
        """Take one package away, and leave what it needs."""
        uninstall = [self._python, "-m", "pip", "uninstall", "--quiet", "--yes", package]
        subprocess.run(uninstall, env=self._environment, check=True)

    def build(self, project: Path, backend: str) -> float:
        """Seconds that the calls of a wheel build take."""
        with tempfile.TemporaryDirectory() as folder:
            start = time.perf_counter()
            for hook in ("get_requires_for_build_wheel", "build_wheel"):
                command = [self._python, "-c", HOOK, backend, hook, folder]
                subprocess.run(command, cwd=project, env=self._environment, capture_output=True, check=True)
            return time.perf_counter() - start


def make_project(folder: Path, *settings: str) -> Path:
    folder.mkdir()
    (folder / "hello.py").write_text('"""Says hello."""\n', encoding="utf-8")
    (folder / "pyproject.toml").write_text(PYPROJECT + "\n".join(settings) + "\n", encoding="utf-8")
    return folder


def difference(
    name: str, bound: float, one: tuple[Builder, Path, str], other: tuple[Builder, Path, str], rounds: int
) -> bool:
    """Whether the other costs at most ``bound`` milliseconds more than the one; prints the line that says so."""
    pairs = []
    for number in range(rounds + 1):
        sides = {id(side): side[0].build(*side[1:]) for side in ((one, other) if number % 2 else (other, one))}
        pairs.append((sides[id(one)], sides[id(other)]))
    del pairs[0]  # it compiled the modules
    more = median((second - first) * 1000 for first, second in pairs)
    base = median(first * 1000 for first, _ in pairs)
    print(f"  {'PASS' if more <= bound else 'FAIL'}  {name}: {more:+.1f} ms to {base:.0f} ms, at most {bound:g} ms")
    return more <= bound


def main(rounds: int = 41) -> int:
    print(f"Two hook calls of a wheel build, {rounds} pairs of builds in turn")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source = folder / "source"
        ignored = shutil.ignore_patterns("__pycache__", "*.egg-info", ".*", "build", "dist", "tests", "docs")
        shutil.copytree(CHECKOUT, source, ignore=ignored)
        packages = ["setuptools", "flit_core", str(source)]
        full = Builder(folder / "full", packages)
        without = Builder(folder / "without", packages)
        without.uninstall("s3pypi-setuptools")
        project = make_project(folder / "setuptools")
        wrapping = make_project(folder / "flit", f'build-backend = "{FLIT}"')
        direct = (full, project, SETUPTOOLS)
        passed = [
            difference("installed, unused", INSTALLED_BOUND, (without, project, SETUPTOOLS), direct, rounds),
            difference("setuptools wrapped", WRAPPING_BOUND, direct, (full, project, OURS), rounds),
            difference("flit wrapped", WRAPPING_BOUND, (full, wrapping, FLIT), (full, wrapping, OURS), rounds),
        ]
    return 0 if all(passed) else 1


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
