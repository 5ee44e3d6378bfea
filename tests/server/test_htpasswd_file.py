"""Files of Apache's ``htpasswd``."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import bcrypt
import pytest

from s3pypi_setuptools.config.settings import Settings
from s3pypi_setuptools.errors import ConfigurationError
from s3pypi_setuptools.server.htpasswd_file import HtpasswdFile
from s3pypi_setuptools.server.password_records import verify
from s3pypi_setuptools.server.user_stores import open_users
from s3pypi_setuptools.server.users import Role, User


def record(password: str) -> bytes:
    return bcrypt.hashpw(password.encode()[:72], bcrypt.gensalt(4))


def test_bcrypt_records_are_read(tmp_path: Path) -> None:
    path = tmp_path / ".htpasswd"
    long = "päss:wörd" * 100
    path.write_bytes(b"# ours\nalice:" + record("secret") + b"\n\nbob:" + record(long) + b"\n")
    users = open_users(str(path), Settings()).users()
    assert {name: user.role for name, user in users.items()} == {"alice": Role.UPLOAD, "bob": Role.UPLOAD}
    assert verify(users["alice"].password or "", "secret")
    assert not verify(users["alice"].password or "", "other")
    assert verify(users["bob"].password or "", long)


def test_records_that_are_fast_to_guess_are_refused_in_one_line_that_names_them_all(tmp_path: Path) -> None:
    path = tmp_path / "htpasswd"
    weak = ["$apr1$a$b", "{SHA}aaaa=", "$5$a$b", "$6$a$b", "rl5FQRGK3zmnE", "$1$a$b", "{SHA}b"]
    lines = [f"u{number}:{text}" for number, text in enumerate(weak)]
    path.write_bytes(b"alice:" + record("secret") + b"\n" + "\n".join(lines).encode())
    with pytest.raises(ConfigurationError) as caught:
        HtpasswdFile(path).users()
    message = str(caught.value)
    assert "'u0' (MD5), 'u1' (SHA-1), 'u2' (SHA-256), 'u3' (SHA-512), 'u4' (crypt) and 2 more" in message
    assert f"htpasswd -B {path} NAME" in message
    assert "rl5FQRGK3zmnE" not in message
    assert "\n" not in message


def test_what_is_no_record_is_named_by_its_line(tmp_path: Path) -> None:
    path = tmp_path / "htpasswd"
    path.write_text("# x\njunk\n", encoding="utf-8")
    with pytest.raises(ConfigurationError, match="line 2 is not NAME:RECORD"):
        HtpasswdFile(path).users()


def test_the_package_that_it_needs_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "htpasswd"
    path.write_bytes(b"alice:" + record("x"))
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ConfigurationError, match="pip install bcrypt"):
        HtpasswdFile(path).users()


def test_it_is_only_read(tmp_path: Path) -> None:
    users = HtpasswdFile(tmp_path / "htpasswd")
    for change in (
        lambda: users.add(User("a"), overwrite=True),
        lambda: users.remove("a"),
        lambda: users.change("a", lambda user: user),
    ):
        with pytest.raises(ConfigurationError, match="htpasswd -B"):
            change()
