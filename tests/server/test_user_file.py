"""``users.toml``: what is read from it, and what becomes of it when it changes."""

from __future__ import annotations

import logging
import os
import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from s3pypi_setuptools.errors import ConfigurationError, RepositoryError
from s3pypi_setuptools.server.password_records import new_token, password_record, token_record
from s3pypi_setuptools.server.user_file import UserFile
from s3pypi_setuptools.server.users import Publishing, Role, Token, User

NOW = datetime.now(timezone.utc).replace(microsecond=0)


@pytest.mark.parametrize("name", ["users.toml", "users.json"])
def test_users_are_kept_in_a_file_that_its_owner_alone_reads(tmp_path: Path, name: str) -> None:
    path = tmp_path / "new" / name
    users = UserFile(path)
    assert users.users() == {}
    token = Token("ci", token_record(new_token("ci")), NOW, NOW + timedelta(days=1))
    alice = User('a"l:\\ice', Role.UPLOAD, ("acme-*",), password_record("x"), (token,))
    users.save(alice)
    users.save(User("bob"))
    assert UserFile(path).users() == {alice.name: alice, "bob": User("bob")}
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert UserFile(path).remove("bob")
    assert users.users() == {alice.name: alice}
    assert users.is_current(alice)
    assert not users.remove("bob")
    assert {one.name for one in path.parent.iterdir()} == {name, f".{name}.lock"}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[", "users.toml: "),
        ("x = 1", "must hold [users.NAME]"),
        ("[users]\na = 1", "[users.a]: must be a table"),
        ("[users.a]\nrole = 'boss'", "role must be"),
        ("[users.a]\nrole = 1", "role must be"),
        ("[users.a]\nprojects = 'x'", "projects must be"),
        ("[users.a]\npassword = 1", "password must be"),
        ("[users.a]\ncolour = 1", "does not know colour"),
        ("[users.a]\ntokens = 1", "tokens must be"),
        ("[[users.a.tokens]]\nname = 'x'", "each token needs"),
    ],
)
def test_a_damaged_file_is_one_clear_error(tmp_path: Path, text: str, reason: str) -> None:
    path = tmp_path / "users.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError) as caught:
        UserFile(path).users()
    assert reason in str(caught.value)
    assert str(path) in str(caught.value)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{", "users.json: "),
        ("[]", "is no JSON object"),
        ("[" * 100_000, "users.json: "),
        ('{"x": 1}', "must hold [users.NAME]"),
        ('{"users": {"a": 1}}', "[users.a]: must be a table"),
        ('{"users": {"a": {"tokens": [{"name": "x", "record": "y", "created": "today"}]}}}', "each token needs"),
    ],
)
def test_a_damaged_json_file_is_one_clear_error(tmp_path: Path, text: str, reason: str) -> None:
    path = tmp_path / "users.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError) as caught:
        UserFile(path).users()
    assert reason in str(caught.value)
    assert str(path) in str(caught.value)


def test_a_file_that_is_not_there_is_empty_and_no_look_makes_it(tmp_path: Path) -> None:
    users = UserFile(tmp_path / "missing" / "users.toml")
    assert users.users() == {}
    assert not users.remove("alice")
    assert users.change("alice", lambda user: user) is None
    assert not (tmp_path / "missing").exists()


def test_writers_at_once_lose_nothing(tmp_path: Path) -> None:
    """Each has the file open for itself, as processes have."""
    path = tmp_path / "users.toml"
    UserFile(path).save(User("robot"))

    def work(number: int) -> None:
        token = Token(f"t{number}", token_record(new_token("robot")), NOW)
        UserFile(path).change("robot", lambda user: user.with_token(token))
        UserFile(path).add(User(f"u{number}"), overwrite=False)
        UserFile(path).change_publishing(lambda before: Publishing(audience=f"{before.audience}{number}"))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))
    users = UserFile(path)
    assert set(users.users()) == {"robot", *(f"u{number}" for number in range(8))}
    assert {token.name for token in users.users()["robot"].tokens} == {f"t{number}" for number in range(8)}
    assert sorted(users.publishing().audience.removeprefix("s3pypi")) == list("01234567")


def test_of_two_who_add_one_user_the_second_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "users.toml"
    UserFile(path).add(User("alice", Role.UPLOAD), overwrite=False)
    with pytest.raises(RepositoryError, match="a user alice already"):
        UserFile(path).add(User("alice"), overwrite=False)
    assert UserFile(path).users() == {"alice": User("alice", Role.UPLOAD)}


def test_a_change_of_a_damaged_file_is_refused_and_leaves_it_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "users.toml"
    users = UserFile(path)
    users.save(User("alice"))
    assert users.users() == {"alice": User("alice")}
    path.write_text("[users.alice", encoding="utf-8")
    assert users.users() == {"alice": User("alice")}
    with pytest.raises(ConfigurationError):
        users.save(User("bob"))
    assert path.read_text(encoding="utf-8") == "[users.alice"


def test_a_file_that_everybody_may_open_is_named_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "users.toml"
    UserFile(path).save(User("alice"))
    path.chmod(0o644)
    users = UserFile(path)
    for _ in range(3):
        users.users()
    assert [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING] == [
        f"{path}: everybody on this machine may open it; chmod o= {path}"
    ]
    users.save(User("bob"))
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_a_symbolic_link_to_the_file_stays_one(tmp_path: Path) -> None:
    real, link = tmp_path / "real.toml", tmp_path / "users.toml"
    UserFile(real).save(User("alice"))
    link.symlink_to(real)
    UserFile(link).save(User("bob"))
    assert link.is_symlink()
    assert set(UserFile(real).users()) == {"alice", "bob"}


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file to another user")
def test_the_file_of_another_user_stays_theirs(tmp_path: Path) -> None:
    path = tmp_path / "users.toml"
    UserFile(path).save(User("alice"))
    os.chown(path, 12345, 12346)
    UserFile(path).save(User("bob"))
    for made in tmp_path.iterdir():  # the lock too: its owner changes users later
        assert (made.stat().st_uid, made.stat().st_gid) == (12345, 12346)


def test_a_token_is_looked_up_and_expired_ones_go_when_one_is_made() -> None:
    old = Token("old", "sha256$old", NOW, expires=NOW - timedelta(seconds=1))
    new = Token("new", "sha256$new", NOW)
    assert User("a", tokens=(old,)).with_token(new).tokens == (new,)
    assert User("a", tokens=(new,)).without_token("new").tokens == ()


def test_the_owner_of_a_token_is_found_by_its_record(tmp_path: Path) -> None:
    users = UserFile(tmp_path / "users.toml")
    token = Token("ci", token_record(new_token("x")), NOW)
    users.save(User("robot", tokens=(token,)))
    users.save(User("other"))
    found = users.owner_of(token.record)
    assert found is not None
    assert (found[0].name, found[1]) == ("robot", token)
    assert users.owner_of("sha256$x") is None
    users.remove("robot")
    assert users.owner_of(token.record) is None
