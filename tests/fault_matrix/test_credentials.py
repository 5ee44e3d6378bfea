"""Credentials that expire while a large file is on its way, and those that are renewed in time."""

from __future__ import annotations

import stat
import time

import pytest

from tests.fault_matrix.buckets import Bench
from tests.fault_matrix.verbs import WHEEL
from tests.support import samples
from tests.support.fault_proxy import Answer, Do, Fault, FaultProxy, Passing
from tests.support.markers import case
from tests.support.programs import assert_one_line

LARGE = 42 * 1024 * 1024
WHEEL_NAME = f"demo-4.0{WHEEL}"
EXPIRED = Answer(400, "ExpiredToken")
PROCESS = """#!/bin/sh
expiry=$(($(date +%s) + 3))
cat <<END
{{"Version": 1, "AccessKeyId": "{key}", "SecretAccessKey": "{secret}",
 "Expiration": "$(date -u -d @$expiry +%Y-%m-%dT%H:%M:%SZ)"}}
END
echo $expiry >>{log}
"""


@pytest.fixture
def large(bench: Bench) -> str:
    path = bench.folder / "huge" / WHEEL_NAME
    if not path.exists():
        samples.wheel(bench.folder / "huge", version="4.0", padding=LARGE)
    return f"huge/{WHEEL_NAME}"


@pytest.mark.parametrize("abort", [case(True, slow=False, id="aborted"), case(False, slow=True, id="not aborted")])
def test_they_expire_in_the_middle(abort: bool, bench: Bench, large: str) -> None:
    prefix, parts = bench.new_repository(), 0

    def fault(passing: Passing) -> Fault | None:
        nonlocal parts
        parts += passing.operation == "UploadPart"
        late = parts > 2 and not (abort and passing.operation == "AbortMultipartUpload")
        return EXPIRED if late else None

    done, sent = bench.through_proxy(fault, prefix, large)

    assert done.status == 1
    assert_one_line(done.stderr, bench.server.secret_key)
    assert f"{prefix}/demo/" in done.stderr
    assert "expired; sign in again" in done.stderr
    assert "AbortMultipartUpload" in [passing.operation for passing in sent]
    assert bench.reader(prefix).installable() == bench.listed
    uploads = bench.client.list_multipart_uploads(Bucket=bench.bucket).get("Uploads", [])
    left = [upload for upload in uploads if upload["Key"].startswith(f"{prefix}/")]
    assert bool(left) is not abort
    assert bench.run(prefix, large).status == 0
    assert WHEEL_NAME in bench.reader(prefix).installable()


def test_those_that_are_renewed_go_on(bench: Bench, large: str) -> None:
    prefix, log = bench.new_repository(), bench.folder / "expiries"
    script, config = bench.folder / "credentials", bench.folder / "aws-config"
    script.write_text(PROCESS.format(key=bench.server.access_key, secret=bench.server.secret_key, log=log))
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    config.write_text(f"[profile brief]\ncredential_process = {script}\n")

    def fault(passing: Passing) -> Fault | None:
        if time.time() > int(log.read_text().split()[-1]):
            return EXPIRED  # nobody has asked for new ones in time
        return Do(before=lambda: time.sleep(1)) if passing.operation == "UploadPart" else None

    environ = bench.environ(prefix, "") | {"AWS_CONFIG_FILE": str(config), "AWS_PROFILE": "brief"}
    del environ["AWS_ACCESS_KEY_ID"], environ["AWS_SECRET_ACCESS_KEY"]
    with FaultProxy(bench.server.endpoint_url, fault) as proxy:
        done = bench.cli.run("s3pypi", large, cwd=bench.folder, environ=environ | {"AWS_ENDPOINT_URL": proxy.url})

    assert (done.status, done.stderr) == (0, "")
    assert len(set(log.read_text().split())) > 1
    assert WHEEL_NAME in bench.reader(prefix).installable()
