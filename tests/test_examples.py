"""The examples are what users copy: each is built, published and installed here, from a copy of the checkout."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.markers import case
from tests.support.own_wheel import MACHINE, environment_with, find_links

CHECKOUT = Path(__file__).parents[1]
COPIED = ("s3pypi_setuptools", "examples", "setup.cfg", "pyproject.toml", "README.md", "LICENSE")
TARGET = "s3://my-company-packages/simple"
EXAMPLES = {
    "setup-py": ("hello-s3pypi", "python setup.py sdist bdist_wheel s3pypi"),
    "pyproject-setuptools": ("hello-pyproject", "S3PYPI_PUBLISH=1 python -m build"),
    "hatch": ("hello-hatch", "S3PYPI_PUBLISH=1 hatch build"),
    "wrapped-backend": ("hello-flit", "S3PYPI_PUBLISH=1 python -m build"),
}


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
        env={**os.environ, **MACHINE, "S3PYPI_TARGET": "s3://must-not-be-used"},
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


def test_every_example_is_tested() -> None:
    assert set(EXAMPLES) == {path.name for path in (CHECKOUT / "examples").iterdir() if path.is_dir()}


@pytest.mark.skipif(os.name == "nt", reason="the pages show a POSIX shell")
@pytest.mark.parametrize("example", [case(name, slow=name != "setup-py") for name in EXAMPLES])
def test_an_example_is_built_published_and_installed(
    example: str, checkout: Path, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    name, command = EXAMPLES[example]
    project, repository = checkout / "examples" / example, tmp_path / "repository"
    assert f"    {command}\n" in (project / "README.md").read_text(encoding="utf-8")
    configuration = project / ("setup.cfg" if example == "setup-py" else "pyproject.toml")
    text = configuration.read_text(encoding="utf-8")
    assert text.count(TARGET) == 1
    configuration.write_text(text.replace(TARGET, str(repository)), encoding="utf-8")
    environment = environment_with(find_links(tmp_path_factory))

    shell(command, project, environment)

    published = {re.sub(r"^hello[-_]", "hello_", path.name) for path in (repository / name).iterdir()}
    stem = f"{name.replace('-', '_')}-1.0.0"
    assert {f"{stem}-py3-none-any.whl", f"{stem}.tar.gz", "index.html", "index.json", "manifest.json"} <= published
    site = tmp_path / "site"
    install = [sys.executable, "-m", "pip", "install", "--isolated", "--target", site, name]
    subprocess.run([*install, "--index-url", repository.as_uri()], check=True)
    greeting = shell(f"{site}/bin/{name}", tmp_path, {**environment, "PYTHONPATH": str(site)})
    assert greeting == f"Hello from {name} 1.0.0!\n"


def shell(command: str, folder: Path, environment: dict[str, str]) -> str:
    """What the command printed; it must succeed."""
    path = os.pathsep.join((str(Path(sys.executable).parent), environment["PATH"]))
    done = subprocess.run(
        ["sh", "-c", command],
        cwd=folder,
        env={**environment, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
