"""Commands at once, in orders of requests that hypothesis looks for, with crashes and lost answers.

The code is the real one, from the operations down to the store; the orders are those of `orders`, what must hold is
told by `oracle`. More examples: ``S3PYPI_TEST_EXAMPLES=500`` looks at 500 times as many.
"""

from __future__ import annotations

import random
import shutil
import sys
from collections.abc import Callable
from copy import copy
from pathlib import Path
from typing import Any
from unittest import mock

import hypothesis
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from s3pypi_setuptools.stores.base import Store
from s3pypi_setuptools.stores.local.store import LocalStore
from s3pypi_setuptools.stores.memory import MemoryStore
from s3pypi_setuptools.stores.s3.store import S3Store
from tests.interleavings.commands import ALL, Command, Delete, Files, Publish
from tests.interleavings.conftest import BEGINNINGS, Beginnings
from tests.interleavings.orders import LENGTH, Order
from tests.interleavings.runs import Run, fill, play
from tests.interleavings.scheduling import Fault
from tests.stores.test_s3 import options
from tests.support.examples import of_costly
from tests.support.servers import S3Server

FAULTS = (Fault.LOST, Fault.REFUSED, Fault.CONTENDED, Fault.CRASH)

commands = st.lists(st.sampled_from(ALL), min_size=2, max_size=4)
faults = st.dictionaries(st.integers(0, 60), st.sampled_from(FAULTS), max_size=2)


def looks(few: int, many: int) -> Callable[[Any], Any]:
    checks = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture]
    return settings(
        max_examples=of_costly(few, many),
        suppress_health_check=checks,
        phases=[Phase.explicit, Phase.generate, Phase.shrink],
    )


def reading_late(*, after_opening: bool) -> Any:
    """Whether projects are read only after the repository was opened, as by a publication of many files."""
    module = sys.modules["s3pypi_setuptools.operations.publish.publish"]
    return mock.patch.object(module, "FEW", 0 if after_opening else module.FEW)


def example(data: st.DataObject, store: Store, files: Files, beginnings: Beginnings) -> None:
    """One run in ``store``, which is empty."""
    name, crash = data.draw(st.sampled_from(sorted(BEGINNINGS))), data.draw(st.integers(1, 25))
    template, crashed = beginnings(name, crash, slash=store.slash_keys is not False)
    fill(store, template)
    patience = data.draw(st.sampled_from([0, 128, 224]))
    order = Order(data.draw(st.binary(min_size=LENGTH, max_size=LENGTH)), patience, data.draw(faults))
    run = Run(store, files)
    try:
        # Each an object of its own: the oracle asks which of two equal commands did something.
        drawn = [copy(command) for command in data.draw(commands)]
        with reading_late(after_opening=data.draw(st.booleans())):
            play(run, drawn, order, crashed)
    except BaseException:
        hypothesis.note("\n".join(run.scheduler.trace))
        raise


@looks(30, 100)
@given(st.data())
def test_in_memory(files: Files, beginnings: Beginnings, data: st.DataObject) -> None:
    example(data, MemoryStore(content_tokens=data.draw(st.booleans())), files, beginnings)


@looks(3, 6)
@given(st.data())
def test_in_a_folder(tmp_path: Path, files: Files, beginnings: Beginnings, data: st.DataObject) -> None:
    folder = tmp_path / "repository"
    shutil.rmtree(folder, ignore_errors=True)
    example(data, LocalStore(folder), files, beginnings)


@looks(1, 1)
@given(st.data())
def test_on_a_server(
    s3_server: S3Server, s3_bucket: str, files: Files, beginnings: Beginnings, data: st.DataObject
) -> None:
    store = S3Store(s3_bucket, options(s3_server))
    for info in store.list(""):
        store.delete(info.key)
    example(data, store, files, beginnings)


FIRST = (
    (Publish(also=("other",)), Publish(version="2.0", also=("other",))),
    (Publish(also=("other",)), Publish(salt="b", also=("other",))),
    (Publish(also=("other",)), Publish(version="2.0"), Delete()),
)
"""Commands that begin where there is no repository yet."""


@pytest.mark.examples
@pytest.mark.parametrize("number", range(len(FIRST)))
def test_first_pushes_at_once(files: Files, number: int) -> None:
    """What the first push has listed is not read again: whoever else is faster must be noticed all the same."""
    chance = random.Random(number)
    for _ in range(of_costly(8, 22)):
        fault = {chance.randrange(60): chance.choice(FAULTS)} if chance.random() < 0.5 else {}
        order = Order(chance.randbytes(LENGTH), chance.choice([0, 128, 224]), fault)
        with reading_late(after_opening=True):
            play(
                Run(MemoryStore(content_tokens=chance.random() < 0.5), files),
                [copy(one) for one in FIRST[number]],
                order,
            )


def test_the_same_order_gives_the_same_run(files: Files, beginnings: Beginnings) -> None:
    both: list[Command] = [Publish(version="2.0"), ALL[6], ALL[-1]]
    traces = []
    for _ in range(2):
        store = MemoryStore()
        template, _ = beginnings("listed")
        fill(store, template)
        run = Run(store, files)
        play(run, both, Order(bytes(number * 37 % 256 for number in range(LENGTH))))
        traces.append(run.scheduler.trace)
    assert traces[0] == traces[1]
    assert len(traces[0]) > 60
