"""The tables and verdicts of the service's benchmark."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from service_load import Load

SMALL = "5 files"
MANY = "5,000 projects"
NGINX = "nginx"
PARALLEL_READERS = "1,000 at once"
TITLES = (SMALL, "300 files", "1,000 files", "201 projects", MANY, "304", "password")
PARALLEL = 20
TIMES_FASTEST = {SMALL: 2, "300 files": 4, "1,000 files": 4, "304": 3}
"""How many times as fast as the fastest other server in Python each page is to be served."""
SLOWEST = 39
"""Milliseconds that 99 % of the pages take at most: what proxpi took when the bound was set."""
MOST_FOR_PASSWORD = 0.2
MOST_UPLOAD = 30
MOST_READY = 1
LEAST_OF_NGINX = 0.5
MOST_SLOWER = 5
MOST_MEMORY = 150


@dataclass(slots=True)
class Results:
    """What was measured, by the name of the server.

    :ivar pages: by server and page.
    :ivar uploads: milliseconds of one upload; failures and milliseconds of `PARALLEL` at once.
    :ivar downloads: by server and kind of file.
    :ivar ready: seconds from the start to the first answer.
    :ivar peers: the other servers in Python.
    :ivar large: pages before and during a large upload, and the most memory that the server had, in MiB.
    """

    mebibytes: int
    pages: dict[str, dict[str, Load]] = field(default_factory=dict)
    uploads: dict[str, tuple[float, int, float]] = field(default_factory=dict)
    downloads: dict[tuple[str, str], Load] = field(default_factory=dict)
    ready: dict[str, float] = field(default_factory=dict)
    large: dict[str, tuple[Load, Load, float]] = field(default_factory=dict)
    peers: list[str] = field(default_factory=list)

    def add(self, server: str, page: str, found: Load) -> None:
        self.pages.setdefault(server, {})[page] = found


def tables(results: Results) -> str:
    """Everything that was measured, as tables of Markdown."""
    parts = [_table(("pages per second (99 % within, ms)", *TITLES), _pages(results))]
    uploads = ("uploads of a small wheel", "one, ms", f"{PARALLEL} at once, ms", "failed", "ready after, s")
    parts.append(_table(uploads, _uploads(results)))
    kinds = list(dict.fromkeys(kind for _, kind in results.downloads))
    parts.append(_table(("downloads, MB per second (errors)", *kinds), _downloads(results, kinds)))
    large = (f"while {results.mebibytes} MiB are uploaded", "99 % before, ms", "99 % during, ms", "memory, MiB")
    rows = [
        (name, f"{idle.slow:.1f}", f"{busy.slow:.1f}", f"{mem:.0f}")
        for name, (idle, busy, mem) in results.large.items()
    ]
    parts.append(_table(large, iter(rows)))
    return "\n".join(parts)


def _pages(results: Results) -> Iterator[tuple[str, ...]]:
    for server, found in results.pages.items():
        cells = (f"{found[page].rate:,.0f} ({found[page].slow:.1f})" if page in found else "" for page in TITLES)
        yield (server, *cells)


def _uploads(results: Results) -> Iterator[tuple[str, ...]]:
    for server, ready in results.ready.items():
        one, failed, middle = results.uploads.get(server, (None, None, None))
        cells = ("", "", "") if one is None else (f"{one:.1f}", f"{middle:.0f}", str(failed))
        yield (server, *cells, f"{ready:.2f}")


def _downloads(results: Results, kinds: list[str]) -> Iterator[tuple[str, ...]]:
    for server in dict.fromkeys(server for server, _ in results.downloads):
        found = (results.downloads[server, kind] for kind in kinds)
        yield (server, *(f"{each.megabytes:,.0f} ({each.errors})" for each in found))


def _table(head: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> str:
    lines = [head, ("---", *("--:" for _ in head[1:])), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def verdicts(results: Results) -> Iterator[tuple[bool, str]]:
    """Whether each bound holds, and what was found; bounds on what was not measured are left out."""
    for server, found in results.pages.items():
        if server in results.peers or server == NGINX:
            continue
        slowest = max(found, key=lambda page: found[page].slow)
        slow = found[slowest].slow
        yield slow <= SLOWEST, f"{server}: 99 % of all pages within {slow:.1f} ms ({slowest}), at most {SLOWEST}"
        errors = sum(each.errors for each in found.values())
        yield not errors, f"{server}: {errors} pages failed, at most 0"
        for page, least in TIMES_FASTEST.items():
            others = (results.pages[peer].get(SMALL if page == "304" else page) for peer in results.peers)
            rates = [other.rate for other in others if other is not None]
            if rates and page in found:
                times = found[page].rate / max(rates)
                yield times >= least, f"{server}: {page} {times:.1f} times the fastest other, at least {least}"
        if "password" in found:
            less = 1 - found["password"].rate / found[SMALL].rate
            yield (
                less <= MOST_FOR_PASSWORD,
                f"{server}: {less:.0%} less with a password, at most {MOST_FOR_PASSWORD:.0%}",
            )
    yield from _other_verdicts(results)


def _other_verdicts(results: Results) -> Iterator[tuple[bool, str]]:
    for server, ready in results.ready.items():
        if server not in results.peers and server != NGINX:
            yield ready <= MOST_READY, f"{server}: ready after {ready:.2f} s, at most {MOST_READY}"
    for server, (one, failed, _) in results.uploads.items():
        if server not in results.peers:
            if "folder" in server:
                yield one <= MOST_UPLOAD, f"{server}: an upload takes {one:.1f} ms, at most {MOST_UPLOAD}"
            yield not failed, f"{server}: {failed} of {PARALLEL} uploads at once failed, at most 0"
    for (server, kind), each in results.downloads.items():
        if server != NGINX:
            if kind != PARALLEL_READERS:
                part = each.megabytes / results.downloads[NGINX, kind].megabytes
                yield part >= LEAST_OF_NGINX, f"{server}: {kind} at {part:.2f} of nginx, at least {LEAST_OF_NGINX}"
            yield not each.errors, f"{server}: {each.errors} errors downloading {kind}, at most 0"
    for server, (idle, busy, memory) in results.large.items():
        slower = busy.slow / idle.slow
        yield (
            slower <= MOST_SLOWER,
            f"{server}: pages {slower:.1f} times as slow during an upload, at most {MOST_SLOWER}",
        )
        yield memory <= MOST_MEMORY, f"{server}: {memory:.0f} MiB of memory, at most {MOST_MEMORY}"


def write_results(text: str, busy: float) -> None:
    """Put the tables into the README, with how busy the machine was when the benchmark began."""
    readme = Path(__file__).parent / "README.md"
    machine = f"{os.cpu_count()} cores, load {busy:.1f} when it began."
    new = f"<!-- service -->\n{machine}\n\n{text}<!-- /service -->"
    old = readme.read_text(encoding="utf-8")
    readme.write_text(re.sub(r"<!-- service -->.*<!-- /service -->", lambda _: new, old, flags=re.S), encoding="utf-8")
