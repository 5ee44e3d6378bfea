"""What the service is told when it starts."""

from __future__ import annotations

from dataclasses import dataclass

from ..config.service import DownloadStyle
from .users import UserStore

__all__ = ["ServiceOptions"]

DEFAULT_MAX_SIZE = 5 * 1024**3


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceOptions:
    """How a service is run.

    :param users: who may do what; None where there are none.
    :param anonymous_read: anybody may read.
    :param anonymous_upload: anybody may upload.
    :param overwrite: an upload replaces a file of the same name; otherwise it is refused.
    :param fallback: the URL of the index that unknown projects are looked up in; None for none.
    :param reserved: glob patterns of normalized project names that are never looked up there.
    :param downloads: how files of a bucket are served.
    :param max_size: bytes that one uploaded file may have.
    :param root_path: what the service's URLs begin with behind a proxy; empty, or begins with ``/`` and ends without.
    """

    users: UserStore | None = None
    anonymous_read: bool = False
    anonymous_upload: bool = False
    overwrite: bool = False
    fallback: str | None = None
    reserved: tuple[str, ...] = ()
    downloads: DownloadStyle = DownloadStyle.REDIRECT
    max_size: int = DEFAULT_MAX_SIZE
    root_path: str = ""
