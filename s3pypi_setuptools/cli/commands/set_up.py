"""``s3pypi init``, ``doctor``, ``policy``, ``config`` and ``completion``: set up a repository, AWS and this machine."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING

from ...errors import Error, needs_extra
from ...monitor import SAME_COMMAND
from ...tables import Cell, Column, Table
from ..command import TARGET, Argument, Call, Command
from ..options import CHANGING
from ..render.columns import columns
from ..render.output import Output
from . import SUBCOMMANDS, load

if TYPE_CHECKING:
    from ...config.settings import Settings
    from ...doctor.check import Check
    from ...doctor.doctor import DoctorReport


def _init(call: Call) -> Output:
    report = call.repository.initialize()
    return Output(report=report, lines=[f"{'created' if report.created else 'present'} {report.target}", *report.notes])


INIT = Command(
    program="s3pypi init",
    usage="[TARGET] [options]",
    description="""\
Make an empty repository (its repository.json); the first upload does this, too. A repository that exists is kept; if
version 1.0 made it, its large projects are stored compressed from now on, where the store can do that.""",
    arguments=(TARGET,),
    settings=CHANGING,
    then=SAME_COMMAND,
    run=_init,
)


def _doctor(call: Call) -> Output:
    def left(where: str | None) -> None:
        """Record what an interruption says about test objects."""
        then = "all test objects are deleted"
        if where is not None:
            then = f"test objects may remain below {where}; s3pypi prune deletes them when they are a day old"
        call.terminal.journal.begin(None, then)

    report = call.repository.doctor(read_only=call.arguments.read_only, left=left, monitor=call.monitor)
    return Output(
        report=report,
        lines=[*map(_line, report.checks), _verdict(report)],
        drawn=lambda: _check_table(report),
        failures=[*(_line(check) for check in report.checks if check.result.value == "failed"), _verdict(report)],
    )


_STYLES = {"ok": "green", "warning": "yellow", "failed": "bold red", "skipped": "dim"}
_SECTIONS = ("list", "conditional create", "metadata", "record")
"""Names of the checks before which the table has a line."""


def _verdict(report: DoctorReport) -> str:
    """The result of all checks, in a line."""
    does = "reading from" if report.read_only else "publishing to"
    if report.ok:
        unread = "" if report.is_index_checked else "; reading through the public URL could not be checked"
        return f"{does} {report.target} is sound{unread}"
    names = [check.name for check in report.checks if check.result.value == "failed"]
    return f"{does} {report.target} is not sound: see {', '.join(names)}"


def _check_table(report: DoctorReport) -> Table:
    """The checks as a table, and the verdict below."""
    rows = [
        (
            Cell(check.name),
            Cell(check.result.value, _STYLES[check.result.value]),
            Cell(check.found, "dim" if check.result.value == "skipped" else "", check.advice or ""),
        )
        for check in report.checks
    ]
    sections = frozenset(number for number, check in enumerate(report.checks) if number and check.name in _SECTIONS)
    columns = (Column("Check"), Column("Result"), Column("Found, and what to do", folds=True))
    below = (Cell(_verdict(report), "bold green" if report.ok else "bold red"),)
    return Table((report.target,), columns, rows, sections, below)


def _line(check: Check) -> str:
    """``RESULT NAME: what was found; what to do``."""
    return f"{check.result.value} {check.name}: {'; '.join(filter(None, (check.found, check.advice)))}"


DOCTOR = Command(
    program="s3pypi doctor",
    usage="[TARGET] [--read-only] [options]",
    description="""\
Check a target by doing what publishing does: connect, read, write and delete, let writers race, and read the index as
installers do. All test objects are in one folder .s3pypi-probe-..., and are deleted at the end, also after Ctrl-C; if
the process is killed, s3pypi prune deletes them. If repository.json differs from what was found, it is updated.""",
    examples="""\
examples:
  s3pypi doctor                      the configured target
  s3pypi doctor s3://bucket/prefix   another one
  s3pypi doctor --read-only          write nothing, and check only reading

Exit status: 0 publishing there works with these settings, 1 a check failed, or a setting has an invalid value, 2 the
command line is wrong.""",
    arguments=(TARGET, Argument("--read-only", action="store_true", help="write nothing, and check only reading")),
    settings=CHANGING,
    counts=("Examining", "steps"),
    run=_doctor,
)


_USES = ("publish", "read", "serve")
_OF_POLICIES = (
    *("target", "bucket", "prefix", "users", "acl", "s3-put-args"),
    *("profile", "region", "lock-indexes", "locks-table", "locks-region"),
)
"""The settings that decide what a policy allows."""


def _policy(call: Call) -> Output:
    arguments = call.arguments
    report = call.repository.policy(arguments.use, delete=arguments.delete, kms_key=arguments.kms_key)
    return Output(report=report, lines=json.dumps(report.policy, indent=2).splitlines())


POLICY = Command(
    program="s3pypi policy",
    usage="{publish,read,serve} [TARGET] [--delete] [--kms-key ARN] [options]",
    description="""\
Print the smallest IAM policy, as JSON, with which the target can be read, published to, or served with uploads. It
allows what these settings need: the prefix, a lock table, an ACL, the users of the service. No request is made.""",
    examples="""\
examples:
  s3pypi policy publish s3://bucket/simple                    for a CI job that uploads
  s3pypi policy publish s3://bucket/simple --delete           for one that also replaces, deletes or prunes
  s3pypi policy read s3://bucket/simple                       for s3pypi exec, or for a CDN
  s3pypi policy serve s3://bucket/simple --users ssm:HOST     for the service

Exit status: 0 the policy was printed, 1 the target is not a bucket, or a setting is wrong, 2 the command line is
wrong.""",
    arguments=(
        Argument("use", metavar="USE", choices=_USES, help="what the policy is for: publish, read or serve"),
        TARGET,
        Argument("--delete", action="store_true", help="also allow replacing and deleting files, and pruning"),
        Argument("--kms-key", metavar="ARN", help="the KMS key with which the bucket encrypts objects"),
    ),
    settings=_OF_POLICIES,
    json=False,
    answers=True,
    run=_policy,
)


def _config(call: Call) -> Output:
    from ...api import aws_settings  # noqa: PLC0415
    from ...config.settings import explain  # noqa: PLC0415

    of_aws: dict[str, tuple[str, str]] = {}
    try:
        of_aws = aws_settings(call.settings)
    except Error as error:
        call.terminal.warning(str(error))
    rows = explain(call.settings, of_aws, service=call.arguments.service)
    lines = columns([(row.name, row.value, row.origin) for row in rows], absent="")
    return Output(report={"settings": rows}, lines=lines)


CONFIG = Command(
    program="s3pypi config",
    usage="[options]",
    description="""\
Show every setting, its value, and where it came from, as an upload from this folder would use them.
For a bucket, settings from AWS's own variables and files are shown, too. Secrets are shown as ***.
Options on the command line are taken into account. Settings of s3pypi serve are shown if they are set, or with
--service.""",
    arguments=(
        Argument("--service", action="store_true", help="show every setting of s3pypi serve, too", group="settings"),
    ),
    answers=True,
    run=_config,
)


def _no_settings(arguments: argparse.Namespace) -> Settings:  # noqa: ARG001
    from ...config.settings import Settings  # noqa: PLC0415

    return Settings()


def _completion(call: Call) -> Output:
    with needs_extra("cli"):
        import shtab  # noqa: PLC0415
    return Output(lines=shtab.complete(_program(), call.arguments.shell).rstrip().splitlines())


def _program() -> argparse.ArgumentParser:
    """``s3pypi`` with all that it takes, as one parser."""
    import shtab  # noqa: PLC0415

    program = argparse.ArgumentParser("s3pypi", add_help=False)
    commands = program.add_subparsers()
    kinds = {"FILES": shtab.FILE, "PATH": shtab.DIRECTORY, "FOLDER": shtab.DIRECTORY}
    for name, summary in SUBCOMMANDS.items():
        own = load(name).parser()
        for action in own._actions:
            if isinstance(action.metavar, str) and action.metavar in kinds:
                action.complete = kinds[action.metavar]  # type: ignore[attr-defined]
        commands.add_parser(name, help=summary, parents=[own], add_help=False)
    return program


_SHELLS = ("bash", "zsh", "fish")

COMPLETION = Command(
    program="s3pypi completion",
    usage="SHELL",
    description="""\
Print a script that completes commands, options and files in your shell. The script needs no Python when you press Tab.
Print it again after an upgrade of s3pypi.""",
    examples="""\
examples:
  eval "$(s3pypi completion bash)"            in ~/.bashrc
  s3pypi completion zsh > ~/.zfunc/_s3pypi    with ~/.zfunc in fpath
  s3pypi completion fish > ~/.config/fish/completions/s3pypi.fish""",
    arguments=(Argument("shell", metavar="SHELL", choices=_SHELLS, help=", ".join(_SHELLS)),),
    settings=(),
    json=False,
    answers=True,
    resolve=_no_settings,
    run=_completion,
)
