"""Projects that are not here are looked up elsewhere, and private names never are."""

from __future__ import annotations

from pathlib import Path

import pytest

from s3pypi_setuptools.server.fallback import fallback_url
from s3pypi_setuptools.server.password_records import password_record
from s3pypi_setuptools.server.user_file import UserFile
from s3pypi_setuptools.server.users import Role, User
from tests.server.conftest import Client, Place, Serve
from tests.support import in_process, samples

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


@pytest.mark.parametrize("pattern", ["Acme_*", "ACME.*", "acme-[a-z]*"])
def test_a_reserved_name_may_be_spelt_in_any_way(serve: Serve, folder: Place, public: Client, pattern: str) -> None:
    client = serve(folder, fallback=f"{public.url}/simple", reserved=(pattern,))
    assert answer(client, "acme-tools") == "404"
    assert answer(client, "requested") == f"{public.url}/simple/requested/"


def test_upload_tools_are_told_of_the_projects_here_alone(serve: Serve, folder: Place, public: Client) -> None:
    client = serve(folder, fallback=f"{public.url}/simple")
    for path in ("/+simple", "/legacy/+simple", "/simple/+simple"):
        assert client.get(f"{path}/requested/").status_code == 404


@pytest.mark.parametrize("host", ["packages.example.com", "Packages.Example.com:443"])
def test_a_service_that_is_its_own_fallback_says_so(serve: Serve, folder: Place, host: str) -> None:
    """As where pip, whose index the fallback is, is configured with the service's own URL."""
    client = serve(folder, fallback="https://packages.example.com/simple")
    found = client.get("/simple/requested/", headers={"Host": host})
    assert found.status_code == 508
    assert found.text == "The fallback of this service is the service itself\n"
    assert client.get("/simple/requested/", headers={"Host": "other.example.com"}).status_code == 302


CONFIGURED = "https://mirror.example.com/simple"
EXTRA = "https://extra.example.com/simple"


@pytest.mark.parametrize("where", ["environment", "PIP_CONFIG_FILE", "user", "machine"])
def test_pip_means_the_index_that_pip_is_configured_with(
    where: str, own_environment: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of all extra indexes, none is meant, not even in a folder whose name says so."""
    if where == "environment":
        monkeypatch.setenv("PIP_INDEX_URL", f"{CONFIGURED}/")
    else:
        file = {
            "PIP_CONFIG_FILE": tmp_path / "extra" / "pip.conf",
            "user": own_environment / ".config" / "pip" / "pip.conf",
            "machine": own_environment / "etc" / "pip" / "pip.conf",
        }[where]
        file.parent.mkdir(parents=True)
        file.write_text(
            f"[global]\nextra-index-url = https://extra.example.com/simple\nindex-url = {CONFIGURED}/\n",
            encoding="utf-8",
        )
        if where == "PIP_CONFIG_FILE":
            monkeypatch.setenv(where, str(file))
    monkeypatch.setenv("PIP_EXTRA_INDEX_URL", EXTRA)
    assert fallback_url("pip") == CONFIGURED


def test_pip_means_its_own_default_where_nothing_is_configured() -> None:
    found = fallback_url("pip")
    assert found is not None
    assert found.startswith("https://")
    assert found.endswith("/simple")


@pytest.mark.parametrize(
    ("setting", "reason"),
    [
        (
            "pip",
            "fallback: pip's index-url (environment PIP_INDEX_URL) holds a user name or password",
        ),
        ("https://alice:hunter2@mirror.example.com/simple", "command line --fallback: holds a user name or password"),
        ("https://mirror.example.com/simple?page=1", "command line --fallback: must be a URL without '?'"),
        ("mirror.example.com", "command line --fallback: must be an http:// or https:// URL"),
    ],
)
def test_a_fallback_that_clients_cannot_be_sent_to_is_one_clear_error(
    setting: str, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", "https://alice:hunter2@mirror.example.com/simple")
    said = in_process.run("s3pypi", "serve", "./repository", "--fallback", setting, cwd=tmp_path)
    assert said.status == 1
    assert len(said.errors) == 1
    assert reason in said.err
    assert "hunter2" not in said.err + said.out


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
