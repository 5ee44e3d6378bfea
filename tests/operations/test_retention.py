"""Which releases the rules of retention let go."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.version import Version

from s3pypi_setuptools.index.model import File, Project
from s3pypi_setuptools.operations.retention import Retention, expired

NOW = datetime(2026, 6, 1, tzinfo=timezone.utc)
DAY = timedelta(days=1)


def project(*versions: str, yanked: str = "", ages: tuple[int | None, ...] = ()) -> Project:
    """One wheel a version, the first uploaded as many days ago as there are versions, or as ``ages`` say."""
    days = ages or tuple(range(len(versions), 0, -1))
    return Project.of(
        "demo",
        [
            File(
                f"demo-{version}-py3-none-any.whl",
                "u",
                upload_time=None if age is None else NOW - age * DAY,
                yanked="" if version == yanked else None,
            )
            for version, age in zip(versions, days, strict=True)
        ],
    )


def gone(of: Project, **rules: object) -> list[str]:
    return [str(release.version) for release in expired(of, Retention(**rules), NOW)]  # type: ignore[arg-type]


MANY = project("1.0", "1.1a1", "1.1", "2.0.dev1", "2.0rc1", "2.0", "3.0.dev1", "3.0b1.dev2", "3.0b1")


@pytest.mark.parametrize(
    ("rules", "versions"),
    [
        ({}, []),
        ({"last_stable": True}, []),
        ({"keep_last": 2}, ["1.0", "1.1a1", "1.1", "2.0.dev1", "2.0rc1", "3.0.dev1"]),
        ({"keep_last": 2, "last_stable": True}, ["1.0", "1.1a1", "1.1", "2.0.dev1", "2.0rc1", "2.0", "3.0.dev1"]),
        ({"keep_last": 100}, []),
        ({"keep_last": 0}, ["1.0", "1.1a1", "1.1", "2.0.dev1", "2.0rc1", "3.0.dev1", "3.0b1.dev2", "3.0b1"]),
        ({"older_than": 7 * DAY}, ["1.0", "1.1a1"]),
        ({"older_than": 7 * DAY, "keep_last": 8}, ["1.0"]),
        ({"pre_releases": True}, ["1.1a1", "2.0rc1", "3.0b1"]),
        ({"dev": True}, ["2.0.dev1", "3.0.dev1", "3.0b1.dev2"]),
        ({"dev": True, "keep_last": 1}, ["2.0.dev1", "3.0.dev1"]),
        ({"dev": True, "pre_releases": True, "older_than": 4 * DAY}, ["1.1a1", "2.0.dev1", "2.0rc1"]),
    ],
)
def test_rules(rules: dict[str, object], versions: list[str]) -> None:
    order = [str(version) for version in sorted(map(Version, versions))]
    assert gone(MANY, **rules) == order


def test_the_last_stable_release_that_is_not_yanked_stays() -> None:
    assert gone(project("1.0", "2.0", yanked="2.0"), older_than=0 * DAY) == ["2.0"]
    assert gone(project("1.0", yanked="1.0"), older_than=0 * DAY) == []
    assert gone(project("1.0a1", "1.0.dev1"), older_than=0 * DAY) == ["1.0.dev1", "1.0a1"]


def test_an_unknown_age_is_no_age() -> None:
    assert gone(project("1.0", "2.0", "3.0", ages=(None, 9, 9)), older_than=DAY) == ["2.0"]
    assert gone(project("1.0", "2.0", "3.0", ages=(None, 9, 9)), keep_last=1) == ["1.0", "2.0"]


def test_a_release_is_as_young_as_its_last_file_and_files_without_a_version_stay() -> None:
    files = (
        File("demo-1.0.tar.gz", "a", upload_time=NOW - 9 * DAY),
        File("demo-1.0-py3-none-any.whl", "b", upload_time=NOW - DAY),
        File("demo-2.0.tar.gz", "c", upload_time=NOW),
        File("readme.zip", "d", upload_time=NOW - 99 * DAY),
    )
    of = Project.of("demo", files)
    assert gone(of, older_than=2 * DAY) == []
    assert gone(of, older_than=DAY / 2) == ["1.0"]
    assert gone(of, keep_last=0, last_stable=True) == ["1.0", "2.0"]


VERSIONS = st.builds(
    "{}.{}{}".format, st.integers(0, 3), st.integers(0, 3), st.sampled_from(["", "a1", "rc1", ".dev1", "b1.dev2"])
)


@given(st.sets(VERSIONS, max_size=12), st.integers(0, 5), st.integers(0, 20), st.booleans(), st.booleans())
def test_rules_only_ever_spare_more(versions: set[str], keep: int, days: int, pre: bool, dev: bool) -> None:
    of = project(*sorted(versions))
    both = set(gone(of, keep_last=keep, older_than=days * DAY, pre_releases=pre, dev=dev))
    assert both <= set(gone(of, keep_last=keep, pre_releases=pre, dev=dev))
    assert both <= set(gone(of, older_than=days * DAY, pre_releases=pre, dev=dev))
    stable = [version for version in map(Version, versions) if not version.is_prerelease]
    assert not stable or str(max(stable)) not in both
