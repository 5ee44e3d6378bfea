"""How many examples each area tries."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from hypothesis import HealthCheck, settings

from tests.support.examples import TIMES

EXAMPLES = 450 * TIMES
"""Examples of all areas together."""

FEW = 10_000
"""Above that, examples are not kept for the next run: that takes longer than trying them."""

T = TypeVar("T", bound=Callable[..., None])


def share(percent: float) -> Callable[[T], T]:
    """Try as much of all examples."""
    kept = {} if EXAMPLES <= FEW else {"database": None}
    return settings(
        max_examples=max(1, round(EXAMPLES * percent / 100)),
        deadline=None,
        suppress_health_check=list(HealthCheck),
        **kept,  # type: ignore[arg-type]
    )
