"""moto, an S3 server that asks for no signatures, with faults that other servers have, in buckets that ask for them.

As a program: ``moto_server.py PORT``. A bucket whose name begins so has the fault:

- ``ignores-put``, ``ignores-complete``: conditions on these requests are ignored;
- ``gap-put``, ``gap-complete``: they are looked at some time before the write takes effect;
- ``refuses-``: requests with conditions are answered with 501, as Backblaze B2 does.

All others are served one after the other: moto itself looks first, and writes then, which races find out now and then.
"""

from __future__ import annotations

import contextlib
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from moto.s3.models import S3Backend
from moto.server import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import run_simple

from tests.support.servers import S3Server, free_port, running, wait_until_answers

GAP_SECONDS = 0.1


@contextlib.contextmanager
def moto(folder: Path) -> Iterator[S3Server]:
    server = S3Server("moto", f"http://127.0.0.1:{free_port()}", "anybody", "any-secret")
    command = [sys.executable, "-m", __name__, server.endpoint_url.rpartition(":")[2]]
    with running(command, Path(__file__).parents[2], {}, log=folder) as process:
        wait_until_answers(f"{server.endpoint_url}/moto-api/", process)
        yield server


class Faulty(DomainDispatcherApplication):
    """The server, as its clients see it."""

    _turn = threading.Lock()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        request = {"PUT": "put", "POST": "complete"}.get(environ["REQUEST_METHOD"])
        if environ["PATH_INFO"].startswith(f"/ignores-{request}-"):
            environ.pop("HTTP_IF_MATCH", None)
            environ.pop("HTTP_IF_NONE_MATCH", None)
        conditional = environ.keys() & {"HTTP_IF_MATCH", "HTTP_IF_NONE_MATCH"}
        if (
            conditional
            and environ["REQUEST_METHOD"] not in ("GET", "HEAD")
            and environ["PATH_INFO"].startswith("/refuses-")
        ):
            start_response("501 Not Implemented", [("Content-Type", "application/xml")])
            return [b"<Error><Code>NotImplemented</Code><Message>A header implies what is not there</Message></Error>"]
        at_once = environ["PATH_INFO"].startswith(f"/gap-{request}-")
        with contextlib.nullcontext() if at_once else self._turn:
            return super().__call__(environ, start_response)


def delay(request: str, name: str) -> None:
    """Let the method ``name`` of all buckets begin late."""
    method = getattr(S3Backend, name)

    def late(self: S3Backend, bucket_name: str, *arguments: Any, **named: Any) -> Any:
        if bucket_name.startswith(f"gap-{request}-"):
            time.sleep(GAP_SECONDS)
        return method(self, bucket_name, *arguments, **named)

    setattr(S3Backend, name, late)


if __name__ == "__main__":
    delay("put", "put_object")
    delay("complete", "complete_multipart_upload")
    run_simple("127.0.0.1", int(sys.argv[1]), Faulty(create_backend_app), threaded=True)
