"""A record that is answered as not found though it is there, just when pages are brought up to it: nothing is wiped."""

from __future__ import annotations

import pytest

from tests.fault_matrix.buckets import Bench, role_of
from tests.fault_matrix.verbs import BASE, VERBS
from tests.support.fault_proxy import Answer, Fault, Passing
from tests.support.markers import case
from tests.support.programs import assert_one_line

REFUSED = Answer(412, "PreconditionFailed")
ABSENT = Answer(404, "NoSuchKey")


@pytest.mark.parametrize(
    ("verb_name", "page", "record"),
    [
        ("next", "PutObject JSON page", "GetObject manifest"),
        case("next", "PutObject / page", "GetObject manifest", slow=True),
        ("first", "PutObject root HTML page", "GetObject root record"),
    ],
)
def test_pages_of_a_record_that_is_not_found(verb_name: str, page: str, record: str, bench: Bench) -> None:
    verb = VERBS[verb_name]
    prefix = bench.new_repository(fresh=verb.fresh)
    if verb.fresh:
        assert bench.run(prefix, BASE[-1]).status == 0
    refused = False

    def fault(passing: Passing) -> Fault | None:
        nonlocal refused
        role = role_of(passing, prefix)
        if role == page and not refused:
            refused = True
            return REFUSED
        return ABSENT if refused and role == record else None

    done, _ = bench.through_proxy(fault, prefix, *verb.arguments)

    assert refused
    assert done.status == 1
    assert_one_line(done.stderr, bench.server.secret_key)
    assert bench.reader(prefix).installable().keys() >= {name for name in bench.listed if name.startswith("other")}
    assert b"other" in (bench.reader(prefix).get("index.html") or b"")
    assert bench.run(prefix, *verb.arguments).status == 0
    verb.check(bench.reader(prefix))
