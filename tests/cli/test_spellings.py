"""Every option of the tools that this package replaces, as their users spell it."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path

import pytest
from setuptools import Distribution

from s3pypi_setuptools.cli.commands import load
from s3pypi_setuptools.cli.entry import split
from s3pypi_setuptools.cli.options import given
from s3pypi_setuptools.command import UploadCommand
from s3pypi_setuptools.command.settings_command import SettingsCommand
from s3pypi_setuptools.config.choices import IfExists, PageStyle
from s3pypi_setuptools.config.environment import Environment
from s3pypi_setuptools.config.options import find
from s3pypi_setuptools.config.resolve import resolve
from s3pypi_setuptools.config.secret import Secret
from s3pypi_setuptools.config.settings import Settings
from s3pypi_setuptools.config.target import FolderTarget, S3Target
from s3pypi_setuptools.errors import ConfigurationError

TARGET = S3Target("bucket", "prefix")
S3 = "s3://bucket/prefix"

ILABS = [
    ("s3pypi dist/a.whl --target s3://bucket/prefix", {"target": TARGET}),
    ("s3pypi dist/a.whl -t s3://bucket/prefix", {"target": TARGET}),
    ("s3pypi dist/a.whl --force", {"if_exists": IfExists.REPLACE}),
    ("s3pypi -f dist/a.whl", {"if_exists": IfExists.REPLACE}),
    (
        "s3pypi a.whl --aws_access_key_id ID --aws_secret_access_key KEY",
        {"aws_access_key_id": "ID", "aws_secret_access_key": Secret("KEY")},
    ),
    ("s3upload a b --target s3://bucket/prefix", {"target": TARGET, "acl": None}),
    ("s3upload a -t s3://bucket/prefix --acl public-read", {"acl": "public-read"}),
    ("s3upload a -a public-read -f", {"acl": "public-read", "if_exists": IfExists.REPLACE}),
    ("s3upload a --acl private --force", {"acl": None, "if_exists": IfExists.REPLACE}),
    (
        "s3upload a --aws_access_key_id ID --aws_secret_access_key KEY",
        {"aws_access_key_id": "ID", "aws_secret_access_key": Secret("KEY")},
    ),
    ("setup.py s3pypi --target=s3://bucket/prefix --force", {"target": TARGET, "if_exists": IfExists.REPLACE}),
    ("setup.py s3pypi --file-mask=dist/*", {"file_mask": "dist/*"}),
    (
        "setup.py s3pypi --aws-access-key-id=ID --aws-secret-access-key=KEY",
        {"aws_access_key_id": "ID", "aws_secret_access_key": Secret("KEY")},
    ),
    (
        "setup.py s3upload --file-mask=a --target=s3://bucket/prefix --acl=public-read --force",
        {"file_mask": "a", "target": TARGET, "acl": "public-read", "if_exists": IfExists.REPLACE},
    ),
    (
        "setup.py s3upload --aws-access-key-id=ID --aws-secret-access-key=KEY",
        {"aws_access_key_id": "ID", "aws_secret_access_key": Secret("KEY")},
    ),
]
GORILLA = [
    ("s3pypi upload a.whl --bucket bucket --prefix prefix", {"target": TARGET}),
    ("s3pypi upload a.whl -b bucket", {"target": S3Target("bucket")}),
    ("s3pypi upload a.whl --put-root-index", {}),
    ("s3pypi upload a.whl --strict", {"if_exists": IfExists.FAIL}),
    ("s3pypi upload a.whl --force", {"if_exists": IfExists.REPLACE}),
    ("s3pypi upload -f a.whl", {"if_exists": IfExists.REPLACE}),
    ("s3pypi upload a.whl --profile work --region eu-west-1", {"profile": "work", "region": "eu-west-1"}),
    ("s3pypi upload a.whl --no-sign-request", {"no_sign_request": True}),
    ("s3pypi upload a.whl --s3-endpoint-url http://127.0.0.1:9000", {"endpoint_url": "http://127.0.0.1:9000"}),
    (
        "s3pypi upload a.whl --s3-put-args ACL=public-read,ServerSideEncryption=aws:kms,SSEKMSKeyId=1234",
        {"acl": "public-read", "s3_put_args": {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": "1234"}},
    ),
    (
        "s3pypi upload a.whl --s3-put-args StorageClass=GLACIER_IR --s3-put-args ACL=public-read",
        {"acl": "public-read", "s3_put_args": {"StorageClass": "GLACIER_IR"}},
    ),
    ("s3pypi upload a.whl --index.html", {"pages": PageStyle.INDEX_HTML}),
    ("s3pypi upload a.whl --locks-table table", {"locks_table": "table"}),
    ("s3pypi -v upload a.whl -b bucket", {"target": S3Target("bucket")}),
    ("s3pypi --verbose a.whl -b bucket", {"target": S3Target("bucket")}),
    ("s3pypi a.whl --bucket bucket --acl public-read", {"acl": "public-read"}),
    ("s3pypi a.whl --unsafe-s3-website", {"pages": PageStyle.INDEX_HTML}),
    ("s3pypi a.whl --lock-indexes", {"lock_indexes": True}),
    ("s3pypi a.whl -l", {"lock_indexes": True}),
    ("s3pypi delete demo 1.0 --bucket bucket --prefix prefix", {"target": TARGET}),
    ("s3pypi delete demo 1.0 -b bucket --profile work --region eu-west-1", {"profile": "work", "region": "eu-west-1"}),
    ("s3pypi delete demo 1.0 -b bucket --no-sign-request", {"no_sign_request": True}),
    ("s3pypi delete demo 1.0 -b bucket --s3-put-args ACL=public-read", {"acl": "public-read"}),
    ("s3pypi delete demo 1.0 -b bucket --s3-endpoint-url http://127.0.0.1:9", {"endpoint_url": "http://127.0.0.1:9"}),
    (
        "s3pypi delete demo 1.0 -b bucket --index.html --locks-table table",
        {"pages": PageStyle.INDEX_HTML, "locks_table": "table"},
    ),
    ("s3pypi -v delete demo 1.0 -b bucket", {"target": S3Target("bucket")}),
]
PYPIPRIVATE = [
    ("pypi-private publish demo 1.0", {}),
    ("pypi-private -p src publish demo 1.0", {"project_path": "src"}),
    ("pypi-private --project-path src publish demo 1.0", {"project_path": "src"}),
    ("pypi-private -c other.cfg publish demo 1.0", {"conf_path": "other.cfg"}),
    ("pypi-private --conf-path other.cfg publish demo 1.0", {"conf_path": "other.cfg"}),
    ("pypi-private -i publish demo 1.0", {"env_interpolation": True}),
    ("pypi-private --env-interpolation publish demo 1.0", {"env_interpolation": True}),
    ("pypi-private -v publish demo 1.0", {"verbose": True}),
    ("pypi-private -vv publish demo 1.0", {"verbose": True}),
    ("pypi-private --verbose publish demo 1.0", {"verbose": True}),
    ("pypi-private publish -d out demo 1.0", {"dist_dir": "out"}),
    ("pypi-private publish --dist-dir out demo 1.0", {"dist_dir": "out", "name": "demo", "release": "1.0"}),
]


@pytest.mark.parametrize(("line", "expected"), [*ILABS, *GORILLA, *PYPIPRIVATE])
def test_old_spellings(line: str, expected: Mapping[str, object], tmp_path: Path) -> None:
    program, *arguments = line.split()
    environment = Environment(environ={}, cwd=tmp_path, home=tmp_path, prefix=tmp_path, platform="linux")
    meant: object
    if program == "setup.py":
        distribution = Distribution({"name": "demo", "script_name": "setup.py", "script_args": arguments})
        assert distribution.parse_command_line()  # type: ignore[no-untyped-call]
        command = distribution.get_command_obj(arguments[0])
        assert isinstance(command, SettingsCommand)
        meant = command.resolve()
    elif program == "pypi-private":
        meant = load(program).parser().parse_intermixed_args(arguments)
    else:
        meant = resolve(
            command_line=given(parsed(program, arguments)), repository=program == "s3pypi", environment=environment
        )
    assert {name: value_in(meant, name) for name in expected} == expected


def value_in(meant: object, name: str) -> object:
    option = find(name)
    return meant.value_of(option) if option and isinstance(meant, Settings) else getattr(meant, name)


def parsed(program: str, arguments: list[str]) -> argparse.Namespace:
    name, rest = split(arguments) if program == "s3pypi" else (program, arguments)
    return load(name or "upload").parser().parse_intermixed_args(rest)


def test_folders_are_targets_too(tmp_path: Path) -> None:
    environment = Environment(environ={}, cwd=tmp_path, home=tmp_path, prefix=tmp_path, platform="linux")
    settings = resolve(command_line=given(parsed("s3pypi", ["a.whl", "-t", "./repo"])), environment=environment)
    assert settings.target == FolderTarget(tmp_path / "repo")


def test_parameters_that_are_given_twice_are_refused(tmp_path: Path) -> None:
    environment = Environment(environ={}, cwd=tmp_path, home=tmp_path, prefix=tmp_path, platform="linux")
    arguments = ["a.whl", "--s3-put-args", "StorageClass=GLACIER", "--s3-put-args", "StorageClass=STANDARD"]
    with pytest.raises(ConfigurationError, match=r"command line --s3-put-args: StorageClass is given twice"):
        resolve(command_line=given(parsed("s3pypi", arguments)), environment=environment)


def test_s3upload_offers_the_same_settings_at_both_entry_points() -> None:
    command_line = {name for name in vars(parsed("s3upload", ["a"])) if find(name)}
    assert {option.attribute for option in UploadCommand.settings()} == {*command_line, "file_mask"}
    assert command_line == {
        "target", "bucket", "prefix", "if_exists", "force", "strict", "acl", "s3_put_args", "profile", "region",
        "endpoint_url", "no_sign_request", "aws_access_key_id", "aws_secret_access_key", "aws_session_token",
    }  # fmt: skip
