"""The examples are what users copy: each is built, published and installed here, from a copy of the checkout."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[1]
COPIED = ("s3pypi_setuptools", "examples", "setup.cfg", "pyproject.toml", "README.md", "LICENSE")
# The demonstration fetches dependencies, so it needs whatever leads this machine's pip to a package index.
MACHINE_PIP = {name: value for name, value in os.environ.items() if name.startswith("PIP_")}


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of the checkout, as cloned."""
    ignored = shutil.ignore_patterns("__pycache__", "*.egg-info", "build", "dist", ".mypy_cache")
    for name in COPIED:
        source = CHECKOUT / name
        if source.is_dir():
            shutil.copytree(source, tmp_path / "clone" / name, ignore=ignored)
        else:
            shutil.copy(source, tmp_path / "clone" / name)
    return tmp_path / "clone"


def test_the_demonstration_builds_publishes_and_installs(checkout: Path, tmp_path: Path) -> None:
    before = {path for path in checkout.rglob("*") if "__pycache__" not in path.parts}
    done = subprocess.run(
        [sys.executable, "examples/demo.py"],
        cwd=checkout,
        env={**os.environ, **MACHINE_PIP, "S3PYPI_TARGET": "s3://must-not-be-used"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    lines = done.stdout.splitlines()
    assert any(line.startswith("published hello_s3pypi-1.0.0-py3-none-any.whl ") for line in lines)
    assert any(line.startswith("present hello_s3pypi-1.0.0.tar.gz ") for line in lines)
    assert "Hello from hello-s3pypi 1.0.0!" in lines
    assert (checkout / ".demo" / "repository" / "hello-s3pypi" / "index.json").exists()
    after = {path for path in checkout.rglob("*") if not {"__pycache__", ".demo"} & set(path.parts)}
    assert after == before


def test_the_example_publishes_to_the_target_in_its_setup_cfg(checkout: Path, own_environment: Path) -> None:
    project = checkout / "examples" / "setup-py"
    setup = (project / "setup.cfg").read_text(encoding="utf-8")
    assert "target = s3://my-company-packages/simple" in setup
    (project / "setup.cfg").write_text(
        setup.replace("s3://my-company-packages/simple", str(own_environment / "packages")), encoding="utf-8"
    )
    command = [sys.executable, "setup.py", "sdist", "bdist_wheel", "s3pypi"]
    done = subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    published = {path.name for path in (own_environment / "packages" / "hello-s3pypi").iterdir()}
    assert {"hello_s3pypi-1.0.0-py3-none-any.whl", "index.html", "index.json", "manifest.json"} <= published
