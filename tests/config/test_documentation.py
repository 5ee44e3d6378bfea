from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from s3pypi_setuptools.config.connection import Connection
from s3pypi_setuptools.config.options import OPTIONS, VARIABLES
from s3pypi_setuptools.config.pypi_private import read_pypi_private
from s3pypi_setuptools.config.target import FolderTarget, S3Target

PAGE = (Path(__file__).parents[2] / "docs" / "configuration.md").read_text(encoding="utf-8")
TOML, PIP_CONF, PYPI_PRIVATE = re.findall(r"```(?:toml|ini)\n(.*?)```", PAGE, re.DOTALL)


def test_the_page_names_every_option() -> None:
    for option in OPTIONS:
        assert f"`{option.name}`" in PAGE
        assert option.short is None or f"`{option.name}` (`-{option.short}`)" in PAGE
        assert all(spelling in PAGE for spelling in option.spellings)
        assert all(f"`{choice}`" in PAGE for choice in option.choices if option.name in ("if-exists", "pages"))
    assert all(f"`{variable}`" in PAGE for variable in VARIABLES)


def test_the_named_targets_of_the_page(place: Any) -> None:
    place.write("pyproject.toml", TOML)
    assert place.resolve().target == S3Target("test-packages", "simple")
    assert place.resolve(command_line={"target": "local"}).target == FolderTarget(place.project / "repo")
    prod = place.resolve(command_line={"target": "prod"})
    assert prod.target == S3Target("packages", "simple")
    assert prod.connection == Connection(profile="release", region="eu-west-1")


def test_the_pip_conf_of_the_page(place: Any) -> None:
    place.write(place.user_pip_conf, PIP_CONF)
    assert place.resolve().target == S3Target("packages", "simple")
    place.write(place.user_pip_conf, PIP_CONF.partition("[global]")[1] + PIP_CONF.partition("[global]")[2])
    website = place.resolve()
    assert (website.target, website.acl) == (S3Target("packages", "simple"), "public-read")
    assert website.connection.region == "eu-west-1"


def test_the_pypi_private_file_of_the_page(place: Any) -> None:
    place.write(place.home / ".pypi-private.cfg", PYPI_PRIVATE)
    assert read_pypi_private(environment=place.environment).target == S3Target("packages", "simple")
