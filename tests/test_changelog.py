"""Changelog fragments have names that towncrier understands."""

from __future__ import annotations

import re
import sys
from pathlib import Path

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

CHECKOUT = Path(__file__).parents[1]


def test_every_fragment_is_of_a_known_kind() -> None:
    settings = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["towncrier"]
    kinds = "|".join(kind["directory"] for kind in settings["type"])
    fragments = {path.name for path in (CHECKOUT / settings["directory"]).iterdir()} - {*settings["ignore"]}
    named = re.compile(rf"(\d+|\+[a-z0-9-]+)\.({kinds})\.md")
    assert not [name for name in fragments if not named.fullmatch(name)]


def test_the_changelog_has_the_place_for_releases() -> None:
    settings = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["towncrier"]
    assert (CHECKOUT / settings["filename"]).read_text(encoding="utf-8").count(settings["start_string"]) == 1
