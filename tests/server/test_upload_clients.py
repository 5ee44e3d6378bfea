"""Tools that upload: each publishes a project, and again; installers then read it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from s3pypi_setuptools.server.password_records import password_record
from s3pypi_setuptools.server.user_file import UserFile
from s3pypi_setuptools.server.users import Role, User
from tests.clients.installers import Environments
from tests.operations.attestations import attest
from tests.server.conftest import CEPH, Client, Place, Serve
from tests.server.upload_tools import ALWAYS, OTHERS, PASSWORDS, Project, Tool, upload_with
from tests.support import programs, samples

JSON = "application/vnd.pypi.simple.v1+json"
EACH = [tool for tool in (*ALWAYS, *OTHERS) if " --" not in tool.name]
URLS = ("", "/", "/legacy", "/legacy/", "/simple", "/simple/")


def private(serve: Serve, place: Place, folder: Path) -> Client:
    """A service to which users may upload one project."""
    users = UserFile(folder / "users.toml")
    for name, password in PASSWORDS.items():
        users.save(User(name, Role.UPLOAD, ("demo",), password=password_record(password)))
    return serve(place, users=users, anonymous_read=False, anonymous_upload=False)


def versions(client: Client) -> list[str]:
    name, password = next(iter(PASSWORDS.items()))
    answer = client.get("/simple/demo/", JSON, auth=(name.encode(), password.encode()))
    return answer.json()["versions"] if answer.ok else []


def uploads_twice_and_shows_a_conflict(client: Client, folder: Path, tool: Tool, environments: Environments) -> None:
    project = Project(folder / "project")
    for _ in range(2):
        done = upload_with(tool, f"{client.url}/legacy/", project, environments)
        assert done.returncode == 0, done.stdout
    assert versions(client) == ["1.0"]
    project.write("other")
    done = upload_with(tool, f"{client.url}/legacy/", project, environments)
    said = done.stdout
    assert (done.returncode != 0) == bool(tool.refused), said
    assert tool.refused.lower() in said.lower()


@pytest.mark.parametrize("tool", [*ALWAYS, *(pytest.param(tool, marks=pytest.mark.slow) for tool in OTHERS)], ids=str)
def test_a_tool_uploads_and_uploads_again(
    serve: Serve, folder: Place, tmp_path: Path, tool: Tool, environments: Environments
) -> None:
    uploads_twice_and_shows_a_conflict(private(serve, folder, tmp_path), tmp_path, tool, environments)


@pytest.mark.slow
@pytest.mark.parametrize("place", ["ceph" if CEPH else "ministack"], indirect=True)
@pytest.mark.parametrize("tool", [*ALWAYS, *OTHERS], ids=str)
def test_a_tool_uploads_to_a_bucket_and_uploads_again(
    serve: Serve, place: Place, tmp_path: Path, tool: Tool, environments: Environments
) -> None:
    uploads_twice_and_shows_a_conflict(private(serve, place, tmp_path), tmp_path, tool, environments)


@pytest.mark.slow
@pytest.mark.parametrize("tool", EACH, ids=str)
def test_every_tool_uploads_at_every_url(
    serve: Serve, folder: Place, tmp_path: Path, tool: Tool, environments: Environments
) -> None:
    client = private(serve, folder, tmp_path)
    for number, url in enumerate(URLS):
        project = Project(tmp_path / str(number), version=f"1.{number}")
        done = upload_with(tool, f"{client.url}{url}", project, environments)
        assert done.returncode == 0, done.stdout
    assert versions(client) == [f"1.{number}" for number in range(len(URLS))]


@pytest.mark.slow
@pytest.mark.parametrize("tool", EACH, ids=str)
def test_every_tool_shows_that_it_may_not_or_is_at_the_wrong_url(
    serve: Serve, folder: Place, tmp_path: Path, tool: Tool, environments: Environments
) -> None:
    client = private(serve, folder, tmp_path)
    foreign, demo = Project(tmp_path / "foreign", "secret"), Project(tmp_path / "demo")
    forbidden = upload_with(tool, f"{client.url}/legacy/", foreign, environments)
    wrong = upload_with(tool, f"{client.url}/simple/demo/", demo, environments)
    for done, told in ((forbidden, ("403", "Forbidden")), (wrong, ("405", "Not Allowed"))):
        said = done.stdout
        assert done.returncode != 0, said
        assert any(word in said for word in told), said
        assert "Traceback" not in said or tool.name in ("flit", "hatch"), said


@pytest.mark.slow
def test_hatch_asks_below_the_upload_url_what_is_there(
    serve: Serve, folder: Place, tmp_path: Path, environments: Environments
) -> None:
    client = private(serve, folder, tmp_path)
    hatch = next(tool for tool in ALWAYS if tool.name == "hatch")
    project = Project(tmp_path / "project")
    for expected in ("1.0", "already exists"):
        done = upload_with(hatch, f"{client.url}/legacy/", project, environments)
        assert done.returncode == 0
        assert expected in done.stdout


def test_twine_uploads_and_pip_installs(serve: Serve, place: Place, tmp_path: Path) -> None:
    client = serve(place)
    path = samples.wheel(tmp_path)
    upload = [sys.executable, "-m", "twine", "upload", "--non-interactive", "--disable-progress-bar"]
    sent = [*upload, "-u", "me", "-p", "secret", "--repository-url", f"{client.url}/legacy/", str(path)]
    for _ in range(2):
        done = subprocess.run(sent, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
    pip = ("download", "--no-deps", "--no-cache-dir", "--disable-pip-version-check", "-d", str(tmp_path / "got"))
    done = programs.run("pip", *pip, "--index-url", f"{client.url}/simple/", "demo", cwd=tmp_path)
    assert done.status == 0, done.stdout + done.stderr
    assert (tmp_path / "got" / path.name).read_bytes() == path.read_bytes()


def test_twine_uploads_the_attestations_beside_a_file(serve: Serve, folder: Place, tmp_path: Path) -> None:
    wheel = samples.wheel(tmp_path)
    first = attest(wheel)
    shutil.copy(first, tmp_path / f"{wheel.name}.slsa.attestation")
    client = serve(folder)
    twine = [sys.executable, "-m", "twine", "upload", "--non-interactive", "--disable-progress-bar", "--verbose"]
    done = subprocess.run(
        [*twine, "-u", "x", "-p", "y", "--repository-url", f"{client.url}/legacy/", "--attestations"]
        + [str(path) for path in sorted(tmp_path.glob(f"{wheel.name}*"))],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    (bundle,) = client.get(f"/simple/demo/{wheel.name}.provenance").json()["attestation_bundles"]
    assert bundle["attestations"] == [json.loads(first.read_text(encoding="utf-8"))] * 2
