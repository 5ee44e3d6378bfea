#!/usr/bin/env python3
"""Build the package of the functions on AWS Lambda: the same bytes every time, from the same distributions.

usage: build_functions.py [--python 3.13] FILE REQUIREMENT [OPTION OF PIP ...]

    build_functions.py functions.zip 's3pypi-setuptools[lambda]==2.0' -c constraints.txt

pip chooses wheels for Linux on x86. A newer version of a requirement changes the package: constraints prevent that.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

_EPOCH = (1980, 1, 1, 0, 0, 0)
"""The earliest time that a zip archive can state."""
_READABLE = 0o100644 << 16
_OF_THE_INSTALLATION = ("RECORD", "INSTALLER", "REQUESTED", "direct_url.json")
"""Files in which pip notes how and where it installed a distribution."""
_CLIENTS = ("dynamodb", "s3", "ssm", "sts")
"""Services of AWS that the functions call; botocore's descriptions of all others are half of the package."""


def install(folder: Path, python: str, arguments: list[str]) -> None:
    """Have pip install into ``folder`` for Lambda's machines."""
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-compile"]
    machine = ["--platform", "manylinux2014_x86_64", "--python-version", python, "--only-binary", ":all:"]
    subprocess.run([*pip, "--target", str(folder), *machine, *arguments], check=True)  # noqa: S603 - the caller's own words


def needed(folder: Path) -> Iterator[Path]:
    """The files below ``folder`` that functions need, without what differs between two installations."""
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        noted = len(parts) > 1 and parts[-2].endswith(".dist-info") and parts[-1] in _OF_THE_INSTALLATION
        described = parts[:2] == ("botocore", "data") and len(parts) > 3 and parts[2] not in _CLIENTS  # noqa: PLR2004
        if path.is_file() and parts[0] != "bin" and "__pycache__" not in parts and not (noted or described):
            yield path


def pack(folder: Path, package: Path) -> None:
    """Write the zip archive ``package`` of what functions need in ``folder``."""
    with zipfile.ZipFile(package, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in needed(folder):
            entry = zipfile.ZipInfo(path.relative_to(folder).as_posix(), _EPOCH)
            entry.external_attr = _READABLE
            entry.create_system = 3  # Unix, on every machine
            archive.writestr(entry, path.read_bytes(), zipfile.ZIP_DEFLATED)


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description="Build the package of the functions on AWS Lambda.")
    parser.add_argument("--python", default="3.13", help="version of Python of the functions (default: 3.13)")
    parser.add_argument("package", metavar="FILE", type=Path, help="the zip file to write")
    parser.add_argument(
        "requirement", metavar="REQUIREMENT", help="such as s3pypi-setuptools[lambda]==2.0; options of pip may follow"
    )
    arguments, of_pip = parser.parse_known_args()
    with tempfile.TemporaryDirectory() as folder:
        try:
            install(Path(folder), arguments.python, [arguments.requirement, *of_pip])
        except subprocess.CalledProcessError as error:
            sys.exit(error.returncode)  # pip has said what is wrong
        pack(Path(folder), arguments.package)
    print(f"{arguments.package}: {arguments.package.stat().st_size} bytes", file=sys.stderr)


if __name__ == "__main__":
    main()
