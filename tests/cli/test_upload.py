"""``s3pypi [upload] FILES…``."""

from __future__ import annotations

import gzip
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from s3pypi_setuptools.text import size_text
from tests.distribution.archives import core_metadata, make_wheel, wheel_members
from tests.support import samples, servers
from tests.support.programs import command, finish, output_of, run, run_json, run_on_terminal, start
from tests.support.servers import S3Server


@pytest.mark.parametrize("flags", [[], ["-v"]])
def test_without_arguments_it_shows_how_to_call_it(tmp_path: Path, flags: list[str]) -> None:
    done = run("s3pypi", *flags, cwd=tmp_path)
    assert (done.status, done.stdout) == (2, "")
    assert done.stderr.startswith("s3pypi: error: usage: s3pypi FILES... --target TARGET, or s3pypi COMMAND ")
    assert "s3pypi --help" in done.stderr


@pytest.fixture
def project(tmp_path: Path) -> Path:
    samples.wheel(tmp_path / "dist")
    samples.sdist(tmp_path / "dist")
    (tmp_path / "dist" / "notes.txt").write_text("no distribution")
    return tmp_path


@pytest.mark.parametrize(
    "arguments",
    [
        ["dist"],
        ["upload", "dist/"],
        ["dist/*.whl", "dist/*.gz"],
        ["dist/demo-1.0.tar.gz", "-q", "dist/demo-1.0-py3-none-any.whl"],
        ["-q", "upload", "./dist", "dist/*.whl"],
    ],
)
def test_every_way_to_name_the_files(project: Path, arguments: list[str]) -> None:
    done = run("s3pypi", *arguments, "-t", "./repo", cwd=project)
    assert (done.status, done.stderr) == (0, "")
    assert {path.name for path in (project / "repo" / "demo").glob("demo-*")} >= {
        "demo-1.0-py3-none-any.whl",
        "demo-1.0.tar.gz",
    }


def test_piped_output_is_plain_lines(project: Path) -> None:
    done = run("s3pypi", "dist", "-t", "./repo", cwd=project)
    folder = (project / "repo").as_uri()
    assert done.stdout.splitlines()[:2] == [
        f"published demo-1.0-py3-none-any.whl  {folder}/demo/demo-1.0-py3-none-any.whl",
        f"published demo-1.0.tar.gz  {folder}/demo/demo-1.0.tar.gz",
    ]
    again = run("s3pypi", "dist", "-t", "./repo", cwd=project)
    assert [line.split()[0] for line in again.stdout.splitlines()[:2]] == ["present", "present"]


def test_what_signing_tools_put_beside_distributions_is_passed_over(project: Path) -> None:
    (project / "dist" / "demo-1.0.tar.gz.asc").touch()
    (project / "dist" / "notes.txt").unlink()
    for files in (["dist"], ["dist/*"], sorted(os.fspath(path) for path in (project / "dist").iterdir())):
        done = run("s3pypi", *files, "-t", "./repo", cwd=project)
        line = "s3pypi: warning: left out, since only wheels and sdists are published: demo-1.0.tar.gz.asc"
        assert (done.status, done.stderr.splitlines()) == (0, [line])
        assert not list((project / "repo").rglob("*.asc"))


def test_metadata_that_installers_take_is_published_and_installs(tmp_path: Path) -> None:
    metadata = core_metadata("demo", "1.0", "Requires-Python: >=3.6.*", "License: one line", "and a second")
    wheel = make_wheel(tmp_path, members=wheel_members(metadata))
    strict = run("s3pypi", str(wheel), "-t", "./repo", "--strict-metadata", cwd=tmp_path)
    assert (strict.status, "Requires-Python" in strict.stderr, (tmp_path / "repo").exists()) == (1, True, False)
    done = run("s3pypi", str(wheel), "-t", "./repo", cwd=tmp_path)
    assert (done.status, len(done.stderr.splitlines())) == (0, 2)
    assert "data-requires-python=" not in (tmp_path / "repo" / "demo" / "index.html").read_text()
    index = (tmp_path / "repo").as_uri()
    pip, uv = [sys.executable, "-m", "pip", "--disable-pip-version-check"], [servers.program("uv"), "pip"]
    for number, tool in enumerate((pip, uv)):
        into = tmp_path / str(number)
        output_of([*tool, "install", "--quiet", "--index-url", index, "--target", into, "demo"])
        assert (into / "demo" / "__init__.py").exists()


def test_a_dry_run_says_what_would_be_and_writes_nothing(project: Path) -> None:
    done = run("s3pypi", "dist", "-t", "./repo", "--dry-run", cwd=project)
    assert done.status == 0
    assert done.stdout.startswith("would publish demo-1.0-py3-none-any.whl")
    assert not (project / "repo").exists()


def test_the_json_report(project: Path) -> None:
    report = run_json("dist", "-t", "./repo", cwd=project)
    assert set(report) == {"ok", "target", "index_url", "files", "dry_run"}
    assert report["ok"] is True
    assert set(report["files"][0]) == {
        "project", "version", "filename", "size", "sha256", "outcome", "url", "error", "note", "conflict",
    }  # fmt: skip
    assert [file["outcome"] for file in report["files"]] == ["published", "published"]


def test_what_there_is_to_say_of_an_outcome_comes_last(project: Path) -> None:
    run("s3pypi", "dist", "-t", "./repo", cwd=project)
    sdist = project / "dist" / "demo-1.0.tar.gz"
    sdist.write_bytes(gzip.compress(gzip.decompress(sdist.read_bytes()), 1, mtime=5))
    (project / "repo" / "demo" / "demo-1.0-py3-none-any.whl").unlink()

    rehearsed = run("s3pypi", "dist", "-t", "./repo", "--dry-run", cwd=project).stdout.splitlines()
    done = run("s3pypi", "dist", "-t", "./repo", cwd=project)

    url = (project / "repo" / "demo").as_uri()
    wheel = f"demo-1.0-py3-none-any.whl  {url}/demo-1.0-py3-none-any.whl (was listed, but missing in the store)"
    rebuilt = f"present demo-1.0.tar.gz  {url}/demo-1.0.tar.gz (same contents, built again)"
    assert rehearsed[:2] == [f"would publish {wheel}", rebuilt]
    assert done.stdout.splitlines()[:2] == [f"published {wheel}", rebuilt]
    files = json.loads(run("s3pypi", "dist", "-t", "./repo", "--json", cwd=project).stdout)["files"]
    assert [(file["outcome"], file["note"]) for file in files] == [
        ("present", None),
        ("present", "same contents, built again"),
    ]
    status, shown = run_on_terminal("dist", "-t", "./repo", cwd=project)
    assert status == 0
    assert "same contents, built again" in " ".join(shown.replace("│", " ").split())


def test_a_conflict_is_one_line_and_exit_1(project: Path) -> None:
    run("s3pypi", "dist", "-t", "./repo", cwd=project)
    samples.wheel(project / "dist", salt="other")
    done = run("s3pypi", "dist/*.whl", "-t", "./repo", "--json", cwd=project)
    assert done.status == 1
    assert done.stderr.startswith("s3pypi: error: demo-1.0-py3-none-any.whl is published already with other contents")
    assert done.stderr.endswith(": raise the version, or replace it with --force\n")
    assert done.stderr.count("\n") == 1
    report = json.loads(done.stdout)
    assert report["ok"] is False
    assert [(file["outcome"], file["conflict"], file["note"]) for file in report["files"]] == [("failed", True, None)]
    assert run("s3pypi", "dist/*.whl", "-t", "./repo", "--force", cwd=project).stdout.startswith("replaced ")


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        ([], 2, "FILES"),
        (["upload"], 2, "FILES"),
        (["dist", "--if-exists=maybe"], 2, "--if-exists"),
        (["dist", "--nope"], 2, "--nope"),
        (["nothing-*.whl"], 1, "nothing-*.whl"),
        (["nothing.whl"], 1, "nothing.whl"),
        (["empty"], 1, "empty"),
        (["dist/notes.txt", "-t", "./repo"], 1, "notes.txt"),
        (["dist"], 1, "--target"),
        (["dist", "-t", "prod"], 1, "prod"),
        (["dist", "-t", "./repo", "--force", "--strict"], 1, "strict"),
        (["dist", "-t", "s3://bucket", "--locks-timeout", "soon"], 1, "--locks-timeout: must be a whole number of sec"),
        (["dist", "-t", "./repo", "--lock-indexes"], 1, "lock-indexes means the table BUCKET-locks"),
    ],
)
def test_errors_are_one_line(project: Path, arguments: list[str], status: int, said: str) -> None:
    (project / "empty").mkdir()
    done = run("s3pypi", *arguments, cwd=project)
    assert done.status == status
    assert done.stdout == ""
    assert done.stderr.startswith("s3pypi: error: ")
    assert said in done.stderr
    assert done.stderr.count("\n") == 1
    as_json = run("s3pypi", *arguments, "--json", cwd=project)
    error = json.loads(as_json.stdout)
    assert error["ok"] is False
    assert said in error["error"]["message"]


def test_a_file_named_like_a_subcommand_is_a_path(project: Path) -> None:
    (project / "init").mkdir()
    samples.wheel(project / "init")
    assert run("s3pypi", "./init", "-t", "./repo", cwd=project).stdout.startswith("published ")


def test_a_terminal_gets_a_table_and_the_install_command(project: Path) -> None:
    status, output = run_on_terminal("dist", "-t", "./repo", cwd=project)
    assert status == 0
    assert "\x1b[" in output
    assert f"pip install --index-url {(project / 'repo').as_uri()}" in output
    assert "demo==1.0" in output


def test_the_install_command_names_one_version_a_project(project: Path) -> None:
    for version in ("1.1", "1.10", "1.9", "2.0.dev1"):
        samples.wheel(project / "dist", version=version)
    samples.wheel(project / "dist", "other", "3.0rc1")
    _, output = run_on_terminal("dist", "-t", "./repo", cwd=project, environ={"COLUMNS": "200"})
    assert output.splitlines()[-1].split()[-2:] == ["demo==1.10", "other==3.0rc1"]


@pytest.mark.parametrize("environ", [{"TERM": "dumb"}, {"NO_COLOR": "1"}])
def test_terminals_without_colour_get_none(project: Path, environ: dict[str, str]) -> None:
    status, output = run_on_terminal("dist", "-t", "./repo", cwd=project, environ=environ)
    assert status == 0
    assert "published" in output
    assert "\x1b[3" not in output


def test_quiet_on_a_terminal_says_nothing(project: Path) -> None:
    assert run_on_terminal("dist", "-t", "./repo", "-q", cwd=project) == (0, "")


def test_force_color_gives_pipes_the_table(project: Path) -> None:
    done = run("s3pypi", "dist", "-t", "./repo", cwd=project, environ={"FORCE_COLOR": "1"})
    assert "\x1b[" in done.stdout
    for path in (project / "dist").glob("demo-*"):
        assert f" {size_text(path.stat().st_size)} " in done.stdout, "as other tables spell sizes"


def test_a_code_page_without_the_characters_is_no_error(project: Path) -> None:
    repository = project / "dépôt-☃"
    done = run("s3pypi", "dist", "-t", f"./{repository.name}", cwd=project, environ={"PYTHONIOENCODING": "cp1252"})
    assert done.status == 0
    done = run("s3pypi", "☃.whl", cwd=project, environ={"PYTHONIOENCODING": "cp1252"})
    assert done.stderr == "s3pypi: error: \\u2603.whl: no such file\n"


def test_a_reader_that_leaves_early_is_no_error(project: Path) -> None:
    process = subprocess.Popen(
        [*command("s3pypi"), "dist", "-t", "./repo"], cwd=project, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait() == 0


def test_the_main_job_on_s3(project: Path, s3_server: S3Server, s3_bucket: str, s3_env: dict[str, str]) -> None:
    done = run("s3pypi", "dist", "-b", s3_bucket, "--prefix", "p", cwd=project, environ=s3_env)
    assert (done.status, done.stderr) == (0, "")
    url = f"s3://{s3_bucket}/p/demo/demo-1.0.tar.gz"
    assert f"published demo-1.0.tar.gz  {url}" in done.stdout.splitlines()
    assert s3_server.client().head_object(Bucket=s3_bucket, Key="p/demo/demo-1.0.tar.gz")["ContentLength"] > 0


def test_keys_on_the_command_line_work_with_a_warning_and_stay_secret(
    project: Path, s3_server: S3Server, s3_bucket: str
) -> None:
    done = run(
        "s3pypi", "dist", "-t", f"s3://{s3_bucket}/p", "--endpoint-url", s3_server.endpoint_url, "-v",
        "--aws_access_key_id", s3_server.access_key, "--aws_secret_access_key", s3_server.secret_key, cwd=project,
    )  # fmt: skip
    assert done.status == 0
    assert "s3pypi: warning: aws-secret-access-key" in done.stderr
    assert s3_server.secret_key not in done.stdout + done.stderr


def test_an_interrupted_upload_ends_soon_with_one_line(project: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        endpoint = f"http://127.0.0.1:{deaf.getsockname()[1]}"
        words = [*command("s3pypi"), "dist", "-t", "s3://bucket", "--endpoint-url", endpoint]
        # Uninterrupted, it would wait for an hour: 20 seconds at each attempt.
        environ = {"AWS_ACCESS_KEY_ID": "id", "AWS_SECRET_ACCESS_KEY": "secret-key", "AWS_MAX_ATTEMPTS": "180"}
        process = start(words, cwd=project, environ=environ)
        deaf.settimeout(300)
        connection, _ = deaf.accept()
        process.send_signal(signal.SIGINT)
        done = finish(process)
        connection.close()
    assert (done.status, done.stdout) == (130, "")
    assert done.stderr.startswith("s3pypi: error: interrupted")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("region", [{}, {"AWS_DEFAULT_REGION": "eu-west-1"}], ids=["no-region", "region"])
@pytest.mark.parametrize(
    ("options", "service"),
    [(["--profile=nobodys"], "S3"), (["--locks-profile=nobodys", "--locks-table=locks"], "DynamoDB")],
)
def test_a_profile_that_does_not_exist(
    options: list[str], service: str, region: Mapping[str, str], ministack: S3Server, tmp_path: Path
) -> None:
    samples.wheel(tmp_path)
    environ = {**ministack.environment, "AWS_DEFAULT_REGION": "", **region}
    target = f"s3://{ministack.new_bucket()}"
    done = run("s3pypi", "demo-1.0-py3-none-any.whl", "-t", target, *options, cwd=tmp_path, environ=environ)
    assert (done.status, done.stdout) == (1, "")
    told = f"{service} cannot be set up: The config profile (nobodys) could not be found\n"
    assert done.stderr.startswith("s3pypi: error: ")
    assert done.stderr.endswith(told)
    assert "internal error" not in done.stderr
