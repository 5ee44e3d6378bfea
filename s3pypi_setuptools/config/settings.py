"""The settings of one invocation, as values."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field

from .target import Target

__all__ = ["IfExists", "Secret", "Settings"]


class Secret(str):
    """A string that shows neither itself nor its length in ``repr``; call `reveal` where the value is needed."""

    def __repr__(self) -> str:
        return "Secret('***')"

    def __str__(self) -> str:
        return "***"

    def __format__(self, spec: str) -> str:
        return "***"

    def reveal(self) -> str:
        """The value itself."""
        return str.__str__(self)


class IfExists(enum.Enum):
    """What publishing does with a filename that is listed already."""

    SAME = "same"
    """The same bytes are success, other bytes a conflict."""
    SKIP = "skip"
    """Any listed file is passed over."""
    FAIL = "fail"
    """Any listed file is a conflict."""
    REPLACE = "replace"
    """The same bytes are success, other bytes take the old file's place, under a new key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Every setting, typed and validated.

    :param target: None when nothing names one.
    :param acl: canned ACL; None when none is sent (``private`` means that too).
    :param acl_optional: the ACL was assumed for the readers of an S3 website, not asked for: go on without it where the
        bucket refuses ACLs.
    :param s3_put_args: parameters of S3 ``PutObject`` for every object, such as ``ServerSideEncryption``.
    :param public_url: where installers reach the repository; http(s), without trailing ``/``.
    :param index_html: pages lie at ``index.html`` keys only.
    :param dist_dir: folder of built distributions, as given.
    :param unsafe_no_locking: publish also to a store that does not honour conditional writes.
    :param origins: for each setting that was given, where its value came from, in words.
    """

    target: Target | None = None
    if_exists: IfExists = IfExists.SAME
    file_mask: str | None = None
    dist_dir: str | None = None
    acl: str | None = None
    acl_optional: bool = False
    s3_put_args: Mapping[str, str] = field(default_factory=dict)
    profile: str | None = None
    region: str | None = None
    endpoint_url: str | None = None
    no_sign_request: bool = False
    aws_access_key_id: str | None = None
    aws_secret_access_key: Secret | None = None
    index_html: bool = False
    lock_indexes: bool = False
    locks_table: str | None = None
    public_url: str | None = None
    unsafe_no_locking: bool = False
    origins: Mapping[str, str] = field(default_factory=dict)
