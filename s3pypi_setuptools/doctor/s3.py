"""What a bucket allows and keeps, asked by doing it."""

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

from ..aws.errors import code_of
from ..errors import AccessDenied, Error, NotFound, Unavailable
from ..stores.base import ANY, Attributes
from ..stores.capabilities import Capabilities
from ..stores.probe import THOROUGH, probe
from ..stores.s3.bucket import Bucket, crc32_text
from ..stores.s3.errors import is_denial, reason, refused_action, words_of
from ..stores.s3.store import S3Store
from .check import ABORT, DELETE, GET, MULTIPART, PUT, Check, Examiner, Result, refusal
from .s3_access import Connection

__all__ = ["S3Examiner"]

_DATA = b"written by s3pypi doctor, and about to be deleted\n"
_KEPT = Attributes("application/vnd.pypi.simple.v1+json", "no-cache", {"s3pypi-probe": "kept"})
_DENIED = "denied"
_LOOKED_AT = 10
_SIDE_BY_SIDE = 8


class S3Examiner(Examiner):
    """Examines the bucket of ``store``, below the repository's ``prefix``."""

    def __init__(self, store: S3Store, prefix: str) -> None:
        self._store = store
        self._bucket: Bucket = store.bucket
        self._connection = Connection(store.bucket)
        self._prefix = prefix
        self._may_delete = True

    def reach(self) -> list[Check]:
        """As of `Examiner`."""
        return self._connection.checks()

    def read(self, prefix: str, folder: str) -> list[Check]:
        """As of `Examiner`."""
        found: list[str] = []

        def listing() -> None:
            start = f"{prefix}/" if prefix else ""
            # An object under a / key may be a console's folder.
            found.extend(info.key for info in islice(self._store.list(start), _LOOKED_AT) if info.key[-1] != "/")

        def absent() -> None:
            with contextlib.suppress(NotFound):
                self._store.head(f"{folder}/absent")

        listed = self._allowed("list", "s3:ListBucket", listing)
        missing = self._allowed("absent keys", "s3:ListBucket", absent, "answers 404 to a key that does not exist")
        if missing.result is Result.NO and missing.found.startswith(_DENIED):
            missing = Check(missing.name, Result.NO, "answers 403 to a key that does not exist", missing.advice)
        if not found:
            return [listed, missing, Check(GET, Result.SKIPPED, "there is nothing to read yet")]
        return [listed, missing, self._allowed(GET, "s3:GetObject", lambda: self._store.get(found[0]))]

    def write(self, folder: str) -> list[Check]:
        """As of `Examiner`."""
        key = f"{folder}/object"
        may_delete = self._deletion(folder)
        try:
            put = self._put(key)
            if put.result is not Result.OK:
                return [put, *self._unasked(PUT, GET, MULTIPART), may_delete]
            get = self._allowed(GET, "s3:GetObject", lambda: self._store.get(key))
            return [put, get, *self._multipart(f"{folder}/parts"), may_delete]
        finally:
            self._remove(key, f"{folder}/parts")

    def race(self, folder: str) -> Capabilities:
        """As of `Examiner`; where nothing can be deleted, once, as it leaves as little as can be."""
        return probe(self._store, folder, THOROUGH if self._may_delete else 1, left=lambda where: None)

    def keep(self, folder: str) -> list[Check]:
        """As of `Examiner`."""
        key, refused = f"{folder}/kept", f"{folder}/refused"
        try:
            self._store.put(key, _DATA, _KEPT)
            return [*self._comes_back(key), self._checksums(refused), self._public(key)]
        except Error as error:
            return [_unknown("metadata", error)]
        finally:
            self._remove(key, refused)

    def clear(self, folder: str) -> bool:
        """As of `Examiner`."""

        def abort(upload: Mapping[str, Any]) -> None:
            key, arguments = upload["Key"], {"UploadId": upload["UploadId"]}
            self._bucket.request("AbortMultipartUpload", key, ANY, arguments)

        try:
            with ThreadPoolExecutor(_SIDE_BY_SIDE) as threads:
                begun = self._bucket.request("ListMultipartUploads", None, ANY, {"Prefix": f"{folder}/"})
                list(threads.map(abort, begun.get("Uploads") or ()))
                list(threads.map(self._store.delete, [info.key for info in self._store.list(f"{folder}/")]))
        except Error:
            return False
        return True

    def _comes_back(self, key: str) -> list[Check]:
        try:
            response = self._bucket.request("GetObject", key)
            with contextlib.closing(response["Body"]) as body:
                same = body.read() == _DATA
        except Error as error:
            return [_unknown("metadata", error)]
        except Exception as error:  # the answer began, and broke off
            failed = self._bucket.client.failure(error, "GetObject", self._bucket.object_name(key))
            return [_unknown("metadata", failed)]
        return _kept(response, same)

    def _deletion(self, folder: str) -> Check:
        error = _failure(lambda: self._store.delete(f"{folder}/absent"))
        check = self._told(DELETE, "s3:DeleteObject", error)
        self._may_delete = error is None
        if error is None:
            return check
        where = f"{self._bucket.url}/{folder}/"
        if _is_denied(error):
            stays = f"unless these credentials are to publish only; what was written to ask stays below {where}"
            return Check(DELETE, Result.WARNING, check.found, f"{check.advice}, {stays}")
        advice = f"{check.advice or 'try again'}; what was written to ask may stay below {where}"
        return Check(DELETE, Result.WARNING, check.found, advice)

    def _put(self, key: str) -> Check:
        options = self._bucket.client.options
        given = [f"ACL {options.acl}"] * (options.acl is not None) + sorted(options.put_args)
        spoken = f" with {', '.join(given)}" if given else ""

        attributes = Attributes("text/plain", "no-store")
        error = _failure(lambda: self._store.put(key, _DATA, attributes))
        check = self._told(PUT, "s3:PutObject", error, f"allowed{spoken}")
        passing = isinstance(error, Unavailable) or (isinstance(error, AccessDenied) and not _is_denied(error))
        if error is None or not given or passing:
            return check
        if options.acl is not None and self._puts_without_acl(key):
            advice = "leave out the ACL, and grant reading by a bucket policy; or grant s3:PutObjectAcl"
            return Check(PUT, Result.NO, f"allowed without the ACL {options.acl} alone", advice)
        advice = (
            f"{check.advice or 'check s3-put-args'}, and what {', '.join(given)} need (KMS keys: kms:GenerateDataKey)"
        )
        return Check(PUT, Result.NO, check.found, advice)

    def _puts_without_acl(self, key: str) -> bool:
        try:
            self._bucket.request("PutObject", key, ANY, {"Body": _DATA})
        except Error:
            return False
        return True

    def _multipart(self, key: str) -> list[Check]:
        def upload() -> None:
            self._store.begin_parts(key, _DATA, Attributes("text/plain", "no-store")).complete(ANY)

        def abort() -> None:
            created = self._bucket.store("CreateMultipartUpload", key, ANY, {"Metadata": {}})
            self._bucket.request("AbortMultipartUpload", key, ANY, {"UploadId": created["UploadId"]})

        check = self._allowed(MULTIPART, "s3:PutObject", upload)
        if check.result is not Result.OK:
            return [check]
        aborted = self._allowed(ABORT, "s3:AbortMultipartUpload", abort)
        if aborted.result is Result.NO:
            advice = f"{aborted.advice}, or let a lifecycle rule abort unfinished uploads"
            aborted = Check(ABORT, Result.WARNING, aborted.found, advice)
        return [check, aborted]

    def _checksums(self, key: str) -> Check:
        wrong = {
            "CRC-32": {"ChecksumCRC32": crc32_text(zlib.crc32(_DATA) ^ 1)},
            "MD5": {"ContentMD5": b64encode(hashlib.md5(_DATA + b"?", usedforsecurity=False).digest()).decode()},
        }
        taken = [name for name, arguments in wrong.items() if self._takes(key, arguments)]
        if not taken:
            return Check("checksums", Result.OK, "bodies with a wrong CRC-32 or MD5 are refused")
        found = f"a wrong {', a wrong '.join(taken)} is not noticed"
        if self._store.is_aws or self._bucket.client.options.connection.no_sign_request:
            return Check("checksums", Result.WARNING, found, "faults of the line may go unnoticed")
        return Check("checksums", Result.OK, f"signatures cover every body; {found}")

    def _takes(self, key: str, arguments: Mapping[str, Any]) -> bool:
        try:
            self._bucket.request("PutObject", key, ANY, {"Body": _DATA, **arguments})
        except Error:
            return False
        return True

    def _public(self, key: str) -> Check:
        options = self._bucket.client.options
        try:
            response = self._connection.anonymous.get().get_object(Bucket=self._bucket.name, Key=key)
            with contextlib.closing(response["Body"]) as body:
                public = body.read() == _DATA
        except Exception as error:
            if not code_of(error):
                return Check("public access", Result.SKIPPED, f"no answer without credentials ({type(error).__name__})")
            public = False
        wanted = options.acl is not None and options.acl.startswith("public-")
        if not public:
            return Check("public access", Result.OK, "private: nobody reads files without credentials")
        if wanted or options.connection.no_sign_request:
            return Check(
                "public access", Result.OK, "public, as is wanted: anybody reads files who knows their address"
            )
        advice = "fine for public packages; else take back the bucket policy or ACL that grants it"
        return Check("public access", Result.WARNING, "public: anybody reads files without credentials", advice)

    def _allowed(self, name: str, action: str, ask: Callable[[], object], found: str = "allowed") -> Check:
        """The check ``name``, which needs the permission for ``action``."""
        return self._told(name, action, _failure(ask), found)

    def _told(self, name: str, action: str, error: Error | None, found: str = "allowed") -> Check:
        """The check ``name`` of what ended so, and needs the permission for ``action``."""
        if error is None:
            return Check(name, Result.OK, found)
        if not _is_denied(error):
            return refusal(name, reason(error))
        words = words_of(error.__cause__) if isinstance(error.__cause__, Exception) else ""
        told = f"{_DENIED}: {words}" if words else _DENIED
        if (lacking := refused_action(words)) and lacking != action:
            return Check(name, Result.NO, told, f"grant {lacking}")
        whole = (self._bucket.name,) if action == "s3:ListBucket" else (self._bucket.name, self._prefix, "*")
        where = f"arn:{self._bucket.client.partition}:s3:::{'/'.join(filter(None, whole))}"
        return Check(name, Result.NO, told, f"grant {action} on {where}")

    def _unasked(self, needed: str, *names: str) -> list[Check]:
        return [Check(name, Result.SKIPPED, f"needs {needed}") for name in names]

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


def _unknown(name: str, error: Error) -> Check:
    return replace(refusal(name, reason(error)), result=Result.SKIPPED)


def _is_denied(error: Error) -> bool:
    """Whether a permission is what lacks."""
    return isinstance(error, AccessDenied) and is_denial(error.__cause__)


def _kept(response: Mapping[str, Any], same: bool) -> list[Check]:
    metadata = {name.lower(): value for name, value in response.get("Metadata", {}).items()}
    bytes_and_metadata = Check("metadata", Result.OK, "bytes and metadata come back as stored")
    if not same:
        bytes_and_metadata = Check("metadata", Result.NO, "other bytes come back", "use another store")
    elif metadata != _KEPT.metadata:
        bytes_and_metadata = Check("metadata", Result.NO, "metadata is lost", "use another store")
    kind, caching = response.get("ContentType"), response.get("CacheControl")
    if kind != _KEPT.content_type:
        found, advice = (
            f"Content-Type comes back as {kind}",
            "installers refuse such pages: set it where they are served",
        )
        return [bytes_and_metadata, Check("headers", Result.NO, found, advice)]
    if caching != _KEPT.cache_control:
        advice = "set no-cache for pages where they are served, or uv sees new files ten minutes late"
        return [bytes_and_metadata, Check("headers", Result.WARNING, f"Cache-Control comes back as {caching}", advice)]
    return [bytes_and_metadata, Check("headers", Result.OK, "Content-Type and Cache-Control come back as stored")]
