"""``s3pypi list``, ``show``, ``delete``, ``yank``, ``unyank`` and ``status``."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.support import samples
from tests.support.programs import answered, run, run_json, run_on_terminal

TARGET = ["-t", "./repo"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder whose ``repo`` holds demo 1.0 (wheel, sdist) and 1.1 (wheel), and another project."""
    dist = tmp_path / "dist"
    for version in ("1.0", "1.1"):
        samples.wheel(dist, "Demo", version)
    samples.sdist(dist, "Demo", "1.0")
    samples.wheel(dist, "other", "0.1")
    assert run("s3pypi", "dist", *TARGET, cwd=tmp_path).status == 0
    return tmp_path


def listed(folder: Path) -> list[str]:
    return [file["filename"] for file in run_json("list", "demo", *TARGET, cwd=folder)["files"]]


def test_list_is_columns_that_scripts_can_cut(folder: Path) -> None:
    done = run("s3pypi", "list", *TARGET, cwd=folder)
    assert (done.status, done.stderr) == (0, "")
    rows = [line.split() for line in done.stdout.splitlines()]
    assert [(row[0], row[1], row[2], row[5]) for row in rows] == [
        ("demo", "1.1", "3", "active"),
        ("other", "0.1", "1", "active"),
    ]
    assert run("s3pypi", "list", "--names", *TARGET, cwd=folder).stdout == "demo\nother\n"
    rows = [line.split() for line in run("s3pypi", "list", "DEMO", *TARGET, cwd=folder).stdout.splitlines()]
    assert [(row[0], row[1], row[4], row[5]) for row in rows] == [
        ("Demo-1.0-py3-none-any.whl", "1.0", ">=3.8", "-"),
        ("Demo-1.0.tar.gz", "1.0", ">=3.8", "-"),
        ("Demo-1.1-py3-none-any.whl", "1.1", ">=3.8", "-"),
    ]


@pytest.mark.parametrize(
    ("words", "names"),
    [
        (["./repo"], "demo\nother\n"),
        (["./repo/", "O*"], "other\n"),
        (["d*", "-t", "./repo"], "demo\n"),
        (["./repo", "other", "demo"], "demo\nother\n"),
        (["[a-z]emo", "oth?r", "file:{repo}"], "demo\nother\n"),
        (["demo", "./repo"], "Demo-1.0-py3-none-any.whl\nDemo-1.0.tar.gz\nDemo-1.1-py3-none-any.whl\n"),
    ],
)
def test_list_takes_globs_and_the_target_as_an_argument(folder: Path, words: list[str], names: str) -> None:
    words = [word.format(repo=folder / "repo") for word in words]
    done = run("s3pypi", "list", "--names", *words, cwd=folder)
    assert (done.status, done.stdout, done.stderr) == (0, names, "")


def test_list_reads_no_other_projects_than_those_that_match(folder: Path) -> None:
    (folder / "repo" / "other" / "manifest.json").write_text("{")
    done = run("s3pypi", "list", "./repo", "d*", cwd=folder)
    assert (done.status, done.stdout.split()[0], done.stderr) == (0, "demo", "")


def test_list_as_json(folder: Path) -> None:
    report = run_json("list", *TARGET, cwd=folder)
    assert set(report) == {"ok", "target", "projects"}
    assert set(report["projects"][0]) == {"name", "latest", "files", "size", "uploaded", "status", "yanked", "error"}
    report = run_json("show", "demo", "1.0", *TARGET, cwd=folder)
    assert (report["status"], report["versions"], len(report["files"])) == ("active", ["1.0", "1.1"], 2)
    assert set(report["files"][0]) == {
        "filename", "version", "size", "uploaded", "requires_python", "yanked", "hashes", "metadata", "provenance",
        "url",
    }  # fmt: skip


def test_list_and_show_on_a_terminal(folder: Path) -> None:
    status, output = run_on_terminal("list", *TARGET, cwd=folder)
    assert (status, "Latest" in output, "other" in output) == (0, True, True)
    assert "Demo-1.1-py3-none-any.whl" in run_on_terminal("list", "demo", *TARGET, cwd=folder)[1]
    assert "sha256" in run_on_terminal("show", "demo", *TARGET, cwd=folder)[1]


def test_a_project_whose_files_are_all_yanked_is_listed(folder: Path) -> None:
    assert run("s3pypi", "yank", "other", "0.1", *TARGET, cwd=folder).status == 0
    [row] = [line.split() for line in run("s3pypi", "list", "o*", *TARGET, cwd=folder).stdout.splitlines()]
    assert row[:3] == ["other", "-", "1"]
    assert "all yanked" in run_on_terminal("list", "o*", *TARGET, cwd=folder)[1]
    assert "all yanked" not in run_on_terminal("list", "d*", *TARGET, cwd=folder)[1]


def test_a_list_is_shown_even_when_quiet(folder: Path) -> None:
    assert run("s3pypi", "list", "-q", *TARGET, cwd=folder).stdout


def test_delete_in_gorillas_form(folder: Path) -> None:
    done = run("s3pypi", "delete", "Demo", "1.0", "--yes", *TARGET, cwd=folder)
    url = (folder / "repo" / "demo").as_uri()
    assert (done.status, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        f"deleted Demo-1.0-py3-none-any.whl  {url}/Demo-1.0-py3-none-any.whl",
        f"deleted Demo-1.0.tar.gz  {url}/Demo-1.0.tar.gz",
    ]
    assert listed(folder) == ["Demo-1.1-py3-none-any.whl"]
    again = run("s3pypi", "delete", "Demo", "1.0", "--yes", *TARGET, cwd=folder)
    assert (again.status, again.stdout) == (0, "absent demo 1.0: it was deleted before\n")


def test_delete_a_file_and_the_rest(folder: Path) -> None:
    assert run("s3pypi", "delete", "demo", "--file", "Demo-1.0.tar.gz", "-y", *TARGET, cwd=folder).status == 0
    assert listed(folder) == ["Demo-1.0-py3-none-any.whl", "Demo-1.1-py3-none-any.whl"]
    report = run_json("delete", "demo", "--all", "-y", *TARGET, cwd=folder)
    assert (report["ok"], report["whole"], len(report["files"])) == (True, True, 2)
    assert run("s3pypi", "list", "--names", *TARGET, cwd=folder).stdout == "other\n"


def test_a_dry_run_deletes_nothing_and_asks_nothing(folder: Path) -> None:
    done = run("s3pypi", "delete", "demo", "--all", "--dry-run", *TARGET, cwd=folder)
    assert done.stdout.splitlines()[0].startswith("would delete Demo-1.0-py3-none-any.whl  ")
    assert done.stdout.splitlines()[-1] == "would delete demo: the project would be gone from the index"
    assert len(listed(folder)) == 3


def test_without_a_terminal_delete_wants_yes(folder: Path) -> None:
    done = run("s3pypi", "delete", "demo", "1.0", *TARGET, cwd=folder)
    assert (done.status, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    assert "--yes" in done.stderr
    assert len(listed(folder)) == 3


@pytest.mark.parametrize(
    ("answer", "status", "options"), [("YES\n", 0, []), ("y\n", 0, ["--json"]), ("\n", 1, []), ("\x04", 1, ["--json"])]
)
def test_on_a_terminal_delete_asks(folder: Path, answer: str, status: int, options: list[str]) -> None:
    done = answered(answer, "delete", "demo", "1.0", *TARGET, *options, cwd=folder)
    errors = done.stderr
    assert done.status == status, errors
    assert "deleted Demo-1.0.tar.gz" not in errors
    assert re.search(r"(?m), would delete:$[\s\S]*^  Demo-1\.0\.tar\.gz +\d+ B$", errors)
    assert "? [y/N] " in errors
    assert "Traceback" not in errors
    assert len(listed(folder)) == (1 if status == 0 else 3)
    if options:
        assert json.loads(done.stdout)["ok"] is (status == 0)
    elif status:
        assert "nothing was changed" in errors


def test_yank_and_unyank(folder: Path) -> None:
    done = run("s3pypi", "yank", "demo", "1.0", "--reason", "bad & old", *TARGET, cwd=folder)
    assert done.stdout.splitlines() == [
        "yanked Demo-1.0-py3-none-any.whl  bad & old",
        "yanked Demo-1.0.tar.gz  bad & old",
    ]
    assert "yanked: bad & old" in run("s3pypi", "list", "demo", *TARGET, cwd=folder).stdout
    assert run_json("show", "demo", "1.0", *TARGET, cwd=folder)["files"][0]["yanked"] == "bad & old"
    assert "would unyank " in run("s3pypi", "unyank", "demo", "1.0", "-n", *TARGET, cwd=folder).stdout
    assert run("s3pypi", "unyank", "demo", "1.0", "-y", *TARGET, cwd=folder).stdout.startswith("unyanked ")
    assert run("s3pypi", "unyank", "demo", "1.0", *TARGET, cwd=folder).stdout.startswith("not yanked Demo-1.0-py3")


def test_a_second_yank_says_that_it_is_one(folder: Path) -> None:
    assert run("s3pypi", "yank", "demo", "1.1", "--reason", "old", *TARGET, cwd=folder).status == 0
    again = run("s3pypi", "yank", "demo", "1.1", *TARGET, cwd=folder)
    assert (again.status, again.stdout) == (0, "already yanked Demo-1.1-py3-none-any.whl  old\n")


def test_status(folder: Path) -> None:
    done = run("s3pypi", "status", "demo", "archived", "--reason", "done", *TARGET, cwd=folder)
    assert done.stdout == "set demo archived  done\n"
    samples.wheel(folder / "dist", "Demo", "2.0")
    refused = run("s3pypi", "dist/Demo-2.0*", *TARGET, cwd=folder)
    assert refused.status == 1
    assert "demo is archived and takes no uploads" in refused.stderr
    shown = run("s3pypi", "status", "Demo", "-q", *TARGET, cwd=folder)
    assert (shown.status, shown.stdout) == (0, "demo archived  done\n")
    assert run_json("status", "demo", *TARGET, cwd=folder)["status"] == "archived"
    report = run_json("status", "demo", "active", *TARGET, cwd=folder)
    assert (report["ok"], report["before"], report["status"]) == (True, "archived", "active")
    assert run("s3pypi", "dist/Demo-2.0*", *TARGET, cwd=folder).status == 0


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["delete", "demo", "--yes"], 2, "--all"),
        (["delete", "demo", "1.0", "--all", "--yes"], 2, "--all"),
        (["delete", "--yes"], 2, "PROJECT"),
        (["delete", "demo", "1.9", "--yes"], 1, "demo has no version '1.9' (did you mean '1.1'?)"),
        (["delete", "dmo", "1.0", "--yes"], 1, "there is no project 'dmo' (did you mean 'demo'?)"),
        (["delete", "de/mo", "1.0", "--yes"], 2, "'de/mo' is not the name of a project"),
        (["verify", "./repo"], 2, "'./repo' is not the name of a project; give a target with --target"),
        (["yank", "demo"], 2, "VERSION"),
        (["yank", "demo", "--file", "x.whl"], 1, "demo lists no file 'x.whl'"),
        (["unyank", "demo", "1.0", "--file", "x.whl"], 2, "VERSION"),
        (["status", "demo", "abandoned"], 2, "abandoned"),
        (["status", "dmo"], 1, "there is no project 'dmo' (did you mean 'demo'?)"),
        (["status", "demo", "--reason", "old"], 2, "--reason goes with a STATUS"),
        (["status", "dmo", "archived"], 1, "there is no project 'dmo'"),
        (["show"], 2, "PROJECT"),
        (["show", "demo", "one"], 1, "demo has no version 'one'"),
        (["list", "x*"], 1, "no project matches 'x*'"),
        (["list", "./repo"], 2, "give the target once"),
        (["list", "demo", "nothing"], 1, "no project matches 'nothing'"),
        (["list", "nothing"], 1, "there is no project 'nothing'"),
    ],
)
def test_errors_are_one_line(folder: Path, arguments: list[str], status: int, said: str) -> None:
    done = run("s3pypi", *arguments, *TARGET, cwd=folder)
    assert (done.status, done.stdout) == (status, "")
    assert done.stderr.startswith("s3pypi: error: ")
    assert said in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    "arguments", [["list"], ["show", "demo"], ["delete", "demo", "--all", "-y"], ["yank", "demo", "1"]]
)
def test_a_mistyped_target_is_an_error_and_stays_empty(folder: Path, arguments: list[str]) -> None:
    done = run("s3pypi", *arguments, "-t", "./nowhere", cwd=folder)
    assert done.status == 1
    assert "there is no repository here" in done.stderr
    assert not (folder / "nowhere").exists()
