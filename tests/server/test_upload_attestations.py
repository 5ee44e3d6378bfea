"""Attestations that come with an upload (PEP 740): stored and listed as those that the command line publishes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pypi_attestations
import pytest

from tests.operations.attestations import GITHUB, attest
from tests.server.conftest import Client, Place, Serve
from tests.server.test_uploading import JSON, upload
from tests.support import samples

PUBLIC = "https://packages.example.com/simple"
OTHER = "https://gitlab.com/acme/demo//.gitlab-ci.yml@refs/tags/v1"
SAID = "the service did not verify the signatures\n"


@pytest.fixture
def public(folder: Place) -> Place:
    """A folder whose URL for installers is known."""
    return Place(folder.target, {"public_url": PUBLIC})


def attestations(wheel: Path, *identities: str) -> list[dict[str, Any]]:
    made = []
    for identity in identities:
        beside = attest(wheel, identity)
        made.append(json.loads(beside.read_text(encoding="utf-8")))
        beside.unlink()
    return made


def provenance(client: Client, wheel: Path) -> Any:
    return client.get(f"/simple/demo/{wheel.name}.provenance").json()


def test_all_attestations_of_an_upload_are_listed_and_said_to_be_unverified(
    serve: Serve, public: Place, tmp_path: Path
) -> None:
    wheel = samples.wheel(tmp_path)
    sent = attestations(wheel, GITHUB, OTHER, GITHUB)
    client = serve(public)
    answer = upload(client, wheel, attestations=json.dumps(sent))
    assert (answer.status_code, answer.text) == (
        200,
        f"published {wheel.name}\n3 attestations came with it; {SAID}",
    )
    (file,) = client.get("/simple/demo/", JSON).json()["files"]
    assert file["provenance"] == f"{PUBLIC}/demo/{wheel.name}.provenance"
    assert "data-provenance=" in client.get("/simple/demo/", "text/html").text
    read = pypi_attestations.Provenance.model_validate(provenance(client, wheel))
    assert [(bundle.publisher.kind, len(bundle.attestations)) for bundle in read.attestation_bundles] == [
        ("GitHub", 2),
        ("GitLab", 1),
    ]
    with public.open() as opened:
        assert opened.verify(deep=True).ok


def test_one_attestation_comes_out_as_the_command_line_publishes_it(
    serve: Serve, public: Place, tmp_path: Path
) -> None:
    wheel = samples.wheel(tmp_path / "one")
    beside = attest(wheel)
    other = Place((tmp_path / "other").as_uri(), public.settings)
    with other.open() as opened:
        assert opened.publish(wheel).ok
    client = serve(public)
    assert upload(client, wheel, attestations=f"[{beside.read_text(encoding='utf-8')}]").text.endswith(
        f"1 attestation came with it; {SAID}"
    )
    for name in (f"{wheel.name}.provenance", wheel.name):
        path = Path("repository") / "demo" / name
        assert (tmp_path / path).read_bytes() == (tmp_path / "other" / "demo" / name).read_bytes()


def test_an_attestation_of_other_bytes_is_refused(serve: Serve, public: Place, tmp_path: Path) -> None:
    wheel = samples.wheel(tmp_path)
    sent = [*attestations(wheel, GITHUB), *attestations(samples.wheel(tmp_path / "x", salt="x"), GITHUB)]
    client = serve(public)
    answer = upload(client, wheel, attestations=json.dumps(sent))
    assert answer.status_code == 400
    assert f"attests other bytes than those of {wheel.name}" in answer.text
    assert client.get("/simple/demo/").status_code == 404


def test_no_attestation_may_come_as_an_empty_list(serve: Serve, public: Place, tmp_path: Path) -> None:
    wheel = samples.wheel(tmp_path)
    assert upload(serve(public), wheel, attestations="[]").text == f"published {wheel.name}\n"
