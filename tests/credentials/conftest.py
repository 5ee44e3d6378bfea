"""A profile whose role needs an MFA code, and servers for it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support import samples
from tests.support.servers import S3Server

ROLE = "arn:aws:iam::123456789012:role/publisher"
SERIAL = "arn:aws:iam::123456789012:mfa/alex"
CONFIG = f"""\
[profile base]
aws_access_key_id = AKIAEXAMPLEEXAMPLE00
aws_secret_access_key = abcabcabcabcabcabcabcabcabcabcabcabcabca
[profile mfa]
region = us-east-1
role_arn = {ROLE}
source_profile = base
mfa_serial = {SERIAL}
"""


@pytest.fixture
def home(own_environment: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The home folder, with the profile ``mfa``, which is the one in use."""
    (own_environment / ".aws").mkdir()
    (own_environment / ".aws" / "config").write_text(CONFIG)
    monkeypatch.setenv("AWS_PROFILE", "mfa")
    return own_environment


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The working folder, with a wheel in ``dist``."""
    samples.wheel(tmp_path / "dist")
    return tmp_path


@pytest.fixture
def environ(home: Path, moto: S3Server) -> dict[str, str]:
    """The variables by which programs reach moto, with no keys among them."""
    return {"AWS_ENDPOINT_URL": moto.endpoint_url}


@pytest.fixture
def new_target(moto: S3Server) -> Callable[[], str]:
    return lambda: f"s3://{moto.new_bucket()}/p"


@pytest.fixture
def target(new_target: Callable[[], str]) -> str:
    return new_target()
