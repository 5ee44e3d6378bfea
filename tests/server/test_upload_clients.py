"""Tools that upload: each publishes a wheel, and again; installers then read it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from s3pypi_setuptools.server.password_records import password_record
from s3pypi_setuptools.server.user_file import UserFile
from s3pypi_setuptools.server.users import Role, User
from tests.operations.attestations import attest
from tests.server.conftest import Client, Place, Serve
from tests.support import samples

PASSWORD = "p:$ %ä"
BIN = Path(sys.executable).parent
Command = Callable[[str, Path], tuple[list[str], dict[str, str]]]


def uv(url: str, wheel: Path) -> tuple[list[str], dict[str, str]]:
    # uv looks whether the file is there already, and with the same bytes.
    address = url.replace("://", f"://{UserName.quoted}@")
    check = ["--check-url", f"{address}/simple/"]
    return [str(BIN / "uv"), "publish", "--publish-url", f"{url}/legacy/", *check, str(wheel)], {
        "UV_PUBLISH_USERNAME": UserName.name,
        "UV_PUBLISH_PASSWORD": PASSWORD,
    }


def hatch(url: str, wheel: Path) -> tuple[list[str], dict[str, str]]:
    return [str(BIN / "hatch"), "publish", "--no-prompt", "--repo", f"{url}/legacy/", str(wheel)], {
        "HATCH_INDEX_USER": UserName.name,
        "HATCH_INDEX_AUTH": PASSWORD,
    }


def poetry(url: str, wheel: Path) -> tuple[list[str], dict[str, str]]:
    (wheel.parents[1] / "pyproject.toml").write_text(
        '[project]\nname = "demo"\nversion = "1.0"\ndescription = ""\n', encoding="utf-8"
    )
    return [str(BIN / "poetry"), "publish", "--no-interaction", "--skip-existing", "-r", "acme"], {
        "POETRY_REPOSITORIES_ACME_URL": f"{url}/legacy/",
        "POETRY_HTTP_BASIC_ACME_USERNAME": UserName.name,
        "POETRY_HTTP_BASIC_ACME_PASSWORD": PASSWORD,
    }


def twine(url: str, wheel: Path) -> tuple[list[str], dict[str, str]]:
    options = ["--non-interactive", "--disable-progress-bar", "--repository-url", f"{url}/legacy/"]
    return [sys.executable, "-m", "twine", "upload", *options, str(wheel)], {
        "TWINE_USERNAME": UserName.name,
        "TWINE_PASSWORD": PASSWORD,
    }


def curl(url: str, wheel: Path) -> tuple[list[str], dict[str, str]]:
    fields = (":action=file_upload", "name=demo", "version=1.0", "filetype=bdist_wheel", f"content=@{wheel}")
    forms = [argument for field in fields for argument in ("-F", field)]
    return ["curl", "--fail-with-body", "-sS", "-u", f"{UserName.name}:{PASSWORD}", *forms, f"{url}/"], {}


class UserName:
    """The user who uploads, as it is and in a URL."""

    name = "alice"
    quoted = "alice:p%3A%24%20%25%C3%A4"


@pytest.fixture
def client(serve: Serve, folder: Place, tmp_path: Path) -> Client:
    users = UserFile(tmp_path / "users.toml")
    users.save(User(UserName.name, Role.UPLOAD, password=password_record(PASSWORD)))
    return serve(folder, users=users, anonymous_read=False, anonymous_upload=False)


@pytest.mark.parametrize("tool", [uv, hatch, poetry, twine, curl], ids=lambda tool: tool.__name__)
def test_a_tool_uploads_and_uploads_again(client: Client, tmp_path: Path, tool: Command) -> None:
    wheel = samples.wheel(tmp_path / "project" / "dist")
    command, settings = tool(client.url, wheel)
    environment = {**os.environ, **settings, "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring"}
    for _ in range(2):
        done = subprocess.run(
            command, cwd=wheel.parents[1], env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        assert PASSWORD not in done.stdout + done.stderr
    page = client.get("/simple/demo/", "application/vnd.pypi.simple.v1+json", auth=(b"alice", PASSWORD.encode()))
    assert [file["filename"] for file in page.json()["files"]] == [wheel.name]


# hatch takes a 409 for "it is there already", as PyPI's own answer; poetry is told to skip what exists.
@pytest.mark.parametrize("tool", [uv, twine, curl], ids=lambda tool: tool.__name__)
def test_a_tool_shows_why_an_upload_is_refused(client: Client, tmp_path: Path, tool: Command) -> None:
    first = samples.wheel(tmp_path / "project" / "dist")
    command, settings = tool(client.url, first)
    environment = {**os.environ, **settings}
    assert subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, check=False).returncode == 0
    samples.wheel(tmp_path / "project" / "dist", salt="other")
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    said = (done.stdout + done.stderr).lower()
    assert "409" in said or "already exists" in said or "already" in said


def test_twine_uploads_and_pip_installs(serve: Serve, place: Place, tmp_path: Path) -> None:
    del place
    client = serve()
    path = samples.wheel(tmp_path)
    upload = [sys.executable, "-m", "twine", "upload", "--non-interactive", "--disable-progress-bar"]
    sent = [*upload, "-u", "me", "-p", "secret", "--repository-url", f"{client.url}/legacy/", str(path)]
    for _ in range(2):
        done = subprocess.run(sent, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
    pip = [sys.executable, "-m", "pip", "download", "--no-deps", "--no-cache-dir", "--disable-pip-version-check"]
    done = subprocess.run(
        [*pip, "-d", str(tmp_path / "got"), "--index-url", f"{client.url}/simple/", "demo"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
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
