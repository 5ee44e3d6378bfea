"""CI jobs that publish without a password, by real tools: uv over TLS, and pdm over HTTP on this machine."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
import requests

from tests.clients.installers import Environments
from tests.server.oidc_issuer import CLAIMS, REQUEST_TOKEN, Issuer, running_issuer
from tests.server.test_commands import SCRIPT, Served, serving
from tests.support import samples
from tests.support.tls import Certificates, make_certificates

Job = Callable[[Issuer], Mapping[str, str]]
PROJECT = '[project]\nname = "demo"\nversion = "1.0"\n'


def github(issuer: Issuer) -> Mapping[str, str]:
    """The variables of a job of GitHub with the permission ``id-token: write``."""
    return {
        "GITHUB_ACTIONS": "true",
        "ACTIONS_ID_TOKEN_REQUEST_URL": issuer.request_url,
        "ACTIONS_ID_TOKEN_REQUEST_TOKEN": REQUEST_TOKEN,
    }


def gitlab(issuer: Issuer) -> Mapping[str, str]:
    """The variables of a job of GitLab with ``id_tokens: S3PYPI_ID_TOKEN: {aud: s3pypi}``."""
    return {"GITLAB_CI": "true", "S3PYPI_ID_TOKEN": issuer.token(**{"aud": "s3pypi", **issuer.changes})}


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    with running_issuer() as made:
        yield made


@contextlib.contextmanager
def service(tmp_path: Path, issuer: Issuer, tls: Certificates | None = None) -> Iterator[Served]:
    """The service as its page says to run it: a publisher is added, and then it serves."""
    claims = [f"--claim={name}={value}" for name, value in CLAIMS.items()]
    add = [*SCRIPT, "publisher", "add", "users.toml", "tools", "--issuer", issuer.url, *claims, "--projects", "demo*"]
    subprocess.run(add, cwd=tmp_path, check=True, capture_output=True)
    options = ["--users", str(tmp_path / "users.toml"), "--anonymous-read"]
    if tls is not None:
        options += ["--tls-certificate", str(tls.certificate), "--tls-key", str(tls.key)]
    with serving((tmp_path / "repository").as_uri(), *options, authority=tls and tls.authority) as served:
        yield served


def run(command: list[str | Path], folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, cwd=folder, env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )


def uv(served: Served, tls: Certificates, wheel: Path, job: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    command = [Path(sys.executable).parent / "uv", "publish", "--publish-url", f"{served.url}/legacy/"]
    command += ["--trusted-publishing", "always", wheel]
    return run(command, wheel.parent, SSL_CERT_FILE=str(tls.authority), **job)


def listed(served: Served, tls: Certificates | None = None) -> list[str]:
    verify = str(tls.authority) if tls else True
    accept = "application/vnd.pypi.simple.v1+json"
    page = requests.get(f"{served.url}/simple/demo/", timeout=30, verify=verify, headers={"Accept": accept})
    return [file["filename"] for file in page.json()["files"]] if page.ok else []


REFUSALS: tuple[tuple[Mapping[str, object], str], ...] = (
    ({"aud": "pypi"}, "invalid-audience"),
    ({"repository": "acme/other"}, "invalid-publisher"),
    ({"exp": 1}, "expired"),
    ({"iss": "http://127.0.0.1:9"}, "invalid-issuer"),
)


def test_uv_publishes_over_tls_from_github_and_shows_why_a_job_is_refused(tmp_path: Path, issuer: Issuer) -> None:
    tls = make_certificates(tmp_path)
    wheel, other = samples.wheel(tmp_path), samples.wheel(tmp_path, "other")
    with service(tmp_path, issuer, tls) as served:
        for changes, code in REFUSALS:
            issuer.changes = dict(changes)
            refused = uv(served, tls, wheel, github(issuer))
            assert refused.returncode != 0
            assert code in refused.stderr
        issuer.changes = {}
        assert listed(served, tls) == []
        done = uv(served, tls, wheel, github(issuer))
        assert done.returncode == 0, done.stdout + done.stderr
        assert listed(served, tls) == [wheel.name]
        forbidden = uv(served, tls, other, github(issuer))
        assert forbidden.returncode != 0
        assert "Server says: 403 You may not upload files of other" in forbidden.stderr
        _, out, err = served.end()
    assert "'/_/oidc/mint-token' 200" in out
    assert " tools POST '/legacy/' 200" in out
    assert "s3pypi-ci-" not in out + err


def test_uv_publishes_over_tls_from_gitlab_whose_token_is_taken_once(tmp_path: Path, issuer: Issuer) -> None:
    tls = make_certificates(tmp_path)
    wheel, job = samples.wheel(tmp_path), gitlab(issuer)
    with service(tmp_path, issuer, tls) as served:
        done = uv(served, tls, wheel, job)
        assert done.returncode == 0, done.stdout + done.stderr
        assert listed(served, tls) == [wheel.name]
        again = uv(served, tls, wheel, job)
        assert again.returncode != 0
        assert "invalid-reuse-token" in again.stderr


@pytest.mark.slow
@pytest.mark.parametrize("job", [github, gitlab], ids=lambda job: job.__name__)
def test_pdm_publishes_on_this_machine(tmp_path: Path, issuer: Issuer, environments: Environments, job: Job) -> None:
    wheel = samples.wheel(tmp_path / "project" / "dist")
    (tmp_path / "project" / "pyproject.toml").write_text(PROJECT, encoding="utf-8")
    command: list[str | Path] = [environments.pdm(), "publish", "--no-build"]
    with service(tmp_path, issuer) as served:
        command += ["-r", f"{served.url}/legacy/"]
        done = run(command, tmp_path / "project", PDM_CHECK_UPDATE="0", **job(issuer))
        assert done.returncode == 0, done.stdout + done.stderr
        assert listed(served) == [wheel.name]
        issuer.changes = {"repository": "acme/other"}
        refused = run(command, tmp_path / "project", PDM_CHECK_UPDATE="0", **job(issuer))
        assert refused.returncode != 0
        assert "Failed to get PyPI token via OIDC" in refused.stdout + refused.stderr
