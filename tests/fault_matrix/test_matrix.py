"""Whatever one request meets: success, or one line and exit status 1; nothing lost, and the command again completes it.

One case in 97 is run, unless ``S3PYPI_TEST_FAULTS`` says otherwise: with 1, each of the thousands.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.fault_matrix.buckets import Bench
from tests.fault_matrix.matrix import MAYBE, ROLES, Case, cases, failing
from tests.fault_matrix.verbs import READS, VERBS, Verb
from tests.support.fault_proxy import FaultProxy
from tests.support.programs import Ended, assert_one_line

MOST_REQUESTS = 3000


@pytest.fixture
def prefix(bench: Bench) -> str:
    return bench.new_prefix()


def verb_of(name: str, bench: Bench, prefix: str) -> Verb:
    verb = VERBS.get(name) or Verb(READS[name], lambda reader: True)
    places = {"SOURCE": f"s3://{bench.bucket}/source", "TARGET": f"s3://{bench.bucket}/{prefix}"}
    return Verb(tuple(places.get(word, word) for word in verb.arguments), verb.done, verb.takes, verb.fresh)


@pytest.mark.parametrize("name", ROLES)
def test_what_each_verb_sends(name: str, bench: Bench, prefix: str) -> None:
    verb = verb_of(name, bench, prefix)
    bench.put_all(prefix, bench.fresh if verb.fresh else bench.base)
    assert {*bench.requests(prefix, *verb.arguments), *MAYBE} == {*ROLES[name], *MAYBE}
    assert verb.done(bench.reader(prefix))
    bench.reader(prefix).assert_consistent()


@pytest.mark.parametrize("case", cases(), ids="-".join)
def test_case(case: Case, record_property: Callable[[str, object], None], bench: Bench, prefix: str) -> None:
    verb = verb_of(case.verb, bench, prefix)
    bench.put_all(prefix, bench.fresh if verb.fresh else bench.base)
    before = {} if verb.fresh else bench.listed
    record = bench.reader(prefix).manifest("demo")

    with FaultProxy(bench.server.endpoint_url, failing(case, prefix)) as proxy:
        done = bench.run(prefix, *verb.arguments, endpoint=proxy.url)
        assert len(proxy.take()) < MOST_REQUESTS

    record_property("said", done.stderr)
    assert_told(done, bench, prefix)
    assert before.keys() - verb.takes <= bench.reader(prefix).installable().keys()
    assert_grown(record, bench.reader(prefix).manifest("demo"), verb)
    if case.verb in READS:
        assert bench.objects(prefix) == bench.base
    if done.status or done.stderr:
        again = bench.run(prefix, *verb.arguments)
        assert (again.status, again.stderr) == (0, "")
    assert verb.done(bench.reader(prefix))
    bench.reader(prefix).assert_consistent()


def assert_told(done: Ended, bench: Bench, prefix: str) -> None:
    """It succeeded, perhaps with warnings, or said in one line what failed, where, and what to do."""
    secret = bench.server.secret_key
    assert secret not in done.stdout
    if done.status == 0:
        assert all(line.startswith("s3pypi: warning: ") for line in done.stderr.splitlines()), done.stderr
        return
    assert done.status == 1
    if not done.stderr:  # what verify found
        assert f"{prefix}/" in done.stdout or f"s3://{bench.bucket} " in done.stdout
        return
    assert_one_line(done.stderr, secret)
    assert f"s3://{bench.bucket}" in done.stderr or f" {prefix}/" in done.stderr, done.stderr


def assert_grown(before: dict[str, object] | None, after: dict[str, object] | None, verb: Verb) -> None:
    """The record lists what it listed, but for what the verb takes, and forgets no removal."""
    if before is None:
        return
    assert after is not None
    listed = [{file["filename"] for file in record["files"]} for record in (before, after)]  # type: ignore[attr-defined]
    assert listed[0] - verb.takes <= listed[1]
    assert set(before["removed"]) <= set(after["removed"])  # type: ignore[call-overload]
    assert before["generation"] <= after["generation"]  # type: ignore[operator]
