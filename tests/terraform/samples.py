"""Requests to the programs at CloudFront's edge."""

from __future__ import annotations

from base64 import b64encode

HOST = "packages.example.com"
PIP = "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html; q=0.1, text/html; q=0.01"
JSON = "application/vnd.pypi.simple.v1+json"

PAGES = [
    ("/demo/", PIP, "/demo/index.json"),
    ("/", PIP, "/index.json"),
    ("/demo/", JSON.upper(), "/demo/index.json"),
    ("/demo/", "application/vnd.pypi.simple.latest+json", "/demo/index.json"),
    ("/demo/", f"text/html, {JSON}", "/demo/index.json"),
    ("/demo/", f"text/html;q=0.9, {JSON};q=0.2", "/demo/index.html"),
    ("/demo/", f"{JSON};q=0", "/demo/index.html"),
    ("/demo/", f"{JSON};q=many", "/demo/index.html"),
    ("/demo/", f"{JSON};q=9", "/demo/index.html"),
    ("/demo/", "*/*", "/demo/index.html"),
    ("/demo/", "text/html", "/demo/index.html"),
    ("/demo/", "", "/demo/index.html"),
    ("/demo/", None, "/demo/index.html"),
    ("/demo/", ",;q=," * 2000, "/demo/index.html"),
    ("/demo/demo-1.0.tar.gz", PIP, "/demo/demo-1.0.tar.gz"),
    ("/demo/0123456789abcdef/demo-1.0-py3-none-any.whl.metadata", PIP, None),
    ("/index.html", PIP, "/index.html"),
    ("//evil.example.com", PIP, "//evil.example.com"),
    ("/demo", PIP, 301),
    ("/demo_x-1", None, 301),
]
"""Path, Accept header, and the path of the page; None for the same path."""

ELSEWHERE = [
    ("acme-???", "/acme-%78/acme_x-1.0.tar.gz"),
    ("*4", "/secre%74/secret-1.0.tar.gz"),
    ("acme*", "/acme%2Fx/acme_x-1.0.tar.gz"),
    ("acme*", "/acme-x/../secret/secret-1.0.tar.gz"),
    ("acme*", "/acme-x/%2E./secret/secret-1.0.tar.gz"),
    ("acme*", "/acme-x/..%2fsecret/secret-1.0.tar.gz"),
    ("?", "/./secret/"),
    ("*?", "//secret/"),
    ("*json", "/manifest.json"),
    ("*json", "/repository.json"),
]
"""A pattern of projects, and a path that does not lead to one of these as it is spelt."""


def basic(name: str, password: str, scheme: str = "Basic", encoding: str = "utf-8") -> str:
    """An Authorization header."""
    return f"{scheme} {b64encode(f'{name}:{password}'.encode(encoding)).decode()}"
