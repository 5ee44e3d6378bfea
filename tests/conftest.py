"""Servers and an environment of its own for every test."""

from __future__ import annotations

import gc
import locale
import logging
import os
import signal
import socket
import sys
import time
from collections.abc import Generator, Iterator
from contextlib import nullcontext
from pathlib import Path
from tempfile import mkdtemp

import hypothesis
import pytest

from tests.clients.installers import Environments
from tests.support import botocore_data, examples, lock_tables, markers, servers, session_folders
from tests.support.environment import is_foreign
from tests.support.forked_programs import ForkedPrograms, end_shared_programs, shared_programs
from tests.support.lock_tables import LockTable
from tests.support.servers import S3Server

# A busy machine is no defect of the code.
hypothesis.settings.register_profile("s3pypi", deadline=None, max_examples=examples.DEFAULT)
hypothesis.settings.load_profile("s3pypi")

CEPH = servers.ceph(os.environ)
TESTS = Path(__file__).parent


def pytest_configure() -> None:
    """Let programs under test notice Ctrl-C, collect garbage less often, read botocore's data once, and use no disk.

    Who runs the tests in the background of a shell has Ctrl-C ignored.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    # pytest holds thousands of tests: a whole collection takes a quarter of a second, and comes hundreds of times.
    gc.set_threshold(20_000, 20, 50)
    botocore_data.read_once()
    session_folders.keep_in_memory()


def pytest_runtest_logfinish() -> None:
    """Collect garbage where many files are open: clients of botocore keep connections until then.

    `select.select` takes no descriptor above 1,023 (https://docs.python.org/3/library/select.html#select.select).
    """
    descriptor = os.open(os.devnull, os.O_RDONLY)  # the lowest number that is free
    os.close(descriptor)
    if descriptor > 300:
        gc.collect()


def pytest_report_header(config: pytest.Config) -> str:
    return "S3 servers: none, for unit tests" if markers.unit_only(config) else servers.description(CEPH)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave out folders without unit tests, whose modules import what unit tests do without."""
    return True if markers.unit_only(config) and markers.has_no_unit_tests(collection_path, TESTS) else None


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Assign the markers, before ``-m`` selects by them."""
    for item in items:
        markers.assign(item, TESTS)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Hold unit tests, and the fixtures that they set up, to what `unit` means."""
    with markers.no_processes() if item.get_closest_marker("unit") else nullcontext():
        return (yield)


def process_state() -> dict[str, object]:
    """What belongs to the whole process, by name: tests run in any order, and programs call this package's code."""
    package = logging.getLogger("s3pypi_setuptools")
    return {
        "working folder": Path.cwd(),
        "environment": {name: value for name, value in os.environ.items() if name != "PYTEST_CURRENT_TEST"},
        "signal handlers": (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)),
        "log": (package.level, list(package.handlers), package.propagate),
        "import path": list(sys.path),
        "time zone": time.tzname,
        "locale": locale.setlocale(locale.LC_ALL),
        "timeout of sockets": socket.getdefaulttimeout(),
        "limits": (sys.getrecursionlimit(), gc.get_threshold(), gc.get_freeze_count()),
    }


@pytest.fixture(scope="session")
def environments(tmp_path_factory: pytest.TempPathFactory) -> Environments:
    """Where installers are, each in an environment of its own."""
    folder = session_folders.common_folder(tmp_path_factory) / "installers"
    folder.mkdir(exist_ok=True)
    return Environments(folder)


@pytest.fixture
def nothing_left() -> Iterator[None]:
    """What belongs to the process is afterwards as it was before."""
    before = process_state()
    yield
    after = process_state()
    assert {name: value for name, value in after.items() if value != before[name]} == {}, "this outlives the test"


@pytest.fixture(scope="session")
def homes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the tests' home folders."""
    return tmp_path_factory.mktemp("homes")


@pytest.fixture(scope="session", autouse=True)
def no_foreign_variables() -> Iterator[None]:
    """No variable of this machine's user reaches a fixture that lives longer than a test."""
    with pytest.MonkeyPatch.context() as patch:
        for name in filter(is_foreign, list(os.environ)):
            patch.delenv(name)
        yield


@pytest.fixture(autouse=True)
def own_environment(nothing_left: None, homes: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No file of this machine's user reaches a test; the home folder is the result."""
    # `mktemp` of pytest would read the whole folder of every earlier test for the next free number.
    home = Path(mkdtemp(dir=homes))
    config = {
        "HOME": home,
        "USERPROFILE": home,
        "APPDATA": home / "AppData",
        "LOCALAPPDATA": home / "AppData",
        "PROGRAMDATA": home / "ProgramData",
        "XDG_CONFIG_HOME": home / ".config",
        "XDG_CONFIG_DIRS": home / "etc",
        "XDG_CACHE_HOME": home / ".cache",
        "XDG_DATA_HOME": home / ".local",
        "AWS_CONFIG_FILE": home / ".aws" / "config",
        "AWS_SHARED_CREDENTIALS_FILE": home / ".aws" / "credentials",
    }
    for name, value in config.items():
        monkeypatch.setenv(name, str(value))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")
    return home


@pytest.fixture(scope="session", autouse=True)
def fork_server_ends() -> Iterator[None]:
    """No fork server outlives the tests."""
    yield
    end_shared_programs()


@pytest.fixture
def closed_port() -> Iterator[int]:
    """A port of 127.0.0.1 that refuses connections: nobody listens, and no other process can be given it meanwhile."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


@pytest.fixture(scope="session")
def cli() -> ForkedPrograms:
    """Runs console scripts in forks; see `tests.support.forked_programs`."""
    return shared_programs()


@pytest.fixture(scope="session")
def ministack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    with servers.ministack(tmp_path_factory.mktemp("ministack")) as server:
        yield server


@pytest.fixture(scope="session")
def moto(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    """A server that is proof of nothing but of its faults; see `moto_server`."""
    from tests.support import moto_server  # noqa: PLC0415 - few tests load it

    with moto_server.moto(tmp_path_factory.mktemp("moto")) as server:
        yield server


@pytest.fixture
def locks(ministack: S3Server) -> LockTable:
    """A fresh lock table."""
    return lock_tables.new_table(ministack)


@pytest.fixture(scope="session", params=["ministack", markers.case("ceph", slow=True)] if CEPH else ["ministack"])
def s3_server(request: pytest.FixtureRequest) -> S3Server:
    """Each S3 server of this run in turn."""
    if request.param == "ceph":
        assert CEPH is not None
        return CEPH
    server: S3Server = request.getfixturevalue("ministack")
    return server


@pytest.fixture
def s3_bucket(s3_server: S3Server) -> str:
    """A fresh bucket of ``s3_server``."""
    return s3_server.new_bucket()


@pytest.fixture
def s3_env(s3_server: S3Server) -> dict[str, str]:
    """The whole environment of a subprocess that talks to ``s3_server``."""
    return {**os.environ, **s3_server.environment}
