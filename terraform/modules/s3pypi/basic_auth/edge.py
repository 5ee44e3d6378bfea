"""Lambda@Edge function for viewer requests: HTTP Basic authentication, and the choice of a page by the Accept header.

The users are those of ``s3pypi user … ssm:HOST``: parameters ``/s3pypi/HOST/users/NAME`` in us-east-1, where HOST is
the host that the viewer asked. They are read at most once a minute. A function at the edge has no environment
variables, so which of the handlers is used says whether pages are chosen.

https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/lambda-event-structure.html
"""

from __future__ import annotations

import binascii
import hashlib
import hmac
import json
import os
import re
import secrets
import time
from base64 import b64decode
from datetime import datetime, timezone
from fnmatch import fnmatchcase
from functools import lru_cache

from password_records import dummy_record, is_token, is_weak, sha1_record, verify

__all__ = ["Edge", "authenticate", "authenticate_and_choose", "choose_page"]

_FRESH_SECONDS = 60
_BELIEVED_SECONDS = 600
"""For how long users that were read stay, while the Parameter Store does not answer."""
_PAUSE_SECONDS = 5
"""How long after a failure the Parameter Store is not asked: it limits the requests of the whole account."""
_ATTEMPTS, _ANSWER_SECONDS = 2, 1
"""All attempts end before Lambda ends the call: the users that were read are still believed."""
_READ_SECONDS = 3
"""For how long more pages of users are asked for, each with ten: Lambda ends the call after 5 seconds."""
_VERIFIED_SECONDS = 300
_MOST_VERIFIED = 1000
_LONGEST_HEADER = 8192
_HOST = re.compile(r"[a-z0-9.-]{1,253}")
_PROJECT = re.compile(r"/[A-Za-z0-9][A-Za-z0-9_-]*")
_IN_FOLDER = re.compile(r"/([A-Za-z0-9][A-Za-z0-9._-]*)/.*")
"""The path of an object in a folder, whose name is as it is in the bucket: S3 undoes percent-encoding."""
_UP = re.compile(r"(\.|%2e){2}", re.IGNORECASE)
_JSON = ("application/vnd.pypi.simple.v1+json", "application/vnd.pypi.simple.latest+json")
_HTML = ("application/vnd.pypi.simple.v1+html", "application/vnd.pypi.simple.latest+html", "text/html")


def authenticate(event, context):
    """Let a viewer's request through if its credentials are right."""
    del context
    return _edge.answer(event["Records"][0]["cf"]["request"])


def authenticate_and_choose(event, context):
    """As `authenticate`, and choose the page of a folder."""
    answer = authenticate(event, context)
    return answer if "status" in answer else choose_page(answer)


def choose_page(request):
    """The request for the page of a folder that its Accept header asks for, or an answer that adds a missing ``/``."""
    uri = request["uri"]
    if uri.endswith("/"):
        request["uri"] = uri + ("index.json" if _wants_json(_header(request, "accept")) else "index.html")
    elif _PROJECT.fullmatch(uri):
        return _answer("301", "Moved Permanently", {"Location": uri + "/"})
    return request


class Edge:
    """Checks the credentials of requests.

    :param read: tells the texts of the parameters below a path, by what follows the path in their names.
    """

    def __init__(self, read, clock=time.monotonic):
        self._read = read
        self._clock = clock
        self._users = {}
        self._verified = {}
        self._key = secrets.token_bytes(32)
        self._nobody = dummy_record()

    def answer(self, request):
        """The request without its credentials, or the answer that refuses it."""
        header = _header(request, "authorization")
        sent = _credentials(header)
        if sent is None:
            return _challenge()
        users = self._users_of(_header(request, "host").lower().partition(":")[0])
        if users is None:
            return _answer("503", "Service Unavailable", {"Retry-After": "5"}, "The users cannot be read; try again\n")
        user = self._user(users, header, *sent)
        if user is None:
            return _challenge()
        if not _may_read(user, request["uri"]):
            return _answer("403", "Forbidden", {}, "You may not read this project\n")
        request["headers"].pop("authorization", None)
        return request

    def _users_of(self, host):
        """The users by name; None while they cannot be read."""
        if not _HOST.fullmatch(host):
            return {}
        now = self._clock()
        users, read_at, next_read = self._users.get(host, (None, now, now))
        if now >= next_read:
            pause = _FRESH_SECONDS
            try:
                texts = self._read(f"/s3pypi/{host}/users")
                users, read_at = {name: _parsed(text) for name, text in texts.items()}, now
            except Exception as error:  # whatever stands between here and the Parameter Store
                print(f"the users cannot be read: {type(error).__name__}")
                if now - read_at > _BELIEVED_SECONDS:
                    users = None
                pause = _FRESH_SECONDS if users is not None else _PAUSE_SECONDS
            self._users[host] = (users, read_at, now + pause)
        return users

    def _user(self, users, header, name, secret):
        """The user whose credentials they are; it takes as long for an unknown name as for a wrong password."""
        if is_token(secret):
            found = (user for own, user in users.items() if name in ("", own))
            return next((user for user in found if any(_is_valid(one, secret) for one in user["tokens"])), None)
        user = users.get(name)
        record = user["password"] if user else ""
        proof = hmac.digest(self._key, f"{header}\n{record}".encode(), hashlib.sha256)
        if self._verified.get(proof, 0) > self._clock():
            return user
        matches = verify(record or self._nobody, secret)
        if record and is_weak(record):
            verify(self._nobody, secret)
        if not record or not matches:
            return None
        if len(self._verified) >= _MOST_VERIFIED:
            self._verified.clear()
        self._verified[proof] = self._clock() + _VERIFIED_SECONDS
        return user


def _parsed(text):
    """What is needed of a user's parameter; a user whom nobody can be, if it is none."""
    nobody = {"password": "", "tokens": [], "role": "none", "projects": []}
    try:
        found = json.loads(text)
        if "password_hash" in found:  # s3pypi 2
            record = sha1_record(str(found["password_hash"]), str(found.get("password_salt", "")))
            return {**nobody, "password": record, "role": "read", "projects": ["*"]}
        return {
            "password": str(found.get("password") or ""),
            "tokens": [one for one in found.get("tokens", []) if isinstance(one, dict)],
            "role": str(found.get("role", "read")),
            "projects": [str(one) for one in found.get("projects", ["*"])],
        }
    except (ValueError, TypeError, AttributeError):
        print("a user's parameter is damaged, and passed over")
        return nobody


def _is_valid(token, secret):
    expires = token.get("expires")
    try:
        if expires is not None and datetime.now(timezone.utc) >= datetime.fromisoformat(expires):
            return False
    except (TypeError, ValueError):
        return False
    return verify(str(token.get("record", "")), secret)


def _may_read(user, uri):
    """Whether the user may read what is at ``uri``; the list of projects is for those who may read all."""
    if user["role"] not in ("read", "upload", "admin"):
        return False
    if "*" in user["projects"]:
        return True
    folder = _IN_FOLDER.fullmatch(uri)
    if folder is None or _UP.search(uri):
        return False
    project = re.sub(r"[-_.]+", "-", folder[1]).lower()
    patterns = (re.sub(r"[-_.]+", "-", pattern).lower() for pattern in user["projects"])
    return any(fnmatchcase(project, pattern) for pattern in patterns)


def _credentials(header):
    """Name and password of a header (RFC 7617); None if there are none. A token alone has no name."""
    scheme, _, rest = header.strip().partition(" ")
    if scheme.lower() != "basic" or len(header) > _LONGEST_HEADER:
        return None
    try:
        data = b64decode(rest.strip(), validate=True)
    except (binascii.Error, ValueError):
        return None
    try:
        text = data.decode()
    except UnicodeDecodeError:
        text = data.decode("latin-1")  # as requests sends it
    name, colon, password = text.partition(":")
    if not colon:
        return None
    if name == "__token__":
        return "", password
    return ("", name) if not password and is_token(name) else (name, password)


def _wants_json(accept):
    """Whether a client names JSON, and likes no form of HTML that it names better."""
    entries = [[part.strip() for part in entry.split(";")] for entry in accept.lower().split(",")]
    json_quality = max((_quality(entry[1:]) for entry in entries if entry[0] in _JSON), default=0)
    html_quality = max((_quality(entry[1:]) for entry in entries if entry[0] in _HTML), default=0)
    return json_quality > 0 and json_quality >= html_quality


def _quality(parameters):
    given = next((one[2:] for one in parameters if one.startswith("q=")), "1")
    try:
        quality = float(given)
    except ValueError:
        return 0.0
    return quality if 0 <= quality <= 1 else 0.0


def _header(request, name):
    """The value of a header; empty if there is none."""
    found = request["headers"].get(name) or [{"value": ""}]
    return found[0].get("value", "")


def _challenge():
    challenge = {"WWW-Authenticate": 'Basic realm="Python packages", charset="UTF-8"'}
    return _answer("401", "Unauthorized", challenge, "A user name and a password are needed\n")


def _answer(status, description, headers, body=""):
    headers = {"Cache-Control": "no-store", "Content-Type": "text/plain; charset=utf-8", **headers}
    listed = {name.lower(): [{"key": name, "value": value}] for name, value in headers.items()}
    return {"status": status, "statusDescription": description, "headers": listed, "body": body}


@lru_cache(1)
def _client():
    import boto3  # noqa: PLC0415 - Lambda has it
    from botocore.config import Config  # noqa: PLC0415

    limits = Config(
        connect_timeout=_ANSWER_SECONDS, read_timeout=_ANSWER_SECONDS, retries={"total_max_attempts": _ATTEMPTS}
    )
    return boto3.client("ssm", region_name="us-east-1", config=limits)


def _read_parameters(path):
    pages = _client().get_paginator("get_parameters_by_path")
    end = time.monotonic() + _READ_SECONDS
    found = {}
    for page in pages.paginate(Path=path, WithDecryption=True):
        found |= {one["Name"].removeprefix(f"{path}/"): one["Value"] for one in page["Parameters"]}
        if time.monotonic() > end:
            raise TimeoutError
    return found


_edge = Edge(_read_parameters)
if "AWS_LAMBDA_FUNCTION_NAME" in os.environ:
    _client()  # now, as a function with 128 MB has the whole core only until its first event
