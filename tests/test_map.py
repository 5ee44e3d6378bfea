"""The pages for contributors name files that exist, and the architecture page every part of the package."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import s3pypi_setuptools

CHECKOUT = Path(__file__).parents[1]
PACKAGE = Path(s3pypi_setuptools.__file__).parent
ROOTS = (CHECKOUT, CHECKOUT / "tests", PACKAGE)


@pytest.mark.parametrize("page", ["CONTRIBUTING.md", "docs/architecture.md", "docs/protocol.md"])
def test_files_that_a_page_names_exist(page: str) -> None:
    named = re.findall(r"`([a-z0-9_./]+(?:/|\.py))`", (CHECKOUT / page).read_text(encoding="utf-8"))
    assert named
    assert not [path for path in named if not any((root / path).exists() for root in ROOTS)]


def test_the_architecture_page_names_every_part_of_the_package() -> None:
    page = (CHECKOUT / "docs" / "architecture.md").read_text(encoding="utf-8")
    modules = {path.name for path in PACKAGE.glob("[a-z]*.py")}
    folders = {f"{path.parent.name}/" for path in PACKAGE.glob("*/__init__.py")}
    assert not [part for part in sorted(modules | folders) if f"`{part}`" not in page]
