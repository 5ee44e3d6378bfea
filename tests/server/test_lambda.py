"""The service on AWS Lambda, by events of every form in which it gets requests."""

from __future__ import annotations

import asyncio
import gzip
import logging
from base64 import b64encode
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from s3pypi_setuptools import PackageRepository, open_repository
from s3pypi_setuptools.config.service_options import DownloadStyle
from s3pypi_setuptools.server import aws_lambda
from s3pypi_setuptools.server.options import ServiceOptions
from s3pypi_setuptools.server.password_records import password_record
from s3pypi_setuptools.server.user_file import UserFile
from s3pypi_setuptools.server.users import Role, User
from tests.server.lambda_events import FORMS, ROOTS, HttpAnswer, HttpRequest, upload_form
from tests.support import samples
from tests.support.servers import S3Server

JSON = "application/vnd.pypi.simple.v1+json"
Send = Callable[..., HttpAnswer]


@pytest.fixture(autouse=True)
def own_loop() -> Iterator[None]:
    """The loop that handlers run requests in."""
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    yield
    loop.run_until_complete(loop.shutdown_asyncgens())
    asyncio.set_event_loop(None)
    loop.close()


@pytest.fixture
def repository(tmp_path: Path) -> PackageRepository:
    return open_repository(tmp_path / "repository")


@pytest.fixture(params=FORMS)
def form(request: pytest.FixtureRequest) -> str:
    """Each form of events in turn."""
    return str(request.param)


def sender(repository: PackageRepository, form: str = "function URL", **options: object) -> Send:
    """A client of the handler that serves the repository, to anybody unless options say otherwise."""
    allowed = {"anonymous_read": True, "anonymous_upload": True, **options}
    handler = aws_lambda.make_handler(repository, ServiceOptions(**allowed))  # type: ignore[arg-type]

    def send(method: str, path: str, query: str = "", body: bytes = b"", **headers: str) -> HttpAnswer:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return HttpAnswer.of(handler(FORMS[form](HttpRequest(method, path, query, named, body)), None))

    return send


def upload(send: Send, path: Path, name: str = "demo", version: str = "1.0", **headers: str) -> HttpAnswer:
    content_type, body = upload_form(path.name, path.read_bytes(), name, version)
    return send("POST", "/legacy/", body=body, content_type=content_type["content-type"], **headers)


def test_an_upload_is_listed_and_downloaded(repository: PackageRepository, form: str, tmp_path: Path) -> None:
    send = sender(repository, form)
    wheel = samples.wheel(tmp_path, version="1.0+cu12")  # its bytes are no text
    answer = upload(send, wheel, version="1.0+cu12")
    assert (answer.status, answer.text) == (200, f"published {wheel.name}\n")
    page = send("GET", "/simple/demo/", accept=JSON)
    assert (page.status, page.headers["content-type"]) == (200, JSON)
    assert wheel.name.encode() in page.content
    file = send("GET", f"/simple/demo/{wheel.name.replace('+', '%2B')}")
    assert file.content == wheel.read_bytes()
    assert repository.verify(deep=True).ok


def test_redirects_and_links_begin_with_the_stage(repository: PackageRepository, form: str, tmp_path: Path) -> None:
    repository.publish(samples.wheel(tmp_path))
    send = sender(repository, form)
    root = ROOTS.get(form, "")
    assert send("GET", "/simple/Demo").headers["location"] == f"{root}/simple/demo/"
    assert f"https://packages.example.com{root}/simple/" in send("GET", "/project/demo/").text


def test_a_query_chooses_the_form_of_a_page(repository: PackageRepository, form: str, tmp_path: Path) -> None:
    repository.publish(samples.wheel(tmp_path))
    answer = sender(repository, form)("GET", "/simple/", query="format=application%2Fvnd.pypi.simple.v1%2Bjson")
    assert answer.headers["content-type"] == JSON


def test_compressed_answers_come_through(repository: PackageRepository, form: str, tmp_path: Path) -> None:
    repository.publish(*(samples.wheel(tmp_path, version=f"1.{minor}") for minor in range(9)))
    answer = sender(repository, form)("GET", "/simple/demo/", accept=JSON, accept_encoding="gzip")
    assert answer.headers["content-encoding"] == "gzip"
    assert b"demo-1.8-py3-none-any.whl" in gzip.decompress(answer.content)


def test_credentials_are_asked_for_and_taken(repository: PackageRepository, form: str, tmp_path: Path) -> None:
    users = UserFile(tmp_path / "users.toml")
    users.save(User("alice", Role.UPLOAD, password=password_record("a:b c")))
    send = sender(repository, form, users=users, anonymous_read=False, anonymous_upload=False)
    right = "Basic " + b64encode(b"alice:a:b c").decode()
    wrong = "Basic " + b64encode(b"alice:a:b").decode()
    assert send("GET", "/simple/").status == 401
    assert send("GET", "/simple/", authorization=wrong).status == 401
    assert upload(send, samples.wheel(tmp_path), authorization=right).status == 200
    assert send("GET", "/simple/demo/", authorization=right).status == 200


def test_wrong_passwords_are_counted_whatever_clients_say_of_their_address(
    repository: PackageRepository, form: str, tmp_path: Path
) -> None:
    users = UserFile(tmp_path / "users.toml")
    users.save(User("alice", Role.READ, password=password_record("right")))
    send = sender(repository, form, users=users, anonymous_read=False, anonymous_upload=False)
    wrong = [f"Basic {b64encode(f'alice:{number}'.encode()).decode()}" for number in range(11)]
    found = [
        send("GET", "/simple/", authorization=header, x_forwarded_for=f"203.0.113.{number}, 192.0.2.7").status
        for number, header in enumerate(wrong)
    ]
    assert found == [401] * 10 + [429]


def test_a_page_that_is_unchanged_is_not_sent(repository: PackageRepository, form: str, tmp_path: Path) -> None:
    repository.publish(samples.wheel(tmp_path))
    send = sender(repository, form)
    tag = send("GET", "/simple/demo/").headers["etag"]
    assert send("GET", "/simple/demo/", if_none_match=tag).status == 304
    head = send("HEAD", "/simple/demo/")
    assert (head.status, head.headers["etag"], head.content) == (200, tag, b"")


def test_a_file_that_is_too_large_is_refused_with_the_way_to_publish_it(
    repository: PackageRepository, tmp_path: Path
) -> None:
    wheel = samples.wheel(tmp_path, padding=1)
    wheel.write_bytes(wheel.read_bytes() + bytes(aws_lambda.LARGEST_UPLOAD))
    answer = upload(sender(repository), wheel)
    assert answer.status == 413
    assert "s3pypi upload" in answer.text
    assert not (tmp_path / "repository").exists()


def test_an_answer_that_lambda_does_not_pass_on_is_an_error_that_says_so(
    repository: PackageRepository, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    wheel = samples.wheel(tmp_path)
    repository.publish(wheel)
    stored = next((tmp_path / "repository" / "demo").glob("*.whl"))
    stored.write_bytes(bytes(5_000_000))
    send = sender(repository, downloads=DownloadStyle.STREAM)
    answer = send("GET", f"/simple/demo/{wheel.name}")
    assert answer.status == 500
    assert "downloads=redirect" in answer.text
    assert "5000000 bytes" in caplog.text
    assert send("HEAD", f"/simple/demo/{wheel.name}").headers["content-length"] == "5000000"


def test_an_api_that_passes_bodies_on_as_text_is_told_how_to_set_it_up(
    repository: PackageRepository, tmp_path: Path
) -> None:
    handler = aws_lambda.make_handler(repository, ServiceOptions(anonymous_read=True, anonymous_upload=True))
    headers, body = upload_form("demo-1.0.tar.gz", samples.sdist(tmp_path).read_bytes(), "demo", "1.0")
    event = FORMS["REST API"](HttpRequest("POST", "/legacy/", headers=headers))
    answer = HttpAnswer.of(handler({**event, "body": body.decode(errors="replace")}, None))
    assert answer.status == 500
    assert "binary media types" in answer.text


def test_what_is_no_request_is_an_error_that_names_the_other_handler(
    repository: PackageRepository, caplog: pytest.LogCaptureFixture
) -> None:
    handler = aws_lambda.make_handler(repository, ServiceOptions())
    assert handler({"Records": []}, None)["statusCode"] == 400
    assert "s3_events.handler" in caplog.text


def test_files_of_a_bucket_are_redirects_to_it(ministack: S3Server, tmp_path: Path) -> None:
    wheel = samples.wheel(tmp_path)
    repository = open_repository(
        f"s3://{ministack.new_bucket()}/simple",
        **ministack.settings,
    )
    with repository:
        send = sender(repository)
        assert upload(send, wheel).status == 200
        answer = send("GET", f"/simple/demo/{wheel.name}")
    assert (answer.status, answer.content) == (302, b"")
    assert urlsplit(answer.headers["location"]).netloc == urlsplit(ministack.endpoint_url).netloc


class TestSettings:
    """The handler that Lambda calls has its settings from the environment."""

    @pytest.fixture(autouse=True)
    def started_anew(self) -> Iterator[None]:
        log = logging.getLogger("s3pypi.access")
        before = log.level, log.handlers[:], log.propagate
        aws_lambda._configured.cache_clear()
        yield
        aws_lambda._configured.cache_clear()
        log.level, log.handlers[:], log.propagate = before

    def get(self, path: str, form: str = "function URL") -> HttpAnswer:
        return HttpAnswer.of(aws_lambda.handler(FORMS[form](HttpRequest("GET", path)), None))

    @pytest.fixture
    def target(self, repository: PackageRepository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        repository.publish(samples.wheel(tmp_path))
        monkeypatch.setenv("S3PYPI_TARGET", repository.target)

    @pytest.mark.usefixtures("target")
    def test_nobody_reads_unless_somebody_said_so(
        self, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        assert self.get("/simple/demo/").status == 401
        assert "nobody may read; set S3PYPI_USERS, or S3PYPI_ANONYMOUS_READ=1" in caplog.text
        aws_lambda._configured.cache_clear()
        monkeypatch.setenv("S3PYPI_ANONYMOUS_READ", "true")
        assert self.get("/simple/demo/").status == 200

    @pytest.mark.usefixtures("target")
    def test_requests_are_logged(self, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
        monkeypatch.setenv("S3PYPI_LOG_FORMAT", "json")
        self.get("/simple/demo/")
        assert '"path": "/simple/demo/", "status": 401' in capfd.readouterr().out

    @pytest.mark.usefixtures("target")
    def test_pages_show_the_public_url(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("S3PYPI_ANONYMOUS_READ", "true")
        monkeypatch.setenv("S3PYPI_PUBLIC_URL", "https://packages.example.com/service/simple/")
        assert "--index-url https://packages.example.com/service/simple/ demo<" in self.get("/project/demo/").text

    @pytest.mark.usefixtures("target")
    @pytest.mark.parametrize(("stage", "root"), [("/prod", "/prod"), ("prod", "")])
    def test_the_stage_of_elasticpypi_is_what_urls_begin_with(
        self, monkeypatch: pytest.MonkeyPatch, stage: str, root: str
    ) -> None:
        monkeypatch.setenv("S3PYPI_ANONYMOUS_READ", "true")
        monkeypatch.setenv("STAGE", stage)
        assert self.get(f"{root}/simple").headers["location"] == f"{root}/simple/"
        assert self.get(f"{root}/simple/demo/").status == 200

    def test_wrong_settings_are_one_line_in_the_log(
        self, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        for variables in ({}, {"S3PYPI_TARGET": "s3://a", "S3PYPI_MAX_SIZE": "many"}):
            for name, value in variables.items():
                monkeypatch.setenv(name, value)
            caplog.clear()
            answer = self.get("/simple/")
            assert (answer.status, "its log says" in answer.text) == (500, True)
            (record,) = caplog.records
            assert record.exc_info is None
        assert "max-size" in caplog.text.lower().replace("_", "-")
