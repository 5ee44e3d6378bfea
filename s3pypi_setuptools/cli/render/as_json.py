"""Reports as JSON."""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from ...errors import Error

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

__all__ = ["to_json"]


def to_json(report: DataclassInstance) -> dict[str, object]:
    """The report's fields under their own names, and ``ok``; times in ISO 8601 (UTC), tuples as lists."""
    return {"ok": getattr(report, "ok", True), **_fields(report)}


def _fields(value: DataclassInstance) -> dict[str, object]:
    return {field.name: _value(getattr(value, field.name)) for field in dataclasses.fields(value)}


def _value(value: object) -> object:
    plain: object = value
    match value:
        case enum.Enum():
            plain = value.value
        case Path() | Error():
            plain = str(value)
        case datetime():
            plain = value.isoformat().replace("+00:00", "Z")
        case tuple() | list():
            plain = [_value(item) for item in value]
        case Mapping():
            plain = {str(key): _value(item) for key, item in value.items()}
        case _ if dataclasses.is_dataclass(value) and not isinstance(value, type):
            plain = _fields(value)
    return plain
