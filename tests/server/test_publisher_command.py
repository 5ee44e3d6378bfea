"""``s3pypi publisher``: jobs that may upload, in a users file."""

from __future__ import annotations

from pathlib import Path

import pytest

from s3pypi_setuptools.server.user_file import UserFile
from tests.support import in_process
from tests.support.in_process import Said
from tests.support.programs import run_on_terminal

TOOLS = ("tools", "--issuer", "github", "--claim", "repository=acme/tools", "--projects", "acme-*")


def publisher(folder: Path, *arguments: str) -> Said:
    return in_process.run("s3pypi", "publisher", *arguments, cwd=folder)


def test_a_publisher_is_added_listed_and_removed(tmp_path: Path) -> None:
    assert publisher(tmp_path, "add", "users.toml", *TOOLS, "--claim", "environment=release").status == 0
    listed = publisher(tmp_path, "list", "users.toml")
    assert listed.out.split() == [
        "tools",
        "https://token.actions.githubusercontent.com",
        "repository=acme/tools,environment=release",
        "acme-*",
    ]
    assert publisher(tmp_path, "remove", "users.toml", "tools").status == 0
    assert publisher(tmp_path, "list", "users.toml").out == ""


def test_lists_have_headings_on_a_terminal(tmp_path: Path) -> None:
    assert publisher(tmp_path, "add", "users.toml", *TOOLS).status == 0
    assert in_process.run("s3pypi", "user", "add", "users.toml", "alice", "--random-password", "20", cwd=tmp_path).out
    for command, headings, name in (
        ("publisher", ("Name", "Issuer", "Claims", "Projects"), "tools"),
        ("user", ("Name", "Role", "Projects", "Credentials"), "alice"),
    ):
        status, output = run_on_terminal(command, "list", "users.toml", cwd=tmp_path)
        assert status == 0
        assert all(text in output for text in (*headings, name)), output


def test_a_publisher_is_replaced_only_if_that_is_asked_for(tmp_path: Path) -> None:
    assert publisher(tmp_path, "add", "users.toml", *TOOLS).status == 0
    other = (*TOOLS[:-1], "other-*")
    refused = publisher(tmp_path, "add", "users.toml", *other)
    assert (refused.status, refused.err.count("\n")) == (1, 1)
    assert "there is a publisher tools already; pass --overwrite" in refused.err
    key = UserFile(tmp_path / "users.toml").publishing().key
    assert publisher(tmp_path, "add", "users.toml", *other, "--overwrite").status == 0
    publishing = UserFile(tmp_path / "users.toml").publishing()
    assert [one.projects for one in publishing.publishers] == [("other-*",)]
    assert publishing.key == key != "", "upload tokens that were given out stay valid"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("add", "users.toml"), "takes a STORE and a NAME"),
        (("list", "users.toml", "tools"), "takes a STORE alone"),
        (("add", "users.toml", *TOOLS[:5]), "needs --issuer, --claim and --projects"),
        (("add", "users.toml", *TOOLS, "--claim", "environment"), "--claim takes NAME=VALUE"),
        (("add", "users.toml", *TOOLS, "--claim", "repository=acme/other"), "--claim repository is given twice"),
        (("add", "users.toml", *TOOLS, "--issuer", "bitbucket"), "--issuer takes github, gitlab, or the issuer's URL"),
    ],
)
def test_a_wrong_command_line_is_one_line(tmp_path: Path, arguments: tuple[str, ...], said: str) -> None:
    refused = publisher(tmp_path, *arguments)
    assert (refused.status, refused.err.count("\n"), refused.out) == (2, 1, "")
    assert said in refused.err
    assert not (tmp_path / "users.toml").exists()


def test_a_publisher_that_does_not_exist_is_not_removed(tmp_path: Path) -> None:
    assert publisher(tmp_path, "add", "users.toml", *TOOLS).status == 0
    refused = publisher(tmp_path, "remove", "users.toml", "other")
    assert (refused.status, refused.err.count("\n")) == (1, 1)
    assert "there is no publisher other" in refused.err
