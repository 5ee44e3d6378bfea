"""The plot of `contention`, as SVG: time until the last publisher ended, by how many started together."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from xml.sax.saxutils import escape

WIDTH, HEIGHT = 760, 430
LEFT, RIGHT, TOP, BOTTOM = 64, 250, 54, 52
COLOURS = ("#0b6e4f", "#6b7280", "#b45309", "#b91c1c")
APART = 16
"""The least distance between the names at the lines' ends."""


@dataclass(frozen=True)
class Line:
    """One contestant: (publishers, seconds), and what is noted at each point."""

    name: str
    points: Sequence[tuple[int, float]]
    notes: Sequence[str] = field(default_factory=tuple)


def draw(lines: Sequence[Line], bound: Line, milliseconds: float) -> str:
    """The picture; ``bound`` is dashed."""
    everything = [*lines, bound]
    counts = [count for count, _ in lines[0].points]
    times = [seconds for line in everything for _, seconds in line.points]
    low, high = math.floor(math.log10(min(times))), math.ceil(math.log10(max(times)))

    def x(count: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * math.log(count / counts[0]) / math.log(counts[-1] / counts[0])

    def y(seconds: float) -> float:
        return TOP + (HEIGHT - TOP - BOTTOM) * (high - math.log10(seconds)) / (high - low)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif">',
        f"<title>Publishers of one project at once, {milliseconds:g} ms a request</title>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
        text(LEFT, 22, "Publishers of one project at once: seconds until the last has ended", weight="bold", size=14),
        text(LEFT, 40, f"{milliseconds:g} ms a request; both scales are logarithmic", colour="#4b5563"),
    ]
    for power in range(low, high + 1):
        level = y(10.0**power)
        parts.append(f'<line x1="{LEFT}" y1="{level:.1f}" x2="{WIDTH - RIGHT}" y2="{level:.1f}" stroke="#e5e7eb"/>')
        parts.append(text(LEFT - 8, level + 4, f"{10.0**power:g} s", anchor="end", colour="#4b5563"))
    below = HEIGHT - BOTTOM + 20
    parts += [text(x(count), below, str(count), anchor="middle", colour="#4b5563") for count in counts]
    parts.append(text(x(counts[0]), HEIGHT - 12, "publishers that start together", colour="#4b5563"))
    for line, colour in zip(everything, (*COLOURS, "#111827"), strict=False):
        path = " ".join(f"{x(count):.1f},{y(seconds):.1f}" for count, seconds in line.points)
        dashes = ' stroke-dasharray="5 4" stroke-width="1"' if line is bound else ' stroke-width="2"'
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}"{dashes}/>')
        for (count, seconds), note in zip(line.points, line.notes, strict=False):
            parts.append(f'<circle cx="{x(count):.1f}" cy="{y(seconds):.1f}" r="3" fill="{colour}"/>')
            if note and count != counts[-1]:
                parts.append(text(x(count), y(seconds) - 8, note, anchor="middle", colour=colour, size=11))
    parts += names(everything, y, x(counts[-1]) + 10)
    return "\n".join([*parts, "</svg>", ""])


def names(lines: Sequence[Line], y: Callable[[float], float], left: float) -> list[str]:
    """The name of each line at its end, with what is noted there; none over another."""
    ends = sorted(
        (y(line.points[-1][1]) + 4, line.name, line.notes[-1] if line.notes else "", colour)
        for line, colour in zip(lines, (*COLOURS, "#111827"), strict=False)
    )
    parts, last = [], 0.0
    for level, name, note, colour in ends:
        last = max(level, last + APART)
        parts.append(text(left, last, name, colour=colour))
        if note:
            last += APART - 2
            parts.append(text(left + 10, last, note, colour=colour, size=11))
    return parts


def text(
    x: float, y: float, words: str, *, anchor: str = "start", colour: str = "#111827", size: int = 12, weight: str = ""
) -> str:
    bold = f' font-weight="{weight}"' if weight else ""
    place = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"'
    return f'<text {place} fill="{colour}" font-size="{size}"{bold}>{escape(words)}</text>'
