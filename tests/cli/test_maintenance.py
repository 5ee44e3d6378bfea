"""``s3pypi verify``, ``reindex`` and ``prune``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support import samples
from tests.support.programs import answered, run, run_json, run_on_terminal

TARGET = ["-t", "./repo"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder whose ``repo`` holds demo 1.0, 1.1 and 2.0.dev1 (wheels)."""
    for version in ("1.0", "1.1", "2.0.dev1"):
        samples.wheel(tmp_path / "dist", "demo", version)
    assert run("s3pypi", "dist", *TARGET, cwd=tmp_path).status == 0
    return tmp_path


def test_verify_says_that_all_is_well(folder: Path) -> None:
    done = run("s3pypi", "verify", *TARGET, cwd=folder)
    assert (done.status, done.stdout, done.stderr) == (0, "verified 1 project, 3 files: all is well\n", "")
    assert run("s3pypi", "verify", "--quiet", *TARGET, cwd=folder).stdout == ""
    report = run_json("verify", "Demo", "--deep", *TARGET, cwd=folder)
    assert report["ok"] is True
    assert set(report) == {"ok", "target", "deep", "projects", "files", "pending", "findings"}


def test_verify_exits_1_with_a_line_for_each_finding(folder: Path) -> None:
    (folder / "repo" / "demo" / "demo-1.0-py3-none-any.whl").unlink()
    done = run("s3pypi", "verify", *TARGET, cwd=folder)
    assert done.status == 1
    assert done.stdout.splitlines()[0].startswith("missing demo/demo-1.0-py3-none-any.whl: is listed, and does not")
    assert done.stdout.splitlines()[-1] == "verified 1 project, 3 files: 1 finding"
    report = json.loads(run("s3pypi", "verify", "--json", *TARGET, cwd=folder).stdout)
    assert report["ok"] is False
    assert set(report["findings"][0]) == {"problem", "project", "key", "detail"}


def test_verify_draws_a_bar_on_a_terminal(folder: Path) -> None:
    status, output = run_on_terminal("verify", *TARGET, cwd=folder)
    assert status == 0
    assert "Verifying" in output
    assert "all is well" in output


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["verify", "nothing", *TARGET], 1, "no project"),
        (["verify", "-t", "./nowhere"], 1, "no repository"),
        (["reindex", "-t", "./nowhere"], 1, "no repository"),
        (["prune", "--yes", "-t", "./nowhere"], 1, "no repository"),
        (["reindex", "a b", *TARGET], 2, "not the name of a project"),
        (["prune", *TARGET], 2, "--yes"),
        (["prune", "--last-stable", "-y", *TARGET], 2, "--keep-last"),
        (["prune", "--older-than", "soon", "-y", *TARGET], 2, "90d"),
        (["prune", "--keep-last", "-1", "-y", *TARGET], 2, "--keep-last"),
        (["prune", "demos", "-y", *TARGET], 1, "demo"),
    ],
)
def test_errors_are_one_line(folder: Path, arguments: list[str], status: int, said: str) -> None:
    done = run("s3pypi", *arguments, cwd=folder)
    assert (done.status, done.stdout) == (status, "")
    assert done.stderr.startswith("s3pypi: error: ")
    assert said in done.stderr
    assert done.stderr.count("\n") == 1


def test_reindex_lists_what_was_dropped_in(folder: Path) -> None:
    wheel = samples.wheel(folder / "repo" / "demo", "demo", "3.0")
    would = run("s3pypi", "reindex", "--dry-run", *TARGET, cwd=folder).stdout
    assert would.splitlines()[0] == f"would list {wheel.name}  demo"
    done = run("s3pypi", "reindex", *TARGET, cwd=folder)
    assert (done.status, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [f"listed {wheel.name}  demo", "reindexed 1 project, 3 files"]
    assert run_json("show", "demo", *TARGET, cwd=folder)["versions"][-1] == "3.0"


def test_reindex_asks_before_it_unlists(folder: Path) -> None:
    wheel = folder / "repo" / "demo" / "demo-1.0-py3-none-any.whl"
    wheel.unlink()
    done = run("s3pypi", "reindex", *TARGET, cwd=folder)
    assert done.status == 1
    assert done.stderr.startswith(f"s3pypi: error: {wheel.name}: demo lists it, and it does not exist")

    done = answered("n\n", "reindex", *TARGET, cwd=folder)
    assert done.status == 1
    assert "nothing was changed" in done.output
    done = answered("y\n", "reindex", *TARGET, cwd=folder)
    assert done.status == 0
    assert f"unlisted {wheel.name}  demo" in done.output
    assert run("s3pypi", "reindex", "--yes", *TARGET, cwd=folder).status == 0
    assert run("s3pypi", "verify", "--deep", *TARGET, cwd=folder).status == 0


def test_reindex_answered_no_says_what_it_did_change(folder: Path) -> None:
    (folder / "repo" / "demo" / "demo-1.0-py3-none-any.whl").unlink()
    samples.wheel(folder / "repo" / "demo", "demo", "3.0")
    done = answered("n\n", "reindex", *TARGET, cwd=folder)
    assert done.status == 1
    last = done.output.splitlines()[-1]
    assert last.endswith("error: listed 1 file; 1 missing file still listed: the answer was not yes")
    assert run_json("show", "demo", *TARGET, cwd=folder)["versions"] == ["1.0", "1.1", "2.0.dev1", "3.0"]


def test_reindex_answered_yes_forgets_no_other_error(folder: Path) -> None:
    samples.wheel(folder / "other", "other", "1.0")
    assert run("s3pypi", "other", *TARGET, cwd=folder).status == 0
    (folder / "repo" / "demo" / "demo-1.0-py3-none-any.whl").unlink()
    other = folder / "repo" / "other"
    (other / "other-1.0-py3-none-any.whl").write_bytes(b"others")
    done = answered("y\n", "reindex", *TARGET, cwd=folder)
    assert done.status == 1, done.output
    assert "other-1.0-py3-none-any.whl" in done.output
    assert "unlisted demo-1.0-py3-none-any.whl" in done.output


def test_reindex_makes_a_lost_or_damaged_repository_record_anew(folder: Path) -> None:
    record = folder / "repo" / "repository.json"
    # Whether a project lists files of another folder, a record that is made anew cannot know.
    before = record.read_text().replace('"shared-files": false', '"shared-files": true')
    record.unlink()
    assert run("s3pypi", "reindex", *TARGET, cwd=folder).status == 0
    assert record.read_text() == before
    record.write_text("{")
    assert run("s3pypi", "verify", *TARGET, cwd=folder).status == 1
    done = run("s3pypi", "reindex", *TARGET, cwd=folder)
    assert done.status == 0
    assert "damaged" in done.stderr
    assert record.read_text() == before


def test_prune_by_rules(folder: Path) -> None:
    would = run("s3pypi", "prune", "--keep-last", "1", "--dry-run", *TARGET, cwd=folder)
    assert [line.split()[2] for line in would.stdout.splitlines()] == ["demo-1.0-py3-none-any.whl", "1"]
    done = answered("n\n", "prune", "--dev", *TARGET, cwd=folder)
    assert done.status == 1
    assert "demo-2.0.dev1" in done.output
    done = answered("y\n", "prune", "--dev", *TARGET, cwd=folder)
    assert done.status == 0
    report = run_json("prune", "--keep-last", "1", "--yes", *TARGET, cwd=folder)
    assert [one["version"] for project in report["projects"] for one in project["pruned"]] == ["1.0"]
    assert run_json("show", "demo", *TARGET, cwd=folder)["versions"] == ["1.1"]


def test_prune_draws_a_table_on_a_terminal(folder: Path) -> None:
    status, output = run_on_terminal("prune", "--dev", "--yes", *TARGET, cwd=folder)
    assert status == 0
    assert "Deleted 1 object, " in output
    assert "2.0.dev1" in output


def test_help_names_them() -> None:
    done = run("s3pypi", "--help", cwd=Path.cwd())
    assert all(f"\n  {name}" in done.stdout for name in ("verify", "reindex", "prune"))
