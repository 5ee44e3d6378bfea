"""What fits on a terminal of 80 columns."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from s3pypi_setuptools import open_repository
from tests.support import samples
from tests.support.programs import answered, run, run_on_terminal

NAME = "acme-core-library"
FILES = [
    "acme_core_library-1.0-py3-none-any.whl",
    "acme_core_library-1.0.tar.gz",
    "acme_core_library-1.12.0-py3-none-any.whl",
    "acme_core_library-2.0.dev1-py3-none-any.whl",
]
TARGET = "./a-folder/with-a-long-name/that-fills/a-line-and-more/if-any-url-is-shown/repo"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a repository, in which one file's reason for its yank is long."""
    for version in ("1.0", "1.12.0", "2.0.dev1"):
        samples.wheel(tmp_path / "dist", NAME, version, padding=1_500_000 if version == "1.12.0" else 0)
    samples.sdist(tmp_path / "dist", NAME, "1.0")
    repository = open_repository(tmp_path / TARGET)
    assert repository.publish(tmp_path / "dist").ok
    repository.yank(NAME, "1.0", reason="breaks on Windows, and on everything else that one may think of")
    return tmp_path


def narrow(folder: Path, *words: str, columns: int = 80) -> list[str]:
    """The lines that a terminal of so many columns shows."""
    environ = {"COLUMNS": str(columns), "NO_COLOR": "1"}
    status, output = run_on_terminal(*words, "-t", TARGET, cwd=folder, environ=environ)
    assert status == 0, output
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", output).splitlines()


def holding(lines: list[str], name: str) -> str:
    """The one line that holds the whole name."""
    [line] = [line for line in lines if re.search(rf"(?<![\w.-]){re.escape(name)}(?![\w.-])", line)]
    return line


def test_list_has_a_line_for_each_file(folder: Path) -> None:
    lines = narrow(folder, "list", NAME)
    table = lines[lines.index(next(line for line in lines if "File" in line)) - 1 :]
    assert len(table) == 3 + len(FILES) + 1
    assert max(map(len, table)) <= 80
    for name in FILES:
        assert re.search(r"\d (B|kB|MB) ", holding(table, name))
    assert "breaks " in holding(table, FILES[0])
    assert "1.5 MB" in holding(table, FILES[2])
    wide = narrow(folder, "list", NAME, columns=180)
    assert re.search(r"│ 1\.12\.0 +│ +1\.5 MB │ \d{4}-\d\d-\d\d │ >=3\.8 +│ ", holding(wide, FILES[2]))
    assert "everything else that one may think of" in holding(wide, FILES[0])


def test_a_name_that_is_wider_than_the_terminal_is_shown_whole(folder: Path) -> None:
    lines = narrow(folder, "list", NAME, columns=40)
    cells = [line.split("│")[1].strip() for line in lines if line.startswith("│")]
    assert "".join(cells) == "".join(FILES)
    assert max(len(line) for line in lines if line.startswith("│")) <= 40


@pytest.mark.parametrize("words", [["delete", NAME, "1.0"], ["prune", "--keep-last", "1"]])
def test_a_question_shows_a_line_for_each_file_and_sums(folder: Path, words: list[str]) -> None:
    done = answered("n\n", *words, "-t", TARGET, cwd=folder)
    assert done.status == 1
    lines = done.output.splitlines()
    assert lines[0] == f"of {(folder / TARGET).as_uri()}, would delete:"
    for name in FILES[:2]:
        assert re.fullmatch(rf"  {re.escape(name)} +\d+ B(  release)?", holding(lines, name))
        assert len(holding(lines, name)) <= 80
    assert re.fullmatch(r"would delete [23] (files|objects), [\d.]+ kB", lines[-2])
    assert lines[-1].startswith("Delete this? [y/N] ")


def test_what_was_deleted_is_shown_without_urls(folder: Path) -> None:
    lines = narrow(folder, "delete", NAME, "1.0", "--yes")
    assert [line.split()[0] for line in lines] == ["of", FILES[0], FILES[1], "deleted"]
    lines = narrow(folder, "prune", "--dev", "--yes")
    assert max(map(len, lines[1:])) <= 80
    assert holding(lines, FILES[3]).startswith("│ ")


def test_the_deletion_of_a_whole_project_warns_of_its_free_name(folder: Path) -> None:
    def warned(output: str) -> bool:
        return bool(re.search(rf"warning: installers that also .* {NAME} .*\(dependency confusion\)", output))

    assert warned(run("s3pypi", "delete", NAME, "--all", "--dry-run", "-t", TARGET, cwd=folder).stderr)
    assert not warned(run("s3pypi", "delete", NAME, "1.0", "--dry-run", "-t", TARGET, cwd=folder).stderr)
    done = answered("n\n", "delete", NAME, "--all", "-t", TARGET, cwd=folder)
    assert warned(done.output[: done.output.index("Delete this?")])
    assert run("s3pypi", "delete", NAME, "--all", "--yes", "-t", TARGET, cwd=folder).stderr == ""
