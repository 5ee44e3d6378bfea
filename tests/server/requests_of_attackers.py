"""Raw HTTP requests to every route, with what attackers and broken clients put into each of their parts."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import quote_from_bytes

from hypothesis import strategies as st

from s3pypi_setuptools.server.routing import Route

MARK = "<evil x='\"&>"
"""What no page may show as it is."""
FILE = "demo-1.0-py3-none-any.whl"
SEGMENTS = (
    "", ".", "..", "demo", "De.mo", FILE, f"{FILE}.metadata", f"{FILE}.provenance", "manifest.json", "index.html",
    "outside.whl", "..%2foutside.whl", "%2e%2e", "%2e%2e%2foutside.whl", "..\\outside.whl", "..%5coutside.whl", "%00",
    f"%00{FILE}", "%0d%0aX-Evil: 1", "%0aX-Evil:%201", "a%0d%0a%0d%0a<evil>", "%ff%fe.whl", "%u0000", "%", "%zz",
    "~", "C:", "C:%5cx.whl", "con", "+simple", "-", "_", "/", "//", ";a=b", "%20", "%09", "#x", "demo%2f" + FILE,
    quote_from_bytes(MARK.encode()), quote_from_bytes(f"{MARK}.whl".encode()), "%F0%9F%90%8D", "%ed%a0%80",
    "a" * 5000, ".s3pypi", ".s3pypi-once", ".s3pypi/lock", "lock", "style.css", "..%2f..%2fapp.py", "1e999",
)  # fmt: skip
VALUES = (
    "", "*/*", "a" * 9000, ",", ";", "q=1", "text/html;q=x, */*;q=nan", "application/json",
    "application/vnd.pypi.simple.v1+json;q=1e9", "bytes=0-0", "bytes=0-0,2-3", "bytes=-0",
    "bytes=-99999999999999999999", "bytes=9-1", "bytes=0-99999999999999999999", "bytes=\xb2-3",
    "bytes=99999999999999-", "bytes", '"', 'W/"x"', "*", "Basic", "Basic =", "Basic \xff", "Basic OjpAOg==",
    "Bearer ", "Bearer \xe4", "Digest x", "gzip;q=0", "gzip, br;q=-1", "\x80\xff", MARK, "x\ty",
    "Mon, 01 Jan 0000 00:00:00 GMT", "0", "-1", "multipart/form-data", "multipart/form-data; boundary=",
    "multipart/form-data; boundary=x", "evil.example:99999", "[::1", "..",
)  # fmt: skip
NAMES = (
    "Accept", "Accept-Encoding", "Authorization", "Range", "If-Range", "If-None-Match", "If-Match",
    "If-Modified-Since", "Content-Type", "X-Request-Id", "X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host",
    "Forwarded", "Cookie", "Upgrade", "Expect", "Referer", "Origin", "TE", "Content-Encoding",
    "X-HTTP-Method-Override", "Host",
)  # fmt: skip
METHODS = (
    "GET", "GET", "GET", "HEAD", "POST", "POST", "OPTIONS", "PUT", "DELETE", "PATCH", "TRACE", "PROPFIND", "get", "B@D",
)  # fmt: skip
FIELDS = (
    ":action", "protocol_version", "name", "version", "filetype", "sha256_digest", "md5_digest", "attestations", MARK,
    "", "content", "metadata_version", "gpg_signature",
)  # fmt: skip
TEXTS = (
    "file_upload", "1", "demo", "1.0", "sdist", "bdist_wheel", "", "\x00", MARK, "../x", "x\r\nX-Evil: 1", "\xff", "[]",
    "[{}]", "{", "[" * 3000, "a" * 70_000, "1" * 5000, "doc_upload", "submit",
)  # fmt: skip
FILENAMES = (
    FILE, "demo-1.0.tar.gz", "../outside.whl", "..\\outside.whl", "", "\x00.whl", MARK, "a" * 300 + ".whl",
    "/etc/passwd",
)  # fmt: skip
QUERIES = (
    "format=application/json", "format=application/vnd.pypi.simple.v1%2Bjson", "q=" + quote_from_bytes(MARK.encode()),
    "page=-1", "page=99999999999999999999", "page=%D9%A1", "page=1e3", "version=" + quote_from_bytes(MARK.encode()),
    "q=%ff", "q=a&q=b", "&".join("x" * 30), "%0d%0aX-Evil:1", "format=text/html&format=x", "q=" + "a" * 3000, "?", "=",
    "\xff",
)  # fmt: skip

segments = st.one_of(st.sampled_from(SEGMENTS), st.binary(max_size=8).map(quote_from_bytes))


@st.composite
def paths(draw: st.DrawFn, routes: tuple[Route, ...]) -> str:
    """The path of a route, with something for each of its parameters, and sometimes with more."""
    path = draw(st.sampled_from(routes)).path
    path = re.sub(r"\{\w+:path\}", lambda _: "/".join(draw(st.lists(segments, min_size=1, max_size=4))), path)
    path = re.sub(r"\{\w+\}", lambda _: draw(segments), path)
    more = draw(st.sampled_from(("", "", "", "/", "//", "/..", "/%2e%2e/", "\xe4")))
    query = draw(st.one_of(st.just(""), st.sampled_from(QUERIES), st.binary(max_size=8).map(quote_from_bytes)))
    return path + more + (f"?{query}" if query else "")


@st.composite
def forms(draw: st.DrawFn) -> bytes:
    """The body of an upload, mostly damaged."""
    body = b""
    for field in draw(st.lists(st.sampled_from(FIELDS), max_size=8)):
        filename = f'; filename="{draw(st.sampled_from(FILENAMES))}"' if field == "content" else ""
        value = draw(st.sampled_from(TEXTS))
        body += f'--x\r\nContent-Disposition: form-data; name="{field}"{filename}\r\n\r\n{value}\r\n'.encode("latin-1")
    return body + draw(st.sampled_from((b"--x--\r\n", b"--x--", b"", b"--x\r\n", b"\r\n\r\n", b"\x00" * 100)))


@st.composite
def requests_to(draw: st.DrawFn, routes: Iterable[Route]) -> bytes:
    """One whole request, after whose answer the connection is closed."""
    target = draw(paths(tuple(routes)))
    head = [f"{draw(st.sampled_from(METHODS))} {target} HTTP/1.1", "Connection: close"]
    if draw(st.booleans()):
        head.append("Host: packages.example.com")
    if draw(st.booleans()):  # errors are pages for browsers
        head.append("Accept: text/html,application/xhtml+xml,*/*;q=0.8")
    names = draw(st.lists(st.sampled_from(NAMES), max_size=4))
    head += [f"{name}: {draw(st.sampled_from(VALUES))}" for name in names]
    body = b""
    if draw(st.booleans()):
        head.append("Content-Type: multipart/form-data; boundary=x")
        body = draw(forms())
        if draw(st.booleans()):
            head.append("Transfer-Encoding: chunked")
            body = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body) if body else b"0\r\n\r\n"
        else:
            head.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*head, "", ""]).encode("latin-1") + body
