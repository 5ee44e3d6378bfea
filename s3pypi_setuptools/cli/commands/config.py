"""``s3pypi config``: every setting, its value, and where it came from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...errors import Error
from ..command import Argument, Call, Command
from ..render.columns import columns
from ..render.output import Output

if TYPE_CHECKING:
    from ...config.explanation import Row

__all__ = ["CONFIG"]


@dataclass(frozen=True, slots=True)
class ConfigReport:
    """The settings, as an upload would use them."""

    settings: tuple[Row, ...]


def _config(call: Call) -> Output:
    from ...api import aws_settings  # noqa: PLC0415
    from ...config.explanation import explain  # noqa: PLC0415

    of_aws: dict[str, tuple[str, str]] = {}
    try:
        of_aws = aws_settings(call.settings)
    except Error as error:
        call.terminal.warning(str(error))
    rows = explain(call.settings, of_aws, service=call.arguments.service)
    lines = columns([(row.name, row.value, row.origin) for row in rows], absent="")
    return Output(report=ConfigReport(rows), lines=lines)


CONFIG = Command(
    program="s3pypi config",
    usage="[options]",
    description="""\
Show every setting, its value, and where it came from, as an upload from this folder would use them.
For a bucket, settings from AWS's own variables and files are shown, too. Secrets are shown as ***.
Options on the command line are taken into account. Settings of s3pypi serve are shown if they are set, or with
--service.""",
    arguments=(
        Argument("--service", action="store_true", help="show every setting of s3pypi serve, too", group="settings"),
    ),
    answers=True,
    run=_config,
)
