"""A repository in a folder, as the command line makes it, and whatever else is written there."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests.support import samples
from tests.support.in_process import Said, run

WHEEL = "demo-1.0-py3-none-any.whl"


class CorpusRepository:
    """A folder that holds a repository with the projects demo and other, as the command line makes it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.repository = folder / "there"
        self.wheel = samples.wheel(folder)
        samples.wheel(folder, "other")
        assert self.run(str(self.wheel), str(folder / "other-1.0-py3-none-any.whl")).status == 0
        for path in folder.rglob("*"):
            os.utime(path, (0, 0))  # or a new file would be waited for

    def run(self, *arguments: str) -> Said:
        return run("s3pypi", *arguments, "--target", "./there", cwd=self.folder)

    def manifest(self, project: str = "demo") -> dict[str, Any]:
        found = json.loads((self.repository / project / "manifest.json").read_bytes())
        assert isinstance(found, dict)
        return found

    def write(self, manifest: object, project: str = "demo") -> None:
        text = manifest if isinstance(manifest, str) else json.dumps(manifest)
        (self.repository / project / "manifest.json").write_bytes(text.encode("utf-8", "surrogateescape"))

    def contents(self) -> dict[str, bytes]:
        """Every file of the repository, but for its lock."""
        return {
            str(path.relative_to(self.repository)): path.read_bytes()
            for path in self.repository.rglob("*")
            if path.is_file() and ".s3pypi" not in path.parts
        }


@pytest.fixture
def place(tmp_path: Path) -> CorpusRepository:
    return CorpusRepository(tmp_path)
