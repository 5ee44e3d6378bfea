"""Whatever one request meets: success, or one line and exit status 1; nothing lost, and the command again completes it.

One case in 97 is run, unless ``S3PYPI_TEST_FAULTS`` says otherwise: with 1, each of the thousands.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.fault_matrix.buckets import Bench, failing_at
from tests.fault_matrix.matrix import FAULTS, MAYBE, ROLES, TIMES, Case, cases
from tests.fault_matrix.verbs import READS, VERBS, Verb
from tests.support.programs import Ended, assert_one_line

MOST_REQUESTS = 3000


def prepared(name: str, bench: Bench) -> tuple[Verb, str]:
    """A verb, and the prefix of a repository for it."""
    verb = VERBS.get(name) or Verb(READS[name], lambda reader: True)
    prefix = bench.new_repository(fresh=verb.fresh)
    places = {"SOURCE": bench.target("source"), "TARGET": bench.target(prefix)}
    return replace(verb, arguments=tuple(places.get(word, word) for word in verb.arguments)), prefix


@pytest.mark.parametrize("name", ROLES)
def test_what_each_verb_sends(name: str, bench: Bench) -> None:
    verb, prefix = prepared(name, bench)
    assert bench.requests(prefix, *verb.arguments) | {*MAYBE} == {*ROLES[name], *MAYBE}
    verb.check(bench.reader(prefix))


@pytest.mark.parametrize("case", cases(), ids="-".join)
def test_case(case: Case, bench: Bench) -> None:
    verb, prefix = prepared(case.verb, bench)
    before = {} if verb.fresh else bench.listed
    record = bench.reader(prefix).manifest("demo")

    fault = failing_at(case.role, prefix, FAULTS[case.fault], TIMES[case.times])
    done, sent = bench.through_proxy(fault, prefix, *verb.arguments)

    assert len(sent) < MOST_REQUESTS
    assert_told(done, bench, prefix)
    assert before.keys() - verb.takes <= bench.reader(prefix).installable().keys()
    assert_grown(record, bench.reader(prefix).manifest("demo"), verb)
    if case.verb in READS:
        assert bench.objects(prefix) == bench.base
    if done.status or done.stderr:
        again = bench.run(prefix, *verb.arguments)
        assert (again.status, again.stderr) == (0, "")
    verb.check(bench.reader(prefix))


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
