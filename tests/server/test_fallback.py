"""Projects that are not here are looked up elsewhere, and private names never are."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from s3pypi_setuptools.server.password_records import password_record
from s3pypi_setuptools.server.user_file import UserFile
from s3pypi_setuptools.server.users import Role, User
from tests.server.conftest import Client, Place, Serve
from tests.support import samples

JSON = "application/vnd.pypi.simple.v1+json"


@pytest.fixture
def public(serve: Serve, tmp_path: Path) -> Client:
    """A public index, on which somebody has put projects of private names, too."""
    place = Place((tmp_path / "public").as_uri(), {})
    wheels = tmp_path / "wheels"
    place.open().publish(
        *(samples.wheel(wheels, name, "9.0") for name in ("requested", "demo", "acme-tools", "gone", "empty"))
    )
    return serve(place)


def answer(client: Client, name: str) -> str:
    found = client.get(f"/simple/{name}/", JSON)
    return found.headers["Location"] if found.status_code == 302 else str(found.status_code)


def test_unknown_names_are_looked_up_in_the_fallback_and_known_or_reserved_ones_never(
    serve: Serve, place: Place, public: Client, tmp_path: Path
) -> None:
    repository = place.open()
    repository.publish(*(samples.wheel(tmp_path / "own", name) for name in ("demo", "gone", "empty", "quarantined")))
    repository.delete_project("gone")
    repository.delete("empty", "1.0")
    repository.set_status("quarantined", "quarantined")
    client = serve(fallback=f"{public.url}/simple", reserved=("acme-*",))
    assert answer(client, "requested") == f"{public.url}/simple/requested/"
    assert answer(client, "acme-tools") == "404"
    assert answer(client, "demo") == "200"
    assert answer(client, "gone") == "404"
    assert answer(client, "empty") == "200"
    assert client.get("/simple/empty/", JSON).json()["files"] == []
    assert client.get("/simple/quarantined/", JSON).json()["files"] == []


def test_nobody_is_sent_elsewhere_without_credentials(
    serve: Serve, folder: Place, public: Client, tmp_path: Path
) -> None:
    users = UserFile(tmp_path / "users.toml")
    users.save(User("alice", Role.READ, password=password_record("x")))
    client = serve(folder, fallback=f"{public.url}/simple", users=users, anonymous_read=False, anonymous_upload=False)
    assert client.get("/simple/requested/").status_code == 401


def test_an_error_of_the_store_leads_nobody_elsewhere(
    serve: Serve, folder: Place, public: Client, tmp_path: Path
) -> None:
    folder.open().publish(samples.wheel(tmp_path / "own"))
    client = serve(folder, fallback=f"{public.url}/simple")
    project = tmp_path / "repository" / "demo"
    for page in ("index.json", "index.html", "manifest.json"):
        (project / page).unlink()
        (project / page).symlink_to(tmp_path)  # which no request follows
    found = client.get("/simple/demo/", JSON)
    assert found.status_code == 502
    assert str(tmp_path) not in found.text


def test_pip_resolves_private_and_public_projects_from_the_one_url(
    serve: Serve, folder: Place, public: Client, tmp_path: Path
) -> None:
    own = samples.wheel(tmp_path / "own")
    folder.open().publish(own)
    client = serve(folder, fallback=f"{public.url}/simple", reserved=("acme-*",))
    pip = [sys.executable, "-m", "pip", "download", "--no-deps", "--no-cache-dir", "--disable-pip-version-check"]
    got = tmp_path / "got"
    done = subprocess.run(
        [*pip, "--isolated", "-d", str(got), "--index-url", f"{client.url}/simple/", "demo", "requested"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert sorted(path.name for path in got.iterdir()) == [own.name, "requested-9.0-py3-none-any.whl"]
