"""The kinds of a repository's documents, and how documents are stored."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest

from s3pypi_setuptools.errors import AccessDenied
from s3pypi_setuptools.repository.documents import (
    LARGE,
    Kind,
    OtherKind,
    OtherRepository,
    check_kind,
    kind_at,
    kind_of,
    stored_form,
)
from s3pypi_setuptools.repository.layout import Layout
from s3pypi_setuptools.stores.base import Attributes
from s3pypi_setuptools.stores.memory import MemoryStore
from tests.support.store_doubles import FaultyStore, Request

OLD: dict[Kind, dict[str, Any]] = {
    Kind.PROJECT: {"format": 1, "name": "demo", "files": [], "removed": []},
    Kind.ROOT: {"meta": {}, "projects": []},
    Kind.REPOSITORY: {"format": 1, "pages": [], "conditional-writes": True},
}
"""Documents of version 1.0.0, which state no kind."""


@pytest.mark.parametrize("kind", Kind)
def test_a_document_states_its_kind(kind: Kind) -> None:
    assert kind_of({"kind": kind.value}) is kind


@pytest.mark.parametrize("kind", Kind)
def test_a_document_of_version_1_0_0_is_recognized_by_its_keys(kind: Kind) -> None:
    document = OLD[kind]
    assert kind_of(document) is kind
    for missing in document:
        assert kind_of({key: value for key, value in document.items() if key != missing}) is None


@pytest.mark.parametrize(
    ("document", "kind"),
    [
        ({"kind": "mirror"}, "mirror"),
        ({"kind": "mirror", **OLD[Kind.ROOT]}, "mirror"),
        ({"kind": 1}, None),
        ({"kind": []}, None),
        ({"kind": 1, **OLD[Kind.ROOT]}, None),
        ({}, None),
        ([], None),
        ("project", None),
    ],
)
def test_a_document_of_no_known_kind(document: object, kind: str | None) -> None:
    assert kind_of(document) == kind


@pytest.mark.parametrize("expected", Kind)
def test_a_document_without_a_kind_passes_as_any(expected: Kind) -> None:
    check_kind({}, expected)
    check_kind({"kind": expected.value}, expected)


@pytest.mark.parametrize(
    ("found", "expected", "said"),
    [
        ("project", Kind.ROOT, "is a project's manifest, not a repository's list of projects"),
        ("root", Kind.REPOSITORY, "is a repository's list of projects, not a repository config"),
        ("repository", Kind.PROJECT, "is a repository config, not a project's manifest"),
        ("mirror", Kind.PROJECT, "is of the kind 'mirror', not a project's manifest"),
    ],
)
def test_a_document_of_another_kind_is_refused(found: str, expected: Kind, said: str) -> None:
    with pytest.raises(OtherKind) as caught:
        check_kind({"kind": found}, expected)
    assert str(caught.value) == said
    assert caught.value.found is (None if found == "mirror" else Kind(found))


def test_the_kind_of_a_stored_document() -> None:
    store = MemoryStore()
    for key, document in {"root": {"kind": "root"}, "mirror": {"kind": "mirror"}, "none": {}}.items():
        store.put(key, json.dumps(document).encode(), Attributes())
    store.put("garbage", b"{", Attributes())
    assert kind_at(store, "root") is Kind.ROOT
    assert [kind_at(store, key) for key in ("mirror", "none", "garbage", "absent")] == [None] * 4


def test_a_document_that_may_not_be_read_has_no_unknown_kind() -> None:
    def refuse(request: Request) -> None:
        raise AccessDenied(request.key, "no")

    with pytest.raises(AccessDenied):
        kind_at(FaultyStore(MemoryStore(), before=refuse), "root")


def test_another_repository_is_named_by_its_url() -> None:
    error = OtherRepository(MemoryStore("s3://bucket"), Layout("team"), "demo")
    assert str(error).startswith(
        "s3://bucket/team/demo is another repository, so no project can have the name demo here: "
    )


def test_large_documents_are_compressed_where_the_store_keeps_the_encoding() -> None:
    attributes = Attributes("application/json", "no-cache")
    large, small = b"x" * LARGE, b"x" * (LARGE - 1)
    data, stored = stored_form(large, attributes, compress=True)
    assert gzip.decompress(data) == large
    assert stored == attributes._replace(content_encoding="gzip")
    assert stored_form(large, attributes, compress=False) == (large, attributes)
    assert stored_form(small, attributes, compress=True) == (small, attributes)
