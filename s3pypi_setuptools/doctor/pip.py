"""Whether pip itself finds what an index lists."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, distribution

from ..redaction import redact
from .check import Check, Result
from .http import netrc_file

__all__ = ["pip_check"]

_NAME = "pip"
_SECONDS = 60
_REFUSALS = ("Skipping page", "Could not fetch URL")
_OURS = ("PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS", "PIP_INDEX_URL", "PIP_NO_INDEX")


def pip_check(index_url: str, project: str, *, unread: str | None = None) -> Check:
    """Ask pip for the versions of ``project``; its own configuration, but for passwords in netrc, is left out.

    :param unread: name of the check of a page that installers cannot read; pip may say of that only that it finds none.
    """
    if (pip := _pip()) is None:
        return Check(_NAME, Result.SKIPPED, "is not here")
    options = [
        "--index-url",
        index_url,
        "--no-cache-dir",
        "--no-input",
        "--disable-pip-version-check",
        "--pre",
        "--retries",
        "1",
    ]
    environment = {name: value for name, value in os.environ.items() if name not in _OURS}
    environment["PIP_CONFIG_FILE"] = os.devnull
    if netrc_file() == os.devnull:
        environment["NETRC"] = os.devnull
    try:
        done = subprocess.run(  # noqa: S603
            [*pip, "index", "versions", project, *options],
            env=environment,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
            timeout=_SECONDS,
            stdin=subprocess.DEVNULL,
        )
    except subprocess.TimeoutExpired:
        return Check(_NAME, Result.WARNING, f"did not end within {_SECONDS} s")
    except OSError as error:
        return Check(_NAME, Result.SKIPPED, f"cannot be run: {error.strerror or error}")
    if done.returncode == 0:
        return Check(_NAME, Result.OK, f"finds {done.stdout.splitlines()[0] if done.stdout else project}")
    errors = [line for line in done.stderr.splitlines() if line.startswith("ERROR: ")]
    found = errors[-1].removeprefix("ERROR: ") if errors else f"ends with status {done.returncode}"
    refusals = [line for line in done.stderr.splitlines() if any(word in line for word in _REFUSALS)]
    if refusals:
        found = refusals[0].removeprefix("WARNING: ")
    elif "No matching distribution" in found:
        result, why = (Result.NO, f": see {unread}") if unread else (Result.WARNING, " for this Python")
        return Check(_NAME, result, f"finds nothing of {project}{why}")
    return Check(_NAME, Result.NO, redact(found), f"try: pip index versions {project} --index-url {redact(index_url)}")


def _pip() -> list[str] | None:
    """How pip is run; its module is not looked for, since that makes setuptools' import hook forget distutils."""
    try:
        distribution("pip")
    except PackageNotFoundError:
        found = shutil.which("pip")
        return [found] if found else None
    return [sys.executable, "-m", "pip"]
