"""What may become of bad input."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from s3pypi_setuptools.errors import Error

T = TypeVar("T")


def result_of(work: Callable[[], T], kind: type[Error] = Error) -> T | None:
    """What ``work`` gives; None where it is refused with an error of that ``kind``, in one line."""
    try:
        return work()
    except kind as error:
        said = str(error)
    assert said
    assert said.isprintable()
    assert len(said) < 4000, said[:200]
    return None
