"""The texts that both forms of an index share: how times, hashes, versions and markers are written and read."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime, timedelta, timezone

from ..errors import InvalidIndex
from .model import Hashes, ProjectStatus, Status, clean_text

__all__ = [
    "API_VERSION",
    "MOST_FILES",
    "check_api_version",
    "hashes_of",
    "is_commit",
    "is_filename",
    "is_provenance",
    "parse_upload_time",
    "render_upload_time",
    "status_of",
]

API_VERSION = "1.4"
MOST_FILES = 1_000_000
"""Files that a page or manifest may list: ten times those of a very large project, and 1 GB of memory at most."""

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
    """Whether ``text`` can be the name of a listed file: one path segment that a folder can hold, all printable."""
    return _FILENAME.fullmatch(text) is not None and text not in (".", "..")


def hashes_of(pairs: Iterable[tuple[str, str]]) -> Hashes | None:
    """Algorithms and hexadecimal digests in canonical form; None when one is malformed."""
    found = {}
    for name, digest in pairs:
        algorithm, value = name.lower(), digest.lower()
        if not _DIGEST.fullmatch(value) or not (algorithm == "sha256" or _ALGORITHM.fullmatch(algorithm)):
            return None
        found[algorithm] = value
    return tuple(sorted(found.items()))


def render_upload_time(time: datetime) -> str:
    """``yyyy-mm-ddThh:mm:ss.ffffffZ`` (PEP 700)."""
    utc = time if time.tzinfo is timezone.utc else time.astimezone(timezone.utc)
    return utc.isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


def parse_upload_time(text: str) -> datetime | None:
    """The time that ``text`` (ISO 8601; UTC unless it says otherwise) states, in UTC; None when it states none."""
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
    """Whether ``text`` is the fully qualified URL of a provenance object (PEP 740)."""
    return _PROVENANCE.fullmatch(text) is not None


def is_commit(text: str) -> bool:
    """Whether ``text`` can be a commit id: printable ASCII without spaces."""
    return _COMMIT.fullmatch(text) is not None


def check_api_version(text: str) -> None:
    """Raise `InvalidIndex` unless ``text`` is a version of the API that is understood here (PEP 629)."""
    version = _API_VERSION.fullmatch(text)
    if version is None:
        raise InvalidIndex("is not an index: its API version is malformed")
    if version[1] != "1":
        raise InvalidIndex(f"is of API version {text}; only 1.x is understood here: update s3pypi-setuptools")


def status_of(text: str, reason: str | None) -> ProjectStatus:
    """The marker that an index states (PEP 792); raises `InvalidIndex` for one that is not known."""
    try:
        status = Status(text)
    except ValueError as error:
        raise InvalidIndex(f"the project's status is {text!a:.40}, which is not known here") from error
    return ProjectStatus(status, clean_text(reason or "") or None)
