"""The one table of all settings: how each is named, written and explained at every entry point.

An option's **name** is in lower case with dashes (``if-exists``): ``--if-exists`` on a command line, ``if_exists`` or
``if-exists`` in files and setuptools options, ``S3PYPI_IF_EXISTS`` in the environment. Older **spellings** mean the
same; an option that **implies** a value of another is an older form of that (``force`` is ``if-exists = replace``).
`Settings` are built from the values of these options: an option's value is their field of the same name, or that of
their `Connection`.
"""

from __future__ import annotations

import dataclasses
import re

from ..text import suggestion
from .connection import Connection, Secret
from .if_exists import IfExists
from .option import Form, Option
from .page_style import PageStyle

__all__ = [
    "CONNECTION",
    "OF_REPOSITORIES",
    "OPTIONS",
    "VARIABLES",
    "Form",
    "Option",
    "as_options",
    "find",
    "find_variable",
    "named",
    "nearest",
]


OPTIONS: tuple[Option, ...] = (
    Option(
        name="target",
        metavar="TARGET",
        short="t",
        help="where the repository is: s3://bucket/prefix, file:///folder, a path such as ./repo, or a configured name",
    ),
    Option(
        name="bucket", metavar="BUCKET", short="b", help="the S3 bucket; with --prefix, another way to give the target"
    ),
    Option(name="prefix", metavar="PREFIX", help="what all keys in the bucket begin with"),
    Option(
        name="if-exists",
        form=Form.CHOICE,
        metavar="WHAT",
        choices=tuple(what.value for what in IfExists),
        convert=IfExists,
        help="a file that is listed already: same (equal contents are success, others a conflict), skip, fail, replace",
    ),
    Option(
        name="force",
        form=Form.FLAG,
        short="f",
        implies=("if-exists", IfExists.REPLACE),
        help="replace existing files (--if-exists=replace)",
    ),
    Option(
        name="strict",
        form=Form.FLAG,
        implies=("if-exists", IfExists.FAIL),
        help="fail on any existing file (--if-exists=fail)",
    ),
    Option(name="file-mask", metavar="GLOB", help="which files, such as dist/*.whl"),
    Option(
        name="dist-dir", repository_only=True, metavar="FOLDER", help="folder of built distributions (default: dist)"
    ),
    Option(
        name="acl",
        form=Form.CHOICE,
        metavar="ACL",
        short="a",
        choices=(
            "private",
            "public-read",
            "public-read-write",
            "authenticated-read",
            "aws-exec-read",
            "bucket-owner-read",
            "bucket-owner-full-control",
        ),
        convert=lambda text: None if text == "private" else text,
        help="canned ACL of every object; none is sent unless asked, nor for private",
    ),
    Option(
        name="s3-put-args",
        form=Form.PARAMETERS,
        metavar="K=V,...",
        help="parameters of S3 PutObject, such as ServerSideEncryption=aws:kms,SSEKMSKeyId=ID",
    ),
    Option(name="profile", metavar="NAME", help="AWS profile"),
    Option(name="region", metavar="REGION", help="AWS region"),
    Option(
        name="endpoint-url",
        form=Form.URL,
        metavar="URL",
        spellings=("s3-endpoint-url",),
        help="the S3 service, where it is not AWS's",
    ),
    Option(name="no-sign-request", form=Form.FLAG, help="send requests to S3 without credentials"),
    Option(
        name="aws-access-key-id",
        metavar="ID",
        spellings=("aws_access_key_id",),
        secret=True,
        help="AWS access key id (discouraged: a profile or the environment keeps it private)",
    ),
    Option(
        name="aws-secret-access-key",
        metavar="KEY",
        spellings=("aws_secret_access_key",),
        secret=True,
        convert=Secret,
        help="AWS secret access key (discouraged, likewise)",
    ),
    Option(
        name="aws-session-token",
        metavar="TOKEN",
        spellings=("aws_session_token",),
        secret=True,
        convert=Secret,
        help="AWS session token of temporary keys (discouraged, likewise)",
    ),
    Option(
        name="pages",
        repository_only=True,
        form=Form.CHOICE,
        metavar="STYLE",
        choices=tuple(style.value for style in PageStyle),
        convert=PageStyle,
        help="pages of a new repository: HTML at index.html and / (both, the default), index.html or / alone; or json: "
        "JSON at /, HTML at index.html",
    ),
    Option(
        name="index-html",
        repository_only=True,
        form=Form.FLAG,
        spellings=("index.html", "unsafe-s3-website"),
        implies=("pages", PageStyle.INDEX_HTML),
        help="pages at index.html keys only (--pages=index.html)",
    ),
    Option(
        name="put-root-index",
        repository_only=True,
        form=Form.FLAG,
        help="accepted, without effect: the list of projects is always kept",
    ),
    Option(
        name="lock-indexes",
        repository_only=True,
        form=Form.FLAG,
        short="l",
        help="lock projects in the DynamoDB table BUCKET-locks",
    ),
    Option(name="locks-table", repository_only=True, metavar="TABLE", help="lock projects in this DynamoDB table"),
    Option(
        name="locks-timeout",
        repository_only=True,
        form=Form.SECONDS,
        metavar="SECONDS",
        help="how long to wait for each lock (default: 300)",
    ),
    Option(
        name="locks-profile",
        repository_only=True,
        metavar="NAME",
        help="AWS profile for DynamoDB; by default the credentials for S3",
    ),
    Option(
        name="locks-region",
        repository_only=True,
        metavar="REGION",
        help="AWS region of the lock table; by default that of S3",
    ),
    Option(
        name="locks-endpoint-url",
        repository_only=True,
        form=Form.URL,
        metavar="URL",
        help="the DynamoDB service, where it is not AWS's; --endpoint-url is that of S3 alone",
    ),
    Option(
        name="public-url",
        repository_only=True,
        form=Form.URL,
        metavar="URL",
        help="where installers reach the repository",
    ),
    Option(
        name="strict-metadata",
        repository_only=True,
        form=Form.FLAG,
        help="refuse distributions whose metadata breaks the specification, where installers only ignore a field",
    ),
    Option(
        name="unsafe-no-locking",
        repository_only=True,
        form=Form.FLAG,
        help="publish even to a store that does not honour conditional writes: concurrent publishers lose files there",
    ),
)
"""In the order in which help shows them."""


_OF_CONNECTION = {field.name for field in dataclasses.fields(Connection)}
CONNECTION = frozenset(option.name for option in OPTIONS if option.attribute in _OF_CONNECTION)
"""Names of the options that say how S3 is reached, not what is done there."""


OF_REPOSITORIES = frozenset(option.name for option in OPTIONS if option.repository_only)
"""Names of the options that mean nothing for files that belong to no repository (``s3upload``)."""


VARIABLES = ("S3PYPI_PUBLISH",)
"""Environment variables of ours that are no settings."""


def _key(name: str) -> str:
    return name.lower().replace("_", "-")


_BY_KEY = {_key(name): option for option in OPTIONS for name in (option.name, *option.spellings)}


def find(name: str) -> Option | None:
    """The option that ``name`` means, in any spelling; None when there is none."""
    return _BY_KEY.get(_key(name))


def named(name: str) -> Option:
    """The option whose own name it is; raises `KeyError` when there is none."""
    return _BY_KEY[name]


def find_variable(variable: str) -> Option | None:
    """The option that an environment variable gives; None when there is none."""
    return find(variable.upper().removeprefix("S3PYPI_"))


def nearest(name: str) -> str:
    """A hint at the option that a misspelt ``name`` may mean; empty when none is near."""
    return suggestion(_key(name), [option.name for option in OPTIONS])


def as_options(text: str) -> str:
    """``text`` for hatch, which takes settings as ``-o NAME=VALUE``: no ``--NAME`` for those of a command line."""
    names = "|".join(re.escape(string.removeprefix("--")) for option in OPTIONS for string in option.strings)
    text = re.sub(r"\bcommand line --(?=[\w.-])", "option ", text)
    return re.sub(rf"(?<![\w-])--({names})(?![\w.-])", r"-o \1", text)
