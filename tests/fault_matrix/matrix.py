"""Every verb, every kind of request that it sends, every fault: the cases, and the part of them that is always run."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from typing import NamedTuple

from tests.fault_matrix.verbs import VERBS
from tests.support.fault_proxy import Answer, CutShort, DropAfter, DropBefore, Fault, Garbage, Garbled

PORTAL = b"<html><body>Please sign in to the network.</body></html>"
FAULTS: dict[str, Fault] = {
    "403": Answer(403, "AccessDenied"),
    "expired token": Answer(400, "ExpiredToken"),
    "clock skew": Answer(403, "RequestTimeTooSkewed"),
    "404": Answer(404, "NoSuchKey"),
    "no bucket": Answer(404, "NoSuchBucket"),
    "409": Answer(409, "ConditionalRequestConflict"),
    "412": Answer(412, "PreconditionFailed"),
    "500": Answer(500, "InternalError"),
    "503": Answer(503, "SlowDown"),
    "200 with an error inside": Answer(200, "InternalError"),
    "200 and nothing": Answer(200),
    "a portal": Answer(200, headers={"Content-Type": "text/html"}, body=PORTAL),
    "lost before": DropBefore(),
    "lost after": DropAfter(),
    "cut short": CutShort(),
    "garbage": Garbage(),
    "garbage after": Garbage(landed=True),
    "garbled": Garbled(),
}
TIMES = {"once": 1, "always": float("inf")}
PART = int(os.environ.get("S3PYPI_TEST_FAULTS", "97"))
"""One in so many cases is run."""

PAGES = ("/ page", "HTML page", "JSON page")
MAYBE = tuple(f"HeadObject {page}" for page in PAGES)
"""Sent unless what was read before told enough: a matter of which answer came first."""
CHANGES = ("GetObject record", "GetObject manifest", *MAYBE, "PutObject manifest")
PUTS = tuple(f"PutObject {page}" for page in PAGES)
FILES = ("PutObject distribution", "PutObject metadata file")
ROOT = (
    "GetObject root record",
    *(f"HeadObject root {page}" for page in PAGES),
    "PutObject root record",
    *(f"PutObject root {page}" for page in PAGES),
)
DELETES = tuple(f"DeleteObject {role}" for role in ("distribution", "metadata file", "provenance"))
READS = ("GetObject record", "GetObject manifest", "GetObject other manifest")
ROOT_READS = tuple(f"GetObject root {role}" for role in ("record", *PAGES))
SOURCE = (
    *(f"GetObject source {role}" for role in ("record", "manifest", "metadata file")),
    "HeadObject source distribution",
)
ROLES: dict[str, tuple[str, ...]] = {
    "first": (*CHANGES, *PUTS, *FILES, *ROOT, "ListObjectsV2"),
    "next": CHANGES + PUTS + FILES,
    "replace": CHANGES + PUTS + FILES + DELETES,
    "delete": CHANGES + PUTS + DELETES,
    "delete all": CHANGES + DELETES + ROOT + tuple(f"DeleteObject {page}" for page in PAGES),
    "yank": CHANGES + PUTS,
    "large": (
        *CHANGES,
        *PUTS,
        "PutObject metadata file",
        *(f"{part} distribution" for part in ("CreateMultipartUpload", "UploadPart", "CompleteMultipartUpload")),
    ),
    "promote": (
        "GetObject record",
        "GetObject manifest",
        "PutObject manifest",
        *PUTS,
        *SOURCE,
        "PutObject metadata file",
        *(f"{part} distribution" for part in ("CreateMultipartUpload", "UploadPartCopy", "CompleteMultipartUpload")),
    ),
    "list": (*READS, "GetObject root record"),
    "list demo": READS[:2],
    "show": READS[:2],
    "verify": (*READS, *ROOT_READS, "ListObjectsV2"),
    "verify deep": (*READS, *ROOT_READS, "ListObjectsV2", "GetObject distribution"),
}
"""What each verb sends, which is tested, too."""


class Case(NamedTuple):
    """One run: the request ``role`` of ``verb`` meets ``fault``."""

    verb: str
    role: str
    fault: str
    times: str


ONCE_WRONG = [
    Case("delete all", "HeadObject JSON page", "404", "once"),
    Case("delete all", "HeadObject JSON page", "404", "always"),
    Case("delete all", "DeleteObject / page", "200 and nothing", "always"),
    Case("first", "PutObject manifest", "409", "always"),
    Case("delete", "GetObject manifest", "412", "always"),
    Case("large", "CompleteMultipartUpload distribution", "409", "always"),
    Case("verify", "ListObjectsV2", "a portal", "always"),
    Case("delete all", "GetObject root record", "404", "once"),
    Case("replace", "PutObject metadata file", "412", "once"),
    Case("promote", "UploadPartCopy distribution", "200 and nothing", "once"),
    Case("verify", "GetObject other manifest", "no bucket", "always"),
    Case("next", "PutObject metadata file", "412", "always"),
    Case("delete", "DeleteObject distribution", "404", "once"),
    Case("delete all", "DeleteObject HTML page", "404", "once"),
]
"""Cases that found defects; they are always run."""


def cases() -> list[Case]:
    """The cases to run."""
    chosen = [case for case in all_cases() if PART == 1 or not is_patient(case)][::PART]
    return [*ONCE_WRONG, *(case for case in chosen if case not in ONCE_WRONG)]


def is_patient(case: Case) -> bool:
    """Whether publishers try again for seconds: where nothing but a lost race can be the matter, and never ends."""
    return case.times == "always" and case.fault in ("404", "409", "412") and case.verb in VERBS


def all_cases() -> Iterator[Case]:
    for (verb, roles), times in itertools.product(ROLES.items(), TIMES):
        for role, fault in itertools.product(roles, FAULTS):
            yield Case(verb, role, fault, times)
