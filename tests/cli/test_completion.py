"""``s3pypi completion SHELL``."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.support.programs import execute, run

COMPLETE = """
source {script}
COMP_WORDS=({words})
COMP_CWORD={index}
COMPREPLY=()
_shtab_s3pypi 2>/dev/null
printf '%s\\n' "${{COMPREPLY[@]}}"
"""


def completed(folder: Path, line: str) -> set[str]:
    """What bash offers for the last word of ``line``."""
    script = folder / "s3pypi.bash"
    if not script.exists():
        script.write_text(run("s3pypi", "completion", "bash", cwd=folder).stdout)
    words = line.split(" ")
    code = COMPLETE.format(script=script, words=" ".join(f"'{word}'" for word in words), index=len(words) - 1)
    done = execute(["bash", "-c", code])
    assert done.status == 0
    return {word.strip() for word in done.stdout.split("\n") if word.strip()}


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")
@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("s3pypi del", {"delete"}),
        ("s3pypi y", {"yank"}),
        ("s3pypi list --na", {"--names"}),
        ("s3pypi delete demo --dry", {"--dry-run"}),
        ("s3pypi status demo arch", {"archived"}),
        ("s3pypi upload --if-exists=x --tar", {"--target"}),
    ],
)
def test_bash_completes_commands_options_and_words(tmp_path: Path, line: str, offered: set[str]) -> None:
    assert completed(tmp_path, line) == offered


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_scripts_that_the_shells_themselves_can_read(tmp_path: Path, shell: str) -> None:
    done = run("s3pypi", "completion", shell, "-q", cwd=tmp_path)
    assert (done.status, done.stderr) == (0, "")
    assert "unyank" in done.stdout
    assert str(tmp_path) not in done.stdout
    if shutil.which(shell):
        script = tmp_path / "script"
        script.write_text(done.stdout)
        checked = execute([shell, "-n", script])
        assert (checked.status, checked.stderr) == (0, "")


def test_other_shells_are_an_error(tmp_path: Path) -> None:
    assert run("s3pypi", "completion", "cmd", cwd=tmp_path).status == 2
