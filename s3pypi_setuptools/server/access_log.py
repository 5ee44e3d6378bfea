"""The log of requests, on stdout: a line of text or JSON for each."""

from __future__ import annotations

import contextlib
import json
import logging
import sys
import time
from collections.abc import Iterator

from ..config.service_options import LogFormat

__all__ = ["access_log", "write_log", "written_log"]

access_log = logging.getLogger("s3pypi.access")
"""What `app.Service` logs requests with."""


def write_log(form: LogFormat) -> None:
    """Write the log of requests to stdout from now on."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonLines() if form is LogFormat.JSON else TextLines())
    access_log.setLevel(logging.INFO)
    access_log.handlers[:], access_log.propagate = [handler], False


@contextlib.contextmanager
def written_log(form: LogFormat) -> Iterator[None]:
    """Write the log of requests to stdout while the context lasts."""
    before = access_log.level, access_log.handlers[:], access_log.propagate
    write_log(form)
    try:
        yield
    finally:
        access_log.setLevel(before[0])
        access_log.handlers[:], access_log.propagate = before[1:]


_FIELDS = ("request", "client", "user", "method", "path", "status", "size", "seconds")


class TextLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        """One line: when, who asked for what, and how it was answered."""
        facts = record.__dict__
        when = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(record.created))
        return (
            f"{when} {facts['request']} {facts['client']} {facts['user'] or '-'} {facts['method']} "
            f"{facts['path']!r} {facts['status']} {facts['size']} {facts['seconds']:.3f}"
        )


class JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        """One JSON object."""
        when = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(record.created))
        return json.dumps({"time": when, **{name: record.__dict__[name] for name in _FIELDS}})
