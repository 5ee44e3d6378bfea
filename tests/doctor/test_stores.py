"""What `doctor` finds of servers that honour everything, and of such that do not."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from s3pypi_setuptools import RepositoryError
from s3pypi_setuptools.doctor.conditions import renew
from s3pypi_setuptools.doctor.s3 import S3Examiner
from s3pypi_setuptools.repository.layout import Layout
from s3pypi_setuptools.repository.page_kind import PageKind
from s3pypi_setuptools.repository.repository_config import RepositoryConfig
from s3pypi_setuptools.stores.base import Attributes, Condition, Token
from s3pypi_setuptools.stores.capabilities import Capabilities
from s3pypi_setuptools.stores.memory import MemoryStore
from s3pypi_setuptools.stores.s3.store import S3Store
from tests.doctor.examined import examine, left, repository
from tests.stores.test_s3 import options
from tests.support import samples
from tests.support.fault_proxy import Answer, FaultProxy, Passing
from tests.support.servers import S3Server

CONDITIONS = {"conditional create", "conditional replace", "conditional multipart", "conditional delete"}
ALL = Capabilities(True, True, True, True, True, True)
LAYOUT = Layout("team")


def record(server: S3Server, bucket: str) -> dict[str, object]:
    body = server.client().get_object(Bucket=bucket, Key="team/repository.json")["Body"]
    found: dict[str, object] = json.loads(body.read())
    return found


def test_a_good_server(s3_server: S3Server, s3_bucket: str) -> None:
    found = examine(s3_server, s3_bucket)
    assert found.report.ok
    assert found.report.target == f"s3://{s3_bucket}/team"
    assert found.named("failed") == set()
    # What the servers of the tests are known for; nothing else of them is to be warned of.
    assert found.named("warning") <= {"public access"}
    assert found.named("skipped") == {"index URL"}
    assert found.named("ok") >= {*CONDITIONS, "keys ending in /", "metadata", "headers", "put", "get", "delete", "list"}
    assert s3_server.endpoint_url in found["endpoint"].found
    assert found["credentials"].found == f"from the settings, access key …{s3_server.access_key[-4:]}"
    assert left(s3_server, s3_bucket) == []


def test_reading_writes_nothing(s3_server: S3Server, s3_bucket: str, tmp_path: Path) -> None:
    repository(s3_server, s3_bucket).publish(samples.wheel(tmp_path))
    client = s3_server.client()
    before = {found["Key"]: found["LastModified"] for found in client.list_objects_v2(Bucket=s3_bucket)["Contents"]}
    found = examine(s3_server, s3_bucket, read_only=True)
    after = {found["Key"]: found["LastModified"] for found in client.list_objects_v2(Bucket=s3_bucket)["Contents"]}
    assert before == after
    assert found.report.ok
    assert found["get"].result.value == "ok"
    assert found.named("skipped") >= {*CONDITIONS, "put", "record"}


@pytest.mark.parametrize("fault", ["ignores-put", "gap-put", "refuses"])
def test_a_server_on_which_publishers_lose_files(moto: S3Server, fault: str) -> None:
    bucket = moto.new_bucket(fault)
    found = examine(moto, bucket)
    assert found.named("failed") == {"conditional create", "conditional replace"}
    assert "--locks-table TABLE" in (found["conditional create"].advice or "")
    assert not found.report.ok

    tolerated = examine(moto, bucket, unsafe_no_locking=True)
    assert tolerated.report.ok
    assert tolerated.named("warning") >= {"conditional create", "conditional replace"}

    with pytest.raises(RepositoryError) as refused:
        repository(moto, bucket).initialize()
    for way in ("another store", "--locks-table TABLE", "--unsafe-no-locking", "s3pypi doctor"):
        assert way in str(refused.value)
    assert "\n" not in str(refused.value)


def test_conditions_that_are_ignored_on_parts_alone_are_no_obstacle(moto: S3Server) -> None:
    found = examine(moto, moto.new_bucket("ignores-complete"))
    assert found.report.ok
    assert found["conditional multipart"].result.value == "warning"
    assert "keys of their own" in found["conditional multipart"].found


def test_what_is_found_is_recorded(s3_server: S3Server, s3_bucket: str, tmp_path: Path) -> None:
    repository(s3_server, s3_bucket, public_url="https://packages.example.com", index_html=True).initialize()
    made = record(s3_server, s3_bucket)
    assert made["conditional-multipart"] is True
    assert examine(s3_server, s3_bucket, public_url="http://127.0.0.1:9")["record"].found.endswith(
        "says what was found"
    )

    old = {name: value for name, value in made.items() if name != "conditional-multipart"}
    s3_server.client().put_object(
        Bucket=s3_bucket, Key="team/repository.json", Body=json.dumps({**old, "conditional-writes": False}).encode()
    )
    with pytest.raises(RepositoryError, match="s3pypi doctor"):
        repository(s3_server, s3_bucket).publish(samples.wheel(tmp_path))
    found = examine(s3_server, s3_bucket, public_url="http://127.0.0.1:9")
    assert found["record"].found == (
        "team/repository.json is renewed: conditional-writes was no, is yes, "
        "conditional-multipart was not asked, is yes"
    )
    assert record(s3_server, s3_bucket) == made


def test_what_a_push_leaves_unasked_is_asked_by_init_and_by_doctor(
    s3_server: S3Server, s3_bucket: str, tmp_path: Path
) -> None:
    repository(s3_server, s3_bucket).publish(samples.wheel(tmp_path))
    assert "conditional-multipart" not in record(s3_server, s3_bucket)
    repository(s3_server, s3_bucket).initialize()
    assert record(s3_server, s3_bucket)["conditional-multipart"] is True

    s3_server.client().delete_object(Bucket=s3_bucket, Key="team/repository.json")
    repository(s3_server, s3_bucket).publish(samples.wheel(tmp_path, version="2.0"))
    found = examine(s3_server, s3_bucket)
    assert found["record"].found == ("team/repository.json is renewed: conditional-multipart was not asked, is yes")
    assert record(s3_server, s3_bucket)["conditional-multipart"] is True


def test_a_store_that_got_worse_is_recorded_as_such(moto: S3Server, tmp_path: Path) -> None:
    bucket = moto.new_bucket("ignores-put")
    good = RepositoryConfig((PageKind.JSON, PageKind.HTML), True, True, True)
    moto.client().put_object(Bucket=bucket, Key="team/repository.json", Body=good.to_json())
    examine(moto, bucket)
    assert record(moto, bucket)["conditional-writes"] is False
    with pytest.raises(RepositoryError, match="does not honour"):
        repository(moto, bucket).publish(samples.wheel(tmp_path))


class ChangedMeanwhile(MemoryStore):
    """Somebody else writes the record just before the first write of ours."""

    others = False

    def put(self, key: str, data: bytes, attributes: Attributes, condition: Condition) -> Token:  # type: ignore[override]
        if not self.others:
            self.others = True
            theirs = RepositoryConfig((PageKind.JSON,), True, False, False, "https://theirs.example.com")
            super().put(key, theirs.to_json(), attributes)
        return super().put(key, data, attributes, condition)


def test_a_record_that_somebody_changes_meanwhile_keeps_that() -> None:
    store = ChangedMeanwhile()
    MemoryStore.put(
        store, LAYOUT.repository_config, RepositoryConfig((PageKind.HTML,), True, True, False).to_json(), Attributes()
    )
    assert renew(store, LAYOUT, ALL).result.value == "ok"
    renewed = RepositoryConfig.from_json(store.get(LAYOUT.repository_config).data, LAYOUT.repository_config)
    assert renewed == RepositoryConfig((PageKind.JSON,), True, True, True, "https://theirs.example.com")


def test_a_damaged_record_is_told_of() -> None:
    store = MemoryStore()
    store.put(LAYOUT.repository_config, b"{", Attributes())
    found = renew(store, LAYOUT, ALL)
    assert (found.result.value, found.advice) == ("failed", "s3pypi reindex makes it anew")
    assert store.get(LAYOUT.repository_config).data == b"{"


def test_a_record_of_a_later_version_is_not_for_reindex() -> None:
    store = MemoryStore()
    store.put(LAYOUT.repository_config, b'{"format": 99}', Attributes())
    found = renew(store, LAYOUT, ALL)
    assert (found.result.value, found.advice) == ("failed", "upgrade s3pypi-setuptools")


def test_pages_at_keys_that_the_store_refuses(s3_server: S3Server, s3_bucket: str) -> None:
    def fault(passing: Passing) -> Answer | None:
        refused = passing.operation == "PutObject" and passing.key.endswith("/")
        return Answer(400, "XMinioInvalidObjectName") if refused else None

    with FaultProxy(s3_server.endpoint_url, fault) as proxy:
        server = replace(s3_server, endpoint_url=proxy.url)
        assert examine(server, s3_bucket)["keys ending in /"].found == "refused: pages lie at index.html alone"
        repository(s3_server, s3_bucket).initialize()
        found = examine(server, s3_bucket)
    assert found.named("failed") == {"keys ending in /"}
    assert found["keys ending in /"].advice == "s3pypi migrate-index index.html"


def test_a_store_that_loses_headers(s3_server: S3Server, s3_bucket: str) -> None:
    def fault(passing: Passing) -> Answer | None:
        if passing.method == "GET" and passing.key.endswith("/kept"):
            head = {"ETag": '"1"', "Last-Modified": "Mon, 05 Jan 2026 00:00:00 GMT", "Content-Type": "text/plain"}
            return Answer(200, headers=head, body=b"other")
        return None

    with FaultProxy(s3_server.endpoint_url, fault) as proxy:
        found = examine(replace(s3_server, endpoint_url=proxy.url), s3_bucket)
    assert found.named("failed") == {"metadata", "headers"}
    assert found["metadata"].found == "other bytes come back"
    assert found["headers"].found == "Content-Type comes back as text/plain"


def test_what_is_left_of_a_probe_is_cleared(s3_server: S3Server, s3_bucket: str) -> None:
    client = s3_server.client()
    for key in ("team/p/0", "team/p/", "team/p0", "team/other"):
        client.put_object(Bucket=s3_bucket, Key=key, Body=b"1")
        client.create_multipart_upload(Bucket=s3_bucket, Key=f"{key}-part" if key[-1] != "/" else f"{key}part")
    examiner = S3Examiner(S3Store(s3_bucket, options(s3_server)), "team", "team/p")
    assert examiner.clear()
    assert left(s3_server, s3_bucket) == ["team/other", "team/p0", "team/other-part", "team/p0-part"]
