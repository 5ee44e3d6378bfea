"""Who sent a request: what is counted, shared, remembered and forgotten."""

from __future__ import annotations

import asyncio
import hashlib
from base64 import b64encode
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, TypeVar

import bcrypt
import pytest

from s3pypi_setuptools.server import authentication
from s3pypi_setuptools.server.authentication import Authenticator, BadCredentials, TooManyFailures, credentials_of
from s3pypi_setuptools.server.htpasswd_file import HtpasswdFile
from s3pypi_setuptools.server.password_records import new_token, password_record, sha1_record, token_record
from s3pypi_setuptools.server.users import FixedUsers, Token, User, UserStore

T = TypeVar("T")
TOKEN = new_token("robot")
SHA1 = sha1_record(hashlib.sha1(b"oldsalt").hexdigest(), "salt")


def basic(name: str, password: str, encoding: str = "utf-8", scheme: str = "Basic") -> bytes:
    return f"{scheme} ".encode() + b64encode(f"{name}:{password}".encode(encoding))


def fixed(*users: User) -> UserStore:
    return FixedUsers("here", {user.name: user for user in users}, "no")


@pytest.fixture
def users() -> UserStore:
    now = datetime.now(timezone.utc)
    return fixed(
        User("alice", password=password_record("right")),
        User("bob", password=SHA1),
        User("robot", tokens=(Token("ci", token_record(TOKEN), now),)),
    )


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(2) as made:
        yield made


@pytest.fixture
def slow_checks(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The slow hashes that were computed."""
    done: list[str] = []
    scrypt, checkpw = hashlib.scrypt, bcrypt.checkpw

    def counted_scrypt(*arguments: Any, **more: Any) -> bytes:
        done.append(f"scrypt {more['n']}")
        return scrypt(*arguments, **more)

    def counted_bcrypt(password: bytes, record: bytes) -> bool:
        done.append(f"bcrypt {record[4:6].decode()}")
        return checkpw(password, record)

    monkeypatch.setattr(hashlib, "scrypt", counted_scrypt)
    monkeypatch.setattr(bcrypt, "checkpw", counted_bcrypt)
    return done


def run(work: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(work)


async def refused(authenticator: Authenticator, header: bytes, address: str = "192.0.2.1") -> type[Exception] | None:
    try:
        await authenticator.identify(header, address)
    except (BadCredentials, TooManyFailures) as error:
        return type(error)
    return None


@pytest.mark.parametrize("name", ["alice", "nobody", "bob", "robot"])
def test_a_wrong_password_costs_the_same_work_whoever_it_is_for(
    users: UserStore, pool: ThreadPoolExecutor, slow_checks: list[str], name: str
) -> None:
    authenticator = Authenticator(users, pool)
    slow_checks.clear()
    assert run(refused(authenticator, basic(name, "wrong"))) is BadCredentials
    assert slow_checks == ["scrypt 16384"]


@pytest.mark.parametrize("name", ["alice", "nobody"])
def test_that_holds_for_htpasswd_files_too(
    pool: ThreadPoolExecutor, slow_checks: list[str], tmp_path: Path, name: str
) -> None:
    (tmp_path / "htpasswd").write_bytes(b"alice:" + bcrypt.hashpw(b"x", bcrypt.gensalt(5)))
    authenticator = Authenticator(HtpasswdFile(tmp_path / "htpasswd"), pool)
    slow_checks.clear()
    assert run(refused(authenticator, basic(name, "wrong"))) is BadCredentials
    assert slow_checks == ["bcrypt 05"]


def test_requests_that_bring_the_same_credentials_at_once_share_one_check(
    users: UserStore, pool: ThreadPoolExecutor, slow_checks: list[str]
) -> None:
    async def many() -> list[type[Exception] | None]:
        tasks = [refused(authenticator, basic("alice", "right")) for _ in range(50)]
        return await asyncio.gather(*tasks, refused(authenticator, basic("alice", "wrong")))

    authenticator = Authenticator(users, pool)
    slow_checks.clear()
    assert run(many()) == [*[None] * 50, BadCredentials]
    assert len(slow_checks) == 2
    assert run(refused(authenticator, basic("alice", "right"))) is None
    assert len(slow_checks) == 2


def test_a_request_that_ends_does_not_end_the_check_of_others(users: UserStore, pool: ThreadPoolExecutor) -> None:
    async def leave() -> type[Exception] | None:
        first = asyncio.ensure_future(refused(authenticator, basic("alice", "right")))
        second = asyncio.ensure_future(refused(authenticator, basic("alice", "right")))
        await asyncio.sleep(0)
        first.cancel()
        return await second

    authenticator = Authenticator(users, pool)
    assert run(leave()) is None


def test_guesses_at_once_are_as_many_as_guesses_one_after_the_other(
    users: UserStore, pool: ThreadPoolExecutor, slow_checks: list[str]
) -> None:
    async def guess() -> list[type[Exception] | None]:
        return await asyncio.gather(*(refused(authenticator, basic("alice", f"{n}")) for n in range(40)))

    authenticator = Authenticator(users, pool)
    slow_checks.clear()
    answers = run(guess())
    assert (answers.count(BadCredentials), answers.count(TooManyFailures)) == (10, 30)
    assert len(slow_checks) == 10


def test_right_passwords_are_no_guesses(users: UserStore, pool: ThreadPoolExecutor) -> None:
    async def sign_in() -> list[type[Exception] | None]:
        return [await refused(authenticator, basic("alice", "right") + b" " * n) for n in range(15)]

    authenticator = Authenticator(users, pool)
    assert run(sign_in()) == [None] * 15


def test_wrong_tokens_hold_up_nobody(users: UserStore, pool: ThreadPoolExecutor, slow_checks: list[str]) -> None:
    """One job with an expired token must not lock the others of its address out; no token can be guessed."""

    async def work() -> list[type[Exception] | None]:
        wrong = [basic("__token__", new_token("robot")) for _ in range(150)]
        return [await refused(authenticator, header) for header in (*wrong, basic("__token__", TOKEN))]

    authenticator = Authenticator(users, pool)
    slow_checks.clear()
    assert run(work()) == [*[BadCredentials] * 150, None]
    assert slow_checks == []


def test_an_address_of_ipv6_is_its_network(pool: ThreadPoolExecutor) -> None:
    async def guess(address: str) -> list[type[Exception] | None]:
        return [await refused(authenticator, basic("alice", f"{n}"), address.format(n)) for n in range(12)]

    authenticator = Authenticator(fixed(User("alice", password=SHA1)), pool)
    assert run(guess("2001:db8::{}")).count(TooManyFailures) == 2
    assert run(guess("2001:db8:1:{}::1")).count(TooManyFailures) == 0
    assert run(guess("192.0.2.{}")).count(TooManyFailures) == 0
    assert run(guess("::ffff:192.0.2.{}")).count(TooManyFailures) == 0


def test_what_is_remembered_of_guesses_is_bounded(
    users: UserStore, pool: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(authentication, "_REMEMBERED", 20)
    guesses = authentication._Guesses(lambda: 0.0)
    for number in range(100):
        guesses.begin(f"192.0.2.{number}", "x" * 100_000)
    assert len(guesses._counts) == 20
    assert sum(len(part or b"") for _, part in guesses._counts) <= 20 * 32


def test_a_window_of_guesses_ends_a_minute_after_it_began() -> None:
    now = 0.0
    guesses = authentication._Guesses(lambda: now)
    for _ in range(10):
        guesses.begin("192.0.2.1", "alice")
        now += 5
    with pytest.raises(TooManyFailures):
        guesses.begin("192.0.2.1", "alice")
    now = 61
    guesses.begin("192.0.2.1", "alice")


def test_credentials_are_read_in_every_form_that_clients_send() -> None:
    assert credentials_of(basic("a", "p:\u00e4\u00df")) == ("a", "p:\u00e4\u00df")
    assert credentials_of(basic("a", "p:\u00e4\u00df", "latin-1")) == ("a", "p:\u00e4\u00df")
    for scheme in ("Basic", "basic", "BASIC", "bAsIc", "Basic  "):
        assert credentials_of(basic("a", "x" * 1000, scheme=scheme)) == ("a", "x" * 1000)
    assert credentials_of(b"BEARER  " + TOKEN.encode()) == ("", TOKEN)
    assert credentials_of(basic("__token__", TOKEN)) == ("", TOKEN)
    assert credentials_of(basic(TOKEN, "")) == ("", TOKEN)
    for header in (b"", b"Basic", b"Basic ?", b"Basic " + b64encode(b"no colon"), b"Digest x", b"Bearer \xff"):
        with pytest.raises(BadCredentials):
            credentials_of(header)


def test_a_password_may_begin_as_a_token_does(pool: ThreadPoolExecutor) -> None:
    authenticator = Authenticator(fixed(User("alice", password=password_record("s3pypi-rocks"))), pool)
    assert run(refused(authenticator, basic("alice", "s3pypi-rocks"))) is None


class Distant(FixedUsers):
    """A store that can tell only by a request whether a user is as before."""

    def is_current(self, user: User) -> bool:
        return False


def test_who_was_verified_is_not_checked_again_where_the_store_has_to_be_asked(
    pool: ThreadPoolExecutor, slow_checks: list[str]
) -> None:
    kept = {"alice": User("alice", password=password_record("right"))}
    authenticator = Authenticator(Distant("there", kept, "no"), pool)
    slow_checks.clear()
    for _ in range(3):
        assert run(refused(authenticator, basic("alice", "right"))) is None
    assert len(slow_checks) == 1
    kept["alice"] = User("alice", password=password_record("other"))
    slow_checks.clear()
    assert run(refused(authenticator, basic("alice", "right"))) is BadCredentials
    del kept["alice"]
    assert run(refused(authenticator, basic("alice", "right"))) is BadCredentials
    assert len(slow_checks) == 2


def test_what_was_verified_ends_with_its_token(pool: ThreadPoolExecutor) -> None:
    now = datetime.now(timezone.utc)
    token = Token("ci", token_record(TOKEN), now, expires=now + timedelta(hours=1))
    kept = {"robot": User("robot", tokens=(token,))}
    authenticator = Authenticator(FixedUsers("here", kept, "no"), pool)
    assert run(refused(authenticator, basic("robot", TOKEN))) is None
    (remembered,) = authenticator._verified.items()
    authenticator._verified[remembered[0]] = remembered[1]._replace(expires=now)
    kept["robot"] = User("robot", tokens=(replace(token, expires=now),))
    assert run(refused(authenticator, basic("robot", TOKEN))) is BadCredentials
