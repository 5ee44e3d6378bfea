"""The fields that JSON and HTML pages share: times, hashes, API versions, status markers."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime, timedelta, timezone

from ..errors import InvalidIndex
from .model import Hashes, ProjectStatus, Status, clean_text

API_VERSION = "1.4"
"""The version of the Simple repository API that pages follow."""
COMMIT_META = "s3pypi:commit"
"""Name of the HTML meta that holds the commit id of the manifest that a page was rendered from."""
MOST_FILES = 1_000_000
"""Files that a page or manifest may list: ten times as many as a very large project has, and 1 GB of memory."""

_FILENAME = re.compile("[^\x00-\x1f\x7f-\x9f/\\\\\u2028\u2029\ud800-\udfff]{1,255}")
_ALGORITHM = re.compile(r"[a-z0-9_-]+")
_DIGEST = re.compile(r"[0-9a-f]+")
_PROVENANCE = re.compile(r"https?://[!-~]+")
_COMMIT = re.compile(r"[!-~]+")
_API_VERSION = re.compile(r"(\d{1,9})\.\d{1,9}", re.ASCII)
_USUAL_LENGTH = len("yyyy-mm-ddThh:mm:ss.ffffffZ")
_UPLOAD_TIME = re.compile(
    r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(?:Z|([+-])(\d\d):?(\d\d))?", re.ASCII | re.IGNORECASE
)


def is_filename(text: str) -> bool:
    """Whether ``text`` can be the name of a listed file: one printable path segment of at most 255 characters."""
    return _FILENAME.fullmatch(text) is not None and text not in (".", "..")


def hashes_of(pairs: Iterable[tuple[str, str]]) -> Hashes | None:
    """Bring pairs of algorithm and hexadecimal digest into the form of `Hashes`; None if one is malformed."""
    found = {}
    for name, digest in pairs:
        algorithm, value = name.lower(), digest.lower()
        if not _DIGEST.fullmatch(value) or not (algorithm == "sha256" or _ALGORITHM.fullmatch(algorithm)):
            return None
        found[algorithm] = value
    return tuple(sorted(found.items()))


def render_upload_time(time: datetime) -> str:
    """Write a time as ``yyyy-mm-ddThh:mm:ss.ffffffZ`` (https://peps.python.org/pep-0700/#specification)."""
    utc = time if time.tzinfo is timezone.utc else time.astimezone(timezone.utc)
    return utc.isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


def parse_upload_time(text: str) -> datetime | None:
    """Parse an ISO 8601 time, which is in UTC if it has no offset; None if it is malformed. The result is in UTC."""
    match = _UPLOAD_TIME.fullmatch(text)
    if match is None:
        return None
    if len(text) == _USUAL_LENGTH and text[-1] == "Z":
        try:
            return datetime.fromisoformat(text[:-1] + "+00:00")
        except ValueError:
            return None
    date, clock, fraction, sign, hours, minutes = match.groups()
    try:
        time = datetime.fromisoformat(f"{date}T{clock}.{(fraction or '')[:6]:0<6}").replace(tzinfo=timezone.utc)
        if sign:
            offset = timedelta(hours=int(hours), minutes=int(minutes))
            time = time - offset if sign == "+" else time + offset
    except (ValueError, OverflowError):
        return None
    return time


def is_provenance(text: str) -> bool:
    """Whether ``text`` is an http or https URL, as PEP 740 asks for: https://peps.python.org/pep-0740/#index-changes."""
    return _PROVENANCE.fullmatch(text) is not None


def is_commit(text: str) -> bool:
    """Whether ``text`` can be a commit id: printable ASCII without spaces."""
    return _COMMIT.fullmatch(text) is not None


def check_api_version(text: str) -> None:
    """Raise `InvalidIndex` unless ``text`` is a 1.x version of the API (https://peps.python.org/pep-0629/)."""
    version = _API_VERSION.fullmatch(text)
    if version is None:
        raise InvalidIndex("is not an index: its API version is malformed")
    if version[1] != "1":
        raise InvalidIndex(f"is of API version {text}; only 1.x is understood here: update s3pypi-setuptools")


def status_of(text: str, reason: str | None) -> ProjectStatus:
    """Make a project's status marker; raises `InvalidIndex` for one that PEP 792 does not define.

    See https://peps.python.org/pep-0792/#project-status-markers.
    """
    try:
        status = Status(text)
    except ValueError as error:
        raise InvalidIndex(f"the project's status is {text!a:.40}, which is not known here") from error
    return ProjectStatus(status, clean_text(reason or "") or None)
