"""Attestations beside distributions: published with them, and listed as provenance (PEP 740)."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import pypi_attestations
import pytest

from s3pypi_setuptools.config.choices import IfExists
from s3pypi_setuptools.distribution.selection import select_distributions
from s3pypi_setuptools.errors import InvalidDistribution, Unavailable
from s3pypi_setuptools.operations.file_selector import FileSelector
from tests.operations.attestations import GITHUB, URL, attest
from tests.operations.conftest import World
from tests.operations.processes import deleted, mirrored
from tests.support import samples
from tests.support.store_doubles import FaultyStore, Request

KEY = "team/demo/demo-1.0-py3-none-any.whl.provenance"


def provenance(world: World, key: str = KEY) -> dict[str, Any]:
    value = json.loads(world.store.get(key).data)
    assert isinstance(value, dict)
    return value


def test_a_public_url_of_any_letters_leads_to_a_manifest_that_can_be_read(world: World) -> None:
    wheel = world.wheel()
    attest(wheel)
    world.push(wheel, index_url="https://pakete.exämple/ü/")
    assert world.push(wheel, index_url="https://pakete.exämple/ü/").ok
    (file,) = world.pages()[0].files
    assert file.provenance == "https://pakete.ex%C3%A4mple/%C3%BC/demo/demo-1.0-py3-none-any.whl.provenance"


def test_a_provenance_object_is_stored_and_listed(world: World) -> None:
    wheel, sdist = world.wheel(), world.sdist()
    attestation = attest(wheel)

    world.push(wheel, sdist, index_url=URL)

    [[listed, plain]] = {page.files for page in world.pages()}
    assert listed.provenance == f"{URL}demo/demo-1.0-py3-none-any.whl.provenance"
    assert plain.provenance is None
    assert provenance(world) == {
        "version": 1,
        "attestation_bundles": [
            {
                "publisher": {
                    "kind": "GitHub",
                    "repository": "acme/demo",
                    "workflow": "release.yml",
                    "claims": None,
                },
                "attestations": [json.loads(attestation.read_text())],
            }
        ],
    }


def test_the_library_of_the_standards_authors_reads_it(world: World) -> None:
    wheel = world.wheel()
    attest(wheel)
    world.push(wheel, index_url=URL)
    read = pypi_attestations.Provenance.model_validate_json(world.store.get(KEY).data)
    [bundle] = read.attestation_bundles
    assert (bundle.publisher.kind, bundle.publisher.repository) == ("GitHub", "acme/demo")
    [attestation] = bundle.attestations
    assert attestation.statement["subject"][0]["digest"]["sha256"] == hashlib.sha256(wheel.read_bytes()).hexdigest()


@pytest.mark.parametrize("critical", [True, False])
@pytest.mark.parametrize(
    ("identity", "publisher"),
    [
        (GITHUB, {"kind": "GitHub", "repository": "acme/demo", "workflow": "release.yml"}),
        (
            "https://gitlab.com/group/sub/demo//.gitlab-ci.yml@refs/heads/main",
            {"kind": "GitLab", "repository": "group/sub/demo", "workflow_filepath": ".gitlab-ci.yml"},
        ),
        ("robot@project.example", {"kind": "Google", "email": "robot@project.example"}),
        ("https://ci.example/job/1", {"kind": "certificate", "identity": "https://ci.example/job/1"}),
    ],
)
def test_the_publisher_is_whom_the_certificate_names(
    world: World, identity: str, publisher: dict[str, str], critical: bool
) -> None:
    wheel = world.wheel()
    attest(wheel, identity, critical=critical)
    world.push(wheel, index_url=URL)
    assert provenance(world)["attestation_bundles"][0]["publisher"] == {**publisher, "claims": None}


def test_without_a_public_url_it_is_stored_and_a_later_push_lists_it(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    wheel = world.wheel()
    attest(wheel)

    assert world.push(wheel).ok
    assert "its attestation is stored, but not listed" in caplog.text
    assert "set public-url" in caplog.text
    assert [page.files[0].provenance for page in world.pages()] == [None] * 3

    assert world.push(wheel, index_url=URL).ok
    assert [page.files[0].provenance for page in world.pages()] == [f"{URL}demo/{wheel.name}.provenance"] * 3


def test_an_attestation_that_comes_later_is_listed(world: World) -> None:
    wheel = world.wheel()
    world.push(wheel)
    attest(wheel)
    assert [file.outcome.value for file in world.push(wheel, index_url=URL).files] == ["present"]
    assert world.pages()[0].files[0].provenance
    assert provenance(world)


def test_signed_again_the_first_provenance_stays(world: World) -> None:
    wheel = world.wheel()
    first = json.loads(attest(wheel).read_text())
    world.push(wheel, index_url=URL)
    attest(wheel)
    assert world.push(wheel, index_url=URL).ok
    assert provenance(world)["attestation_bundles"][0]["attestations"] == [first]


def test_a_provenance_of_other_bytes_is_not_taken_for_ours(world: World) -> None:
    """Somebody stored an attestation, and died before the file."""
    other = world.wheel(salt="other")
    attest(other)
    world.push(other, index_url=URL)
    left = world.store.get(KEY).data
    for key in world.stored():
        world.store.delete(key)
    world.put(KEY, left)

    wheel = world.wheel()
    attest(wheel)
    world.push(wheel, index_url=URL)

    file = world.pages()[0].files[0]
    assert "/" in file.url, "a key of its own"
    assert file.provenance == f"{URL}demo/{file.url}.provenance"
    assert world.store.get(KEY).data == left
    assert provenance(world, f"team/demo/{file.url}.provenance")


def test_a_refused_file_leaves_no_provenance_behind(world: World) -> None:
    wheel, other = world.wheel(), world.wheel(salt="other")
    attest(wheel)
    attest(other)
    bare = Path(shutil.copy(wheel, world.folder))
    world.push(bare, index_url=URL)
    before = world.stored()

    assert [file.outcome.value for file in world.push(other, index_url=URL).files] == ["failed"]
    assert world.stored() == before
    assert world.push(wheel, index_url=URL).ok
    assert world.pages()[0].files[0].provenance, "no other lies in its place"


def test_a_killed_upload_is_completed_with_its_provenance(world: World) -> None:
    wheel = world.wheel()
    attest(wheel)

    def die(request: Request) -> None:
        if request.key == KEY or request.key.endswith("manifest.json"):
            raise Unavailable(request.key, "the process is gone")

    assert not world.push(wheel, store=FaultyStore(world.store, die), index_url=URL).ok
    assert KEY.removesuffix(".provenance") in world.stored()
    assert world.push(wheel, index_url=URL).ok
    assert world.pages()[0].files[0].url == wheel.name
    assert provenance(world)


def test_a_deleted_file_takes_its_provenance_along(world: World) -> None:
    wheel = world.wheel()
    attest(wheel)
    world.push(wheel, index_url=URL)
    deleted(world, FileSelector("1.0"))
    assert KEY not in world.stored()


def test_a_replaced_file_gets_the_provenance_of_its_own_bytes(world: World) -> None:
    for salt in ("", "new"):
        wheel = world.wheel(salt=salt)
        attest(wheel)
        world.push(wheel, index_url=URL, if_exists=IfExists.REPLACE)
    file = world.pages()[0].files[0]
    statement = provenance(world, f"team/demo/{file.url}.provenance")
    assert statement["attestation_bundles"]
    assert KEY not in world.stored()


def test_a_mirror_takes_it_along(tmp_path: Path, world: World) -> None:
    source = World(tmp_path / "source")
    wheel = source.wheel()
    attest(wheel)
    source.push(wheel, index_url=URL)
    mirrored(source, world)
    assert world.store.get(KEY).data == source.store.get(KEY).data


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        ("other bytes", "attests other bytes than those of demo-1.0-py3-none-any.whl"),
        ("{}", "is no attestation"),
        ('{"version": 2}', "of a version that is not known here"),
        ("[1", "is no attestation"),
        ("[]", "is no attestation"),
        ("[" * 100_000, "is no attestation"),
    ],
)
def test_what_is_no_attestation_of_the_file_is_refused(tmp_path: Path, damage: str, message: str) -> None:
    wheel = samples.wheel(tmp_path)
    beside = attest(wheel, sha256="0" * 64)
    if damage != "other bytes":
        beside.write_text(damage)
    with pytest.raises(InvalidDistribution) as caught:
        samples.read(wheel)
    assert message in str(caught.value)
    assert str(beside) in str(caught.value)


def test_a_glob_that_takes_attestations_along_means_their_distributions(tmp_path: Path) -> None:
    wheel, sdist = samples.wheel(tmp_path), samples.sdist(tmp_path)
    beside = attest(wheel)
    assert select_distributions([str(tmp_path / "*")]) == [wheel, sdist]
    assert select_distributions([str(tmp_path)]) == [wheel, sdist]
    with pytest.raises(InvalidDistribution, match="its distribution is not among the files to publish"):
        select_distributions([str(beside), str(sdist)])


def test_a_copy_without_the_attestation_is_the_same_file(world: World, tmp_path: Path) -> None:
    wheel = world.wheel()
    attest(wheel)
    world.push(wheel, index_url=URL)
    bare = Path(shutil.copy(wheel, tmp_path))
    assert [file.outcome.value for file in world.push(bare).files] == ["present"]
    assert world.pages()[0].files[0].provenance
