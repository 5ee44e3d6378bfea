"""``s3pypi locks``, ``s3pypi force-unlock``, and what publishing with a lock table says."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from s3pypi_setuptools.locks.base import lock_id
from tests.support import samples
from tests.support.lock_tables import LockTable
from tests.support.programs import answered, command, run, run_on_terminal
from tests.support.servers import S3Server

ID = "89e495e7941cf9e40e6980d14a16bf023ccd4c91"
"""Of demo."""

EXPIRED = {"Token": "x", "Project": "other", "ExpiresAt": "2026-11-02T10:01:00+00:00", "LeaseSeconds": "60"}


@pytest.fixture
def environ(locks: LockTable) -> Mapping[str, str]:
    return {**locks.server.environment, "S3PYPI_LOCKS_TABLE": locks.name}


@pytest.fixture
def target(ministack: S3Server) -> str:
    return f"s3://{ministack.new_bucket()}/simple"


def test_locks_lists_nothing(locks: LockTable, environ: Mapping[str, str], tmp_path: Path) -> None:
    done = run("s3pypi", "locks", cwd=tmp_path, environ=environ)
    assert (done.status, done.stdout, done.stderr) == (0, "", "")
    status, output = run_on_terminal("locks", cwd=tmp_path, environ=environ)
    assert (status, output.strip()) == (0, f"{locks.name}: nothing is locked")


def test_names_are_shown_whole_on_a_narrow_terminal(
    locks: LockTable, environ: Mapping[str, str], tmp_path: Path
) -> None:
    name = "a-project-of-a-name-that-is-long"
    locks.put(name, Project=name, Owner="jenkins-publisher@agent-7.build.example.com")
    _, output = run_on_terminal("locks", cwd=tmp_path, environ={**environ, "COLUMNS": "80"})
    assert "…" not in output


def test_locks_names_projects_owners_and_times(
    locks: LockTable, environ: Mapping[str, str], target: str, tmp_path: Path
) -> None:
    samples.wheel(tmp_path)
    published = run("s3pypi", "demo-1.0-py3-none-any.whl", "-t", target, cwd=tmp_path, environ=environ)
    assert (published.status, published.stderr) == (0, "")
    locks.put("demo", AcquiredAt="2026-11-02T10:00:07.25+00:00")
    locks.put("other", **EXPIRED)
    locks.put("/", AcquiredAt="2026-11-02T10:00:09+00:00")
    unknown = locks.put("elsewhere", AcquiredAt="soon", Owner="x")
    done = run("s3pypi", "locks", "-t", target, cwd=tmp_path, environ=environ)
    assert [line.split() for line in done.stdout.splitlines()] == [
        [lock_id("other"), "other", "ci@agent-7", "2026-11-02T10:00:00Z", "expired"],
        [ID, "demo", "ci@agent-7", "2026-11-02T10:00:07Z", "-"],
        [lock_id("/"), "/", "ci@agent-7", "2026-11-02T10:00:09Z", "-"],
        [unknown, "-", "x", "-", "-"],
    ]
    report = json.loads(run("s3pypi", "locks", "--json", cwd=tmp_path, environ=environ).stdout)
    assert (report["ok"], report["table"], len(report["locks"])) == (True, locks.name, 4)
    assert report["locks"][1] == {
        "id": ID, "project": None, "owner": "ci@agent-7", "since": "2026-11-02T10:00:07.250000Z", "expires": None,
        "expired": False,
    }  # fmt: skip
    _, drawn = run_on_terminal("locks", "-t", target, cwd=tmp_path, environ=environ)
    assert "Lock ID" in drawn
    assert "2026-11-02 10:00:07" in drawn
    assert "never" in drawn


def test_locks_without_a_readable_target_warns(
    locks: LockTable, environ: Mapping[str, str], target: str, tmp_path: Path
) -> None:
    locks.put("demo")
    done = run("s3pypi", "locks", "-t", f"{target}-other", cwd=tmp_path, environ=environ)
    assert (done.status, done.stdout.split()[:2]) == (0, [ID, "-"])
    missing = run("s3pypi", "locks", "-t", "s3://no-such-bucket-anywhere", cwd=tmp_path, environ=environ)
    assert missing.status == 0
    assert "s3pypi: warning: the projects of some locks cannot be named: s3://no-such-bucket-anywhere" in missing.stderr


@pytest.mark.parametrize(("name", "project"), [(ID.upper(), "an unknown project"), ("Demo", "demo")])
def test_force_unlock_removes_a_lock(
    locks: LockTable, environ: Mapping[str, str], tmp_path: Path, name: str, project: str
) -> None:
    locks.put("demo")
    held = f"{ID} ({project}): held by ci@agent-7 since 2026-11-02T10:00:00Z, never expires\n"
    tried = run("s3pypi", "force-unlock", locks.name, name, "--dry-run", cwd=tmp_path, environ=environ)
    assert (tried.status, tried.stdout) == (0, f"would remove {held}")
    assert len(locks.items()) == 1
    done = run("s3pypi", "force-unlock", locks.name, name, "--yes", cwd=tmp_path, environ=environ)
    assert (done.status, done.stdout, done.stderr) == (0, f"removed {held}", "")
    assert locks.items() == []
    again = run("s3pypi", "force-unlock", locks.name, name, "--yes", cwd=tmp_path, environ=environ)
    assert (again.status, again.stdout) == (1, "")
    asked = f"demo ({ID})" if name == "Demo" else ID
    assert again.stderr.startswith(f"s3pypi: error: {asked}: there is no such lock in the table {locks.name}")
    assert again.stderr.count("\n") == 1


def test_force_unlock_of_the_root(locks: LockTable, environ: Mapping[str, str], tmp_path: Path) -> None:
    locks.put("/", **{**EXPIRED, "Project": "/"})
    done = run("s3pypi", "force-unlock", locks.name, "/", "-y", "--json", cwd=tmp_path, environ=environ)
    assert json.loads(done.stdout)["lock"]["project"] == "/"
    assert locks.items() == []


@pytest.mark.parametrize(("answer", "left"), [("y", 0), ("n", 1)])
def test_force_unlock_asks(
    locks: LockTable, environ: Mapping[str, str], tmp_path: Path, answer: str, left: int
) -> None:
    locks.put("other", **EXPIRED)
    done = answered(f"{answer}\n", "force-unlock", locks.name, "other", cwd=tmp_path, environ=environ)
    assert f"(other): held by ci@agent-7 since 2026-11-02T10:00:00Z, expired\nRemove this lock from {locks.name}" in (
        done.output.replace("the table ", "")
    )
    assert (done.status, len(locks.items())) == (left, left)


def test_force_unlock_needs_somebody_to_ask(locks: LockTable, environ: Mapping[str, str], tmp_path: Path) -> None:
    done = run("s3pypi", "force-unlock", locks.name, "demo", cwd=tmp_path, environ=environ)
    assert done.status == 2
    assert "--yes" in done.stderr
    assert run("s3pypi", "force-unlock", locks.name, "a b", "-y", cwd=tmp_path, environ=environ).status == 2


@pytest.mark.parametrize("arguments", [("locks",), ("force-unlock", "other-table", "demo", "-y"), ("demo.whl",)])
def test_a_missing_table_is_one_line(
    environ: Mapping[str, str], target: str, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    samples.wheel(tmp_path)
    arguments = tuple("demo-1.0-py3-none-any.whl" if word == "demo.whl" else word for word in arguments)
    environ = {**environ, "S3PYPI_LOCKS_TABLE": "other-table", "S3PYPI_TARGET": target}
    done = run("s3pypi", *arguments, cwd=tmp_path, environ=environ)
    assert (done.status, done.stdout) == (1, "")
    assert done.stderr.startswith("s3pypi: error: locks table other-table: ")
    assert "has no such table" in done.stderr
    assert done.stderr.count("\n") == 1


def test_many_projects_and_a_missing_table_are_one_line(
    environ: Mapping[str, str], target: str, tmp_path: Path
) -> None:
    for number in range(3):
        samples.wheel(tmp_path / "dist", f"demo-{number}")
    environ = {**environ, "S3PYPI_LOCKS_TABLE": "other-table"}
    done = run("s3pypi", "dist", "-t", target, cwd=tmp_path, environ=environ)
    assert done.status == 1
    assert done.stderr.count("\n") == 1


def test_dry_runs_and_readers_ask_for_no_lock(environ: Mapping[str, str], target: str, tmp_path: Path) -> None:
    samples.wheel(tmp_path / "dist")
    assert run("s3pypi", "dist", "-t", target, cwd=tmp_path, environ=environ).status == 0
    nowhere = {**environ, "AWS_ENDPOINT_URL_DYNAMODB": "http://127.0.0.1:9"}
    for arguments in (("list",), ("dist", "-n"), ("delete", "demo", "1.0", "-n")):
        done = run("s3pypi", *arguments, "-t", target, cwd=tmp_path, environ=nowhere)
        assert (done.status, done.stderr) == (0, ""), arguments
    refused = run("s3pypi", "yank", "demo", "1.0", "-t", target, cwd=tmp_path, environ=nowhere)
    assert refused.status == 1
    assert "no connection to DynamoDB" in refused.stderr


CODE = """
from setuptools import setup
setup(name="demo", version="1.0", options={"s3pypi": {"target": %r}}, py_modules=[])
"""


def cli(folder: Path, target: str) -> list[str]:
    samples.wheel(folder / "dist", "a-first")
    samples.wheel(folder / "dist")
    return [*command("s3pypi"), "dist", "-t", target]


def setup_py(folder: Path, target: str) -> list[str]:
    (folder / "setup.py").write_text(CODE % target)
    return [sys.executable, "setup.py", "-q", "sdist", "s3pypi"]


def backend(folder: Path, target: str) -> list[str]:
    code = (
        "from pathlib import Path\nfrom s3pypi_setuptools.build_push import push\n"
        f"push(Path('dist/demo-1.0-py3-none-any.whl'), project=Path(), command_line={{'target': {target!r}}})"
    )
    samples.wheel(folder / "dist")
    return [sys.executable, "-c", code]


@pytest.mark.parametrize(
    ("door", "number", "status"),
    [
        (cli, signal.SIGINT, 130),
        (cli, signal.SIGTERM, 143),
        (setup_py, signal.SIGTERM, 143),
        (backend, signal.SIGINT, 130),
    ],
)
def test_a_signal_releases_what_is_held_and_ends_the_waiting(
    *,
    locks: LockTable,
    environ: Mapping[str, str],
    target: str,
    tmp_path: Path,
    door: Callable[[Path, str], list[str]],
    number: int,
    status: int,
) -> None:
    """The project's lock is held, and that of the list of projects is waited for."""
    locks.put("/")
    # The first push makes the repository, under the lock of the root; this one is to find it made.
    made = {name: value for name, value in environ.items() if name != "S3PYPI_LOCKS_TABLE"}
    assert run("s3pypi", "init", "-t", target, cwd=tmp_path, environ=made).status == 0
    process = subprocess.Popen(
        door(tmp_path, target),
        cwd=tmp_path,
        env={**os.environ, **environ},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    said = next(line for line in process.stdout if "waiting up to" in line)
    assert "demo" in {item.get("Project") for item in locks.items()}
    process.send_signal(number)
    output, _ = process.communicate(timeout=300)
    assert [item["LockID"] for item in locks.items()] == [lock_id("/")], output
    assert process.returncode == status
    assert "the list of projects: is locked by ci@agent-7 since 2026-11-02 10:00:00 UTC: waiting up to 300 s" in said
