"""Wheels and sdists with anything in them, and attestations beside them."""

from __future__ import annotations

import base64
import bz2
import gzip
import io
import json
import lzma
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

from hypothesis import given
from hypothesis import strategies as st
from packaging.version import Version

from s3pypi_setuptools.distribution import Distribution
from s3pypi_setuptools.distribution.filename_checks import check
from s3pypi_setuptools.errors import InvalidDistribution
from s3pypi_setuptools.index.model import clean_text
from s3pypi_setuptools.naming import is_project_name, normalize_name
from tests.distribution.archives import WHEEL
from tests.fuzz.budget import share
from tests.fuzz.mutations import changed, changes, edited, edits, json_values, odd_texts
from tests.index import strategies as index
from tests.support import samples
from tests.support.in_process import run
from tests.support.refusals import result_of

names = st.one_of(st.sampled_from(["demo", "Demo", "de.mo", "demo_x", "nul"]), index.names)
versions = st.one_of(st.sampled_from(["1.0", "1.0.0", "v1", "1.0-1", "1!1.0", "1.0+Local_1", "1.0rc1"]), index.versions)
values = st.one_of(
    odd_texts, names, versions, st.sampled_from([">=3.8", ">=3,<4,!=3.9.*", "three", "2.4", "1.0", "3.0"])
)
fields = st.sampled_from(
    ["Metadata-Version", "Name", "Version", "Requires-Python", "name", "VERSION", "X", "", "Na me"]
)
breaks = st.sampled_from(["\n", "\n", "\n", "\r\n", "\r", "\n ", "\n\n", "\0"])
lines = st.lists(
    st.builds("{}{}{}{}".format, fields, st.sampled_from([": ", ":", "", " "]), values, breaks), max_size=4
)


@st.composite
def metadatas(draw: st.DrawFn, name: str, version: str) -> bytes:
    before, after = draw(lines), draw(lines)
    said = draw(
        st.sampled_from(["Name: {n}\nVersion: {v}\n", "Name: {n}\r\nVersion: {v}\r\n", "Version: {v}\n", "Name: {n}\n"])
    )
    head = draw(st.sampled_from(["Metadata-Version: 2.1\n", "\ufeffMetadata-Version: 2.4\n", ""]))
    text = (
        head
        + "".join(before)
        + said.format(n=name, v=version)
        + "".join(after)
        + draw(st.sampled_from(["", "\n", "\n\nA text."]))
    )
    return edited(text.encode("utf-8", "surrogatepass"), draw(edits) if draw(st.booleans()) else [])


@st.composite
def wheels(draw: st.DrawFn) -> tuple[str, bytes]:
    name, version = draw(names), draw(versions)
    stem = f"{name.replace('-', '_')}-{version}"
    info = f"{draw(st.sampled_from([stem, stem, stem, stem.lower(), 'x-1']))}.dist-info"
    members = [
        ("x/__init__.py", b""),
        (f"{info}/METADATA", draw(metadatas(name, version))),
        (f"{info}/WHEEL", draw(st.sampled_from([WHEEL, WHEEL, WHEEL, b"", b"Wheel-Version: 2.0", b"\xff"]))),
        (f"{info}/RECORD", b""),
    ]
    for _ in range(draw(st.integers(0, 2))):
        where = draw(st.integers(0, len(members) - 1))
        odd = draw(odd_texts).replace("\ud800", "")
        match draw(st.sampled_from(["rename", "drop", "double", "add"])):
            case "rename":
                members[where] = (odd or "x", members[where][1])
            case "drop" if len(members) > 1:
                del members[where]
            case "double":
                members.append(members[where])
            case _:
                members.append((f"{info}/{odd}", odd.encode()))
    compression = draw(
        st.sampled_from([zipfile.ZIP_DEFLATED] * 4 + [zipfile.ZIP_STORED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
    )
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for member, data in members:
            entry = zipfile.ZipInfo(member.split("\0", 1)[0] or "x")
            entry.compress_type = compression
            if entry.filename not in archive.NameToInfo:
                archive.writestr(entry, data)
    ending = draw(st.sampled_from(["-py3-none-any.whl"] * 4 + ["-1-py3-none-any.whl", ".zip", "-x.whl"]))
    return f"{stem}{ending}", edited(buffer.getvalue(), draw(edits), (b"PK\1\2", b"PK\5\6", b"PK\3\4"))


def checked(header: bytes) -> bytes:
    """A tar header with the checksum that its fields have."""
    total = 256 + sum(header[:148]) + sum(header[156:])
    return header[:148] + b"%06o\0 " % (total & 0o777777) + header[156:]


PAX_KEYS = "path size linkpath hdrcharset mtime uid GNU.sparse.map GNU.sparse.size GNU.sparse.realsize GNU.sparse.major"
PAX_VALUES = "0 1 -1 x 99999999999999999999 0,1,2 1e9 BINARY demo-1.0/PKG-INFO ../x"
pax_headers = st.dictionaries(st.sampled_from(PAX_KEYS.split()), st.sampled_from(PAX_VALUES.split()), max_size=3)


@st.composite
def tars(draw: st.DrawFn, name: str, version: str, folder: str) -> bytes:
    parts = []
    for _ in range(draw(st.integers(1, 3))):
        data = draw(metadatas(name, version))
        info = tarfile.TarInfo(f"{folder}/{draw(st.sampled_from(['PKG-INFO', 'PKG-INFO', 'setup.py', '../x', '']))}")
        info.size = len(data)
        if draw(st.integers(0, 3)) == 0:
            info.type = draw(
                st.sampled_from(
                    [b"0", b"\0", b"1", b"2", b"3", b"5", b"6", b"7", b"L", b"K", b"S", b"V", b"x", b"g", b"X"]
                )
            )
            info.linkname = draw(st.sampled_from(["", "x", "demo-1.0/PKG-INFO"]))
        if draw(st.integers(0, 3)) == 0:
            info.pax_headers = draw(pax_headers)
        try:
            header = info.tobuf(draw(st.sampled_from([tarfile.PAX_FORMAT, tarfile.GNU_FORMAT])))
        except (ValueError, UnicodeError):
            continue
        header = edited(header, draw(edits)) if draw(st.integers(0, 2)) == 0 else header
        if len(header) % 512 == 0 and draw(st.integers(0, 3)):
            header = b"".join(checked(header[at : at + 512]) for at in range(0, len(header), 512))
        parts.append(header + data + b"\0" * (-len(data) % 512))
    return b"".join(parts) + draw(st.sampled_from([b"\0" * 1024, b"", b"\0" * 512, b"x" * 700]))


PACKERS: dict[str, Callable[[bytes], bytes]] = {
    ".tar.gz": lambda data: gzip.compress(data, 1, mtime=0),
    ".tgz": lambda data: gzip.compress(data, 1, mtime=0),
    ".tar.bz2": bz2.compress,
    ".tar.xz": lambda data: lzma.compress(data, preset=0),
}


@st.composite
def sdists(draw: st.DrawFn) -> tuple[str, bytes]:
    name, version = draw(names), draw(versions)
    suffix = draw(st.sampled_from([".tar.gz", ".tar.gz", *PACKERS]))
    packed = PACKERS[suffix](draw(tars(name, version, f"{name}-{version}")))
    return f"{name}-{version}{suffix}", edited(packed, draw(edits) if draw(st.integers(0, 3)) == 0 else [])


def written(folder: Path, filename: str, data: bytes) -> Path | None:
    """The file, where the system can have one of that name."""
    path = folder / filename
    try:
        path.write_bytes(data)
    except OSError:
        return None
    return path


def examine(folder: Path, filename: str, data: bytes) -> None:
    path = written(folder, filename, data)
    if path is None:
        return
    try:
        found = result_of(lambda: Distribution.read(path), InvalidDistribution)
    finally:
        path.unlink()
    if found is None:
        return
    assert is_project_name(found.project)
    assert normalize_name(found.project) == found.project
    assert str(Version(found.version)) == found.version
    assert found.filetype == check(found.filename)
    assert found.requires_python is None or clean_text(found.requires_python) == found.requires_python != ""
    assert (found.metadata is not None) == (found.filetype == "bdist_wheel")
    assert found.file.size == len(data)


@share(16)
@given(wheels())
def test_wheels(tmp_path: Path, wheel: tuple[str, bytes]) -> None:
    examine(tmp_path, *wheel)


@share(14)
@given(sdists())
def test_sdists(tmp_path: Path, sdist: tuple[str, bytes]) -> None:
    examine(tmp_path, *sdist)


@share(2)
@given(st.one_of(wheels(), sdists()), st.booleans())
def test_no_good_file_is_published_with_a_bad_one(tmp_path: Path, made: tuple[str, bytes], first: bool) -> None:
    good = samples.wheel(tmp_path / "good", "good")
    path = written(tmp_path, *made)
    if path is None or result_of(lambda: Distribution.read(path)) is not None:
        return
    files = [str(path), str(good)] if first else [str(good), str(path)]
    said = run("s3pypi", "upload", *files, "-t", "./there", cwd=tmp_path)
    path.unlink()
    assert (said.status, said.out, len(said.err.splitlines())) == (1, "", 1)
    assert not (tmp_path / "there").exists()


def attestation(path: Path, sha256: str) -> dict[str, Any]:
    statement = {"subject": [{"name": path.name, "digest": {"sha256": sha256}}]}
    text = base64.b64encode(json.dumps(statement).encode()).decode()
    # The alternative names' identifier, marked as critical, then octets, a sequence, and one URI within.
    certificate = bytes.fromhex("0603551d11 0101ff 0409 3007 8605") + b"a:b/c"
    material = {"certificate": base64.b64encode(certificate).decode(), "transparency_entries": [{"logIndex": "1"}]}
    return {
        "version": 1, "verification_material": material, "envelope": {"statement": text, "signature": "MAA="},
    }  # fmt: skip


def no_json(name: str) -> NoReturn:
    raise AssertionError(f"{name} is not JSON")


@share(6)
@given(changes, edits, st.none() | json_values, st.binary(max_size=20) | st.none())
def test_attestations(
    tmp_path: Path, steps: list[Any], bytewise: list[Any], statement: Any, certificate: bytes | None
) -> None:
    path = tmp_path / "demo-1.0-py3-none-any.whl"
    if not path.exists():
        samples.wheel(tmp_path)
    beside = path.with_name(f"{path.name}.publish.attestation")
    beside.unlink(missing_ok=True)
    document = attestation(path, Distribution.read(path).file.sha256)
    if certificate is not None:
        start = bytes.fromhex("0603551d11")
        document["verification_material"]["certificate"] = base64.b64encode(start + certificate).decode()
    if statement is not None:
        document["envelope"]["statement"] = base64.b64encode(json.dumps(statement).encode()).decode()
    text = json.dumps(changed(document, steps))
    beside.write_bytes(edited(text.encode(), bytewise if len(bytewise) > 2 else []))
    found = result_of(lambda: Distribution.read(path), InvalidDistribution)
    if found is not None:
        assert found.provenance is not None
        assert json.loads(found.provenance.decode(), parse_constant=no_json) is not None


def test_the_examples_are_good_as_they_are(tmp_path: Path) -> None:
    """What is changed would be published, so that changes are what is refused."""
    path = samples.wheel(tmp_path)
    sha256 = Distribution.read(path).file.sha256
    path.with_name(f"{path.name}.publish.attestation").write_text(json.dumps(attestation(path, sha256)))
    assert Distribution.read(path).provenance is not None
