"""Lengths of time, as they are typed."""

from __future__ import annotations

import argparse
import re
from datetime import timedelta

__all__ = ["duration"]

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_DURATION = re.compile(r"(\d{1,6})([smhdw])", re.ASCII)


def duration(text: str) -> timedelta:
    """``90d`` and the like, as argparse's ``type``: a number with one of s, m, h, d, w; ``0`` needs none."""
    match = _DURATION.fullmatch(text.strip().lower())
    if match:
        return timedelta(**{_UNITS[match[2]]: int(match[1])})
    if text.strip() == "0":
        return timedelta()
    raise argparse.ArgumentTypeError(f"{text!a} is no length of time: write a number and s, m, h, d or w, as in 90d")
