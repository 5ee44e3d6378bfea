"""What `doctor` finds of folders."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from s3pypi_setuptools import open_repository
from s3pypi_setuptools.doctor import folder as local_examination
from s3pypi_setuptools.doctor.folder import FolderExaminer
from s3pypi_setuptools.stores.local.store import LocalStore
from tests.doctor.examined import Examined
from tests.fault_matrix.test_full_disk import small_disk
from tests.support import samples
from tests.support.forked_programs import ForkedPrograms


def test_a_folder_that_is_yet_to_be_made_is_not_made(tmp_path: Path) -> None:
    found = Examined(open_repository(tmp_path / "a" / "repo").doctor())
    assert found.report.ok
    assert found["folder"].found.endswith("will be made by the first upload")
    assert found.named("ok") >= {"put", "delete", "atomic replace", "lock", "conditional create", "conditional replace"}
    assert list(tmp_path.iterdir()) == []


def test_a_repository_is_left_as_it_was(tmp_path: Path) -> None:
    repository = open_repository(tmp_path / "repo")
    repository.publish(samples.wheel(tmp_path / "dist"))
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "repo").rglob("*") if path.is_file()}
    found = Examined(repository.doctor())
    after = {path: path.stat().st_mtime_ns for path in (tmp_path / "repo").rglob("*") if path.is_file()}
    assert found.report.ok
    assert before == after
    assert found["record"].found == "repository.json says what was found"


def test_a_folder_that_may_not_be_written(tmp_path: Path, cli: ForkedPrograms) -> None:
    folder = tmp_path / "repo"
    open_repository(folder).publish(samples.wheel(tmp_path / "dist"))
    folder.chmod(0o555)
    try:
        done = cli.run("s3pypi", "doctor", str(folder), "--json", cwd=tmp_path)
        quiet = cli.run("s3pypi", "doctor", str(folder), "-q", cwd=tmp_path)
    finally:
        folder.chmod(0o755)
    assert done.status == 1
    checks = {check["name"]: check for check in json.loads(done.stdout)["checks"]}
    assert {name for name, check in checks.items() if check["result"] == "failed"} == {"put"}
    assert (quiet.status, quiet.stderr) == (1, "")
    assert [line.partition(": ")[0] for line in quiet.stdout.splitlines()] == [
        "failed put",
        f"publishing to {folder.as_uri()} is not sound",
    ]
    assert checks["put"]["found"] == "denied: Permission denied"
    assert checks["put"]["advice"] == f"check the permissions of {folder}"
    assert checks["list"]["result"] == "ok"
    assert checks["conditional create"]["found"] == "needs put"


CLOSED = {
    "lock": (".s3pypi/lock", 0o444),
    "folder of locks": (".s3pypi", 0o555),
    "project": ("demo", 0o555),
    "record": ("demo/manifest.json", 0o000),
}


@pytest.mark.parametrize("case", CLOSED)
def test_what_somebody_else_has_made_and_keeps_closed(tmp_path: Path, cli: ForkedPrograms, case: str) -> None:
    folder = tmp_path / "repo"
    open_repository(folder).publish(samples.wheel(tmp_path / "dist"))
    path, mode = folder / CLOSED[case][0], CLOSED[case][1]
    before = path.stat().st_mode
    path.chmod(mode)
    try:
        listed = sorted(folder.rglob("*"))
        done = cli.run("s3pypi", "doctor", str(folder), "--json", cwd=tmp_path)
        again = samples.wheel(tmp_path / "dist", version="2.0")
        uploaded = cli.run("s3pypi", "upload", str(again), "-t", str(folder), cwd=tmp_path)
    finally:
        path.chmod(before)
    checks = {check["name"]: check for check in json.loads(done.stdout)["checks"]}
    assert uploaded.status == 1, "it is not in the way"
    assert checks["put"]["result"] == "failed"
    assert (checks["put"]["found"], checks["put"]["advice"]) == (
        "denied: Permission denied",
        f"check the permissions of {path}",
    )
    assert sorted(folder.rglob("*")) == listed


def test_a_folder_below_one_that_is_closed(tmp_path: Path, cli: ForkedPrograms) -> None:
    (tmp_path / "closed").mkdir()
    (tmp_path / "closed").chmod(0)
    try:
        done = cli.run("s3pypi", "doctor", "./closed/sub", "--json", cwd=tmp_path)
    finally:
        (tmp_path / "closed").chmod(0o755)
    *_, folder = json.loads(done.stdout)["checks"]
    assert (folder["name"], folder["result"]) == ("folder", "failed")
    assert "Permission denied" in folder["found"]
    assert folder["advice"] == f"check the permissions of {tmp_path / 'closed'}"


def test_a_file_system_that_is_mounted_read_only(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", "ro"):
        found = Examined(open_repository(tmp_path / "disk" / "repo").doctor())
        reading = Examined(open_repository(tmp_path / "disk" / "repo").doctor(read_only=True))
    assert found.named("failed") == {"put"}
    assert found["put"].found == "denied: Read-only file system"
    assert found["put"].advice == f"{tmp_path / 'disk'} must be mounted for writing"
    assert found["file system"].found.endswith("mounted read-only")
    assert reading.report.ok


def test_a_listing_that_is_refused(tmp_path: Path, cli: ForkedPrograms) -> None:
    open_repository(tmp_path / "repo").publish(samples.wheel(tmp_path / "dist"))
    (tmp_path / "repo" / "demo").chmod(0)
    try:
        done = cli.run("s3pypi", "doctor", "./repo", "--read-only", "--json", cwd=tmp_path)
    finally:
        (tmp_path / "repo" / "demo").chmod(0o755)
    [listed] = [check for check in json.loads(done.stdout)["checks"] if check["name"] == "list"]
    assert (listed["result"], listed["advice"]) == ("failed", f"check the permissions of {tmp_path / 'repo' / 'demo'}")


def test_a_name_that_is_too_long(tmp_path: Path) -> None:
    found = Examined(open_repository(tmp_path / ("a" * 300)).doctor())
    assert found.named("failed") == {"folder"}
    assert "File name too long" in found["folder"].found


def test_a_link_to_nothing(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("nowhere")
    found = Examined(open_repository(tmp_path / "link").doctor())
    assert found["folder"].found == f"{tmp_path / 'link'} is a link to nowhere, which is not there"
    assert found["folder"].result.value == "failed"


def test_a_file_on_the_way(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    found = Examined(open_repository(tmp_path / "file" / "repo").doctor())
    assert found.named("failed") == {"folder"}
    assert found["folder"].found == f"{tmp_path / 'file'} is a file"


def test_a_file_in_place_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    found = Examined(open_repository(tmp_path / "file").doctor())
    assert found.named("failed") == {"folder"}


def test_a_file_system_of_another_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(
        f"disk / ext4 rw 0 0\nserver:/x {tmp_path.resolve()} nfs4 rw 0 0\nother /elsewhere tmpfs rw 0 0\n"
    )
    monkeypatch.setattr(local_examination, "_MOUNTS", mounts)
    [_, system, _] = FolderExaminer(LocalStore(tmp_path / "repo"), ".s3pypi-probe-1").connect()
    assert (system.result.value, system.found) == ("warning", "nfs4, over a network")


@pytest.mark.skipif(sys.platform == "win32", reason="the lock is not tried there")
def test_a_lock_that_keeps_nobody_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # As on a file system whose locks are known to one machine, or process, alone.
    monkeypatch.setattr(local_examination, "_LOCKS", "raise SystemExit(0)")
    found = {check.name: check for check in FolderExaminer(LocalStore(tmp_path), ".s3pypi-probe-1").write()}
    assert (found["lock"].result.value, found["lock"].found) == ("failed", "does not keep other processes out")
    assert list(tmp_path.iterdir()) == []
