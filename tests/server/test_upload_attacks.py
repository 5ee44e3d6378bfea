"""Uploads of somebody who wants to harm the service, and may upload."""

from __future__ import annotations

import random
import socket
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from s3pypi_setuptools.server.password_records import password_record
from s3pypi_setuptools.server.upload_form import _AROUND_FILE
from s3pypi_setuptools.server.user_file import UserFile
from s3pypi_setuptools.server.users import Role, User
from tests.operations.attestations import attest
from tests.server.conftest import Client, Place, Serve
from tests.server.test_uploading import form, listed, upload
from tests.support import samples

KIND = {"Content-Type": "multipart/form-data; boundary=x"}
END = b"--x--\r\n"


def part(disposition: str, data: bytes = b"") -> bytes:
    return f"--x\r\nContent-Disposition: form-data; {disposition}\r\n\r\n".encode() + data + b"\r\n"


def parts(path: Path) -> bytes:
    return b"".join(part(f'name="{name}"', value.encode()) for name, value in form(path).items())


def content(path: Path) -> bytes:
    return part(f'name="content"; filename="{path.name}"', path.read_bytes())


def post(client: Client, *pieces: bytes, **headers: str) -> Any:
    return client.request("POST", "/", data=b"".join(pieces), headers={**KIND, **headers})


def test_many_parts_of_one_name_are_refused(serve: Serve, folder: Place) -> None:
    client = serve(folder)
    for disposition in ("name=a", "name=content", ""):
        answer = post(client, part(disposition) * 10_001, END)
        assert (answer.status_code, answer.text) == (400, "The form has more than 10000 fields\n")


def test_what_follows_the_end_of_the_form_is_bounded_too(serve: Serve, folder: Place) -> None:
    def endless() -> Iterator[bytes]:
        yield part("name=a") + END
        for _ in range(_AROUND_FILE // 2**20 + 2):
            yield b"x" * 2**20

    client = serve(folder, max_size=2**20)
    assert client.request("POST", "/", data=endless(), headers=KIND).status_code == 413


@pytest.mark.parametrize("name", ["name", "version", "sha256_digest", "attestations", ":action", "filetype"])
def test_a_field_that_is_read_has_a_bounded_length(serve: Serve, folder: Place, tmp_path: Path, name: str) -> None:
    answer = upload(serve(folder), samples.wheel(tmp_path), **{name: "1" * (1024 * 1024 + 1)})
    assert answer.status_code == 400
    assert answer.text.startswith(f"The field {name} is longer than ")


@pytest.mark.parametrize(
    "kind",
    [
        f"multipart/form-data; boundary={'x' * 100_000}",
        "multipart/form-data; boundary=\x80",
        "multipart/form-data; boundary",
        ";" * 1000,
    ],
)
def test_an_odd_content_type_is_refused(serve: Serve, folder: Place, kind: str) -> None:
    client = serve(folder)
    answer = client.request("POST", "/", data=b"--x", headers={"Content-Type": kind.encode("latin-1")})
    assert answer.status_code in (400, 431)


@pytest.mark.parametrize(
    "headers",
    [
        b"".join(b"X-%d: y\r\n" % number for number in range(1000)),
        b"X: " + b"y" * 1_000_000 + b"\r\n",
        b"X" * 1_000_000 + b": y\r\n",
        b"no header\r\n",
    ],
)
def test_headers_of_a_part_are_bounded(serve: Serve, folder: Place, headers: bytes) -> None:
    assert post(serve(folder), b"--x\r\n", headers, b"\r\n\r\n", END).status_code == 400


def test_files_in_fields_that_nobody_knows_are_dropped(serve: Serve, folder: Place, tmp_path: Path) -> None:
    wheel = samples.wheel(tmp_path)
    foreign = f"{wheel.name}.publish.attestation"
    attest(wheel)
    evil = [
        part(f'name="gpg_signature"; filename="{wheel.name}.asc"', b"signed"),
        part(f'name="other"; filename="{foreign}"', (tmp_path / foreign).read_bytes()),
        part(f'name="other"; filename="{wheel.name}"', b"other bytes"),
        part('name="other"; filename="../../../tmp/x"', b"x"),
        part(f'name="other"; filename="{"x" * 3000}"', b"x"),
        part('name="other"; filename=""', b"x" * 2**20),
    ]
    client = serve(folder)
    answer = post(client, parts(wheel), *evil, content(wheel), *evil, END)
    assert (answer.status_code, answer.text) == (200, f"published {wheel.name}\n")
    assert listed(client) == [wheel.name]
    assert client.get(f"/simple/demo/{wheel.name}.provenance").status_code == 404
    assert client.get(f"/simple/demo/{wheel.name}").content == wheel.read_bytes()


def test_a_form_with_two_files_or_a_name_beside_the_file_is_not_taken(
    serve: Serve, folder: Place, tmp_path: Path
) -> None:
    wheel = samples.wheel(tmp_path)
    client = serve(folder)
    assert post(client, parts(wheel), content(wheel), content(wheel), END).status_code == 400
    assert "no file in its field content" in post(client, parts(wheel), part("name=content", b"x"), END).text
    other = part('name="name"', b"other")
    assert post(client, parts(wheel), content(wheel), other, END).status_code == 200
    assert post(client, other, parts(wheel), content(wheel), END).status_code == 400


@pytest.mark.parametrize(
    "name",
    [
        "demo-1.0-py3-none-any.whl%0D%0ASet-Cookie: a=b",
        "demo\x1b[31m-1.0-py3-none-any.whl",
        "demo\u202e-1.0-py3-none-any.whl",
        "demo\u2028-1.0-py3-none-any.whl",
        "<script>-1.0-py3-none-any.whl",
        "nul:demo-1.0-py3-none-any.whl",
        "x" * 300 + "-1.0-py3-none-any.whl",
        "demo-1.0-py3-none-any.whl.",
        "manifest.json",
        "index.html",
    ],
)
def test_a_filename_reaches_neither_headers_nor_terminals(
    serve: Serve, folder: Place, tmp_path: Path, name: str
) -> None:
    wheel = samples.wheel(tmp_path)
    answer = post(serve(folder), parts(wheel), part(f'name="content"; filename="{name}"', wheel.read_bytes()), END)
    assert answer.status_code == 400
    assert answer.text.rstrip("\n").isprintable()
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Type"].startswith("text/plain")
    assert not any("demo" in value or "cookie" in name.lower() for name, value in answer.headers.items())


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "identity, gzip"])
def test_an_encoded_body_is_refused_with_the_reason(serve: Serve, folder: Place, encoding: str) -> None:
    answer = post(serve(folder), END, **{"Content-Encoding": encoding})
    assert answer.status_code == 415
    assert f"'{encoding}'" in answer.text


def test_a_body_without_a_length_is_taken_up_to_the_same_size(serve: Serve, folder: Place, tmp_path: Path) -> None:
    def sent(path: Path) -> Iterator[bytes]:
        body = parts(path) + content(path) + END
        for start in range(0, len(body), 7001):
            yield body[start : start + 7001]

    client = serve(folder, max_size=100_000)
    small, large = samples.wheel(tmp_path), samples.wheel(tmp_path, version="2.0", padding=100_000)
    assert client.request("POST", "/", data=sent(small), headers=KIND).status_code == 200
    assert client.request("POST", "/", data=sent(large), headers=KIND).status_code == 413
    assert listed(client) == [small.name]


def test_who_may_not_upload_is_told_so_before_the_file_is_sent(serve: Serve, folder: Place, tmp_path: Path) -> None:
    users = UserFile(tmp_path / "users.toml")
    users.save(User("alice", Role.UPLOAD, ("acme-*",), password=password_record("secret")))
    client = serve(folder, users=users, anonymous_read=False, anonymous_upload=False)
    where = urlsplit(client.url)
    wheel = samples.wheel(tmp_path)
    head = (
        "POST / HTTP/1.1\r\nHost: x\r\nAuthorization: Basic YWxpY2U6c2VjcmV0\r\nContent-Length: 900000000\r\n"
        "Content-Type: multipart/form-data; boundary=x\r\n\r\n"
    )
    file = part(f'name="content"; filename="{wheel.name}"').removesuffix(b"\r\n")
    with socket.create_connection((where.hostname, where.port or 0), timeout=60) as connection:
        connection.sendall(head.encode() + parts(wheel) + file)
        assert connection.recv(12) == b"HTTP/1.1 403"


def bomb(path: Path, member: str, size: int) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name, text in (("WHEEL", "Wheel-Version: 1.0\n"), ("RECORD", ""), ("METADATA", "")):
            data = text.encode() if name != member else b"\0" * size
            made.writestr(f"demo-1.0.dist-info/{name}", data)
    return path


def test_what_unpacks_to_much_is_refused(serve: Serve, folder: Place, tmp_path: Path) -> None:
    client = serve(folder)
    for member in ("METADATA", "WHEEL"):
        answer = upload(client, bomb(tmp_path / "demo-1.0-py3-none-any.whl", member, 50 * 2**20))
        assert answer.status_code == 400
        assert "larger than 10 MiB" in answer.text
        assert str(tmp_path) not in answer.text


@pytest.mark.parametrize("text", ["[" * 100_000, '[{"version": 1e400}]', "[" + "9" * 10_000 + "]", '["\\ud800"]'])
def test_odd_attestations_are_refused(serve: Serve, folder: Place, tmp_path: Path, text: str) -> None:
    client = serve(folder)
    answer = upload(client, samples.wheel(tmp_path), attestations=text)
    assert answer.status_code == 400
    assert answer.text.count("\n") == 1
    assert listed(client) == []


def test_bytes_that_are_no_text_are_refused(serve: Serve, folder: Place, tmp_path: Path) -> None:
    action = part('name=":action"', b"file_upload\xff\xfe")
    answer = post(serve(folder), action, content(samples.wheel(tmp_path)), END)
    assert answer.status_code == 400
    assert answer.text.startswith("The form's :action is 'file_upload")
    assert answer.text.rstrip("\n").isprintable()


def test_no_damage_to_a_form_is_an_internal_error(serve: Serve, folder: Place, tmp_path: Path) -> None:
    wheel = samples.wheel(tmp_path)
    sound = parts(wheel) + part("name=attestations", b"[]") + content(wheel) + END
    client = serve(folder)
    chance = random.Random(11)
    marks = [b"\r\n", b"--x", b"--x--\r\n", b"\0", b"\xff", b'"', b";", b"filename=", b"\n", b""]
    for _ in range(300):
        damaged = bytearray(sound)
        for _ in range(chance.randint(1, 4)):
            start = chance.randrange(len(damaged))
            end = start + chance.choice([0, 1, 2, 40, 400])
            damaged[start:end] = chance.choice([*marks, bytes(damaged[end : end + 200])])
        assert post(client, bytes(damaged)).status_code in (200, 400, 409, 410)
