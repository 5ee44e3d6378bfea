"""How help is wrapped."""

from __future__ import annotations

import pytest

from s3pypi_setuptools.cli.commands import SUBCOMMANDS, load
from s3pypi_setuptools.cli.help_text import filled, filled_usage
from s3pypi_setuptools.config.options import OPTIONS


def test_paragraphs_flow() -> None:
    assert filled("one two\nthree four\n\nfive", 14) == "one two three\nfour\n\nfive"
    assert filled("one BUCKET-locks", 12) == "one\nBUCKET-locks"


def test_lists_stay_lists() -> None:
    text = "verbs:\n  list  all the projects that there are\n  show  one"
    assert filled(text, 36) == "verbs:\n  list  all the projects that there\n        are\n  show  one"


def test_a_second_column_without_room_has_lines_of_its_own() -> None:
    assert filled("  a-long-example  what it is for", 24) == "  a-long-example\n      what it is for"
    assert filled("  a-long-example  short", 24) == "  a-long-example  short"
    assert filled("  a-long-example --option", 20) == "  a-long-example \\\n      --option"


def test_second_columns_of_a_block_are_all_in_the_same_place() -> None:
    text = "examples:\n  a-long-example    what it is for\n  short             short"
    assert filled(text, 32) == "examples:\n  a-long-example\n      what it is for\n  short\n      short"
    assert filled(text, 34) == text


def test_an_option_without_effect_is_accepted_and_not_in_the_help() -> None:
    parser = load("upload").parser()
    assert parser.parse_args(["--put-root-index", "demo.whl"]).put_root_index
    assert "--put-root-index" not in parser.format_help()


def test_no_line_of_a_usage_ends_within_brackets() -> None:
    usage = "s3pypi delete PROJECT (VERSION | --all) [--target TARGET]"
    assert filled_usage(usage, 48, 7) == "s3pypi delete PROJECT (VERSION | --all)\n       [--target TARGET]"


@pytest.mark.parametrize("name", [*SUBCOMMANDS, "s3upload", "pypi-private"])
def test_help_is_of_characters_that_every_terminal_shows(name: str) -> None:
    assert load(name).parser().format_help().isascii()


@pytest.mark.parametrize("name", [*SUBCOMMANDS, "s3upload", "pypi-private"])
def test_help_fits_a_terminal_of_80_columns(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert [line for line in load(name).parser().format_help().splitlines() if len(line) > 80] == []


def test_policy_offers_only_settings_that_decide_what_it_allows() -> None:
    offered = {option.name for option in OPTIONS if f"--{option.name} " in load("policy").parser().format_help() + " "}
    assert offered >= {"target", "acl", "s3-put-args", "locks-table", "locks-region", "region", "users"}
    assert offered.isdisjoint({"pages", "public-url", "locks-timeout", "endpoint-url", "no-sign-request"})
