"""Odd terminals, folders, files and limits: one line that says what to do, no internal error, and no waiting."""

from __future__ import annotations

import os
import socket
import tarfile
import time
from pathlib import Path

import pytest

from tests.support import samples
from tests.support.programs import Ended, command, execute, run

TARGET = ["-t", "./repo"]


@pytest.fixture
def place(tmp_path: Path) -> Path:
    samples.wheel(tmp_path / "dist")
    assert run("s3pypi", "dist", *TARGET, cwd=tmp_path).status == 0
    return tmp_path


def assert_one_line(done: Ended, text: str, status: int = 1) -> None:
    lines = [line for line in done.stderr.splitlines() if ": error: " in line]
    assert (done.status, len(lines)) == (status, 1), done
    assert "internal error" not in done.stderr
    assert text in lines[0]


@pytest.mark.parametrize("columns", ["0", "1", "5", "9", "20", "-3", "many", "9" * 5000])
@pytest.mark.parametrize(
    "arguments", [["--help"], ["upload", "--help"], ["list", *TARGET], ["upload", "dist", *TARGET]]
)
def test_a_terminal_of_any_width(place: Path, columns: str, arguments: list[str]) -> None:
    done = run("s3pypi", *arguments, cwd=place, environ={"COLUMNS": columns})
    assert (done.status, done.stderr) == (0, "")


@pytest.mark.parametrize("arguments", [["list", "-t", "/tmp"], ["upload", "x.whl"], ["config"]])
def test_a_working_folder_that_is_gone(tmp_path: Path, arguments: list[str]) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    done = execute(
        ["sh", "-c", 'rmdir ../gone; exec "$@"', "sh", *command("s3pypi"), *arguments],
        cwd=gone,
        environ={"PYTHONSAFEPATH": "1"},  # as a console script, which does not import from this folder
    )
    assert_one_line(done, "the working folder cannot be read (No such file or directory); change to another one")


@pytest.mark.parametrize("digits", ["9" * 5000, "0x" + "f" * 5000, "9" * 30, "-" + "9" * 4000])
def test_numbers_of_thousands_of_digits(tmp_path: Path, digits: str) -> None:
    (tmp_path / "pyproject.toml").write_text(f"[tool.s3pypi]\nlocks-timeout={digits}\n")
    assert_one_line(run("s3pypi", "config", cwd=tmp_path), "digits" if len(digits) != 30 else "must be a whole number")


@pytest.mark.parametrize("name", ["pyproject.toml", "setup.cfg", "pip.conf", "dist/demo-2.0-py3-none-any.whl"])
@pytest.mark.parametrize("kind", ["pipe", "device", "socket"])
def test_pipes_and_devices_in_place_of_files(
    place: Path, name: str, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = place / name
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "device":
        path.symlink_to("/dev/zero")
    else:
        with socket.socket(socket.AF_UNIX) as server:
            monkeypatch.chdir(place)
            server.bind(name)
    environ = {"PIP_CONFIG_FILE": str(path)} if name == "pip.conf" else {}
    arguments = ["config"] if environ else ["upload", "dist", *TARGET]  # a target on the command line needs no pip.conf
    assert_one_line(run("s3pypi", *arguments, cwd=place, environ=environ), name)


@pytest.mark.parametrize("kind", ["pipe", "device"])
@pytest.mark.parametrize(
    "variable",
    [
        *("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE", "AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE"),
        *("AWS_WEB_IDENTITY_TOKEN_FILE", "ca_bundle", "web_identity_token_file", ".aws/config", ".aws/credentials"),
    ],
)
def test_pipes_and_devices_in_place_of_files_of_aws(tmp_path: Path, variable: str, kind: str) -> None:
    path = tmp_path / (variable if variable.startswith(".") else "odd")
    path.parent.mkdir(exist_ok=True)
    if kind == "pipe":
        os.mkfifo(path)
    else:
        path.symlink_to("/dev/zero")
    environ = {"HOME": str(tmp_path), "AWS_ROLE_ARN": "arn:aws:iam::123456789012:role/r"}
    if variable.islower() and path.name == "odd":
        (tmp_path / "config").write_text(f"[default]\n{variable}={path}\n")
        environ["AWS_CONFIG_FILE"] = str(tmp_path / "config")
    elif path.name == "odd":
        environ[variable] = str(path)
    else:
        environ |= {"AWS_CONFIG_FILE": "", "AWS_SHARED_CREDENTIALS_FILE": ""}
    with socket.create_server(("127.0.0.1", 0)) as server:  # where nobody answers
        endpoint = f"https://127.0.0.1:{server.getsockname()[1]}"
        done = run("s3pypi", "list", "-t", "s3://bucket/x", "--endpoint-url", endpoint, cwd=tmp_path, environ=environ)
    assert_one_line(done, f"{path}: is a pipe, device or socket; give a regular file")


def test_the_null_device_is_an_empty_file(place: Path) -> None:
    (place / "setup.cfg").symlink_to("/dev/null")
    assert run("s3pypi", "list", *TARGET, cwd=place).status == 0


@pytest.mark.parametrize("name", ["manifest.json", "index.html", "demo-1.0-py3-none-any.whl"])
@pytest.mark.parametrize(
    "arguments", [["list"], ["upload", "dist"], ["verify"], ["reindex"], ["import"], ["prune", "-y"]]
)
def test_a_pipe_in_the_repository_keeps_nobody_waiting(place: Path, name: str, arguments: list[str]) -> None:
    path = place / "repo" / "demo" / name
    path.unlink()
    os.mkfifo(path)
    assert "internal error" not in run("s3pypi", *arguments, *TARGET, cwd=place).stderr


@pytest.mark.parametrize("kilobytes", [60_000, 200_000])
def test_little_memory(place: Path, kilobytes: int) -> None:
    limited = ["sh", "-c", f'ulimit -v {kilobytes}; exec "$@"', "sh", *command("s3pypi")]
    done = execute([*limited, "upload", "dist", *TARGET], cwd=place)
    assert "internal error" not in done.stderr
    assert done.status == 0 or "raise" in done.stderr


@pytest.mark.parametrize("variable", ["AWS_ACCESS_KEY_ID", "AWS_SESSION_TOKEN"])
def test_a_line_break_in_a_credential(tmp_path: Path, variable: str) -> None:
    environ = {
        "AWS_ACCESS_KEY_ID": "key",
        "AWS_SECRET_ACCESS_KEY": "secretsecret",
        "AWS_DEFAULT_REGION": "us-east-1",
        variable: "something\n",
    }
    done = run(
        *("s3pypi", "list", "-t", "s3://bucket/x", "--endpoint-url", "http://127.0.0.1:9"),
        cwd=tmp_path,
        environ=environ,
    )
    assert_one_line(done, "holds a line break; take it out")


def test_an_sdist_of_countless_empty_members(tmp_path: Path) -> None:
    path = tmp_path / "demo-1.0.tar.gz"
    with tarfile.open(path, "w:gz", compresslevel=1) as archive:
        header = tarfile.TarInfo("demo-1.0/empty").tobuf()
        assert archive.fileobj
        for _ in range(150):
            archive.fileobj.write(header * 1000)
    began = time.process_time()
    assert_one_line(run("s3pypi", "upload", str(path), *TARGET, cwd=tmp_path), "holds more than 100,000 members")
    assert time.process_time() - began < 30


@pytest.mark.parametrize(
    "environ",
    [
        {"HOME": ""},
        {"HOME": "/nonexistent"},
        {"HOME": "/proc"},
        {"TMPDIR": "/nonexistent"},
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii"},
        {"TZ": "Nowhere/Else"},
        {"TZ": "UTC-14"},
        {"TERM": ""},
        {"XDG_CONFIG_HOME": "\x01"},
    ],
    ids=str,
)
def test_odd_surroundings(place: Path, environ: dict[str, str]) -> None:
    samples.wheel(place / "dist", version="2.0")
    for arguments in (["upload", "dist"], ["list"], ["verify", "--deep"], ["show", "demo"]):
        done = run("s3pypi", *arguments, *TARGET, cwd=place, environ=environ)
        assert (done.status, done.stderr) == (0, ""), arguments


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
@pytest.mark.parametrize("arguments", ["list", "upload dist", "prune -y", "reindex"])
def test_closed_streams(place: Path, closed: str, arguments: str) -> None:
    script = f'"$@" {arguments} -t ./repo {closed}'
    done = execute(["bash", "-c", script, "bash", *command("s3pypi")], cwd=place)
    assert "Traceback" not in done.stderr
    assert "internal error" not in done.stderr
    assert done.status in {0, 1}


def test_a_file_of_the_year_2107(place: Path) -> None:
    late = 4_320_000_000
    os.utime(place / "repo" / "demo" / "manifest.json", (late, late))
    os.utime(samples.sdist(place / "repo" / "demo", "demo", "0.1"), (late, late))
    for arguments in (["list"], ["verify"], ["prune", "-y"]):
        assert "internal error" not in run("s3pypi", *arguments, *TARGET, cwd=place).stderr


@pytest.mark.parametrize("path", ["x" * 300, "/".join(["d" * 200] * 30), "a\udcffb"])
def test_long_and_odd_paths(place: Path, path: str) -> None:
    for arguments in (
        ["upload", f"{path}.whl", *TARGET],
        ["list", "-t", f"./{path}"],
        ["upload", "dist", "-t", f"./{path}"],
    ):
        done = run("s3pypi", *arguments, cwd=place)
        assert "internal error" not in done.stderr
