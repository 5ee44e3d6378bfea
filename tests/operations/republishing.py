"""Publishing a file again whose object is missing or overwritten."""

from __future__ import annotations

from pathlib import Path

from s3pypi_setuptools.config.choices import IfExists
from s3pypi_setuptools.distribution.local_file import PART_SIZE
from s3pypi_setuptools.operations.publish.report import FileReport
from tests.operations.conftest import World
from tests.operations.processes import problems
from tests.support import samples
from tests.support.markers import case

FILES = {"wheel": 0, "sdist": 0, "large wheel": PART_SIZE}


KINDS = [case(kind, slow=kind == "large wheel") for kind in FILES]


def file_of(world: World, kind: str) -> Path:
    if kind == "sdist":
        return world.sdist()
    return samples.wheel(world.folder / "built", padding=FILES[kind])


def push(world: World, path: Path, policy: IfExists = IfExists.SAME, **options: object) -> FileReport:
    """The report of ``path``, published as the programs do."""
    cautious = not world.store.keeps_metadata
    (report,) = world.push(path, if_exists=policy, cautious=cautious, **options).files
    return report


def key_of(world: World) -> str:
    return world.layout.object_key("demo", world.pages()[0].files[0].url) or ""


def is_complete(world: World, path: Path) -> bool:
    """Whether what installers read is there, the file under its listed hash and the metadata file beside it."""
    assert world.listed() == {path.name: samples.read(path).file.sha256}
    if path.suffix == ".whl":
        assert world.store.get(f"{key_of(world)}.metadata").data == samples.read(path).metadata
    return problems(world, deep=True) == []
