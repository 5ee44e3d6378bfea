"""The environment variables of elasticpypi, which the service understands: https://github.com/khornberg/elasticpypi.

They have common names (``USERNAME`` is set on every Windows), so they count only together: ``BUCKET`` with ``USERS``,
or with ``USERNAME`` and ``PASSWORD``; and only where no other setting leads to another bucket. A setting of ours wins.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ..errors import ConfigurationError
from .options import named
from .settings import Settings
from .target import S3Target, s3_target

USERS_OF_VARIABLES = "env:USERS"
"""The setting ``users`` where the users are those of elasticpypi's variables."""
_PLACES = {
    "BUCKET": "S3PYPI_TARGET=s3://BUCKET",
    "USERS": "S3PYPI_USERS (a file that s3pypi user makes)",
    "USERNAME": "S3PYPI_USERS (a file that s3pypi user makes)",
    "OVERWRITE": "S3PYPI_OVERWRITE",
    "STAGE": "S3PYPI_ROOT_PATH",
}


def with_elasticpypi(settings: Settings, environ: Mapping[str, str]) -> Settings:
    """``settings`` with what elasticpypi's variables say, and a note that names the settings in their place.

    Raises `ConfigurationError` for variables that hold something else.
    """
    bucket, target = environ.get("BUCKET", "").strip(), settings.target
    users = "USERS" if environ.get("USERS") else "USERNAME" if _has_pair(environ) else None
    if not bucket or users is None:
        return settings
    if target is not None and not (isinstance(target, S3Target) and target.bucket == bucket):
        return settings
    found: dict[str, tuple[str, Any]] = {}
    if "users" not in settings.origins:
        settings.redactor.conceal(*credentials_of(environ).values())
        found["users"] = users, USERS_OF_VARIABLES
    for name, variable in (("overwrite", "OVERWRITE"), ("root-path", "STAGE")):
        text = environ.get(variable, "").strip()
        if name not in settings.origins and text and (variable != "STAGE" or text.startswith("/")):
            found[name] = variable, named(name).parse(text, f"environment {variable}")
    variables = ["BUCKET"] if target is None else []
    variables += [variable for variable, _ in found.values()]
    if not variables:
        return settings
    places = ", ".join(_PLACES[variable] for variable in variables)
    note = f"variables of elasticpypi are used: {', '.join(variables)}; replace them by {places}"
    origins = {name: f"environment {variable}" for name, (variable, _) in found.items()}
    if target is None:
        target = _target(bucket)
        origins["target"] = "environment BUCKET"
    service = {named(name).attribute: value for name, (_, value) in found.items()}
    return replace(
        settings,
        target=target,
        service=replace(settings.service, **service),
        origins={**settings.origins, **origins},
        notes=(*settings.notes, note),
    )


def credentials_of(environ: Mapping[str, str]) -> Mapping[str, str]:
    """The passwords of ``USERS``, or else of ``USERNAME`` and ``PASSWORD``, by name. Raises `ConfigurationError`."""
    if not environ.get("USERS"):
        return {environ["USERNAME"]: environ["PASSWORD"]} if _has_pair(environ) else {}
    found = {}
    for number, pair in enumerate(environ["USERS"].split(","), 1):
        name, _, password = pair.strip().partition(":")
        if not name or not password:
            raise ConfigurationError(f"environment USERS: entry {number} is not NAME:PASSWORD")
        found[name] = password
    return found


def _has_pair(environ: Mapping[str, str]) -> bool:
    return bool(environ.get("USERNAME") and environ.get("PASSWORD"))


def _target(bucket: str) -> S3Target:
    try:
        return s3_target(bucket)
    except ConfigurationError as error:
        raise ConfigurationError(f"environment BUCKET: {error}") from error
