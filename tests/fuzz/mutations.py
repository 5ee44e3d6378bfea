"""Small changes of what is valid, so that most examples get past the first look."""

from __future__ import annotations

import re
from itertools import islice
from typing import Any

from hypothesis import strategies as st

ODD = [
    "", " ", "\0", "\n", "\r\n", "\x1b[2J\x1b]0;x\x07", "\x9b31m", "\u2028", "\ufeff", "\u202e", "\ud800", "%",
    "%00", "%2e%2e", "%(x)s", "..", "../..", "/", "//", "\\", "C:\\x", "~", "~root", "a:b", "@", "#", "?", "[", "]",
    "<b>", "'", '"', "&amp;", "NaN", "null", "true", "-1", "1e999", "9" * 400, "-py3" * 60,
    "x" * 300, "ü", "\U0001f389", "\u0130", "K\u212a",
]  # fmt: skip
odd_texts = st.one_of(
    st.sampled_from(ODD), st.text(max_size=12), st.lists(st.sampled_from(ODD), max_size=3).map("".join)
)
json_values: st.SearchStrategy[Any] = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), odd_texts),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(odd_texts, inner, max_size=3),
    max_leaves=6,
)

edits = st.lists(
    st.tuples(
        st.sampled_from(["overwrite", "insert", "delete", "repeat", "cut"]),
        st.integers(0, 2**16),
        st.one_of(
            st.binary(min_size=1, max_size=8), st.sampled_from([b"\0" * 4, b"\xff" * 4, b"\x80", b"PK\1\2", b"\n"])
        ),
    ),
    max_size=4,
)


def edited(data: bytes, changes: list[tuple[str, int, bytes]], anchors: tuple[bytes, ...] = ()) -> bytes:
    """``data`` with byte-wise ``changes``; each begins soon after one of ``anchors``, where there are any."""
    found = bytearray(data)
    for kind, number, piece in changes:
        if not found:
            break
        start = number % len(found)
        if anchors:
            anchor = re.escape(anchors[number % len(anchors)])
            places = [match.start() for match in islice(re.finditer(anchor, found), 64)]
            start = (places[number % len(places)] + number // 7 % 48) % len(found) if places else start
        length = len(piece)
        if kind == "overwrite":
            found[start : start + length] = piece
        elif kind == "insert":
            found[start:start] = piece
        elif kind == "delete":
            del found[start : start + length]
        elif kind == "repeat":
            found[start:start] = found[start : start + 64 * length]
        else:
            del found[start:]
    return bytes(found)


changes = st.lists(
    st.tuples(
        st.lists(st.integers(0, 50), min_size=1, max_size=4), st.sampled_from(["set", "drop", "add"]), json_values
    ),
    max_size=3,
)


def changed(value: Any, steps: list[tuple[list[int], str, Any]]) -> Any:
    """A JSON ``value`` with changes at places within; it is changed itself."""
    for path, kind, new in steps:
        holder, key = None, None
        place = value
        for number in path:
            if isinstance(place, dict) and place:
                holder, key = place, list(place)[number % len(place)]
            elif isinstance(place, list) and place:
                holder, key = place, number % len(place)
            else:
                break
            place = holder[key]
        if holder is None:
            value = new
        elif kind == "drop":
            del holder[key]
        elif kind == "add" and isinstance(place, list):
            place.append(new)
        elif kind == "add" and isinstance(place, dict):
            place[str(new)] = new
        else:
            holder[key] = new
    return value
