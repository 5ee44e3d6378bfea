"""Distributions made on the spot, as small as they can be and still real."""

from __future__ import annotations

import gzip
import re
import zipfile
from pathlib import Path

from s3pypi_setuptools.distribution import Distribution
from tests.support.archives import tar_bytes, zip_bytes

WHEEL = b"Wheel-Version: 1.0\nGenerator: samples\nRoot-Is-Purelib: true\nTag: py3-none-any\n"


def wheel(
    folder: Path, name: str = "demo", version: str = "1.0", *, salt: str = "", padding: int = 0, fields: str = ""
) -> Path:
    """A wheel that pip installs; other ``salt``, other bytes; ``padding`` bytes that do not compress away.

    :param fields: what follows the usual fields of METADATA.
    """
    folder.mkdir(parents=True, exist_ok=True)
    stem = f"{name.replace('-', '_')}-{version}"
    path = folder / f"{stem}-py3-none-any.whl"
    members = {
        f"{name.replace('-', '_')}/__init__.py": f"VERSION = {version!r}  # {salt}\n".encode() + b"#" * padding,
        f"{stem}.dist-info/METADATA": metadata(name, version) + fields.encode(),
        f"{stem}.dist-info/WHEEL": WHEEL,
    }
    record = "".join(f"{member},,\n" for member in (*members, f"{stem}.dist-info/RECORD"))
    members[f"{stem}.dist-info/RECORD"] = record.encode()
    path.write_bytes(zip_bytes(members.items(), compression=zipfile.ZIP_STORED))
    return path


def sdist(folder: Path, name: str = "demo", version: str = "1.0", *, salt: str = "") -> Path:
    """An sdist with its PKG-INFO; other ``salt``, other bytes, and the same bytes for the same."""
    folder.mkdir(parents=True, exist_ok=True)
    stem = f"{name.replace('-', '_')}-{version}"
    path = folder / f"{stem}.tar.gz"
    members = [(f"{stem}/PKG-INFO", metadata(name, version)), (f"{stem}/notes.txt", salt.encode())]
    # gzip notes the time otherwise, and the same sdist made a second later would have other bytes.
    path.write_bytes(gzip.compress(tar_bytes(members), mtime=0))
    return path


def metadata(name: str, version: str) -> bytes:
    """Core metadata."""
    return f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\nRequires-Python: >=3.8\n".encode()


def read(path: Path) -> Distribution:
    """The distribution at ``path``."""
    return Distribution.read(path)


def older_layout(page: bytes) -> bytes:
    """The HTML page as versions before 1.0 laid it out: oldest version first, and nothing for people but a style."""
    page = re.sub(rb"<form.*?</form>\n|<p><code>.*?</code></p>\n|<script>.*?</script>\n|</?main>", b"", page)
    lines = page.splitlines(keepends=True)
    items = [line for line in lines if line.startswith(b"<li>")]
    first = lines.index(items[0])
    return b"".join([*lines[:first], *sorted(items), *lines[first + len(items) :]]).replace(b"user-select:all", b"")


def page_old_pip_rejects(page: bytes) -> bytes:
    """The HTML page as early versions rendered it, with the older name of ``data-core-metadata`` beside it."""
    return re.sub(rb'data-core-metadata=("[^"]+")', rb"data-core-metadata=\1 data-dist-info-metadata=\1", page)
