"""What resolving makes of every setting."""

from __future__ import annotations

from typing import Any

from s3pypi_setuptools.config.connection import Connection, Secret
from s3pypi_setuptools.config.settings import IfExists, PageStyle, Settings
from s3pypi_setuptools.config.target import S3Target


def test_every_setting_reaches_its_place(place: Any) -> None:
    command_line = {
        "target": "s3://bucket/simple",
        "if-exists": "fail",
        "file-mask": "dist/*",
        "dist-dir": "build",
        "acl": "bucket-owner-read",
        "s3-put-args": "StorageClass=STANDARD_IA",
        "profile": "p",
        "region": "r",
        "endpoint-url": "http://localhost:1",
        "no-sign-request": True,
        "aws-access-key-id": "AKIAPLANTEDPLANTED",
        "aws-secret-access-key": "secret-planted",
        "aws-session-token": "token-planted",
        "pages": "json",
        "lock-indexes": True,
        "locks-table": "table",
        "locks-timeout": "17",
        "locks-profile": "lp",
        "locks-region": "lr",
        "locks-endpoint-url": "http://localhost:2",
        "public-url": "https://host/simple/",
        "strict-metadata": True,
        "unsafe-no-locking": True,
    }
    assert place.resolve(command_line=command_line) == Settings(
        target=S3Target("bucket", "simple"),
        if_exists=IfExists.FAIL,
        file_mask="dist/*",
        dist_dir="build",
        acl="bucket-owner-read",
        s3_put_args={"StorageClass": "STANDARD_IA"},
        connection=Connection(
            profile="p",
            region="r",
            endpoint_url="http://localhost:1",
            no_sign_request=True,
            aws_access_key_id="AKIAPLANTEDPLANTED",
            aws_secret_access_key=Secret("secret-planted"),
            aws_session_token=Secret("token-planted"),
        ),
        pages=PageStyle.JSON,
        lock_indexes=True,
        locks_table="table",
        locks_timeout=17,
        locks_profile="lp",
        locks_region="lr",
        locks_endpoint_url="http://localhost:2",
        public_url="https://host/simple",
        strict_metadata=True,
        unsafe_no_locking=True,
        origins=dict.fromkeys(command_line, "command line"),
        notes=(
            "aws-secret-access-key comes from command line: keys are safer in an AWS profile, or in AWS_ACCESS_KEY_ID "
            "and AWS_SECRET_ACCESS_KEY",
        ),
    )


def test_nothing_given_leaves_every_default(place: Any) -> None:
    assert place.resolve() == Settings()
    assert place.resolve(repository=False) == Settings(repository=False)


def test_settings_hide_their_secrets_in_other_texts(place: Any) -> None:
    settings = place.resolve(
        command_line={
            "aws-access-key-id": "AKIAPLANTEDPLANTED",
            "aws-secret-access-key": "secret-planted",
            "aws-session-token": "token-planted",
            "s3-put-args": "SSECustomerKey=customer-planted,StorageClass=STANDARD_IA",
        }
    )
    text = "AKIAPLANTEDPLANTED secret-planted token-planted customer-planted STANDARD_IA"
    assert settings.redactor.redact(text) == "*** *** *** *** STANDARD_IA"
