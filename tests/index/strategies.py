"""Everything that an index may hold, in its canonical form."""

from __future__ import annotations

from datetime import datetime, timezone

from hypothesis import strategies as st

from s3pypi_setuptools.index.model import File, Hashes, Project, ProjectStatus, Status, clean_text
from s3pypi_setuptools.index.urls import file_url
from s3pypi_setuptools.naming import normalize_name

MARKUP = [
    "<b>&amp;\"'",
    "</a><script>alert(1)</script>",
    "&lt;",
    "&copy=1",
    "]]>",
    "<!--",
    "-->",
    "\\",
    "{}",
    "%2B",
    "ü 漢 🎉",
]

texts = (
    st.lists(st.one_of(st.sampled_from(MARKUP), st.text(st.characters(), max_size=10)), max_size=4)
    .map("".join)
    .map(clean_text)
)
names = st.from_regex(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,20}[A-Za-z0-9])?", fullmatch=True)
projects = names.map(normalize_name)
versions = st.builds(
    lambda epoch, release, pre, post, dev, local: f"{epoch}{'.'.join(map(str, release))}{pre}{post}{dev}{local}",
    st.sampled_from(["", "1!"]),
    st.lists(st.integers(0, 30), min_size=1, max_size=4),
    st.sampled_from(["", "a1", "b2", "rc3"]),
    st.sampled_from(["", ".post1"]),
    st.sampled_from(["", ".dev4"]),
    st.sampled_from(["", "+cu121", "+a.b.1"]),
)
digests = st.integers(0, 2**256 - 1).map(lambda number: f"{number:064x}")
many_hashes = st.dictionaries(st.sampled_from(["sha256", "sha512", "md5", "blake2b"]), digests, max_size=3).map(
    lambda found: tuple(sorted(found.items()))
)
one_hash: st.SearchStrategy[Hashes] = many_hashes.map(lambda hashes: hashes[:1])
times = st.datetimes(timezones=st.just(timezone.utc), min_value=datetime(1000, 1, 1))
statuses = st.builds(ProjectStatus, st.sampled_from(Status), st.one_of(st.none(), texts.map(lambda text: text or None)))


def files(project: str, hashes: st.SearchStrategy[Hashes]) -> st.SearchStrategy[File]:
    sdists = st.builds(
        lambda version, suffix: f"{project.replace('-', '_')}-{version}{suffix}",
        versions,
        st.sampled_from([".tar.gz", ".zip"]),
    )
    wheels = st.builds(lambda version: f"{project.replace('-', '_')}-{version}-py3-none-any.whl", versions)
    odd = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"], exclude_characters="/\\"), max_size=10)
    return st.builds(
        lambda filename, folder, **rest: File(filename=filename, url=file_url(filename, folder), **rest),
        st.one_of(sdists, wheels, odd.map(lambda text: f"{text}.zip")),
        st.sampled_from(["", "5f0c", "../other"]),
        hashes=hashes,
        size=st.one_of(st.none(), st.integers(0, 2**63 - 1)),
        upload_time=st.one_of(st.none(), times),
        requires_python=st.one_of(st.none(), st.just(">=3.8,<4,!=3.9.*"), texts.map(lambda text: text or None)),
        core_metadata=st.one_of(st.none(), hashes),
        yanked=st.one_of(st.none(), texts),
        gpg_sig=st.sampled_from([None, True, False]),
        provenance=st.sampled_from([None, "https://example.com/a.provenance?x=1&y=2"]),
    )


@st.composite
def indexes(draw: st.DrawFn, hashes: st.SearchStrategy[Hashes] = one_hash) -> Project:
    name = draw(projects)
    status = draw(st.one_of(st.none(), statuses))
    commit = draw(st.one_of(st.none(), st.from_regex(r"[0-9a-f]{1,32}", fullmatch=True)))
    found = draw(st.lists(files(name, hashes), max_size=6))
    if status is not None and status.status is Status.QUARANTINED:
        found = []
    return Project.of(name, found, status, commit)
