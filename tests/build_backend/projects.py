"""Small projects of every backend, and the calls that a front end makes of them."""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

from pyproject_hooks import BuildBackendHookCaller

from tests.support.programs import Ended, execute

OURS = "s3pypi_setuptools.build_meta"
WRAPPED = {
    "setuptools": None,
    "hatchling": "hatchling.build",
    "flit": "flit_core.buildapi",
    "poetry-core": "poetry.core.masonry.api",
    "pdm-backend": "pdm.backend",
    "scikit-build-core": "scikit_build_core.build",
    "uv_build": "uv_build",
}
"""Backends by short name, and what ``[tool.s3pypi] build-backend`` says for each; None: nothing."""
PROVIDERS = {backend: "flit_core" if backend == "flit" else backend for backend in WRAPPED}

HOOKS = (
    "get_requires_for_build_sdist",
    "get_requires_for_build_wheel",
    "get_requires_for_build_editable",
    "prepare_metadata_for_build_wheel",
    "prepare_metadata_for_build_editable",
    "build_sdist",
    "build_wheel",
    "build_editable",
)


def make_project(
    folder: Path,
    backend: str = "setuptools",
    *,
    name: str = "hello-world",
    requires: tuple[str, ...] = (),
    settings: str = "",
    build_backend: str = OURS,
) -> Path:
    """A project of one module; ``requires`` besides its backends, ``settings`` are lines of ``[tool.s3pypi]``."""
    module = name.replace("-", "_")
    wrapped = WRAPPED[backend]
    lines = [f'build-backend = "{wrapped}"'] if wrapped and build_backend == OURS else []
    folder.mkdir(parents=True, exist_ok=True)
    (folder / module).mkdir(exist_ok=True)
    (folder / module / "__init__.py").write_text('"""Says hello."""\n', encoding="utf-8")
    (folder / "pyproject.toml").write_text(
        dedent(
            f"""\
            [build-system]
            requires = {[PROVIDERS[backend], "s3pypi-setuptools", *requires]}
            build-backend = "{build_backend}"

            [project]
            name = "{name}"
            version = "1.0"
            description = "Says hello"
            requires-python = ">=3.10"

            [tool.setuptools]
            packages = ["{module}"]

            [tool.hatch.build.targets.wheel]
            only-include = ["{module}"]
            dev-mode-dirs = ["."]

            [tool.scikit-build]
            wheel.cmake = false
            wheel.py-api = "py3"
            wheel.packages = ["{module}"]

            [tool.uv.build-backend]
            module-root = ""

            [tool.s3pypi]
            """
        )
        + "\n".join([*lines, settings])
        + "\n",
        encoding="utf-8",
    )
    return folder


def published(repository: Path) -> set[str]:
    """The names of all distributions in the repository."""
    return {path.name for path in repository.glob("*/*") if path.name.endswith((".whl", ".tar.gz"))}


def distributions(name: str = "hello_world") -> dict[str, str]:
    """The filenames that a project's build gives, by kind."""
    return {"sdist": f"{name}-1.0.tar.gz", "wheel": f"{name}-1.0-py3-none-any.whl"}


@dataclass(frozen=True)
class Called(Ended):
    """How one call of a hook ended.

    :param result: what the hook returned; None when the process failed.
    """

    result: object = None


def call(
    project: Path,
    hook: str,
    *arguments: object,
    backend: str = OURS,
    backend_path: tuple[str, ...] | None = None,
    environ: Mapping[str, str] | None = None,
) -> Called:
    """Call a hook as front ends do: in a subprocess in the project's folder, with its environment's scripts on PATH."""
    ends: list[Ended] = []
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", "")))

    def run(cmd: Sequence[str], cwd: str | None = None, extra_environ: Mapping[str, str] | None = None) -> None:
        ends.append(
            execute(cmd, cwd=Path(cwd or "."), environ={"PATH": path, **(extra_environ or {}), **(environ or {})})
        )
        if ends[0].status:
            raise ChildProcessError(hook)

    caller = BuildBackendHookCaller(
        str(project), backend, backend_path=backend_path, runner=run, python_executable=sys.executable
    )
    result = None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # newer front ends repeat the backend's own advice to developers
            result = getattr(caller, hook)(*arguments)
    except ChildProcessError:
        assert "Traceback" not in ends[0].stderr, ends[0].stderr
    return Called(**vars(ends[0]), result=result)


def hook_names(project: Path, backend: str) -> set[str]:
    """The hooks that ``backend`` offers in the project's folder, found as front ends find them."""
    probe = (
        "import functools, importlib, sys\n"
        "module, _, rest = sys.argv[1].partition(':')\n"
        "backend = functools.reduce(getattr, filter(None, rest.split('.')), importlib.import_module(module))\n"
        "print(*[name for name in sys.argv[2:] if hasattr(backend, name)])\n"
    )
    done = execute([sys.executable, "-c", probe, backend, *HOOKS], cwd=project)
    assert done.status == 0, done.stderr
    return set(done.stdout.split())
