"""Events of AWS Lambda, as AWS documents them, from HTTP requests; and HTTP answers from what a handler returns.

https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html
https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
https://docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from urllib.parse import parse_qsl, unquote

import requests

Event = dict[str, Any]


@dataclass
class HttpRequest:
    """A request; ``path`` is percent-encoded, and headers have lower-case names."""

    method: str
    path: str
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def all_headers(self) -> dict[str, str]:
        return {
            "host": "packages.example.com",
            "x-forwarded-for": "192.0.2.7",
            "x-forwarded-port": "443",
            "x-forwarded-proto": "https",
            **self.headers,
        }

    @property
    def sent(self) -> Event:
        """The body as an event has it."""
        if not self.body:
            return {"isBase64Encoded": False}
        return {"body": b64encode(self.body).decode(), "isBase64Encoded": True}


def version_2(request: HttpRequest, stage: str = "$default") -> Event:
    """Of a function URL, or of an HTTP API, whose URLs have every stage in front but the default one."""
    path = unquote(request.path if stage == "$default" else f"/{stage}{request.path}")
    return {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": request.query,
        "headers": request.all_headers,
        "requestContext": {
            "accountId": "anonymous",
            "apiId": "abcdefghij",
            "domainName": "abcdefghij.example.com",
            "http": {
                "method": request.method,
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": "192.0.2.7",
                "userAgent": "test",
            },
            "requestId": "id",
            "routeKey": "$default",
            "stage": stage,
            "time": "30/Nov/2026:19:03:58 +0000",
            "timeEpoch": 1796065438000,
        },
        **request.sent,
    }


def rest_api(request: HttpRequest) -> Event:
    """A REST API at its own name, whose URLs have the stage in front."""
    pairs = parse_qsl(request.query, keep_blank_values=True)
    headers = {name.title(): value for name, value in request.all_headers.items()}
    return {
        "resource": "/{proxy+}",
        "path": unquote(request.path),
        "httpMethod": request.method,
        "headers": headers,
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "queryStringParameters": dict(pairs) or None,
        "multiValueQueryStringParameters": {name: [value] for name, value in pairs} or None,
        "pathParameters": {"proxy": request.path.lstrip("/")},
        "stageVariables": None,
        "requestContext": {
            "accountId": "anonymous",
            "apiId": "abcdefghij",
            "httpMethod": request.method,
            "identity": {"sourceIp": "192.0.2.7", "userAgent": "test"},
            "path": f"/dev{request.path}",
            "protocol": "HTTP/1.1",
            "requestId": "id",
            "resourcePath": "/{proxy+}",
            "stage": "dev",
        },
        "body": None,
        **request.sent,
    }


def load_balancer(request: HttpRequest) -> Event:
    return {
        "requestContext": {"elb": {"targetGroupArn": "arn:aws:elasticloadbalancing:eu-central-1::targetgroup/test/1"}},
        "httpMethod": request.method,
        "path": request.path,
        "queryStringParameters": dict(pair.split("=", 1) for pair in request.query.split("&") if pair),
        "headers": request.all_headers,
        "body": "",
        **request.sent,
    }


FORMS: dict[str, Callable[[HttpRequest], Event]] = {
    "function URL": version_2,
    "HTTP API": version_2,
    "stage of an HTTP API": partial(version_2, stage="dev"),
    "REST API": rest_api,
    "load balancer": load_balancer,
}
ROOTS = {"stage of an HTTP API": "/dev", "REST API": "/dev"}
"""What the URLs of a form begin with; nothing for those that are not here."""


@dataclass
class HttpAnswer:
    status: int
    headers: dict[str, str]
    content: bytes

    @classmethod
    def of(cls, answer: Mapping[str, Any]) -> HttpAnswer:
        body: str = answer.get("body") or ""
        content = b64decode(body) if answer.get("isBase64Encoded") else body.encode()
        multiple = {name: values[0] for name, values in (answer.get("multiValueHeaders") or {}).items()}
        return cls(int(answer["statusCode"]), {**(answer.get("headers") or {}), **multiple}, content)

    @property
    def text(self) -> str:
        return self.content.decode()


def upload_form(filename: str, data: bytes, name: str, version: str) -> tuple[dict[str, str], bytes]:
    """Headers and body of an upload, as twine sends it."""
    fields = {":action": "file_upload", "protocol_version": "1", "name": name, "version": version}
    fields["filetype"] = "bdist_wheel" if filename.endswith(".whl") else "sdist"
    content = {"content": (filename, data, "application/octet-stream")}
    sent = requests.Request("POST", "https://packages.example.com", data=fields, files=content).prepare()
    assert isinstance(sent.body, bytes)
    return {"content-type": sent.headers["Content-Type"]}, sent.body
