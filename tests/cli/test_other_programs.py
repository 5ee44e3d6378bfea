"""``s3pypi init`` and ``config``, ``s3upload``, ``pypi-private``."""

from __future__ import annotations

import json
import sys
from configparser import ConfigParser
from pathlib import Path

import pytest

from s3pypi_setuptools.cli.commands import SUBCOMMANDS
from tests.support import samples
from tests.support.programs import execute, run


def test_init_makes_a_repository_once(tmp_path: Path) -> None:
    done = run("s3pypi", "init", "./repo", cwd=tmp_path)
    assert (done.status, done.stderr) == (0, "")
    assert done.stdout.startswith(f"created {(tmp_path / 'repo').as_uri()}")
    assert (tmp_path / "repo" / "repository.json").exists()
    again = json.loads(run("s3pypi", "init", "--target=./repo", "--json", cwd=tmp_path).stdout)
    assert (again["ok"], again["created"]) == (True, False)
    assert run("s3pypi", "init", "./a", "-t", "./b", cwd=tmp_path).status == 2


def test_config_shows_values_and_origins_and_no_secret(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[tool.s3pypi]\ntarget = "s3://bucket/prefix"\n')
    arguments = ["config", "--region=eu-west-1", "--aws-access-key-id=ID", "--aws-secret-access-key=hunter22"]
    done = run("s3pypi", *arguments, cwd=tmp_path)
    assert done.status == 0
    lines = {line.split()[0]: line for line in done.stdout.splitlines()}
    assert "s3://bucket/prefix" in lines["target"]
    assert lines["target"].endswith("pyproject.toml [tool.s3pypi]")
    assert lines["region"].endswith("command line")
    assert "hunter22" not in done.stdout + done.stderr
    settings = json.loads(run("s3pypi", *arguments, "--json", cwd=tmp_path).stdout)["settings"]
    assert {"name": "region", "value": "eu-west-1", "origin": "command line"} in settings


AWS_CONFIG = "[default]\nregion = eu-north-1\nendpoint_url = http://127.0.0.1:9\n[profile work]\nregion = sa-east-1\n"


@pytest.mark.parametrize(
    ("environ", "name", "value", "origin"),
    [
        ({"AWS_ENDPOINT_URL": "http://[::1]:1"}, "endpoint-url", "http://[::1]:1", "environment AWS_ENDPOINT_URL"),
        (
            {"AWS_ENDPOINT_URL_S3": "http://127.0.0.1:2", "AWS_ENDPOINT_URL": "http://127.0.0.1:1"},
            "endpoint-url", "http://127.0.0.1:2", "environment AWS_ENDPOINT_URL_S3",
        ),
        ({"CONFIG": AWS_CONFIG}, "endpoint-url", "http://127.0.0.1:9", "AWS configuration file"),
        ({"AWS_DEFAULT_REGION": "eu-west-3"}, "endpoint-url", "https://s3.eu-west-3.amazonaws.com", "default"),
        ({"AWS_DEFAULT_REGION": "eu-west-3"}, "region", "eu-west-3", "environment AWS_DEFAULT_REGION"),
        ({"AWS_REGION": "eu-west-2"}, "region", "eu-west-2", "environment AWS_REGION"),
        (
            {"AWS_REGION": "eu-west-2", "AWS_DEFAULT_REGION": "eu-west-3"},
            "region", "eu-west-3", "environment AWS_DEFAULT_REGION",
        ),
        ({"CONFIG": AWS_CONFIG, "AWS_PROFILE": "work"}, "region", "sa-east-1", "AWS configuration file"),
        ({"CONFIG": AWS_CONFIG, "AWS_PROFILE": "work"}, "profile", "work", "environment AWS_PROFILE"),
        ({}, "region", "us-east-1", "default"),
        ({"S3PYPI_REGION": "eu-west-1", "AWS_DEFAULT_REGION": "x"}, "region", "eu-west-1", "environment S3PYPI_REGION"),
    ],
)  # fmt: skip
def test_config_shows_what_aws_decides(
    environ: dict[str, str], name: str, value: str, origin: str, tmp_path: Path
) -> None:
    if "CONFIG" in environ:
        (tmp_path / "config").write_text(environ["CONFIG"])
        environ = {**environ, "AWS_CONFIG_FILE": str(tmp_path / "config")}
    done = run("s3pypi", "config", "-t", "s3://bucket/x", "--json", cwd=tmp_path, environ=environ)
    assert {"name": name, "value": value, "origin": origin} in json.loads(done.stdout)["settings"]


def test_config_shows_nothing_of_aws_for_a_folder_and_goes_on_where_aws_cannot_be_asked(tmp_path: Path) -> None:
    environ = {"AWS_ENDPOINT_URL": "http://127.0.0.1:1", "AWS_PROFILE": "nobody"}
    done = run("s3pypi", "config", "-t", "./repo", cwd=tmp_path, environ=environ)
    assert (done.status, done.stderr, "http://127.0.0.1" in done.stdout) == (0, "", False)
    done = run("s3pypi", "config", "-t", "s3://bucket", cwd=tmp_path, environ=environ)
    assert (done.status, "s3://bucket" in done.stdout) == (0, True)
    assert done.stderr == "s3pypi: warning: S3 cannot be set up: The config profile (nobody) could not be found\n"


@pytest.mark.parametrize("program", ["s3pypi", "s3upload", "pypi-private"])
def test_help_and_version(program: str, tmp_path: Path) -> None:
    assert run(program, "--help", cwd=tmp_path).stdout.startswith(f"usage: {program} ")
    assert run(program, "--version", cwd=tmp_path).stdout.startswith(f"{program} ")


def test_help_lists_every_subcommand(tmp_path: Path) -> None:
    text = run("s3pypi", "--help", cwd=tmp_path).stdout
    assert all(f"\n  {name} " in text for name in SUBCOMMANDS)


@pytest.mark.parametrize("subcommand", SUBCOMMANDS)
def test_help_of_subcommands(subcommand: str, tmp_path: Path) -> None:
    done = run("s3pypi", subcommand, "--help", cwd=tmp_path)
    assert (done.status, done.stderr) == (0, "")
    assert done.stdout.startswith(f"usage: s3pypi {subcommand} ")


@pytest.mark.parametrize("columns", [80, 120])
def test_help_fits_the_terminal(columns: int, tmp_path: Path) -> None:
    environ = {"COLUMNS": str(columns)}
    texts = [run("s3pypi", *words, "--help", cwd=tmp_path, environ=environ).stdout for words in ((), ("delete",))]
    too_long = [line for text in texts for line in text.splitlines() if len(line) > columns]
    assert too_long == []


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["doctr", "./x"], "doctr: no such file or command (did you mean 'doctor'?) (see s3pypi --help)"),
        (
            ["locks", "--lock-table", "x"],
            "unknown option --lock-table (did you mean '--locks-table'?) (see s3pypi locks --help)",
        ),
        (["locks", "--zzz"], "unknown option --zzz (see s3pypi locks --help)"),
    ],
)
def test_misspelt_words_are_met_with_the_nearest(words: list[str], told: str, tmp_path: Path) -> None:
    done = run("s3pypi", *words, cwd=tmp_path)
    assert (done.status, done.stdout, done.stderr) == (2, "", f"s3pypi: error: {told}\n")


@pytest.mark.parametrize(
    ("words", "near"),
    [
        (["help"], "--help"),
        (["help", "delete"], "--help"),
        (["ls"], "list"),
        (["ls", "--names", "-t", "./repo"], "list"),
        (["rm", "demo", "1.0", "--yes"], "delete"),
        (["-v", "rm", "demo", "--all"], "delete"),
        (["publish", "dist/*"], "upload"),
        (["search", "demo"], "list"),
    ],
)
def test_words_of_other_tools_are_met_with_ours(words: list[str], near: str, tmp_path: Path) -> None:
    done = run("s3pypi", *words, cwd=tmp_path)
    word = next(word for word in words if not word.startswith("-"))
    told = f"s3pypi: error: {word}: no such file or command (did you mean 's3pypi {near}'?) (see s3pypi --help)\n"
    assert (done.status, done.stdout, done.stderr) == (2, "", told)
    known = near.startswith("-") or near in SUBCOMMANDS
    assert known


def test_a_folder_may_be_called_as_other_tools_call_a_command(tmp_path: Path) -> None:
    samples.wheel(tmp_path / "publish")
    done = run("s3pypi", "publish", "-t", "./repo", cwd=tmp_path)
    assert (done.status, done.stderr) == (0, "")


def test_the_package_runs_as_a_module(tmp_path: Path) -> None:
    done = execute([sys.executable, "-m", "s3pypi_setuptools", "list", "-t", "./none"], cwd=tmp_path)
    assert (done.status, done.stdout) == (1, "")
    assert done.stderr.startswith("s3pypi: error: ")


def test_scripts_of_both_names_are_one_program() -> None:
    configuration = ConfigParser()
    configuration.read(Path(__file__).parents[2] / "setup.cfg", encoding="utf-8")
    scripts = dict(
        line.split(" = ") for line in configuration["options.entry_points"]["console_scripts"].split("\n")[1:]
    )
    assert scripts["s3pypi-setuptools"] == scripts["s3pypi"] == "s3pypi_setuptools.cli:main"


def test_a_folder_that_is_not_there_is_no_misspelt_command(tmp_path: Path) -> None:
    done = run("s3pypi", "dist", "-t", "./repo", cwd=tmp_path)
    assert (done.status, done.stderr) == (1, "s3pypi: error: dist: no such file\n")


def test_a_file_may_be_called_almost_like_a_command(tmp_path: Path) -> None:
    (tmp_path / "uploads").mkdir()
    samples.wheel(tmp_path / "uploads")
    done = run("s3pypi", "uploads", "-t", "./repo", cwd=tmp_path)
    assert (done.status, done.stderr) == (0, "")


def test_s3upload_stores_any_file_and_no_index(tmp_path: Path) -> None:
    (tmp_path / "site.css").write_text("a {}")
    done = run("s3upload", "*.css", "--target", "./files", cwd=tmp_path)
    assert (done.status, done.stdout) == (0, f"uploaded site.css  {(tmp_path / 'files' / 'site.css').as_uri()}\n")
    assert not list((tmp_path / "files").glob("*.html"))
    assert run("s3upload", "*.css", "--target", "./files", cwd=tmp_path).stdout.startswith("present site.css")
    (tmp_path / "site.css").write_text("b {}")
    refused = run("s3upload", "site.css", "--target", "./files", cwd=tmp_path)
    assert (refused.status, refused.stdout) == (1, "")
    assert refused.stderr.startswith("s3upload: error: ")
    assert run("s3upload", "site.css", "--target", "./files", "-f", cwd=tmp_path).status == 0
    assert (tmp_path / "files" / "site.css").read_text() == "b {}"


def test_s3upload_goes_nowhere_that_was_not_named(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[tool.s3pypi]\ntarget = "./repo"\n')
    (tmp_path / "site.css").write_text("a {}")
    done = run("s3upload", "site.css", cwd=tmp_path)
    assert done.status == 1
    assert done.stderr.startswith("s3upload: error: no target: give --target (")
    assert done.stderr.count("\n") == 1
    assert "[tool.s3pypi]" not in done.stderr, "it would not help"
    assert "S3PYPI_TARGET" not in done.stderr, "nor would that"
    assert not (tmp_path / "repo").exists()
    assert run("s3upload", ".", "-t", "./files", cwd=tmp_path).status == 1


@pytest.fixture
def private(tmp_path: Path) -> Path:
    (tmp_path / "private.cfg").write_text(
        f"[storage]\ntype = local-filesystem\n[local-filesystem]\nbase_path = {tmp_path / 'repo'}\n"
    )
    dist = tmp_path / "src" / "dist"
    samples.wheel(dist, "My.Project", "1.0")
    samples.sdist(dist, "My.Project", "1.0")
    samples.wheel(dist, "My.Project", "1.0.1")
    samples.wheel(dist, "other", "1.0")
    return tmp_path


def test_pypi_private_publishes_one_version(private: Path) -> None:
    arguments = ["-c", "private.cfg", "-p", "src", "publish", "my_project", "1.0"]
    done = run("pypi-private", *arguments, cwd=private)
    assert (done.status, done.stderr) == (0, "")
    assert [line.split()[:2] for line in done.stdout.splitlines()[:2]] == [
        ["published", "My.Project-1.0-py3-none-any.whl"],
        ["published", "My.Project-1.0.tar.gz"],
    ]
    samples.wheel(private / "src" / "dist", "My.Project", "1.0", salt="other")
    assert run("pypi-private", *arguments, cwd=private).stdout.startswith("skipped ")


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        ([], 2, "publish"),
        (["publish", "demo"], 2, "publish"),
        (["remove", "demo", "1.0"], 2, "publish"),
        (["-c", "nowhere.cfg", "publish", "demo", "1.0"], 1, "nowhere.cfg"),
        (["-c", "private.cfg", "-p", "src", "publish", "demo", "1.0"], 1, "demo 1.0"),
        (["-c", "private.cfg", "-p", "src", "publish", "demo", "one"], 1, "'one'"),
        (["-c", "private.cfg", "publish", "demo", "1.0"], 1, "dist"),
    ],
)
def test_pypi_private_errors_are_one_line(private: Path, arguments: list[str], status: int, said: str) -> None:
    done = run("pypi-private", *arguments, cwd=private)
    assert (done.status, done.stdout) == (status, "")
    assert done.stderr.startswith("pypi-private: error: ")
    assert said in done.stderr
    assert done.stderr.count("\n") == 1
