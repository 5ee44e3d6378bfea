from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from s3pypi_setuptools.errors import InvalidIndex


@contextmanager
def refused_in_one_line() -> Iterator[None]:
    """What is in the block may raise `InvalidIndex`, and nothing else."""
    try:
        yield
    except InvalidIndex as error:
        text = str(error)
    else:
        return
    assert text.isprintable()
