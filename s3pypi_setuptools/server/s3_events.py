"""Index what was put into the bucket by hand: a function of AWS Lambda that gets the bucket's event notifications.

The function's handler is ``s3pypi_setuptools.server.s3_events.handler``. Notifications of S3 reach it directly, through
a queue (SQS), a topic (SNS), a queue of a topic, or EventBridge. Its setting is the variable ``S3PYPI_TARGET``.

S3 delivers a notification at least once, and in any order. So each is only a hint: what is under the key now decides,
and the index becomes what ``s3pypi reindex`` would make of it.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-event-types-and-destinations.html
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import unquote_plus

from ..api import PackageRepository
from ..config.resolve import resolve
from ..config.target import S3Target
from ..errors import Error, LockError, RepositoryError, StoreError
from ..text import quoted

log = logging.getLogger(__name__)

_DELETED = ("ObjectRemoved:", "LifecycleExpiration:", "Object Deleted")
_CREATED = ("ObjectCreated:", "ObjectRestore:Completed", "Object Created")


class ObjectEvent(NamedTuple):
    """What happened to one object; the key is as it is in the bucket, with nothing encoded."""

    bucket: str
    key: str
    deleted: bool


def handler(event: Mapping[str, Any], context: object) -> None:
    """Index the objects that ``event`` is about; AWS Lambda calls this.

    Raises `Error` if it is worth another try, or if somebody has to see to it: Lambda, or the queue, then delivers the
    event again, and puts it among the dead letters at last. What no other try can mend is a line in the log.
    """
    del context
    repository, bucket = _configured()
    index(repository, [one for one in events_in(event) if one.bucket == bucket])


def index(repository: PackageRepository, events: list[ObjectEvent]) -> None:
    """Bring the index of ``repository`` up to the objects that events of its bucket are about. Raises `Error`."""
    created = [one.key for one in events if not one.deleted]
    deleted = [one.key for one in events if one.deleted]
    if not events:
        return
    report = repository.follow(created, deleted)
    again: list[Error] = []
    for project in report.projects:
        for change, names in (("listed", project.listed), ("unlisted", project.unlisted)):
            for name in names:
                log.info("%s: %s %s", project.project, change, name)
        for line in project.left:
            log.warning("%s: left as it is: %s", project.project, line)
        for error in project.errors:
            log.error("%s: %s", project.project, error)
            if isinstance(error, (StoreError, LockError)):
                again.append(error)
    if again:
        raise again[0]


def events_in(document: object) -> Iterator[ObjectEvent]:
    """The events in what Lambda is called with, wherever they come from; of ``s3:TestEvent`` there are none.

    What is unknown is a line in the log, and passed over.
    """
    if not isinstance(document, Mapping):
        log.warning("this is no event: %s", quoted(str(document)[:200]))
    elif isinstance(document.get("Records"), list):
        for record in document["Records"]:
            yield from events_in(record)
    elif "s3" in document:
        yield from _event(document.get("eventName"), document["s3"], encoded=True)
    elif document.get("source") == "aws.s3":  # of EventBridge
        yield from _event(document.get("detail-type"), document.get("detail", {}), encoded=False)
    elif isinstance(document.get("Sns"), Mapping):
        yield from events_in(document["Sns"])
    elif "Message" in document:  # of a topic, perhaps in a queue
        yield from events_in(_parsed(document["Message"]))
    elif "body" in document:  # of a queue
        yield from events_in(_parsed(document["body"]))
    elif document.get("Event") != "s3:TestEvent":  # which S3 sends when notifications are set up
        log.warning("this event has no records")


def _event(name: object, about: Any, *, encoded: bool) -> Iterator[ObjectEvent]:
    """The event of that name.

    :param encoded: the key is encoded as in a form, with ``+`` for a space
        (https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html).
    """
    kind = str(name).removeprefix("s3:")
    if not kind.startswith(_DELETED + _CREATED):
        return
    try:
        bucket, key = str(about["bucket"]["name"]), str(about["object"]["key"])
    except (KeyError, TypeError):
        log.warning("the event %s names no object", quoted(kind))
        return
    yield ObjectEvent(bucket, unquote_plus(key) if encoded else key, kind.startswith(_DELETED))


def _parsed(text: object) -> object:
    """The JSON document in a message; the text itself where it is none."""
    try:
        return json.loads(str(text))
    except ValueError:
        return text


@lru_cache(1)
def _configured() -> tuple[PackageRepository, str]:
    """The repository of the environment's settings, and its bucket. Raises `Error`."""
    settings = resolve()
    target = settings.require_target()
    if not isinstance(target, S3Target):
        raise RepositoryError(f"{target}: only buckets send events; set S3PYPI_TARGET to s3://BUCKET/PREFIX")
    logging.getLogger("s3pypi_setuptools").setLevel(logging.INFO)
    return PackageRepository(settings), target.bucket
