"""Which marker each test carries: `unit` is whatever has no other, and it must start no process.

Tests carry the markers that `PLACES` gives their folder or module; a test that uses a fixture of `SERVERS` carries
``server``. Modules add to that with ``pytestmark``, single tests with a decorator.
"""

from __future__ import annotations

import functools
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from tests.support import examples
from tests.support.forked_programs import ForkedPrograms

PLACES = {
    "build_backend": ("build",),
    "ci": ("build",),
    "cli": ("program",),
    "clients": ("client", "program", "server"),
    "command": ("program",),
    "corpus": ("program",),
    "crashes": ("program",),
    "credentials": ("program",),
    "doctor": ("program",),
    "end_to_end": ("program",),
    "fault_matrix": ("program",),
    "hatch": ("build",),
    "index/test_client_library.py": ("client",),
    "interruptions": ("program",),
    "invocations": ("build",),
    "operations/test_attestations.py": ("client",),
    "secrets": ("program",),
    "locks/test_dynamodb.py": ("server",),
    "server": ("program", "server"),
    "stores/test_s3_answers.py": ("server",),
    "stores/test_s3_configuration.py": ("server",),
    "stores/test_s3_errors.py": ("server",),
    "stores/test_s3_on_aws.py": ("server",),
    "stores/test_s3_patience.py": ("server",),
    "terraform": ("program",),
    "test_examples.py": ("build",),
    "test_session.py": ("program", "server"),
    "test_start_up.py": ("program",),
}
"""Folders and modules of `tests/` whose every test carries the markers. `pytest -m unit` does not import them: they may
need more than pytest and hypothesis."""

SERVERS = frozenset({"ministack", "moto", "nginx", "s3_server", "web_folder"})
"""Fixtures that start a server process, or reach one; of those in this process, modules in `PLACES` say it."""

NOT_UNIT = ("build", "client", "program", "server", "slow")
"""Markers that a unit test carries none of."""


def assign(item: pytest.Item, tests: Path) -> None:
    """Add the markers of the folder and of the fixtures, and ``unit`` where no other is left."""
    for name in of_place(item.path, tests):
        item.add_marker(name)
    if SERVERS.intersection(getattr(item, "fixturenames", ())):
        item.add_marker("server")
    if examples.TIMES > 1 and is_property_test(item):
        item.add_marker("slow")
    if not any(item.get_closest_marker(name) for name in NOT_UNIT):
        item.add_marker("unit")


@functools.cache
def of_place(path: Path, tests: Path) -> tuple[str, ...]:
    """The markers that `PLACES` gives the module and the folders around it; asked for each of its tests."""
    return tuple(name for part in (path, *path.parents) for name in PLACES.get(place(part, tests), ()))


def case(*values: object, slow: bool, id: str | None = None) -> Any:  # noqa: A002 - pytest's name
    """A parameter set of `pytest.mark.parametrize` whose tests may be slow."""
    return pytest.param(*values, id=id, marks=[pytest.mark.slow] if slow else [])


def is_property_test(item: pytest.Item) -> bool:
    """Whether ``S3PYPI_TEST_EXAMPLES`` says how much the test tries."""
    of_hypothesis = getattr(getattr(item, "function", None), "is_hypothesis_test", False)
    return bool(of_hypothesis or item.get_closest_marker("examples"))


def has_no_unit_tests(path: Path, tests: Path) -> bool:
    """Whether ``path`` is a folder or module whose every test carries a marker by `PLACES`."""
    return any(place(part, tests) in PLACES for part in (path, *path.parents))


def place(path: Path, tests: Path) -> str:
    """The path relative to ``tests``, with slashes; empty for one outside."""
    return path.relative_to(tests).as_posix() if path.is_relative_to(tests) else ""


def unit_only(config: pytest.Config) -> bool:
    """Whether the run was asked for unit tests alone."""
    return bool(config.getoption("markexpr") == "unit")


@contextmanager
def no_processes() -> Iterator[None]:
    """Fail whatever starts a process: other tests do that, and say so with a marker."""

    def refuse(*arguments: object, **options: object) -> None:
        pytest.fail(f"a unit test starts no process; give it one of the markers {', '.join(NOT_UNIT)}")

    with (
        mock.patch.object(subprocess.Popen, "__init__", refuse),
        mock.patch.object(os, "fork", refuse),
        mock.patch.object(ForkedPrograms, "start", refuse),
    ):
        yield
