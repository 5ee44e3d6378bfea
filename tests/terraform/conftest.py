"""The function at the edge, and MiniStack for what the module takes over."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.clients.installers import Environments
from tests.support import servers
from tests.support.servers import S3Server
from tests.terraform import terraform
from tests.terraform.configuration import MINISTACK
from tests.terraform.identities import with_identities

SERVICES = "acm,cloudformation,cloudfront,dynamodb,iam,lambda,logs,route53,s3,ssm,sts"


@pytest.fixture(scope="module")
def edge() -> Iterator[Any]:
    """The module in the package that Terraform installs."""
    sys.path.insert(0, str(terraform.EDGE_PACKAGE))
    try:
        yield importlib.import_module("edge")
    finally:
        sys.path.remove(str(terraform.EDGE_PACKAGE))
        for name in ("edge", "password_records"):
            sys.modules.pop(name, None)


@pytest.fixture
def aws(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, environments: Environments) -> Iterator[S3Server]:
    """MiniStack, with the zone ``example.com`` and a certificate for each of its names."""
    folder = tmp_path / "ministack"
    folder.mkdir()
    script = environments.script(MINISTACK)
    with (
        servers.ministack(folder, services=SERVICES, script=script) as ministack,
        with_identities(ministack) as server,
    ):
        for name, value in server.environment.items():
            monkeypatch.setenv(name, value)
        server.client("route53").create_hosted_zone(Name="example.com", CallerReference="test")
        for domain in ("packages.example.com", "pypi.example.com"):
            server.client("acm").request_certificate(DomainName=domain, ValidationMethod="DNS")
        yield server
