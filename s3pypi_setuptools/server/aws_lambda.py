"""The service on AWS Lambda: the function's handler is ``s3pypi_setuptools.server.aws_lambda.handler``.

It answers a function URL, a REST or HTTP API of API Gateway, and an application load balancer. It needs the extra
``lambda``. Its settings are environment variables: ``S3PYPI_TARGET``, ``S3PYPI_USERS=ssm:HOST`` and so on.

Lambda passes requests and answers of at most 6 MB on, in base64
(https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html): so files of a bucket are served by
redirects, and larger files are published with ``s3pypi upload``.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import lru_cache
from http import HTTPStatus
from typing import Any, TypeAlias
from urllib.parse import unquote

from mangum import Mangum

from ..api import PackageRepository
from ..config.service_options import root_path_of
from ..errors import Error
from ..index.simple_json import CONTENT_TYPE as JSON
from .access_log import write_log
from .app import Service
from .messages import Message, Receive, Request, Scope, Send
from .options import ServiceOptions, configured
from .origins import behind_any_proxy
from .problems import Problem

log = logging.getLogger(__name__)

Event: TypeAlias = Mapping[str, Any]
Answer: TypeAlias = dict[str, Any]

LARGEST_UPLOAD = 4 * 1024 * 1024
"""Bytes of a file that surely reaches the function: Lambda takes 6 MB, of which base64 is 4/3 of the form."""
_LARGEST_ANSWER = 4_600_000
"""Bytes of a body that Lambda surely passes on, if it is in base64."""
_TEXTS = ["text/", "application/json", "application/problem+json", JSON]
"""Content types that are passed on as they are; base64 would make them a third larger."""
_DEFAULT_STAGE = "$default"
"""The stage of an HTTP API, and of every function URL, that is no part of the path."""


def handler(event: Event, context: object) -> Answer:
    """Answer the HTTP request in ``event``; AWS Lambda calls this.

    A setting that is wrong is one line in the log, and status 500.
    """
    try:
        answer = _configured()
    except Error as error:
        log.error("the service cannot start: %s", error)
        return _text(HTTPStatus.INTERNAL_SERVER_ERROR, "The service is not set up; its log says what is wrong\n")
    return answer(event, context)


def make_handler(repository: PackageRepository, options: ServiceOptions) -> Callable[[Event, object], Answer]:
    """A handler for AWS Lambda that serves ``repository``.

    Requests run in the event loop of the thread that calls it.

    :param options: without a root path, the stage of an API is what URLs begin with.
    """
    options = replace(options, max_size=min(options.max_size, LARGEST_UPLOAD))
    adapter = Mangum(_Adapted(Service(repository, options), options.root_path), lifespan="off", text_mime_types=_TEXTS)

    def answer(event: Event, context: object) -> Answer:
        if "requestContext" not in event:
            log.error("this is no HTTP request; events of S3 are for s3pypi_setuptools.server.s3_events.handler")
            return _text(HTTPStatus.BAD_REQUEST, "This is no HTTP request\n")
        return adapter(event, context)  # type: ignore[arg-type]

    return answer


@lru_cache(1)
def _configured() -> Callable[[Event, object], Answer]:
    """The handler by the settings of the environment, made once; raises `ConfigurationError`."""
    settings, options = configured()
    write_log(settings.service.log_format)
    if not options.root_path and (stage := os.environ.get("STAGE", "")).startswith("/"):  # as elasticpypi has it
        options = replace(options, root_path=root_path_of(stage))
    return make_handler(PackageRepository(settings), options)


class _Adapted:
    """The service, told by the event where it is; what does not get through Lambda is an error that says so."""

    def __init__(self, service: Service, root: str) -> None:
        self._service = service
        self._behind_proxy = behind_any_proxy(service)
        self._root = root

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        event = scope["aws.event"]
        root = self._root or _stage_path(event)
        scope["root_path"] = root
        if scope["path"] == root:
            scope["path"] = f"{root}/"
        try:
            if _is_mangled(event):
                raise Problem(
                    HTTPStatus.INTERNAL_SERVER_ERROR,
                    "mangled-body",
                    "The API passes this body on as text, which damages it: add */* to its binary media types",
                )
            # A load balancer tells the client's address in a header alone, after what the client wrote there.
            service = self._behind_proxy if "elb" in event["requestContext"] else self._service
            await service(scope, receive, _limited(send, is_head=scope["method"] == "HEAD"))
        except Problem as problem:
            log.error("%s %s: %s", scope["method"], scope["path"], problem.message)
            request = Request(scope, receive, "")
            await problem.reply(request).send(request, send)


def _limited(send: Send, *, is_head: bool) -> Send:
    """``send``, which raises `Problem` for an answer that is too large, before any of it is sent."""

    async def limited(message: Message) -> None:
        if message["type"] == "http.response.start" and not is_head:
            length = dict(message["headers"]).get(b"content-length", b"0")
            if int(length) > _LARGEST_ANSWER:
                raise Problem(
                    HTTPStatus.INTERNAL_SERVER_ERROR,
                    "answer-too-large",
                    f"The answer has {int(length)} bytes, and AWS Lambda passes on {_LARGEST_ANSWER}; "
                    "files of a bucket are served with downloads=redirect",
                )
        await send(message)

    return limited


def _stage_path(event: Event) -> str:
    """What the URLs of the API begin with: its stage, unless that is the default one; empty, or begins with ``/``.

    An HTTP API has the stage in the path, and a REST API beside it
    (https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html).
    """
    about = event["requestContext"]
    stage = about.get("stage", _DEFAULT_STAGE)
    if "rawPath" in event:
        begins = event["rawPath"].startswith(f"/{stage}/") or event["rawPath"] == f"/{stage}"
        return f"/{stage}" if begins and stage != _DEFAULT_STAGE else ""
    whole, path = unquote(about.get("path") or ""), unquote(event.get("path") or "")
    return whole.removesuffix(path).rstrip("/") if path and whole.endswith(path) else ""


def _is_mangled(event: Event) -> bool:
    """Whether bytes of the body that are no text were replaced on the way."""
    return not event.get("isBase64Encoded") and "\N{REPLACEMENT CHARACTER}" in (event.get("body") or "")


def _text(status: int, text: str) -> Answer:
    headers = {"content-type": "text/plain; charset=utf-8", "cache-control": "no-store"}
    return {"statusCode": int(status), "headers": headers, "body": text, "isBase64Encoded": False}
