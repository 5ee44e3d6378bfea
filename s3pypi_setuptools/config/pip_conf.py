"""Targets from pip's configuration: the files that pip reads, in pip's order, and the targets that they name.

pip reads these, each overriding those before it (https://pip.pypa.io/en/stable/topics/configuration/):

1. the machine's files
2. the user's files, the older folder before the newer; neither if ``PIP_CONFIG_FILE`` names an existing file
3. the file of the Python environment
4. the file that ``PIP_CONFIG_FILE`` names
5. the ``PIP_…`` variables
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from ..errors import ConfigurationError
from ..text import plain
from .environment import Environment
from .files import read_sections, read_text
from .layers import Entry, Layer
from .target import S3Target, s3_target

_DEFAULT_INDEX = "from pip._internal.models.index import PyPI; print(PyPI.simple_url)"
_OWN = "s3pypi"
_OLD = "ilabs.s3util"
_INDEXES = ("extra-index-url", "index-url")
_SECTIONS = ("install", "global")
_WEBSITE = re.compile(
    r"(?P<bucket>.+)\.s3-website[.-](?P<region>[a-z]{2,}(?:-[a-z]+)+-\d+)\.amazonaws\.com(?:\.cn)?\.?", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Website:
    """The bucket, prefix and region behind the URL of an S3 website."""

    target: S3Target
    region: str


def parse_website(url: str) -> Website | None:
    """Parse the URL of an S3 website; None for any other URL.

    AWS uses two forms, ``http://bucket.s3-website-region.amazonaws.com/prefix`` and
    ``http://bucket.s3-website.region.amazonaws.com/prefix``:
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/WebsiteEndpoints.html

    Raises `ConfigurationError` for the URL of an S3 website whose prefix no repository can have.
    """
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return None
    match = _WEBSITE.fullmatch(host)
    if match is None or parts.scheme not in {"http", "https"}:
        return None
    return Website(s3_target(match["bucket"], unquote(parts.path)), match["region"].lower())


def files(environment: Environment) -> list[Path]:
    """The files that pip reads, whether they exist or not; the file that overrides all others comes last."""
    environ, home = environment.environ, environment.home
    explicit = environ.get("PIP_CONFIG_FILE")
    if explicit is not None and explicit.lower() == ("nul" if environment.windows else "/dev/null"):
        return []
    name = "pip.ini" if environment.windows else "pip.conf"
    if environment.windows:
        common = [Path(environ.get("PROGRAMDATA") or "C:\\ProgramData") / "pip"]
        roaming = Path(environ["APPDATA"]) if environ.get("APPDATA") else home / "AppData" / "Roaming"
        user = [home / "pip", roaming / "pip"]
    elif environment.platform == "darwin":
        common = [environment.root / "Library" / "Application Support" / "pip"]
        newer = home / "Library" / "Application Support" / "pip"
        user = [home / ".pip", newer if newer.is_dir() else home / ".config" / "pip"]
    else:
        shared = environ.get("XDG_CONFIG_DIRS", "").strip() or str(environment.root / "etc" / "xdg")
        common = [*(Path(folder) / "pip" for folder in shared.split(":") if folder.strip()), environment.root / "etc"]
        own = environ.get("XDG_CONFIG_HOME", "").strip()
        user = [home / ".pip", (Path(own) if own else home / ".config") / "pip"]
    if explicit and os.path.exists(explicit):  # noqa: PTH110 - false for what cannot be a path, too
        user = []
    found = [folder / name for folder in (*common, *user, environment.prefix)]
    return [*found, environment.cwd / explicit] if explicit else found


def layers(environment: Environment) -> Iterator[Layer]:
    """The layers of pip's configuration, strongest first: ``[s3pypi]``, ``[ilabs.s3util]``, the URL of an S3 website.

    Raises `ConfigurationError` for a file that cannot be read, a bad setting, and a website URL with a bad prefix.
    """
    merged = _merge(environment)
    yield Layer.of(
        Entry(name, raw, f"{path} [{_OWN}]", plain(name))
        for (section, name), (path, raw) in merged.items()
        if section == _OWN
    )
    if (_OLD, "target") in merged:
        path, raw = merged[_OLD, "target"]
        yield Layer.of(
            [Entry("target", raw, f"{path} [{_OLD}]", "target")], readers=f"it comes from [{_OLD}] in {path}"
        )
    for name in _INDEXES:
        origin, value = _option(name, environment, merged)
        for url in value.split():
            try:
                website = parse_website(url)
            except ConfigurationError as error:
                raise ConfigurationError(f"{origin}: {error}") from None
            if website is not None:
                yield Layer.of(
                    [Entry("target", str(website.target), origin), Entry("region", website.region, origin)],
                    readers=f"{origin} is an S3 website",
                )
                return


def configured_index(environment: Environment) -> tuple[str, str]:
    """Where the URL of the index that pip uses is written, and that URL: its own default if nothing names another.

    Raises `ConfigurationError` for a file that cannot be read, and if pip, which knows the default, is not installed.
    """
    origin, value = _option("index-url", environment, _merge(environment))
    if value:
        return origin, value
    import subprocess  # noqa: PLC0415 - for `s3pypi serve` alone

    # In a process of its own: where setuptools is installed, importing pip replaces modules of the process.
    command = [sys.executable, "-c", _DEFAULT_INDEX]
    found = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - it is ours
    if found.returncode:
        raise ConfigurationError("pip has no index-url in its configuration; give the URL of the index")
    return "pip", found.stdout.strip()


def configured_extra_indexes(environment: Environment) -> tuple[str, ...]:
    """The URLs of the extra indexes that pip is configured with.

    Raises `ConfigurationError` for a file that cannot be read.
    """
    return tuple(_option("extra-index-url", environment, _merge(environment))[1].split())


def _merge(environment: Environment) -> dict[tuple[str, str], tuple[Path, str]]:
    """Merge pip's files as pip does: (section, name) to (file, value), names in lower case with dashes."""
    merged: dict[tuple[str, str], tuple[Path, str]] = {}
    for path in files(environment):
        text = read_text(path)
        if text is None:
            continue
        for section, items in read_sections(text, str(path)).items():
            for name, value in items.items():
                merged[section, name.replace("_", "-").removeprefix("--")] = (path, value)
    return merged


def _option(name: str, environment: Environment, merged: dict[tuple[str, str], tuple[Path, str]]) -> tuple[str, str]:
    """Origin and value of an option that ``pip install`` would use; the value is empty if nothing gives it one."""
    variable = f"PIP_{name.replace('-', '_').upper()}"
    if environment.environ.get(variable):
        return f"environment {variable}", environment.environ[variable]
    for section in _SECTIONS:
        path, value = merged.get((section, name), (Path(), ""))
        if value:
            return f"{path} [{section}] {name}", value
    return "", ""
