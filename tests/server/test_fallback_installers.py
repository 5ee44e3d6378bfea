"""Installers take private projects and their public dependencies from one URL, and no public one of a private name."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from s3pypi_setuptools.server.password_records import password_record
from s3pypi_setuptools.server.user_file import UserFile
from s3pypi_setuptools.server.users import Role, User
from tests.clients.installers import INSTALLERS, Environments, Installer
from tests.server.conftest import Place, Serve
from tests.support import samples
from tests.support.canned_server import Handler, serving
from tests.support.markers import case

PRIVATE = ("private-tools", "deleted", "empty", "quarantined", "acme-reserved", "unreadable")
CLIENTS = ("pip 9.0.3", "pip", "uv", "poetry 1.8", "poetry", "pdm", "pipenv")
QUICK = ("pip", "uv")


class PublicIndex:
    """Another index, on which somebody has put projects of private names, too.

    :ivar asked: each path that was asked for.
    :ivar credentials: what was sent as ``Authorization``.
    """

    def __init__(self, folder: Path) -> None:
        self.url = ""
        self.asked: list[str] = []
        self.credentials: list[str] = []
        wheels = [samples.wheel(folder, name, "9.0") for name in ("requested", *PRIVATE)]
        self.files = {wheel.name: wheel.read_bytes() for wheel in wheels}

    def body(self, path: str) -> bytes | None:
        """A file, or the page of a project."""
        name = path.rstrip("/").rpartition("/")[2]
        if name in self.files:
            return self.files[name]
        for file, data in self.files.items():
            if file.startswith(f"{name.replace('-', '_')}-"):
                digest = hashlib.sha256(data).hexdigest()
                return f'<!DOCTYPE html><a href="/files/{file}#sha256={digest}">{file}</a>'.encode()
        return None


@pytest.fixture
def public(tmp_path: Path) -> Iterator[PublicIndex]:
    index = PublicIndex(tmp_path / "public")

    class PublicHandler(Handler):
        def answer(self) -> None:
            index.asked.append(self.path)
            index.credentials += self.headers.get_all("Authorization", [])
            body = index.body(self.path)
            kind = "application/octet-stream" if self.path.startswith("/files/") else "text/html"
            self.send(404 if body is None else 200, {"Content-Type": kind}, body or b"")

        do_GET = do_HEAD = answer  # noqa: N815

    with serving(PublicHandler) as url:
        # Of another host, as a public index is: some installers send credentials to every port of one host.
        index.url = f"{url.replace('127.0.0.1', 'localhost')}/simple"
        yield index


def distributions(folder: Path) -> set[str]:
    return {path.name for path in folder.rglob("*.dist-info")}


@pytest.fixture
def private(
    serve: Serve, folder: Place, public: PublicIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> dict[str, str]:
    """The URL of an index with one private project, with credentials, and without for poetry, which finds them."""
    folder.open().publish(samples.wheel(tmp_path / "own", "private-tools", fields="Requires-Dist: requested\n"))
    users = UserFile(tmp_path / "users.toml")
    users.add(User("alice", Role.READ, password=password_record("secret")), overwrite=False)
    client = serve(folder, fallback=public.url, users=users, anonymous_read=False, anonymous_upload=False)
    monkeypatch.setenv("POETRY_HTTP_BASIC_COMPANY_USERNAME", "alice")
    monkeypatch.setenv("POETRY_HTTP_BASIC_COMPANY_PASSWORD", "secret")
    url = f"{client.url}/simple/"
    return {"poetry": url, "others": url.replace("://", "://alice:secret@")}


@pytest.mark.parametrize("name", [case(name, slow=name not in QUICK) for name in CLIENTS])
def test_dependencies_come_from_the_fallback_which_gets_no_credentials(
    name: str, private: dict[str, str], public: PublicIndex, environments: Environments, tmp_path: Path
) -> None:
    index = private["poetry" if name.startswith("poetry") else "others"]
    installer: Installer = next(installer for installer in INSTALLERS if installer.name == name)
    done = installer.run(environments, index, ("private-tools",), tmp_path / "consumer")
    assert done.returncode == 0, done.stdout
    assert {"private_tools-1.0.dist-info", "requested-9.0.dist-info"} <= distributions(tmp_path / "consumer")
    assert not [path for path in public.asked if "private" in path]
    assert public.credentials == []


@pytest.mark.parametrize("name", [case(name, slow=name != "deleted") for name in PRIVATE[1:]])
def test_pip_never_takes_a_public_project_of_a_private_name(
    name: str, serve: Serve, folder: Place, public: PublicIndex, tmp_path: Path
) -> None:
    repository = folder.open()
    repository.publish(*(samples.wheel(tmp_path / "own", name) for name in PRIVATE if name != "acme-reserved"))
    repository.delete_project("deleted")
    repository.delete("empty", "1.0")
    repository.set_status("quarantined", "quarantined")
    for page in ("index.json", "index.html", "manifest.json"):
        (tmp_path / "repository" / "unreadable" / page).unlink()
        (tmp_path / "repository" / "unreadable" / page).symlink_to(tmp_path)  # which no request follows
    client = serve(folder, fallback=public.url, reserved=("Acme.*",))
    pip = [
        sys.executable,
        "-m",
        "pip",
        "--isolated",
        "--disable-pip-version-check",
        "download",
        "--no-cache-dir",
        "--no-deps",
    ]
    done = subprocess.run(
        [*pip, "-d", str(tmp_path / "got"), "--index-url", f"{client.url}/simple/", name],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode != 0, done.stdout
    assert "No matching distribution" in done.stderr
    assert public.asked == []
