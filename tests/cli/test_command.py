"""Commands as values."""

from __future__ import annotations

import io
from dataclasses import dataclass

import pytest

from s3pypi_setuptools.cli.commands import GROUPS, SUBCOMMANDS, load
from s3pypi_setuptools.cli.render.output import Output
from s3pypi_setuptools.cli.streams import Streams
from s3pypi_setuptools.cli.terminal import Terminal
from s3pypi_setuptools.interruption import Terminated

ONLY_READ = {"list", "show", "download", "verify", "locks", "doctor", "config", "policy", "completion"}


@dataclass(frozen=True)
class Report:
    ok: bool


@pytest.mark.parametrize("name", SUBCOMMANDS)
def test_a_command_is_called_by_its_name(name: str) -> None:
    assert load(name).program == ("s3pypi" if name == "upload" else f"s3pypi {name}")


@pytest.mark.parametrize("name", sorted({*SUBCOMMANDS} - ONLY_READ - {"init", *GROUPS["the service"]}))
def test_a_command_that_changes_a_repository_can_be_tried(name: str) -> None:
    assert "--dry-run" in load(name).parser().format_help()


@pytest.mark.parametrize("name", sorted(ONLY_READ))
def test_a_command_that_only_reads_never_asks(name: str) -> None:
    assert "--yes" not in load(name).parser().format_help()


@pytest.mark.parametrize(("quiet", "shown"), [(False, "a line\nwhat failed\n"), (True, "what failed\n")])
def test_what_failed_is_shown_even_when_quiet(capsys: pytest.CaptureFixture[str], quiet: bool, shown: str) -> None:
    terminal = Terminal("s3pypi")
    terminal.quiet = quiet
    output = Output(
        report=Report(ok=False),
        lines=["a line", "what failed"],
        failures=["what failed"],
        errors=["an error"],
        warnings=["a warning"],
    )
    assert terminal.show(output) == 1
    assert capsys.readouterr() == (shown, "s3pypi: error: an error\ns3pypi: warning: a warning\n")


def test_an_earlier_failure_decides_the_exit_status() -> None:
    assert Terminal("s3pypi").show(Output(report=Report(ok=True), lines=[], failed=True)) == 1


def test_only_a_closed_pipe_is_survived_while_a_table_is_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdout", io.StringIO())  # what is behind it is lost from then on
    streams = Streams()
    with streams.drawing():
        raise SystemExit(1)  # as rich does
    assert streams.failure is None
    with streams.drawing():
        raise BrokenPipeError
    assert streams.failure is None
    with pytest.raises(Terminated), streams.drawing():
        raise Terminated
    full = OSError(28, "No space left on device")
    with streams.drawing():
        raise full
    assert streams.failure is full
