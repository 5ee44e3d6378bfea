"""Check what installers can do with the index: pip is run, and the behaviour of others is known."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, distribution

from ..index import simple_json
from ..index.simple_html import REJECTED_BY_OLD_PIP
from ..redaction import redact
from .check import Check, fail, ok, skip, warn
from .http import netrc_file

_PIP = "pip"
_SECONDS = 60
"""How long pip may take."""
_REFUSALS = ("Skipping page", "Could not fetch URL")
_SETTINGS = ("PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS", "PIP_INDEX_URL", "PIP_NO_INDEX")
"""Variables that give pip other indexes (https://pip.pypa.io/en/stable/topics/configuration/)."""


def old_pip_check(page: bytes) -> Check:
    """Whether pip 22.3 to 23.1.2 (Debian 12 has 23.0.1) install the wheels of ``page``.

    They reject wheels by the attribute ``data-dist-info-metadata`` (https://github.com/pypa/pip/issues/12038).
    """
    name = "old pip"
    if REJECTED_BY_OLD_PIP.encode() not in page:
        return ok(name, "the page has nothing by which pip 22.3 to 23.1.2 reject wheels")
    found = f"the page has {REJECTED_BY_OLD_PIP}: pip 22.3 to 23.1.2 reject wheels"
    return fail(name, found, "s3pypi reindex renders such pages anew")


def release_age_check(content_type: str) -> Check:
    """Whether settings of installers for the age of releases work with a page of ``content_type``.

    Only JSON has upload times (https://peps.python.org/pep-0700/).
    """
    name = "release age"
    if content_type.lower().startswith(simple_json.CONTENT_TYPE):
        return ok(name, "pages are JSON, which tells installers the upload times")
    found = (
        "pages are HTML, which tells no upload times: poetry's min-release-age has no effect, and it says nothing; "
        "pip's --uploaded-prior-to and pdm's exclude-newer find nothing"
    )
    advice = (
        "let the server answer with JSON pages to clients that ask for them; where installers read the bucket itself, "
        "or through CloudFront, s3pypi migrate-index json"
    )
    return warn(name, found, advice)


def pip_check(index_url: str, project: str, *, unread: str | None = None) -> Check:
    """Ask pip for the versions of ``project``, with no configuration of its own but the passwords in netrc.

    :param unread: the name of a check which found that installers cannot read a page; of that, pip may say only that
        it finds no distribution.
    """
    if (pip := _pip()) is None:
        return skip(_PIP, "is not installed")
    options = ("--index-url", index_url, "--no-cache-dir", "--no-input", "--disable-pip-version-check", "--pre")
    environment = {name: value for name, value in os.environ.items() if name not in _SETTINGS}
    environment["PIP_CONFIG_FILE"] = os.devnull
    if netrc_file() == os.devnull:
        environment["NETRC"] = os.devnull
    try:
        done = subprocess.run(  # noqa: S603
            [*pip, "index", "versions", project, *options, "--retries", "1"],
            env=environment,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
            timeout=_SECONDS,
            stdin=subprocess.DEVNULL,
        )
    except subprocess.TimeoutExpired:
        return warn(_PIP, f"did not end within {_SECONDS} s")
    except OSError as error:
        return skip(_PIP, f"cannot be run: {error.strerror or error}")
    if done.returncode == 0:
        return ok(_PIP, f"finds {done.stdout.splitlines()[0] if done.stdout else project}")
    lines = done.stderr.splitlines()
    errors = [line for line in lines if line.startswith("ERROR: ")]
    found = errors[-1].removeprefix("ERROR: ") if errors else f"ends with status {done.returncode}"
    if refusals := [line for line in lines if any(word in line for word in _REFUSALS)]:
        found = refusals[0].removeprefix("WARNING: ")
    elif "No matching distribution" in found:
        nothing = f"finds nothing of {project}"
        return fail(_PIP, f"{nothing}: see {unread}") if unread else warn(_PIP, f"{nothing} for this Python")
    return fail(_PIP, redact(found), f"try: pip index versions {project} --index-url {redact(index_url)}")


def _pip() -> list[str] | None:
    """The command that runs pip.

    Its module is not looked for, as that makes setuptools' import hook lose its own distutils.
    """
    try:
        distribution("pip")
    except PackageNotFoundError:
        found = shutil.which("pip")
        return [found] if found else None
    return [sys.executable, "-m", "pip"]
