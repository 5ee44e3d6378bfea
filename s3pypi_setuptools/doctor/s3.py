"""The checks of a bucket, made by doing what publishing does."""

from __future__ import annotations

import contextlib
import hashlib
import zlib
from base64 import b64encode
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import islice
from typing import Any

from ..aws import permissions
from ..aws.errors import code_of
from ..errors import AccessDenied, Error, NotFound, Unavailable
from ..index.simple_json import CONTENT_TYPE
from ..stores.base import ANY, Attributes
from ..stores.capabilities import Capabilities
from ..stores.probe import THOROUGH, probe
from ..stores.s3.bucket import crc32_text
from ..stores.s3.errors import is_denial, reason, refused_action, words_of
from ..stores.s3.store import S3Store
from .check import ABORT, DELETE, GET, MULTIPART, PUT, Check, Result, fail, fail_with, ok, skip, warn
from .s3_access import S3Access

_DATA = b"written by s3pypi doctor, and about to be deleted\n"
_PLAIN = Attributes("text/plain", "no-store")
_KEPT = Attributes(CONTENT_TYPE, "no-cache", {"s3pypi-probe": "kept"})
_DENIED = "denied"
_LOOKED_AT = 10
"""The most objects that are listed to find one to read."""
_SIDE_BY_SIDE = 8
"""The number of objects that are deleted at the same time."""


class S3Examiner:
    """Checks the bucket of ``store``, below the repository's ``prefix``.

    What goes wrong is the result of a check, and no error is raised. What is written is below ``folder``, a key without
    ``/`` at its end, and deleted when a method returns, as far as the credentials allow it.
    """

    def __init__(self, store: S3Store, prefix: str, folder: str) -> None:
        self._store = store
        self._folder = folder
        self._bucket = store.bucket
        self._access = S3Access(store.bucket)
        self._prefix = prefix
        self._may_delete = True

    def connect(self) -> list[Check]:
        """Whether the bucket can be reached, and as whom; after a failed check no other is made."""
        return self._access.checks()

    def read(self) -> list[Check]:
        """What may be read; nothing is written."""
        found: list[str] = []

        def listing() -> None:
            start = f"{self._prefix}/" if self._prefix else ""
            # An object whose key ends in / may be a folder that a console made.
            found.extend(info.key for info in islice(self._store.list(start), _LOOKED_AT) if info.key[-1] != "/")

        def absent() -> None:
            with contextlib.suppress(NotFound):
                self._store.head(f"{self._folder}/absent")

        listed = self._allowed("list", permissions.LIST, listing)
        missing = self._allowed("absent keys", permissions.LIST, absent, "answers 404 to a key that does not exist")
        if missing.result is Result.FAILED and missing.found.startswith(_DENIED):
            missing = fail(missing.name, "answers 403 to a key that does not exist", missing.advice)
        if not found:
            return [listed, missing, skip(GET, "there is nothing to read yet")]
        return [listed, missing, self._allowed(GET, permissions.GET, lambda: self._store.get(found[0]))]

    def write(self) -> list[Check]:
        """What may be written, by doing it; `PUT`, `GET` and `DELETE` are among the checks."""
        key, parts = f"{self._folder}/object", f"{self._folder}/parts"
        may_delete = self._deletion()
        try:
            put = self._put(key)
            if put.result is not Result.OK:
                return [put, skip(GET, f"needs {PUT}"), skip(MULTIPART, f"needs {PUT}"), may_delete]
            get = self._allowed(GET, permissions.GET, lambda: self._store.get(key))
            return [put, get, *self._multipart(parts), may_delete]
        finally:
            self._remove(key, parts)

    def race(self) -> Capabilities:
        """What the store honours, as `probe` finds out; raises its errors.

        Where nothing can be deleted, each question is asked once, so that few objects are left.
        """
        return probe(self._store, self._folder, THOROUGH if self._may_delete else 1, left=lambda where: None)

    def keep(self) -> list[Check]:
        """Whether objects come back as they were stored, and who can read them."""
        key, refused = f"{self._folder}/kept", f"{self._folder}/refused"
        try:
            self._store.put(key, _DATA, _KEPT)
            return [*self._comes_back(key), self._checksums(refused), self._public(key)]
        except Error as error:
            return [_metadata_unknown(error)]
        finally:
            self._remove(key, refused)

    def clear(self) -> bool:
        """Delete what an interrupted check has left; whether nothing of it remains."""

        def abort(upload: Mapping[str, Any]) -> None:
            self._bucket.request("AbortMultipartUpload", upload["Key"], ANY, {"UploadId": upload["UploadId"]})

        try:
            with ThreadPoolExecutor(_SIDE_BY_SIDE) as threads:
                begun = self._bucket.request("ListMultipartUploads", None, ANY, {"Prefix": f"{self._folder}/"})
                list(threads.map(abort, begun.get("Uploads") or ()))
                list(threads.map(self._store.delete, [info.key for info in self._store.list(f"{self._folder}/")]))
        except Error:
            return False
        return True

    def _comes_back(self, key: str) -> list[Check]:
        try:
            response = self._bucket.request("GetObject", key)
            with contextlib.closing(response["Body"]) as body:
                same = body.read() == _DATA
        except Error as error:
            return [_metadata_unknown(error)]
        except Exception as error:  # the answer began, and broke off
            failure = self._bucket.client.failure(error, "GetObject", self._bucket.object_name(key))
            return [_metadata_unknown(failure)]
        return [_metadata_check(response, same), _header_check(response)]

    def _deletion(self) -> Check:
        error = _failure(lambda: self._store.delete(f"{self._folder}/absent"))
        check = self._check(DELETE, permissions.DELETE, error)
        self._may_delete = error is None
        if error is None:
            return check
        where = f"{self._bucket.url}/{self._folder}/"
        if _is_denied(error):
            stays = f"unless these credentials are to publish only; what was written for the checks stays below {where}"
            return warn(DELETE, check.found, f"{check.advice}, {stays}")
        advice = f"{check.advice or 'try again'}; what was written for the checks may stay below {where}"
        return warn(DELETE, check.found, advice)

    def _put(self, key: str) -> Check:
        options = self._bucket.client.options
        given = [f"ACL {options.acl}"] * (options.acl is not None) + sorted(options.put_args)
        error = _failure(lambda: self._store.put(key, _DATA, _PLAIN))
        check = self._check(PUT, permissions.PUT, error, f"allowed with {', '.join(given)}" if given else "allowed")
        passing = isinstance(error, Unavailable) or (isinstance(error, AccessDenied) and not _is_denied(error))
        if error is None or not given or passing:
            return check
        if options.acl is not None and self._takes(key, {}):
            advice = "leave out the ACL, and grant reading by a bucket policy; or grant s3:PutObjectAcl"
            return fail(PUT, f"allowed without the ACL {options.acl} alone", advice)
        needed = f"and what {', '.join(given)} need (KMS keys: kms:GenerateDataKey)"
        return fail(PUT, check.found, f"{check.advice or 'check s3-put-args'}, {needed}")

    def _multipart(self, key: str) -> list[Check]:
        def upload() -> None:
            self._store.begin_parts(key, _DATA, _PLAIN).complete(ANY)

        def abort() -> None:
            created = self._bucket.store("CreateMultipartUpload", key, ANY, {"Metadata": {}})
            self._bucket.request("AbortMultipartUpload", key, ANY, {"UploadId": created["UploadId"]})

        check = self._allowed(MULTIPART, permissions.PUT, upload)
        if check.result is not Result.OK:
            return [check]
        aborted = self._allowed(ABORT, permissions.ABORT, abort)
        if aborted.result is Result.FAILED:
            advice = f"{aborted.advice}, or let a lifecycle rule abort unfinished uploads"
            aborted = warn(ABORT, aborted.found, advice)
        return [check, aborted]

    def _checksums(self, key: str) -> Check:
        """Whether the store compares bodies with the checksums that are sent with them.

        https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html
        """
        wrong = {
            "CRC-32": {"ChecksumCRC32": crc32_text(zlib.crc32(_DATA) ^ 1)},
            "MD5": {"ContentMD5": b64encode(hashlib.md5(_DATA + b"?", usedforsecurity=False).digest()).decode()},
        }
        taken = [name for name, arguments in wrong.items() if self._takes(key, arguments)]
        if not taken:
            return ok("checksums", "bodies with a wrong CRC-32 or MD5 are refused")
        found = f"a wrong {', a wrong '.join(taken)} is not noticed"
        if self._store.is_aws or self._bucket.client.options.connection.no_sign_request:
            return warn("checksums", found, "faults of the line may go unnoticed")
        return ok("checksums", f"signatures cover every body; {found}")

    def _takes(self, key: str, arguments: Mapping[str, Any]) -> bool:
        """Whether an object can be put without an ACL, with these arguments."""
        return _failure(lambda: self._bucket.request("PutObject", key, ANY, {"Body": _DATA, **arguments})) is None

    def _public(self, key: str) -> Check:
        name, options = "public access", self._bucket.client.options
        try:
            response = self._access.anonymous.get().get_object(Bucket=self._bucket.name, Key=key)
            with contextlib.closing(response["Body"]) as body:
                public = body.read() == _DATA
        except Exception as error:
            if not code_of(error):
                return skip(name, f"no answer without credentials ({type(error).__name__})")
            public = False
        if not public:
            return ok(name, "private: nobody reads files without credentials")
        if (options.acl or "").startswith("public-") or options.connection.no_sign_request:
            return ok(name, "public, as configured: anybody who knows the URL of a file can read it")
        advice = "fine for public packages; otherwise remove the bucket policy or ACL that grants it"
        return warn(name, "public: anybody reads files without credentials", advice)

    def _allowed(self, name: str, action: str, ask: Callable[[], object], found: str = "allowed") -> Check:
        """The check ``name`` of doing what ``ask`` does, which needs the permission ``action``."""
        return self._check(name, action, _failure(ask), found)

    def _check(self, name: str, action: str, error: Error | None, found: str = "allowed") -> Check:
        """The check ``name`` of something that needs the permission ``action``, and ended with ``error``."""
        if error is None:
            return ok(name, found)
        if not _is_denied(error):
            return fail_with(name, reason(error))
        words = words_of(error.__cause__)
        denied = f"{_DENIED}: {words}" if words else _DENIED
        if (lacking := refused_action(words)) and lacking != action:
            return fail(name, denied, f"grant {lacking}")
        place = permissions.Place(self._bucket.name, self._prefix, self._bucket.client.partition)
        return fail(name, denied, f"grant {action} on {place.arn(action)}")

    def _remove(self, *keys: str) -> None:
        for key in keys:
            with contextlib.suppress(Error):
                self._store.delete(key)


def _failure(ask: Callable[[], object]) -> Error | None:
    try:
        ask()
    except Error as error:
        return error
    return None


def _metadata_unknown(error: Error) -> Check:
    return replace(fail_with("metadata", reason(error)), result=Result.SKIPPED)


def _is_denied(error: Error) -> bool:
    """Whether a permission is missing."""
    return isinstance(error, AccessDenied) and is_denial(error.__cause__)


def _metadata_check(response: Mapping[str, Any], same: bool) -> Check:
    metadata = {name.lower(): value for name, value in response.get("Metadata", {}).items()}
    if not same:
        return fail("metadata", "other bytes come back", "use another store")
    if metadata != _KEPT.metadata:
        return fail("metadata", "metadata is lost", "use another store")
    return ok("metadata", "bytes and metadata come back as stored")


def _header_check(response: Mapping[str, Any]) -> Check:
    kind, caching = response.get("ContentType"), response.get("CacheControl")
    if kind != _KEPT.content_type:
        advice = "installers refuse such pages: set it where they are served"
        return fail("headers", f"Content-Type comes back as {kind}", advice)
    if caching != _KEPT.cache_control:
        advice = "set no-cache for pages where they are served, or uv sees new files ten minutes late"
        return warn("headers", f"Cache-Control comes back as {caching}", advice)
    return ok("headers", "Content-Type and Cache-Control come back as stored")
