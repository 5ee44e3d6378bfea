"""What settings derive from their values."""

from __future__ import annotations

import pytest

from s3pypi_setuptools.config.choices import IfExists
from s3pypi_setuptools.config.connection import Connection
from s3pypi_setuptools.config.option import Given
from s3pypi_setuptools.config.options import named
from s3pypi_setuptools.config.secret import Secret
from s3pypi_setuptools.config.settings import Settings

KEYS = Connection(profile="work", region="eu-west-1", aws_access_key_id="ID", aws_secret_access_key=Secret("KEY"))


def test_settings_are_built_from_the_values_of_options() -> None:
    values = {
        "region": Given("eu-west-1", "environment S3PYPI_REGION"),
        "if-exists": Given(IfExists.SKIP, "command line"),
        "prefix": Given("part of the target", "command line"),
    }
    settings = Settings.of(values, repository=False)
    assert settings == Settings(
        connection=Connection(region="eu-west-1"),
        if_exists=IfExists.SKIP,
        repository=False,
        origins={"region": "environment S3PYPI_REGION", "if-exists": "command line"},
    )
    assert settings.value_of(named("region")) == "eu-west-1"
    assert settings.value_of(named("if-exists")) is IfExists.SKIP
    assert settings.value_of(named("profile")) is None


@pytest.mark.parametrize(
    ("settings", "connection"),
    [
        (Settings(), Connection()),
        (Settings(connection=KEYS), KEYS),
        (Settings(connection=Connection(endpoint_url="http://s3", no_sign_request=True)), Connection()),
        (
            Settings(
                connection=Connection(region="eu-west-1"), locks_region="us-east-1", locks_endpoint_url="http://d"
            ),
            Connection(region="us-east-1", endpoint_url="http://d"),
        ),
        (Settings(connection=KEYS, locks_profile="locks"), Connection(profile="locks")),
        (
            Settings(connection=KEYS, locks_profile="locks", locks_region="us-east-1"),
            Connection(profile="locks", region="us-east-1"),
        ),
    ],
)
def test_the_lock_table_is_reached_as_s3_is_unless_a_profile_of_its_own_is_given(
    settings: Settings, connection: Connection
) -> None:
    assert settings.locks_connection == connection


@pytest.mark.parametrize(
    ("connection", "needed"),
    [
        (Connection(), True),
        (Connection(profile="work"), True),
        (KEYS, False),
        (Connection(no_sign_request=True), False),
    ],
)
def test_credentials_are_looked_for_unless_keys_are_given_or_nothing_is_signed(
    connection: Connection, needed: bool
) -> None:
    assert connection.needs_credentials is needed


def test_a_lock_table_is_named_or_derived_from_the_bucket() -> None:
    assert Settings(locks_table="table").has_lock_table
    assert Settings(lock_indexes=True).has_lock_table
    assert not Settings(locks_profile="work").has_lock_table
