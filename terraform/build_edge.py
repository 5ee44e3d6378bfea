#!/usr/bin/env python3
"""Build the package of the Lambda@Edge function, ``modules/s3pypi/basic_auth/package.zip``: the same bytes every time.

It holds the function and the service's own check of passwords, which needs the standard library alone.
"""

from __future__ import annotations

import sys
import zipfile
from pathlib import Path

HERE = Path(__file__).parent
PACKAGE = HERE / "modules" / "s3pypi" / "basic_auth" / "package.zip"
SOURCES = {
    "edge.py": PACKAGE.with_name("edge.py"),
    "password_records.py": HERE.parent / "s3pypi_setuptools" / "server" / "password_records.py",
}
_EPOCH = (1980, 1, 1, 0, 0, 0)
"""The earliest time that a zip archive can state."""
_READABLE = 0o100644 << 16


def build(path: Path) -> None:
    """Write the package."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, source in sorted(SOURCES.items()):
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.external_attr = _READABLE
            entry.create_system = 3  # Unix, on every machine
            archive.writestr(entry, source.read_bytes())  # stored: other versions of zlib compress to other bytes


if __name__ == "__main__":
    build(PACKAGE)
    print(f"{PACKAGE}: {PACKAGE.stat().st_size} bytes", file=sys.stderr)
