"""Ctrl-C and SIGTERM while a store is examined, and what stays of it."""

from __future__ import annotations

import signal
from datetime import timedelta

from tests.doctor.examined import left
from tests.interruptions.publishing import Publishing
from tests.interruptions.signals import Halt


def races() -> Halt:
    """Holds the writes that race."""
    return Halt(lambda passing: passing.operation == "PutObject" and "if-none-match" in passing.headers)


def test_what_was_written_to_ask_is_deleted(publishing: Publishing) -> None:
    done = publishing.interrupted(races(), "doctor", publishing.target)
    assert done.stderr == "s3pypi: error: interrupted: all test objects are deleted\n"
    assert left(publishing.server, publishing.bucket) == []


def test_what_stays_is_named_and_pruned(publishing: Publishing) -> None:
    held = Halt(lambda passing: races().matches(passing) and passing.key.endswith("/0"))
    done = publishing.interrupted(held, "doctor", publishing.target, number=signal.SIGTERM, released=False)
    stayed = left(publishing.server, publishing.bucket)
    [folder] = {key.split("/")[1] for key in stayed}
    assert done.stderr == (
        f"s3pypi: error: terminated: test objects may remain below {publishing.target}/{folder}/; "
        "s3pypi prune deletes them when they are a day old\n"
    )

    publishing.open().publish(publishing.folder / "dist")
    assert publishing.open().prune().pruned == (), "somebody may be asking just now"
    publishing.open().prune("demo", grace=timedelta())
    assert [key for key in left(publishing.server, publishing.bucket) if folder in key]
    told = publishing.run("prune", "--grace", "0d", "--yes", "-t", publishing.target).stdout
    assert f"s3://{publishing.bucket}/p/{folder}/" in told
    objects = publishing.server.client().list_objects_v2(Bucket=publishing.bucket)["Contents"]
    assert not [found["Key"] for found in objects if folder in found["Key"]]
    assert publishing.open().verify().ok
