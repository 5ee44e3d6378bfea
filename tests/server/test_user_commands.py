"""``s3pypi user``: options, passwords and tokens."""

from __future__ import annotations

import io
import stat
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from s3pypi_setuptools.server.password_records import token_record, verify
from s3pypi_setuptools.server.user_file import UserFile
from s3pypi_setuptools.server.users import Role, Token
from tests.server.test_commands import user


@pytest.fixture
def type_in(monkeypatch: pytest.MonkeyPatch) -> Callable[[bytes], None]:
    """Makes bytes the stdin of this process."""
    return lambda typed: monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(typed)))


@pytest.mark.parametrize(
    ("typed", "password"),
    [
        ("p:ä €\n", "p:ä €"),
        (" a b \r\n", " a b "),
        ("x" * 1000, "x" * 1000),
        ("\ufeffx\n", "x"),
    ],
    ids=["umlauts", "spaces", "long", "byte order mark"],
)
def test_passwords_from_stdin_are_taken_as_they_are(
    tmp_path: Path, type_in: Callable[[bytes], None], typed: str, password: str
) -> None:
    type_in(typed.encode())
    assert user(tmp_path, "add", "users.toml", "alice", "--password-stdin").status == 0
    found = UserFile(tmp_path / "users.toml").find("alice")
    assert found is not None
    assert verify(found.password or "", password)
    assert stat.S_IMODE((tmp_path / "users.toml").stat().st_mode) == 0o600


@pytest.mark.parametrize(
    "typed",
    [b"", b"\n", b"planted\nsecond\n", b"planted\0x", b"planted\xff", b"planted" * 1000],
    ids=["empty", "line break", "two lines", "NUL", "Latin-1", "too long"],
)
def test_passwords_that_no_client_sends_are_one_line(
    tmp_path: Path, type_in: Callable[[bytes], None], typed: bytes
) -> None:
    type_in(typed)
    said = user(tmp_path, "add", "users.toml", "alice", "--password-stdin")
    assert (said.status, said.err.count("\n"), said.out) == (2, 1, "")
    assert "planted" not in said.err
    assert not (tmp_path / "users.toml").exists()


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["passwd", "users.toml", "alice", "--role", "admin", "--random-password", "20"], "--role goes with user add"),
        (["passwd", "users.toml", "alice", "--projects", "x", "--random-password", "20"], "--projects goes with"),
        (["passwd", "users.toml", "alice", "--overwrite", "--random-password", "20"], "--overwrite goes with"),
        (["token", "users.toml", "alice", "--no-password"], "--no-password goes with user add and user passwd"),
        (["show", "users.toml", "alice", "--expires", "1d"], "--expires goes with user token"),
        (["remove", "users.toml", "alice", "--token-name", "ci"], "--token-name goes with user token"),
        (["token", "users.toml", "alice", "--remove", "--expires", "1d"], "one of --remove and --expires"),
        (["token", "users.toml", "alice", "--expires", "0d"], "over already"),
        (["token", "users.toml", "alice", "--expires", "2020-01-31"], "over already"),
        (["token", "users.toml", "alice", "--expires", "9999-12-31"], "--expires takes a time"),
        (["token", "users.toml", "alice", "--expires", "soon"], "--expires takes a time"),
        (["add", "users.toml", " ", "--no-password"], "no name of a user"),
        (["add", "users.toml", "a\n", "--no-password"], "no name of a user"),
        (["add", "users.toml", "", "--no-password"], "no name of a user"),
        (["add", "users.toml", "bob", "--no-password", "--password-stdin"], "give one of"),
    ],
)
def test_options_that_would_be_ignored_are_refused(tmp_path: Path, arguments: list[str], reason: str) -> None:
    said = user(tmp_path, *arguments)
    assert (said.status, len(said.errors)) == (2, 1)
    assert reason in said.err
    assert not (tmp_path / "users.toml").exists()


def test_a_token_is_replaced_and_removed_by_its_name(tmp_path: Path) -> None:
    def tokens() -> tuple[Token, ...]:
        found = UserFile(tmp_path / "users.toml").find("robot")
        assert found is not None
        return found.tokens

    user(tmp_path, "add", "users.toml", "robot", "--no-password", "--role", "upload")
    first = user(tmp_path, "token", "users.toml", "robot").out.strip()
    user(tmp_path, "token", "users.toml", "robot", "--token-name", "ci")
    second = user(tmp_path, "token", "users.toml", "robot").out.strip()
    assert first != second
    assert [token.name for token in tokens()] == ["ci", "token"]
    assert tokens()[1].record == token_record(second)
    removed = user(tmp_path, "token", "users.toml", "robot", "--token-name", "ci", "--remove")
    assert removed.out == "removed the token ci of robot\n"
    assert [token.name for token in tokens()] == ["token"]
    again = user(tmp_path, "token", "users.toml", "robot", "--token-name", "ci", "--remove")
    assert (again.status, again.errors) == (1, ["s3pypi: error: users.toml: robot has no token ci"])


def test_an_added_user_replaces_another_only_where_that_is_asked_for(tmp_path: Path) -> None:
    user(tmp_path, "add", "users.toml", "alice", "--no-password", "--role", "upload")
    refused = user(tmp_path, "add", "users.toml", "alice", "--no-password")
    assert refused.errors == [
        "s3pypi: error: users.toml: there is a user alice already; pass --overwrite to replace it"
    ]
    assert user(tmp_path, "add", "users.toml", "alice", "--no-password", "--overwrite").status == 0
    found = UserFile(tmp_path / "users.toml").find("alice")
    assert found is not None
    assert found.role is Role.READ


def test_a_list_of_a_file_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    said = user(tmp_path, "list", "usres.toml")
    assert (said.status, len(said.errors)) == (1, 1)
    assert "there is no file usres.toml" in said.err
