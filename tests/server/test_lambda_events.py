"""The function that indexes what others put into the bucket, by events of S3."""

from __future__ import annotations

import json
import logging
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus

import pytest

from s3pypi_setuptools import open_repository
from s3pypi_setuptools.errors import Error, RepositoryError
from s3pypi_setuptools.server import s3_events
from s3pypi_setuptools.server.s3_events import ObjectEvent, events_in
from tests.support import samples
from tests.support.servers import S3Server

CREATED, DELETED = "ObjectCreated:Put", "ObjectRemoved:Delete"
TEST_EVENT = {"Service": "Amazon S3", "Event": "s3:TestEvent", "Time": "2026-11-30T12:00:00.000Z", "Bucket": "b"}


def record(name: str, key: str, bucket: str = "b") -> dict[str, Any]:
    """A record as S3 sends it."""
    return {
        "eventVersion": "2.1",
        "eventSource": "aws:s3",
        "awsRegion": "eu-central-1",
        "eventTime": "2026-11-30T12:00:00.000Z",
        "eventName": name,
        "s3": {
            "s3SchemaVersion": "1.0",
            "configurationId": "index",
            "bucket": {"name": bucket, "arn": f"arn:aws:s3:::{bucket}"},
            "object": {"key": quote_plus(key, safe="/"), "size": 1, "sequencer": "0055AED6DCD90281E5"},
        },
    }


def event(*records: dict[str, Any]) -> dict[str, Any]:
    return {"Records": list(records)}


def in_queue(*documents: object) -> dict[str, Any]:
    return {"Records": [{"eventSource": "aws:sqs", "body": json.dumps(one)} for one in documents]}


def in_topic(document: object) -> dict[str, Any]:
    return {"Records": [{"EventSource": "aws:sns", "Sns": {"Type": "Notification", "Message": json.dumps(document)}}]}


def in_queue_of_topic(document: object) -> dict[str, Any]:
    return in_queue({"Type": "Notification", "Message": json.dumps(document)})


WAYS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "S3": lambda document: document,
    "SQS": in_queue,
    "SNS": in_topic,
    "SNS and SQS": in_queue_of_topic,
}


class TestParsing:
    """What is read of events."""

    @pytest.mark.parametrize("way", WAYS)
    def test_every_record_counts_and_keys_are_unquoted(self, way: str) -> None:
        keys = ["simple/demo/demo-1.0+cu12.whl", "a key/with %2B.whl", "ünicode/ö.whl"]
        found = list(events_in(WAYS[way](event(*(record(CREATED, key) for key in keys), record(DELETED, "x")))))
        assert found == [*(ObjectEvent("b", key, False) for key in keys), ObjectEvent("b", "x", True)]

    @pytest.mark.parametrize("way", WAYS)
    def test_a_test_event_is_nothing(self, way: str, caplog: pytest.LogCaptureFixture) -> None:
        assert (list(events_in(WAYS[way](TEST_EVENT))), caplog.text) == ([], "")

    def test_all_messages_of_a_queue_count(self) -> None:
        messages = in_queue(event(record(CREATED, "a")), TEST_EVENT, event(record(CREATED, "b"), record(CREATED, "c")))
        assert [one.key for one in events_in(messages)] == ["a", "b", "c"]

    def test_eventbridge_does_not_quote_keys(self) -> None:
        detail = {"bucket": {"name": "b"}, "object": {"key": "demo/demo-1.0+cu12 %.whl"}}
        document = {"source": "aws.s3", "detail-type": "Object Deleted", "detail": detail}
        assert list(events_in(document)) == [ObjectEvent("b", "demo/demo-1.0+cu12 %.whl", True)]

    @pytest.mark.parametrize("name", ["ObjectTagging:Put", "ObjectAcl:Put", "Replication:OperationMissedThreshold"])
    def test_what_changes_no_object_is_nothing(self, name: str) -> None:
        assert not list(events_in(event(record(name, "a"))))

    @pytest.mark.parametrize(
        "document",
        [
            None,
            [],
            "text",
            {},
            {"Records": [None, 1]},
            {"Records": [{"body": "no JSON"}]},
            {"Records": [{"body": "[1]"}]},
            {"Records": [{"Sns": {}}]},
            {"Records": [{"eventName": CREATED, "s3": {"bucket": {}}}]},
            {"source": "aws.s3", "detail-type": "Object Created", "detail": None},
        ],
    )
    def test_what_is_no_event_is_a_line_in_the_log(self, document: object, caplog: pytest.LogCaptureFixture) -> None:
        assert not list(events_in(document))
        assert caplog.records
        assert not any(one.exc_info for one in caplog.records)


class Bucket:
    """A bucket with a repository below ``simple``, into which things are put by hand."""

    def __init__(self, server: S3Server) -> None:
        self.name = server.new_bucket()
        self.client = server.client()
        self.repository = open_repository(
            f"s3://{self.name}/simple",
            **server.settings,
        )
        self.repository.initialize()

    def put(self, path: Path, folder: str) -> str:
        key = f"simple/{folder}/{path.name}"
        self.client.put_object(Bucket=self.name, Key=key, Body=path.read_bytes())
        return key

    def delete(self, key: str) -> None:
        self.client.delete_object(Bucket=self.name, Key=key)

    def stored(self) -> list[str]:
        return [one["Key"] for one in self.client.list_objects_v2(Bucket=self.name).get("Contents", ())]

    def files(self, project: str) -> list[str]:
        return [file.filename for file in self.repository.show(project).files]

    def index(self, *events: tuple[str, str]) -> None:
        s3_events.index(self.repository, [ObjectEvent(self.name, key, name == DELETED) for name, key in events])


@pytest.fixture
def bucket(ministack: S3Server) -> Iterator[Bucket]:
    made = Bucket(ministack)
    yield made
    made.repository.close()


def test_a_file_that_was_put_by_hand_is_listed_and_unlisted_when_it_is_deleted(bucket: Bucket, tmp_path: Path) -> None:
    key = bucket.put(samples.wheel(tmp_path, version="1.0+cu12"), "demo")
    bucket.index((CREATED, key))
    assert bucket.files("demo") == ["demo-1.0+cu12-py3-none-any.whl"]
    assert bucket.repository.names() == ("demo",)
    bucket.delete(key)
    bucket.index((DELETED, key))
    assert bucket.files("demo") == []


def test_what_is_stored_decides_and_not_what_the_event_says(bucket: Bucket, tmp_path: Path) -> None:
    key = bucket.put(samples.wheel(tmp_path), "demo")
    bucket.index((DELETED, key))
    assert bucket.files("demo") == ["demo-1.0-py3-none-any.whl"]
    bucket.delete(key)
    bucket.index((CREATED, key))
    assert bucket.files("demo") == []
    bucket.index((DELETED, key), (CREATED, "simple/other/other-1.0.tar.gz"))
    assert "simple/other/manifest.json" not in bucket.stored()


def test_what_publishers_store_is_passed_over(bucket: Bucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bucket.repository.publish(samples.wheel(tmp_path), samples.sdist(tmp_path))
    before = {key: bucket.client.head_object(Bucket=bucket.name, Key=key)["ETag"] for key in bucket.stored()}
    monkeypatch.setattr("s3pypi_setuptools.operations.reindex.follow.reindex", None)  # it is not called
    bucket.index(*((CREATED, key) for key in before))
    assert {key: bucket.client.head_object(Bucket=bucket.name, Key=key)["ETag"] for key in before} == before


def test_what_is_deleted_by_publishers_changes_nothing(bucket: Bucket, tmp_path: Path) -> None:
    bucket.repository.publish(samples.wheel(tmp_path), samples.wheel(tmp_path, version="2.0"))
    before = set(bucket.stored())
    bucket.repository.delete("demo", "1.0")
    bucket.index(*((DELETED, key) for key in before - set(bucket.stored())))
    assert bucket.files("demo") == ["demo-2.0-py3-none-any.whl"]
    bucket.repository.delete_project("demo")
    bucket.index(*((DELETED, key) for key in before - set(bucket.stored())))
    assert bucket.repository.names() == ()


def test_a_page_that_somebody_deleted_is_made_again(bucket: Bucket, tmp_path: Path) -> None:
    bucket.repository.publish(samples.wheel(tmp_path))
    bucket.delete("simple/demo/index.html")
    bucket.index((DELETED, "simple/demo/index.html"))
    assert "simple/demo/index.html" in bucket.stored()


def test_other_places_of_the_bucket_are_passed_over(bucket: Bucket, tmp_path: Path) -> None:
    wheel = samples.wheel(tmp_path)
    bucket.put(wheel, "Demo")
    bucket.put(wheel, "demo/deeper")
    before = bucket.stored()
    strange = ["demo/demo-1.0.whl", "simple/demo-1.0.tar.gz", "simple/demo/", "simple/", "", "simple//x.whl"]
    strange += [f"simple/demo/{name}" for name in ("..", ".", "0123456789abcdef/..", "a\0b", "\n", "../x-1.0.tar.gz")]
    bucket.index(*((name, key) for key in [*before, *strange] for name in (CREATED, DELETED)))
    assert bucket.stored() == before


def test_another_repository_in_a_folder_is_left_as_it_is(
    bucket: Bucket, ministack: S3Server, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with open_repository(f"s3://{bucket.name}/simple/other", **ministack.settings) as inner:
        inner.publish(samples.wheel(tmp_path))
    by_hand = bucket.put(samples.wheel(tmp_path, "other"), "other")
    before = bucket.stored()
    other = [(name, key) for key in before if key.startswith("simple/other/") for name in (CREATED, DELETED)]
    bucket.index(*other, (CREATED, bucket.put(samples.wheel(tmp_path), "demo")), (DELETED, "simple/other/gone.whl"))
    assert bucket.files("demo") == ["demo-1.0-py3-none-any.whl"]
    assert {key for key in bucket.stored() if "/other/" in key} == {key for key in before if "/other/" in key}
    assert by_hand in before
    assert "other: left as it is" in caplog.text


def test_what_no_other_try_can_mend_is_a_line_in_the_log(
    bucket: Bucket, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    damaged = tmp_path / "demo-1.0-py3-none-any.whl"
    damaged.write_bytes(b"no wheel")
    bucket.index((CREATED, bucket.put(damaged, "demo")))
    assert damaged.name in caplog.text
    assert "simple/demo/manifest.json" not in bucket.stored()


def test_what_another_try_may_mend_raises(bucket: Bucket, tmp_path: Path) -> None:
    key = bucket.put(samples.wheel(tmp_path), "demo")
    bucket.delete("simple/repository.json")
    bucket.delete(key)
    with pytest.raises(Error, match="init"):
        bucket.index((CREATED, key))


def test_shuffled_and_repeated_events_end_where_reindex_would(bucket: Bucket, tmp_path: Path) -> None:
    chance = random.Random(12)
    projects = [f"project-{number}" for number in range(3)]
    kept: dict[str, set[str]] = {}
    events: list[tuple[str, str]] = []
    for project in projects:
        bucket.repository.publish(samples.wheel(tmp_path, project, "0.1"))
        kept[project] = {samples.wheel(tmp_path, project, "0.1").name}
        for minor in range(5):
            wheel = samples.wheel(tmp_path, project, f"1.{minor}+cu12")
            key = bucket.put(wheel, project)
            events.append((CREATED, key))
            if minor % 3 == 0:
                bucket.delete(key)
                events.append((DELETED, key))
            else:
                kept[project].add(wheel.name)
    events += [(CREATED, key) for key in bucket.stored()]
    events += chance.choices(events, k=1000 - len(events))
    chance.shuffle(events)
    while events:
        size = chance.randint(1, 250)
        bucket.index(*events[:size])
        del events[:size]
    assert {project: set(bucket.files(project)) for project in projects} == kept
    report = bucket.repository.reindex(dry_run=True, unlist_missing=True)
    assert (report.ok, report.projects, report.root) == (True, (), ())
    assert bucket.repository.verify(deep=True).ok


class TestHandler:
    """The handler has its settings from the environment."""

    @pytest.fixture(autouse=True)
    def started_anew(self) -> Iterator[None]:
        log = logging.getLogger("s3pypi_setuptools")
        level = log.level
        s3_events._configured.cache_clear()
        yield
        s3_events._configured.cache_clear()
        log.setLevel(level)

    def test_only_events_of_its_bucket_count(
        self, bucket: Bucket, ministack: S3Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for name, value in ministack.environment.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("S3PYPI_TARGET", bucket.repository.target)
        key = bucket.put(samples.wheel(tmp_path), "demo")
        s3_events.handler(event(record(CREATED, key, "other")), None)
        assert "simple/demo/manifest.json" not in bucket.stored()
        s3_events.handler(event(record(CREATED, key, bucket.name)), None)
        assert bucket.files("demo") == ["demo-1.0-py3-none-any.whl"]

    def test_a_folder_sends_no_events(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("S3PYPI_TARGET", str(tmp_path))
        with pytest.raises(RepositoryError, match="only buckets send events"):
            s3_events.handler(event(), None)
