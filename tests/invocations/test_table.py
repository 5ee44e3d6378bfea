"""Which invocation publishes what: real tools, run on real projects, with their isolated environments."""

from __future__ import annotations

import shutil
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.build_backend.projects import call, make_project, published
from tests.invocations.conftest import OLD_UV
from tests.support.markers import case
from tests.support.programs import output_of

PYTHON = sys.executable
BUILD = ("{python}", "-m", "build", "--installer=uv")
PIP = ("{python}", "-m", "pip", "--python", "{venv}")
UV = "uv"
SETTING = "s3pypi-publish=true"
SETUPTOOLS = "setuptools.build_meta"

NOTHING: frozenset[str] = frozenset()
SDIST = frozenset({"sdist"})
WHEEL = frozenset({"wheel"})
BOTH = SDIST | WHEEL


@dataclass(frozen=True)
class Invocation:
    """One row of the table.

    :param command: ``{python}``, ``{venv}`` and ``{sdist}`` stand for paths.
    :param backend: what the project wraps.
    :param publishes: kinds of distribution.
    :param asked: ``S3PYPI_PUBLISH=1`` is set.
    :param said: what its output must hold.
    :param dependency: the project's build requires another one, of the same backend, found as an sdist only.
    :param plain: the project is setuptools' own, and this package only happens to be installed.
    """

    name: str
    command: tuple[str, ...]
    backend: str
    publishes: frozenset[str] = NOTHING
    asked: bool = True
    said: str = ""
    dependency: bool = False
    plain: bool = False
    files: dict[str, str] = field(default_factory=dict)


def tox_ini(package: str) -> dict[str, str]:
    return {
        "tox.ini": f"[tox]\nenv_list = x\n[testenv]\npackage = {package}\npass_env = S3PYPI_*\nskip_install = false\n"
        "commands = python -c 'import hello_world'\n[testenv:release]\nskip_install = true\n"
        f"allowlist_externals = {PYTHON}\npass_env = S3PYPI_*, UV_*\ncommands = {PYTHON} -m build --installer=uv\n"
    }


SETUP = {"setup.py": "from setuptools import setup\nsetup()\n"}

TABLE = [
    # python -m build
    Invocation("build", BUILD, "setuptools", BOTH),
    Invocation("build-unasked", BUILD, "setuptools", asked=False),
    Invocation("build-setting", (*BUILD, "-C", SETTING), "flit", BOTH, asked=False),
    Invocation("build-setting-says-no", (*BUILD, "-Cs3pypi-publish=false"), "poetry-core"),
    Invocation("build-wheel", (*BUILD, "--wheel"), "hatchling", WHEEL),
    Invocation("build-sdist", (*BUILD, "--sdist"), "poetry-core", SDIST),
    Invocation("build-dependency-pip", ("{python}", "-m", "build"), "flit", BOTH, dependency=True),
    Invocation("build-dependency-uv", (*BUILD, "--wheel"), "poetry-core", WHEEL, dependency=True),
    Invocation("build-other-backend", BUILD, "setuptools", plain=True),
    Invocation("build-chained", (*BUILD, "--wheel", "-C--build-option=s3pypi"), "setuptools", WHEEL, asked=False),
    Invocation(
        "build-chained-other-backend", (*BUILD, "--wheel", "-C--build-option=s3pypi"), "setuptools", WHEEL,
        asked=False, plain=True,
    ),
    # uv build
    Invocation("uv-build", (UV, "build"), "hatchling", BOTH),
    Invocation("uv-build-unasked", (UV, "build"), "flit", asked=False),
    Invocation("uv-build-setting", (UV, "build", "--wheel", "-C", SETTING), "poetry-core", WHEEL, asked=False),
    Invocation("uv-build-sdist", (UV, "build", "--sdist"), "setuptools", SDIST),
    Invocation("uv-build-no-cache", (UV, "build", "--no-cache", "--sdist"), "flit", SDIST),
    Invocation("uv-build-dependency", (UV, "build"), "flit", BOTH, dependency=True),
    # pip
    Invocation("pip-install", (*PIP, "install", "-v", "."), "setuptools", said="not published: pip builds"),
    Invocation("pip-install-set", (*PIP, "install", "-v", "-C", SETTING, "."), "flit", asked=False, said="pip builds"),
    Invocation("pip-install-editable", (*PIP, "install", "-v", "-e", "."), "hatchling", said="an editable"),
    Invocation("pip-install-sdist", (*PIP, "install", "-v", "{sdist}"), "poetry-core", said="pip builds"),
    Invocation("pip-dry-run", (*PIP, "install", "-v", "--dry-run", "."), "hatchling", said="pip builds"),
    Invocation("pip-dry-run-metadata", (*PIP, "install", "-v", "--dry-run", "."), "flit", said="metadata alone"),
    Invocation("pip-wheel", ("{python}", "-m", "pip", "wheel", "-v", "."), "poetry-core", said="pip builds"),
    # uv's installing commands
    Invocation("uv-pip-install", (UV, "pip", "install", "-v", "-p", "{venv}", "."), "setuptools", said="uv builds"),
    Invocation("uv-pip-editable", (UV, "pip", "install", "-v", "-p", "{venv}", "-e", "."), "flit", said="editable"),
    Invocation("uv-pip-set", (UV, "pip", "install", "-p", "{venv}", "-C", SETTING, "."), "hatchling", asked=False),
    Invocation("uv-sync", (UV, "sync", "-v"), "flit", said="an editable"),
    Invocation("uv-sync-wheel", (UV, "sync", "-v", "--no-editable"), "hatchling", said="uv builds"),
    Invocation("uv-run", (UV, "run", "python", "-c", "import hello_world"), "poetry-core"),
    *(
        Invocation(version, (UV, "tool", "run", "--from", version, "uv", "pip", "install", "-v", "-p", "{venv}", "."),
                   "flit", said="uv builds")
        for version in OLD_UV
    ),
    # tox
    Invocation("tox-wheel", ("{python}", "-m", "tox", "-e", "x"), "flit", files=tox_ini("wheel")),
    Invocation("tox-sdist", ("{python}", "-m", "tox", "-e", "x"), "hatchling", files=tox_ini("sdist")),
    Invocation("tox-editable", ("{python}", "-m", "tox", "-e", "x"), "poetry-core", files=tox_ini("editable")),
    Invocation("tox-release", ("{python}", "-m", "tox", "-e", "release"), "flit", BOTH, files=tox_ini("wheel")),
    # setup.py
    Invocation("setup.py", ("{python}", "setup.py", "sdist", "bdist_wheel"), "setuptools", plain=True, files=SETUP),
    Invocation(
        "setup.py-s3pypi", ("{python}", "setup.py", "sdist", "bdist_wheel", "s3pypi"), "setuptools", BOTH,
        asked=False, plain=True, files=SETUP,
    ),
]  # fmt: skip

QUICK = {
    "build", "build-unasked", "build-dependency-uv", "uv-build-setting", "pip-install", "pip-install-editable",
    "uv-pip-install", "uv-sync", "tox-wheel", "setup.py-s3pypi",
}  # fmt: skip
"""One of each tool, of builds that publish and such that do not, and each backend; the others are slow."""


def test_the_table_is_complete() -> None:
    assert len({row.name for row in TABLE}) == len(TABLE) >= 20
    assert {row.backend for row in TABLE} == {"setuptools", "hatchling", "flit", "poetry-core"}
    assert {row.name for row in TABLE} >= QUICK
    assert {row.backend for row in TABLE if row.name in QUICK} == {row.backend for row in TABLE}


@pytest.mark.parametrize("row", [case(row, id=row.name, slow=row.name not in QUICK) for row in TABLE])
def test_invocation(row: Invocation, tmp_path: Path, build_environment: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repository = tmp_path / "repository"
    monkeypatch.setenv("S3PYPI_TARGET", str(repository))
    requires: tuple[str, ...] = ()
    if row.dependency:
        name = f"helper-of-{row.name}"
        requires = (name,)
        helper = make_project(tmp_path / "helper", row.backend, name=name)
        assert call(helper, "build_sdist", str(build_environment)).status == 0
    project = make_project(
        tmp_path / "project", row.backend, requires=requires, **({"build_backend": SETUPTOOLS} if row.plain else {})
    )
    for name, text in row.files.items():
        (project / name).write_text(text, encoding="utf-8")
    if row.asked:
        monkeypatch.setenv("S3PYPI_PUBLISH", "1")
    output = output_of([filled(part, row, project, tmp_path) for part in row.command], cwd=project)
    kinds = {"sdist" if name.endswith(".tar.gz") else "wheel" for name in published(repository)}
    assert kinds == row.publishes, output
    assert all(name.replace("-", "_").startswith("hello_world_1.0") for name in published(repository))
    assert row.said in output
    if not row.publishes and not row.asked and not row.said:
        assert "s3pypi: " not in output


def filled(part: str, row: Invocation, project: Path, folder: Path) -> str:
    """The argument ``part``, with what it stands for made where that is needed."""
    if part == UV:
        found = shutil.which("uv", path=str(Path(PYTHON).parent))
        assert found is not None
        return found
    if part == "{venv}":
        output_of([PYTHON, "-m", "uv", "venv", "--quiet", str(folder / "venv")])
        return str(folder / "venv")
    if part == "{sdist}":
        called = call(project, "build_sdist", str(folder), environ={"S3PYPI_PUBLISH": "0"})
        return str(folder / str(called.result))
    return part.format(python=PYTHON)
