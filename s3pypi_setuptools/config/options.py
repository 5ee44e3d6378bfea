"""The table of all settings, from which every entry point takes names and help.

An option's **name** is in lower case with dashes, such as ``if-exists``. It is written ``--if-exists`` on a command
line, ``if_exists`` or ``if-exists`` in files and setuptools options, and ``S3PYPI_IF_EXISTS`` in the environment. Older
**spellings** mean the same. An option that **implies** a value of another option is an older form of that option:
``force`` means ``if-exists = replace``. Each other option is a field of `Settings`, of its `Connection` or of its
`Service`.
"""

from __future__ import annotations

import re

from ..text import suggestion
from .choices import IfExists, PageStyle
from .option import VARIABLE_PREFIX, Option, checked_url, seconds_of
from .put_parameters import parse_parameters
from .secret import Secret
from .service_options import SERVICE_OPTIONS

LOCKS_TIMEOUT = 300
"""Seconds to wait for a lock if no setting says how long."""

_ACLS = (
    *("private", "public-read", "public-read-write", "authenticated-read"),
    *("aws-exec-read", "bucket-owner-read", "bucket-owner-full-control"),
)
"""The canned ACLs for objects: https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html#canned-acl."""

_GENERAL: tuple[Option, ...] = (
    Option(
        "target",
        "where the repository is: s3://bucket/prefix, file:///folder, a path such as ./repo, or a configured name",
        "TARGET",
        short="t",
    ),
    Option("bucket", "the S3 bucket; with --prefix, another way to give the target", "BUCKET", short="b"),
    Option("prefix", "key prefix within the bucket", "PREFIX"),
    Option(
        "if-exists",
        "what to do with a file that exists already: same (equal contents are success, different contents are a "
        "conflict), skip, fail or replace (default: same)",
        "WHAT",
        one_of=IfExists,
    ),
    Option("force", "replace existing files (--if-exists=replace)", short="f", implies=("if-exists", IfExists.REPLACE)),
    Option("strict", "fail on any existing file (--if-exists=fail)", implies=("if-exists", IfExists.FAIL)),
    Option("file-mask", "which files to publish, such as dist/*.whl", "GLOB"),
    Option("dist-dir", "folder of built distributions (default: dist)", "FOLDER"),
    Option(
        "acl",
        "canned ACL of every object; by default, and for private, no ACL is sent",
        "ACL",
        one_of=_ACLS,
        convert=lambda text: None if text == "private" else text,
        short="a",
    ),
    Option(
        "s3-put-args",
        "parameters of S3 PutObject, such as ServerSideEncryption=aws:kms,SSEKMSKeyId=ID",
        "K=V,...",
        convert=parse_parameters,
    ),
)

_CONNECTION: tuple[Option, ...] = (
    Option("profile", "AWS profile", "NAME"),
    Option("region", "AWS region", "REGION"),
    Option(
        "endpoint-url",
        "URL of the S3 service, if it is not AWS",
        "URL",
        convert=checked_url,
        spellings=("s3-endpoint-url",),
    ),
    Option("no-sign-request", "send requests to S3 without credentials"),
    Option(
        "aws-access-key-id",
        "AWS access key id (discouraged: other users of this machine may see it; use a profile or the environment)",
        "ID",
        spellings=("aws_access_key_id",),
        secret=True,
    ),
    Option(
        "aws-secret-access-key",
        "AWS secret access key (discouraged for the same reason)",
        "KEY",
        convert=Secret,
        spellings=("aws_secret_access_key",),
        secret=True,
    ),
    Option(
        "aws-session-token",
        "AWS session token of temporary keys (discouraged for the same reason)",
        "TOKEN",
        convert=Secret,
        spellings=("aws_session_token",),
        secret=True,
    ),
)

_REPOSITORY: tuple[Option, ...] = (
    Option(
        "pages",
        "pages of a new repository: HTML at PROJECT/index.html and PROJECT/ (both), at index.html or / alone; or json: "
        "JSON at PROJECT/, HTML at PROJECT/index.html (default: both)",
        "STYLE",
        one_of=PageStyle,
    ),
    Option(
        "index-html",
        "HTML at PROJECT/index.html alone (--pages=index.html)",
        spellings=("index.html", "unsafe-s3-website"),
        implies=("pages", PageStyle.INDEX_HTML),
    ),
    Option("put-root-index", "accepted, without effect: the list of projects is always kept", hidden=True),
    Option("lock-indexes", "lock projects in the DynamoDB table BUCKET-locks", short="l"),
    Option("locks-table", "lock projects in this DynamoDB table", "TABLE"),
    Option(
        "locks-timeout", f"how long to wait for each lock (default: {LOCKS_TIMEOUT})", "SECONDS", convert=seconds_of
    ),
    Option("locks-profile", "AWS profile for DynamoDB (default: the credentials for S3)", "NAME"),
    Option("locks-region", "AWS region of the lock table (default: that of S3)", "REGION"),
    Option(
        "locks-endpoint-url",
        "URL of the DynamoDB service, if it is not AWS; --endpoint-url is for S3 only",
        "URL",
        convert=checked_url,
    ),
    Option("public-url", "URL from which installers read the repository", "URL", convert=checked_url),
    Option(
        "strict-metadata",
        "refuse distributions whose metadata breaks the specification, even in a field that installers ignore",
    ),
    Option(
        "unsafe-no-locking",
        "publish even to a store that ignores conditional writes: concurrent publishers lose files there",
    ),
)

OPTIONS = (*_GENERAL, *_CONNECTION, *_REPOSITORY, *SERVICE_OPTIONS)
"""In the order in which help texts show them."""

CONNECTION = frozenset(option.name for option in _CONNECTION)
"""Names of the options that say how to reach S3: the fields of `Connection`."""

SERVICE = frozenset(option.name for option in SERVICE_OPTIONS)
"""Names of the options that say how to run the service: the fields of `Service`."""

_OF_FILES = {"target", "bucket", "prefix", "if-exists", "force", "strict", "file-mask", "acl", "s3-put-args"}
OF_REPOSITORIES = frozenset(option.name for option in OPTIONS) - CONNECTION - _OF_FILES
"""Names of the options that have no meaning for files outside a repository (``s3upload``)."""

VARIABLES = ("S3PYPI_PUBLISH",)
"""Environment variables that begin with ``S3PYPI_`` and are no settings."""


def _key(name: str) -> str:
    return name.lower().replace("_", "-")


_BY_KEY = {_key(name): option for option in OPTIONS for name in (option.name, *option.spellings)}


def find(name: str) -> Option | None:
    """The option with that name, in any spelling; None if there is none."""
    return _BY_KEY.get(_key(name))


def named(name: str) -> Option:
    """The option with exactly that name; raises `KeyError` if there is none."""
    return _BY_KEY[name]


def find_variable(variable: str) -> Option | None:
    """The option that an environment variable sets; None if there is none."""
    return find(variable.upper().removeprefix(VARIABLE_PREFIX))


def nearest(name: str) -> str:
    """A hint at the option whose name is most like a misspelt ``name``; empty if none is similar."""
    return suggestion(_key(name), [option.name for option in OPTIONS])


def as_options(text: str) -> str:
    """Rewrite a message for hatch, which takes settings as ``-o NAME=VALUE``, not as ``--NAME VALUE``."""
    names = "|".join(re.escape(string.removeprefix("--")) for option in OPTIONS for string in option.strings)
    text = re.sub(r"\bcommand line --(?=[\w.-])", "option ", text)
    return re.sub(rf"(?<![\w-])--({names})(?![\w.-])", r"-o \1", text)
