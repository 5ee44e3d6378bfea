from __future__ import annotations

from typing import Any

import pytest

from s3pypi_setuptools.config.choices import IfExists
from s3pypi_setuptools.config.pypi_private import read_pypi_private
from s3pypi_setuptools.config.secret import Secret
from s3pypi_setuptools.config.target import FolderTarget, S3Target
from s3pypi_setuptools.errors import ConfigurationError


def write(place: Any, text: str) -> None:
    place.write(place.home / ".pypi-private.cfg", text)


def test_a_folder(place: Any) -> None:
    write(place, "[storage]\ntype = local-filesystem\n[local-filesystem]\nbase_path = /srv/pypi\n")
    settings = read_pypi_private(environment=place.environment)
    assert str(settings.target) == "file:///srv/pypi"
    assert settings.if_exists is IfExists.SKIP
    write(place, "[storage]\ntype = local-filesystem\n[local-filesystem]\nbase_path = repo\n")
    settings = read_pypi_private(environment=place.environment)
    assert settings.target == FolderTarget(place.project / "repo")
    assert settings.origins == {
        "target": f"{place.home / '.pypi-private.cfg'} [local-filesystem] base_path",
        "if-exists": "pypi-private",
    }
    write(place, "[storage]\ntype = local-filesystem\n[local-filesystem]\nbase_path = ~/repo\n")
    assert read_pypi_private(environment=place.environment).target == FolderTarget(place.home / "repo")


S3 = """
[storage]
type = aws-s3
[aws-s3]
bucket = pkgs
prefix = /simple/
acl = {acl}
endpoint = http://localhost:9000
region = eu-west-1
"""


def test_s3(place: Any) -> None:
    write(place, S3.format(acl="public-read"))
    settings = read_pypi_private(environment=place.environment)
    assert settings.target == S3Target("pkgs", "simple")
    assert (settings.acl, settings.connection.endpoint_url, settings.connection.region) == (
        "public-read",
        "http://localhost:9000",
        "eu-west-1",
    )
    assert settings.connection.aws_access_key_id is None
    file = place.home / ".pypi-private.cfg"
    assert settings.origins == {
        "target": f"{file} [aws-s3] bucket",
        "if-exists": "pypi-private",
        "acl": f"{file} [aws-s3] acl",
        "endpoint-url": f"{file} [aws-s3] endpoint",
        "region": f"{file} [aws-s3] region",
    }
    write(place, S3.format(acl="private"))
    assert read_pypi_private(environment=place.environment).acl is None


def test_credentials_come_from_the_environment_in_pairs(place: Any) -> None:
    write(place, S3.format(acl="private"))
    place.environ |= {"PP_S3_ACCESS_KEY": "key", "PP_S3_SESSION_TOKEN": "token"}
    assert read_pypi_private(environment=place.environment).connection.aws_session_token is None
    place.environ["PP_S3_SECRET_KEY"] = "planted"
    settings = read_pypi_private(environment=place.environment)
    assert settings.connection.aws_access_key_id == "key"
    assert settings.connection.aws_secret_access_key == Secret("planted")
    assert settings.connection.aws_session_token == Secret("token")
    assert {name: origin for name, origin in settings.origins.items() if name.startswith("aws-")} == {
        "aws-access-key-id": "environment PP_S3_ACCESS_KEY",
        "aws-secret-access-key": "environment PP_S3_SECRET_KEY",
        "aws-session-token": "environment PP_S3_SESSION_TOKEN",
    }
    assert "planted" not in repr(settings)


def test_interpolation_touches_only_the_keys_used(place: Any) -> None:
    place.write(
        "other.cfg",
        "[storage]\ntype = local-filesystem\n[local-filesystem]\nname = pypi\nbase_path = %(root)s/100%%/%(name)s\n"
        "unused = %(nowhere)s %\n",
    )
    place.environ |= {"ROOT": "/srv/50%", "BROKEN": "%(", "NAME": "not-this"}
    settings = read_pypi_private("other.cfg", interpolate_environment=True, environment=place.environment)
    assert str(settings.target) == "file:///srv/50%25/100%25/pypi"
    with pytest.raises(ConfigurationError, match=r"base_path: there is no value named 'root' \(-i lets"):
        read_pypi_private("other.cfg", environment=place.environment)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", " [storage] type: is missing"),
        ("[storage]\n", " [storage] type: is missing"),
        (
            "[storage]\ntype = azure\n",
            " [storage] type: must be aws-s3 or local-filesystem, not 'azure'; no other storage is supported",
        ),
        ("[storage]\ntype = aws-s3\n", " [aws-s3] bucket: is missing"),
        (
            "[storage]\ntype = aws-s3\n[aws-s3]\nbucket = b",
            " [aws-s3]: 'b' is not a bucket name: letters, digits, '.', '-' and '_', 3 or more, not an address",
        ),
        (
            "[storage]\ntype = aws-s3\n[aws-s3]\nbucket = buck\nacl = publc-read",
            (
                " [aws-s3] acl: must be one of private, public-read, public-read-write, authenticated-read, "
                "aws-exec-read, bucket-owner-read, bucket-owner-full-control, not 'publc-read' (did you mean "
                "'public-read'?)"
            ),
        ),
        (
            "[storage]\ntype = aws-s3\n[aws-s3]\nbucket = buck\nendpoint = x",
            " [aws-s3] endpoint: must be an http:// or https:// URL, not 'x'",
        ),
        (
            "[storage]\ntype = local-filesystem\n[local-filesystem]\nbase_path = 5%\n",
            " [local-filesystem] base_path: a bad '%'; write %% for one, %(name)s for a value",
        ),
        (
            "[storage]\ntype = local-filesystem\n[local-filesystem]\nbase_path = %(base_path)s\n",
            " [local-filesystem] base_path: a bad '%'; write %% for one, %(name)s for a value",
        ),
        ("type = x\n", ", line 1: a setting before any [section]"),
    ],
)
def test_refused(place: Any, text: str, says: str) -> None:
    write(place, text)
    with pytest.raises(ConfigurationError) as caught:
        read_pypi_private(environment=place.environment)
    assert str(caught.value) == f"{place.home / '.pypi-private.cfg'}{says}"


def test_no_file(place: Any) -> None:
    with pytest.raises(ConfigurationError, match="there is no such file"):
        read_pypi_private("~/nothing.cfg", environment=place.environment)
