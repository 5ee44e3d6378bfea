from __future__ import annotations

from pathlib import Path

from s3pypi_setuptools.aws.sessions import Sessions
from s3pypi_setuptools.config.connection import Connection
from s3pypi_setuptools.config.secret import Secret
from s3pypi_setuptools.config.settings import Settings
from s3pypi_setuptools.config.target import FolderTarget, S3Target
from s3pypi_setuptools.stores.base import Attributes
from s3pypi_setuptools.stores.registry import open_store
from tests.support.canned_server import Answer, canned


def test_a_folder(tmp_path: Path) -> None:
    store = open_store(FolderTarget(tmp_path / "repository"), Settings(), Sessions())
    store.put("demo/index.html", b"page", Attributes())
    assert (tmp_path / "repository" / "demo" / "index.html").read_bytes() == b"page"


def test_temporary_keys_among_the_settings_sign_the_requests() -> None:
    with canned(Answer(headers={"ETag": '"e"'})) as server:
        settings = Settings(
            connection=Connection(
                endpoint_url=server.url,
                region="eu-test-1",
                aws_access_key_id="temporary",
                aws_secret_access_key=Secret("hidden"),
                aws_session_token=Secret("token"),
            ),
            s3_put_args={"ServerSideEncryption": "aws:kms"},
        )
        open_store(S3Target("bucket"), settings, Sessions()).put("key", b"data", Attributes())
    [(verb, path, headers, body)] = server.requests
    assert (verb, path, body) == ("PUT", "/bucket/key", b"data")
    assert "Credential=temporary/" in headers["authorization"]
    assert "/eu-test-1/" in headers["authorization"]
    assert headers["x-amz-security-token"] == "token"
    assert headers["x-amz-server-side-encryption"] == "aws:kms"
    assert "hidden" not in str(headers)
