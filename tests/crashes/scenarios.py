"""What is done to which repository when the process is killed."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.crashes.storage import Storage
from tests.support import samples

EVERYTHING = os.environ.get("S3PYPI_TEST_CRASHES") == "all"
"""Whether to cover all commands on every server, which takes long."""

LARGE = 8 * 1024 * 1024


@dataclass(frozen=True)
class Bench:
    """Where a scenario is made ready.

    :param publish: publishes distributions to a repository of the storage, by name.
    :param dist: an empty folder.
    """

    storage: Storage
    publish: Callable[[str, Sequence[Path]], None]
    dist: Path


@dataclass(frozen=True)
class Scenario:
    """:param prepare: makes the repository, and the files that the command takes.
    :param command: arguments of ``s3pypi``, but the target.
    :param before: what each project lists, then; ``after``: in the end.
    :param installs: what pip installs wherever the process was killed, and in the end; None: nothing.
    """

    name: str
    prepare: Callable[[Bench, str], None]
    command: Callable[[Bench], Sequence[str]]
    before: Mapping[str, Sequence[str]]
    after: Mapping[str, Sequence[str]]
    installs: tuple[str | None, str | None]


def wheel_of(name: str, version: str) -> str:
    return f"{name}-{version}-py3-none-any.whl"


def both_of(name: str, version: str) -> list[str]:
    return [wheel_of(name, version), f"{name}-{version}.tar.gz"]


def make(folder: Path, *projects: tuple[str, str], salt: str = "") -> list[Path]:
    """A wheel and an sdist of each project and version."""
    return [
        kind(folder, name, version, salt=salt) for name, version in projects for kind in (samples.wheel, samples.sdist)
    ]


def two_projects(bench: Bench, name: str) -> None:
    bench.publish(name, make(bench.dist / "old", ("demo", "1.0"), ("other", "1.0")))


def two_releases(bench: Bench, name: str) -> None:
    two_projects(bench, name)
    bench.publish(name, make(bench.dist / "old", ("demo", "1.1")))


def nothing(bench: Bench, name: str) -> None:
    """An empty storage."""


def with_strays(bench: Bench, name: str) -> None:
    """Two releases, and files that nothing lists."""
    two_releases(bench, name)
    for path in make(bench.dist / "stray", ("demo", "0.9")):
        bench.storage.put(name, f"demo/{path.name}", path.read_bytes())


def damaged(bench: Bench, name: str) -> None:
    """Records, a page and a metadata file are lost."""
    two_releases(bench, name)
    for key in ("manifest.json", "demo/manifest.json", "demo/index.html", f"demo/{wheel_of('demo', '1.1')}.metadata"):
        bench.storage.delete(name, key)


def promotable(bench: Bench, name: str) -> None:
    """A project in ``source`` too."""
    two_projects(bench, name)
    bench.publish("source", make(bench.dist / "source", ("demo", "1.1"), ("demo", "1.2")))


def uploads(*projects: tuple[str, str]) -> Callable[[Bench], list[str]]:
    return lambda bench: ["upload", *map(str, make(bench.dist / "new", *projects))]


def replaces(bench: Bench) -> list[str]:
    replaced = make(bench.dist / "new", ("demo", "1.0"), salt="other bytes")
    return ["upload", *map(str, replaced), "--if-exists", "replace"]


def uploads_large(bench: Bench) -> list[str]:
    return ["upload", str(samples.wheel(bench.dist / "new", "demo", "1.1", padding=LARGE))]


DEMO, OTHER = both_of("demo", "1.0"), both_of("other", "1.0")
TWO = {"demo": DEMO, "other": OTHER}
THREE = {**TWO, "demo": [*DEMO, *both_of("demo", "1.1")]}

SCENARIOS = {
    scenario.name: scenario
    for scenario in (
        Scenario("publish", two_projects, uploads(("demo", "1.1")), TWO, THREE, ("demo==1.0", "demo==1.1")),
        Scenario("replace", two_projects, replaces, TWO, TWO, ("demo==1.0", "demo==1.0")),
        Scenario(
            "delete",
            two_releases,
            lambda bench: ["delete", "demo", "1.0", "--yes"],
            THREE,
            {"demo": both_of("demo", "1.1"), "other": OTHER},
            ("demo==1.1", "demo==1.1"),
        ),
        Scenario(
            "new-project",
            two_projects,
            uploads(("fresh", "1.0")),
            TWO,
            {**TWO, "fresh": both_of("fresh", "1.0")},
            ("other==1.0", "fresh==1.0"),
        ),
        Scenario("first", nothing, uploads(("demo", "1.0")), {}, {"demo": DEMO}, (None, "demo==1.0")),
        Scenario(
            "batch",
            two_projects,
            uploads(("demo", "1.1"), ("other", "1.1"), ("fresh", "1.0"), ("newer", "1.0")),
            TWO,
            {
                **THREE,
                "other": [*OTHER, *both_of("other", "1.1")],
                "fresh": both_of("fresh", "1.0"),
                "newer": both_of("newer", "1.0"),
            },
            ("other==1.0", "newer==1.0"),
        ),
        Scenario(
            "large",
            two_projects,
            uploads_large,
            TWO,
            {**TWO, "demo": [*DEMO, wheel_of("demo", "1.1")]},
            ("demo==1.0", "demo==1.1"),
        ),
        Scenario(
            "delete-project",
            two_projects,
            lambda bench: ["delete", "demo", "--all", "--yes"],
            TWO,
            {"other": OTHER},
            ("other==1.0", "other==1.0"),
        ),
        Scenario(
            "yank",
            two_projects,
            lambda bench: ["yank", "demo", "1.0", "--reason", "breaks <things>"],
            TWO,
            TWO,
            ("demo==1.0", "demo==1.0"),
        ),
        Scenario(
            "prune",
            with_strays,
            lambda bench: ["prune", "--orphans", "--grace", "0s", "--keep-last", "1", "--yes"],
            THREE,
            {"demo": both_of("demo", "1.1"), "other": OTHER},
            ("demo==1.1", "demo==1.1"),
        ),
        Scenario("reindex", damaged, lambda bench: ["reindex"], THREE, THREE, (None, "demo==1.1")),
        Scenario(
            "promote",
            promotable,
            lambda bench: ["promote", "demo", "1.1", "--from", bench.storage.target("source")],
            TWO,
            THREE,
            ("demo==1.0", "demo==1.1"),
        ),
        Scenario(
            "migrate-index",
            two_projects,
            lambda bench: ["migrate-index", "index.html", "--yes"],
            TWO,
            TWO,
            (None, None),  # pip would need a website's server, which finds the pages that are left
        ),
    )
}
