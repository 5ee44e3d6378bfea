"""MFA codes are asked for once, before anything is drawn, and never shown."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path

import pytest

from s3pypi_setuptools import open_repository
from s3pypi_setuptools.aws import sessions as aws_sessions
from s3pypi_setuptools.errors import ConfigurationError
from tests.credentials import sts
from tests.credentials.conftest import SERIAL
from tests.credentials.terminals import CODE, CTRL_C, run
from tests.support import lock_tables
from tests.support.canned_server import canned
from tests.support.servers import S3Server, program

PROMPT = f"Enter MFA code for {SERIAL}: "


def cache(home: Path) -> list[Path]:
    return sorted((home / ".aws" / "cli" / "cache").glob("*"))


def test_one_code_for_a_command_and_none_for_the_next(
    folder: Path, home: Path, environ: Mapping[str, str], target: str, moto: S3Server
) -> None:
    table = lock_tables.new_table(moto)
    options = ("-t", target, "--locks-table", table.name)
    first = run("upload", "dist", *options, cwd=folder, environ=environ)
    assert first.status == 0, first
    assert first.asked == [PROMPT]
    assert "demo-1.0-py3-none-any.whl" in first.shown
    [entry] = cache(home)
    assert entry.stat().st_mode & 0o077 == 0
    second = run("yank", "demo", "1.0", *options, cwd=folder, environ=environ)
    assert second.status == 0, second
    assert second.asked == []
    assert [CODE in ended.shown for ended in (first, second)] == [False, False]


@pytest.mark.parametrize(
    "command",
    [
        ("upload", "dist"),
        ("verify",),
        ("doctor",),
        ("reindex",),
        ("mirror", "--from", "OTHER"),
        ("promote", "demo", "1.0", "--from", "OTHER"),
        ("import", "--from", "TARGET"),
        ("download", "demo"),
    ],
    ids=lambda command: command[0],
)
def test_nothing_is_drawn_before_and_nobody_is_asked_again(
    folder: Path, home: Path, environ: Mapping[str, str], new_target: Callable[[], str], command: tuple[str, ...]
) -> None:
    """Also where the credentials cannot be kept for the next command: nobody may write where the AWS CLI would."""
    target, other = new_target(), new_target()
    for each in (target, other):
        keys = {"aws_access_key_id": "AKIAEXAMPLEEXAMPLE00", "aws_secret_access_key": "abcdef"}
        open_repository(each, endpoint_url=environ["AWS_ENDPOINT_URL"], **keys).publish(folder / "dist")
    (home / ".aws" / "cli").write_text("in the way")
    arguments = [{"OTHER": other, "TARGET": target}.get(argument, argument) for argument in command]
    ended = run(*arguments, "-t", target, cwd=folder, environ=environ)
    assert ended.status == 0, ended
    assert ended.asked == [PROMPT]
    assert CODE not in ended.shown
    assert ended.echo


def test_ctrl_c_at_the_prompt(folder: Path, home: Path, environ: Mapping[str, str], target: str) -> None:
    ended = run("upload", "dist", "-t", target, cwd=folder, environ=environ, answer=CTRL_C)
    assert ended.status == 128 + signal.SIGINT
    assert ended.echo
    after = ended.shown.removeprefix(PROMPT).removeprefix("^C")
    assert re.fullmatch(r"\ns3pypi: error: interrupted: nothing published; .*\n", after), ended
    assert not cache(home)


@pytest.mark.parametrize("command", [("upload", "dist"), ("list", "-v"), ("list", "--json")])
def test_without_a_terminal_a_line_says_what_to_do(
    folder: Path, environ: Mapping[str, str], target: str, command: tuple[str, ...]
) -> None:
    done = subprocess.run(
        [program("s3pypi"), *command, "-t", target],
        cwd=folder,
        env={**os.environ, **environ},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        start_new_session=True,  # it has no terminal then, also where whoever runs the tests has one
    )
    assert done.returncode == 1
    assert done.stderr == (
        "s3pypi: error: profile mfa needs an MFA code, and there is no terminal to ask on; run 'aws sts "
        "get-caller-identity --profile mfa' on one: its credentials are used until they expire\n"
    )
    assert not done.stdout or not json.loads(done.stdout)["ok"]


@pytest.mark.parametrize(
    "command",
    [
        ("config", "-t", "s3://bucket"),
        ("upload", "dist", "-t", "./repo"),
        ("upload", "dist", "-t", "TARGET", "--aws-access-key-id=AKIAEXAMPLEEXAMPLE00", "--aws-secret-access-key=abc"),
        ("list", "-t", "TARGET", "--no-sign-request"),
    ],
)
def test_nobody_is_asked_where_nothing_is_needed(
    folder: Path, environ: Mapping[str, str], target: str, command: tuple[str, ...]
) -> None:
    ended = run(*(target if each == "TARGET" else each for each in command), cwd=folder, environ=environ)
    assert ended.asked == []
    assert ended.status == ("list" in command), ended


@pytest.mark.parametrize("typed", ["98765", "9876543", "98765a", ""])
def test_what_is_no_code_is_not_sent_and_not_shown(
    folder: Path, environ: Mapping[str, str], target: str, typed: str
) -> None:
    with canned(sts.credentials()) as server:
        here = {**environ, "AWS_ENDPOINT_URL_STS": server.url}
        ended = run("upload", "dist", "-t", target, cwd=folder, environ=here, answer=typed)
        assert not server.requests
    assert ended.status == 1
    assert ended.shown == f"{PROMPT}\ns3pypi: error: profile mfa: an MFA code is 6 digits; try again\n"


def test_a_code_that_aws_repeats_when_it_refuses_it_is_not_shown(
    folder: Path, environ: Mapping[str, str], target: str
) -> None:
    with canned(sts.refusal("AccessDenied", f"MultiFactorAuthentication failed with {CODE}")) as server:
        here = {**environ, "AWS_ENDPOINT_URL_STS": server.url, "AWS_MAX_ATTEMPTS": "1"}
        ended = run("upload", "dist", "-v", "-t", target, cwd=folder, environ=here)
        assert [f"TokenCode={CODE}".encode() in body for *_, body in server.requests] == [True]
    assert ended.status == 1
    assert ended.asked == [PROMPT]
    assert ended.shown == (
        f"{PROMPT}\ns3pypi: error: profile mfa: AWS gives no credentials for its role: MultiFactorAuthentication "
        "failed with ***\n"
    )


def test_credentials_that_expire_meanwhile_are_no_reason_to_ask_again(
    folder: Path, environ: Mapping[str, str], target: str
) -> None:
    """A second prompt would stand among the bars; botocore renews credentials ten minutes before they expire."""
    with canned(sts.credentials(lasting=timedelta(minutes=5))) as server:
        here = {**environ, "AWS_ENDPOINT_URL_STS": server.url}
        ended = run("upload", "dist", "-t", target, cwd=folder, environ=here)
    assert ended.status == 1
    assert ended.asked == [PROMPT]
    assert "the role's credentials expire, and new ones need an MFA code; try again" in " ".join(ended.shown.split())


def test_threads_ask_nobody(environ: Mapping[str, str], target: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Several may need a code at once, and Ctrl-C ends none of them."""
    monkeypatch.setattr(aws_sessions, "_has_terminal", lambda: True)
    monkeypatch.setattr("getpass.getpass", lambda prompt: pytest.fail("somebody is asked"))
    repository, failures = open_repository(target, **{"endpoint_url": environ["AWS_ENDPOINT_URL"]}), []

    def work() -> None:
        try:
            repository.names()
        except ConfigurationError as error:
            failures.append(str(error))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert [failure.partition(",")[0] for failure in failures] == ["profile mfa needs an MFA code"]


PROCESS = """\
import getpass, json, sys
if getpass.getpass("Password of the vault: ") != "987654":
    sys.exit("that is not the password: " + "planted-in-an-error")
open("asked", "a").write("x")
print(json.dumps({"Version": 1, "AccessKeyId": "ASIAEXAMPLEEXAMPLE00", "SecretAccessKey": "any-secret"}))
"""


@pytest.fixture
def vault(home: Path, folder: Path) -> None:
    """A program that hands out credentials asks for a password."""
    (folder / "vault.py").write_text(PROCESS)
    config = f"[profile mfa]\nregion = us-east-1\ncredential_process = {sys.executable} {folder / 'vault.py'}\n"
    (home / ".aws" / "config").write_text(config)


@pytest.mark.usefixtures("vault")
def test_a_credential_process_that_asks(folder: Path, environ: Mapping[str, str], target: str, moto: S3Server) -> None:
    table = lock_tables.new_table(moto)
    ended = run("upload", "dist", "-t", target, "--locks-table", table.name, cwd=folder, environ=environ)
    assert ended.status == 0, ended
    assert ended.asked == ["Password of the vault: "]
    assert (folder / "asked").read_text() == "x"
    assert ended.echo


@pytest.mark.usefixtures("vault")
def test_a_credential_process_that_fails_is_not_run_again(
    folder: Path, environ: Mapping[str, str], target: str
) -> None:
    for command in (("upload", "dist"), ("doctor",)):
        ended = run(*command, "-t", target, cwd=folder, environ=environ, answer="000000")
        assert ended.status == 1
        assert ended.asked == ["Password of the vault: "]
        assert "no credentials could be obtained" in ended.shown
        assert "planted" not in ended.shown


@pytest.mark.usefixtures("vault")
def test_ctrl_c_while_a_credential_process_asks(folder: Path, environ: Mapping[str, str], target: str) -> None:
    ended = run("upload", "dist", "-t", target, cwd=folder, environ=environ, answer=CTRL_C)
    assert ended.status == 128 + signal.SIGINT
    assert ended.echo
    assert "error: interrupted: nothing published" in ended.shown
