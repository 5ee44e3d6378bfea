from __future__ import annotations

import argparse
import dataclasses
import shlex
import subprocess
import sys
from typing import Any

import pytest

from s3pypi_setuptools.config.choices import IfExists, PageStyle
from s3pypi_setuptools.config.connection import Connection
from s3pypi_setuptools.config.options import CONNECTION, OPTIONS, Option, find, find_variable
from s3pypi_setuptools.config.secret import Secret
from s3pypi_setuptools.config.service import Service
from s3pypi_setuptools.config.settings import Settings, explain

NOT_OPTIONS = {"connection", "service", "acl_optional", "repository", "origins", "notes", "redactor"}
OTHER_FORMS = {"bucket", "prefix", "force", "strict", "index-html", "put-root-index"}


def test_every_setting_is_an_option_and_the_other_way_round() -> None:
    holders = (Settings, Connection, Service)
    fields = {field.name for holder in holders for field in dataclasses.fields(holder)} - NOT_OPTIONS
    assert {option.attribute for option in OPTIONS if option.name not in OTHER_FORMS} == fields


def test_names_are_told_apart() -> None:
    for attribute in ("name", "variable"):
        assert len({getattr(option, attribute) for option in OPTIONS}) == len(OPTIONS)
    shorts = [option.short for option in OPTIONS if option.short]
    assert len(set(shorts)) == len(shorts)
    assert {option.name for option in OPTIONS} > CONNECTION


@pytest.mark.parametrize("option", OPTIONS, ids=lambda option: option.name)
def test_an_option_is_found_by_each_of_its_names(option: Option) -> None:
    assert find(option.name) is option
    assert find(option.attribute) is option
    assert find(option.attribute.upper()) is option
    assert find_variable(option.variable) is option
    assert all(find(spelling) is option for spelling in option.spellings)
    assert option.help
    assert not option.help.endswith(".")
    assert (option.metavar is None) is option.flag


def test_options_make_a_command_line() -> None:
    parser = argparse.ArgumentParser()
    for option in OPTIONS:
        parser.add_argument(*option.strings, dest=option.attribute, action="store_true" if option.flag else "store")
    line = "-t x -f -b b --s3-endpoint-url u --index.html --aws_access_key_id i -a private"
    parsed = parser.parse_args(shlex.split(line))
    assert parsed.target == "x"
    assert parsed.force
    assert parsed.index_html
    assert (parsed.bucket, parsed.endpoint_url, parsed.aws_access_key_id, parsed.acl) == ("b", "u", "i", "private")


def test_if_exists_offers_every_choice() -> None:
    option = find("if-exists")
    assert option is not None
    assert option.choices == tuple(what.value for what in IfExists)


def test_pages_offers_every_style() -> None:
    option = find("pages")
    assert option is not None
    assert option.choices == tuple(style.value for style in PageStyle)


def test_secrets_hide() -> None:
    secret = Secret("planted")
    assert f"{secret} {secret!r} {[secret]}" == "*** Secret('***') [Secret('***')]"
    assert secret.reveal() == "planted"
    assert secret == Secret("planted")
    assert secret != "planted"
    assert secret != Secret("other")
    assert hash(secret) == hash(Secret("planted"))
    assert hash(secret) != hash(Secret("other"))
    assert secret
    assert not Secret("")


def test_explain(place: Any) -> None:
    place.environ |= {"S3PYPI_AWS_ACCESS_KEY_ID": "planted", "S3PYPI_AWS_SECRET_ACCESS_KEY": "planted"}
    place.write("pyproject.toml", '[tool.s3pypi]\ntarget = "s3://bucket/x"\nindex-html = true\nforce = true\n')
    settings = place.resolve(
        command_line={"s3-put-args": "SSECustomerKey=planted,StorageClass=GLACIER_IR", "acl": "private"}
    )
    rows = {row.name: (row.value, row.origin) for row in explain(settings)}
    assert rows["target"] == ("s3://bucket/x", "pyproject.toml [tool.s3pypi]")
    assert rows["pages"] == ("index.html", "pyproject.toml [tool.s3pypi]")
    assert rows["if-exists"] == ("replace", "pyproject.toml [tool.s3pypi]")
    assert rows["acl"] == ("private", "command line")
    assert rows["s3-put-args"] == ("SSECustomerKey=***,StorageClass=GLACIER_IR", "command line")
    assert rows["aws-access-key-id"] == ("***", "environment S3PYPI_AWS_ACCESS_KEY_ID")
    assert rows["aws-secret-access-key"] == ("***", "environment S3PYPI_AWS_SECRET_ACCESS_KEY")
    assert rows["profile"] == ("", "default")
    assert rows["no-sign-request"] == ("false", "default")
    assert rows.keys().isdisjoint({"bucket", "prefix", "force", "strict", "index-html", "put-root-index"})
    assert "planted" not in repr(settings) + repr(rows) + repr(place.environment)


@pytest.mark.program
def test_a_run_without_configuration_files_imports_no_parser() -> None:
    code = """
import sys
from s3pypi_setuptools.config.resolve import resolve
resolve(command_line={"target": "s3://bucket"})
loaded = {"configparser", "tomllib", "tomli", "difflib", "s3pypi_setuptools.config.pip_conf"} & set(sys.modules)
assert not loaded, loaded
"""
    subprocess.run([sys.executable, "-c", code], check=True, env={}, cwd="/")
