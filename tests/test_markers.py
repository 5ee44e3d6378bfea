"""The markers say what tests need: `pytest -m unit` is quick, and needs little, because unit tests are held to it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import markers

TESTS = Path(__file__).parent


def test_a_unit_test_that_starts_a_process_fails(request: pytest.FixtureRequest) -> None:
    assert request.node.get_closest_marker("unit")
    with pytest.raises(pytest.fail.Exception, match="a unit test starts no process"):
        subprocess.run([sys.executable, "-c", ""], check=True)
    with pytest.raises(pytest.fail.Exception, match="a unit test starts no process"):
        os.fork()


@pytest.mark.program
def test_a_test_with_another_marker_may_start_one(request: pytest.FixtureRequest) -> None:
    assert not request.node.get_closest_marker("unit")
    assert subprocess.run([sys.executable, "-c", ""], check=False).returncode == 0


@pytest.mark.parametrize("place", markers.PLACES)
def test_every_place_with_markers_exists(place: str) -> None:
    assert (TESTS / place).exists()


def test_modules_below_a_place_have_no_unit_tests() -> None:
    assert markers.has_no_unit_tests(TESTS / "hatch" / "test_publisher.py", TESTS)
    assert markers.has_no_unit_tests(TESTS / "test_examples.py", TESTS)
    assert not markers.has_no_unit_tests(TESTS / "index" / "test_simple_html.py", TESTS)
    assert not markers.has_no_unit_tests(TESTS, TESTS)


def test_a_test_that_uses_a_server_carries_its_marker(request: pytest.FixtureRequest) -> None:
    items = [item for item in request.session.items if markers.SERVERS & {*getattr(item, "fixturenames", ())}]
    assert [item.nodeid for item in items if not item.get_closest_marker("server")] == []
    assert [item.nodeid for item in items if item.get_closest_marker("unit")] == []


def test_tox_leaves_out_what_exists() -> None:
    left_out = re.findall(r"--ignore=(\S+)", (TESTS.parent / "tox.ini").read_text(encoding="utf-8"))
    assert len(left_out) > 10
    assert [path for path in left_out if not (TESTS.parent / path).exists()] == []
