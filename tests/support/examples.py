"""How many examples property tests try: few in most runs, ``S3PYPI_TEST_EXAMPLES`` times as many where that is set.

Property tests carry the marker ``slow`` then, so that ``-m slow`` runs them at that depth.
"""

from __future__ import annotations

import os

TIMES = int(os.environ.get("S3PYPI_TEST_EXAMPLES") or 1)

DEFAULT = 20 * TIMES
"""Examples for a property test that names no number: each takes some ten milliseconds, in dozens of tests."""


def of_costly(few: int, many: int) -> int:
    """How many examples a property test tries that takes seconds.

    :param few: in most runs.
    :param many: where ``S3PYPI_TEST_EXAMPLES`` asks for more, before they are multiplied.
    """
    return few if TIMES == 1 else many * TIMES
