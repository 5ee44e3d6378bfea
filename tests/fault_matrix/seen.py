"""What installers see of a repository, whatever it lies in."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from s3pypi_setuptools.index import simple_html, simple_json
from s3pypi_setuptools.index.model import File, Project

__all__ = ["Seen", "assert_one_line", "in_folder"]

PROJECTS = ("demo", "other")
PAGES = ("index.json", "index.html", "")


def assert_one_line(stderr: str, *secrets: str) -> None:
    """A single line that says what failed, to people, and none of the ``secrets``."""
    assert stderr.startswith("s3pypi: error: "), stderr
    assert stderr.count("\n") == 1, stderr
    assert "Traceback" not in stderr
    assert "run with -v" not in stderr, f"not an error that was thought of: {stderr}"
    assert not any(secret in stderr for secret in secrets)


@dataclass(frozen=True)
class Seen:
    """A repository.

    :param fetch: the bytes under a key below the repository's own; None where there is nothing.
    """

    fetch: Callable[[str], bytes | None]

    def pages(self, project: str) -> dict[str, Project]:
        """The pages of ``project`` that there are, by name."""
        found = {name: self.fetch(f"{project}/{name}") for name in PAGES}
        return {
            name: simple_json.parse_project(data) if name == "index.json" else simple_html.parse_project(data, project)
            for name, data in found.items()
            if data is not None
        }

    def installable(self) -> dict[str, str]:
        """SHA-256 by filename of all that every page of its project lists; each file of any page is fetched."""
        known: dict[str, str] = {}
        for project in PROJECTS:
            pages = self.pages(project)
            for page in pages.values():
                for file in page.files:
                    self._check(project, file)
            if pages:
                files = [{file.filename: str(file.sha256) for file in page.files} for page in pages.values()]
                everywhere = set.intersection(*map(set, files))
                known |= {name: files[0][name] for name in everywhere}
        return known

    def assert_whole(self) -> None:
        """Every page says what its record says, and lists all of it."""
        for project in PROJECTS:
            record = self.fetch(f"{project}/manifest.json")
            pages = self.pages(project)
            if record is None:
                assert not pages
                continue
            manifest = json.loads(record)
            if manifest.get("deleted"):
                assert not pages
                continue
            for page in pages.values():
                assert page.commit == manifest["commit"]
            assert {"index.json", "index.html"} <= set(pages)
        self._assert_root_whole()

    def _assert_root_whole(self) -> None:
        roots = {name: self.fetch(name) for name in ("manifest.json", *PAGES)}
        parsed = {
            name: (simple_html if name in ("index.html", "") else simple_json).parse_root(data)
            for name, data in roots.items()
            if data
        }
        assert len({(root.commit, root.projects) for root in parsed.values()}) == 1
        for project in PROJECTS:
            assert (project in parsed["manifest.json"].projects) is bool(self.pages(project))

    def _check(self, project: str, file: File) -> None:
        data = self.fetch(f"{project}/{file.url}")
        assert data is not None, f"{file.filename} is listed and missing"
        assert hashlib.sha256(data).hexdigest() == file.sha256
        if file.core_metadata:
            assert self.fetch(f"{project}/{file.url}.metadata") is not None


def in_folder(folder: Path) -> Seen:
    """The repository in ``folder``."""

    def fetch(key: str) -> bytes | None:
        path = folder / key
        return path.read_bytes() if path.is_file() else None

    return Seen(fetch)
