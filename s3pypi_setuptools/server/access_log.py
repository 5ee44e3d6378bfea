"""The log of requests, on stdout: a line of text or JSON for each."""

from __future__ import annotations

import contextlib
import json
import logging
import sys
import time
from collections.abc import Iterator

from ..config.service_options import LogFormat
from .messages import Reply, Request

_log = logging.getLogger("s3pypi.access")


def log_request(request: Request, reply: Reply, seconds: float) -> None:
    """Log who asked for what, and how it was answered.

    :param seconds: between the request and the end of its answer.
    """
    if not _log.isEnabledFor(logging.INFO):
        return
    facts = {
        "request": request.id,
        "client": (request.scope.get("client") or ("-",))[0],
        "user": request.identity.name if request.identity else "",
        "method": request.method,
        "path": request.path,
        "status": int(reply.status),
        "size": reply.size,
        "seconds": seconds,
    }
    _log.info("", extra={"facts": facts})


def write_log(form: LogFormat) -> None:
    """Write the log of requests to stdout from now on."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(_Lines(form))
    _log.setLevel(logging.INFO)
    _log.handlers[:], _log.propagate = [handler], False


@contextlib.contextmanager
def written_log(form: LogFormat) -> Iterator[None]:
    """Write the log of requests to stdout while the context lasts."""
    before = _log.level, _log.handlers[:], _log.propagate
    write_log(form)
    try:
        yield
    finally:
        _log.setLevel(before[0])
        _log.handlers[:], _log.propagate = before[1:]


class _Lines(logging.Formatter):
    def __init__(self, form: LogFormat) -> None:
        super().__init__()
        self._form = form

    def format(self, record: logging.LogRecord) -> str:
        """One line for the request."""
        facts = record.__dict__["facts"]
        when = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(record.created))
        if self._form is LogFormat.JSON:
            return json.dumps({"time": when, **facts})
        return (
            f"{when} {facts['request']} {facts['client']} {facts['user'] or '-'} {facts['method']} "
            f"{facts['path']!r} {facts['status']} {facts['size']} {facts['seconds']:.3f}"
        )
