"""Functions of AWS Lambda on MiniStack, which runs them by its own Python: the one that the tests run by."""

from __future__ import annotations

import contextlib
import io
import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import requests

from tests.support.servers import S3Server

_RUNTIME = "python3.12"


@dataclass(frozen=True)
class Function:
    """A function that exists; ``arn`` names it."""

    server: S3Server
    name: str
    arn: str

    def invoke(self, event: object) -> Any:
        """What the handler returns for the event."""
        answer = self.server.client("lambda").invoke(FunctionName=self.name, Payload=json.dumps(event).encode())
        payload = json.loads(answer["Payload"].read())
        assert "FunctionError" not in answer, payload
        return payload

    def make_url(self) -> str:
        """The host of a function URL that anybody may call."""
        made = self.server.client("lambda").create_function_url_config(FunctionName=self.name, AuthType="NONE")
        return str(urlsplit(made["FunctionUrl"]).netloc)

    def request(self, host: str, method: str, path: str, **more: Any) -> requests.Response:
        """What the function URL answers."""
        headers = {**more.pop("headers", {}), "Host": host}
        url = self.server.endpoint_url + path
        return requests.request(method, url, headers=headers, timeout=120, allow_redirects=False, **more)


@contextlib.contextmanager
def new_function(server: S3Server, name: str, handler: str, variables: dict[str, str]) -> Iterator[Function]:
    """A function that calls ``handler`` (``module.name``) of the package under test, with these variables."""
    module, _, attribute = handler.rpartition(".")
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("entry.py", f"from {module} import {attribute}\n")
    made = server.client("lambda").create_function(
        FunctionName=name,
        Runtime=_RUNTIME,
        Role="arn:aws:iam::000000000000:role/test",
        Handler=f"entry.{attribute}",
        Code={"ZipFile": code.getvalue()},
        Timeout=120,
        MemorySize=1024,
        Environment={"Variables": variables},
    )
    try:
        yield Function(server, name, made["FunctionArn"])
    finally:
        server.client("lambda").delete_function(FunctionName=name)
