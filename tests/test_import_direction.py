"""The package's modules form levels: each imports from its own part of the package, and from levels below."""

from __future__ import annotations

import ast
import functools
from collections.abc import Iterator
from pathlib import Path

import pytest

import s3pypi_setuptools

PACKAGE = Path(s3pypi_setuptools.__file__).parent

# From the bottom up. Modules of one level may import one another, except the doors.
LEVELS = (
    ("text",),
    ("errors", "http_limits"),
    ("build_gate", "naming", "redaction", "monitor", "concurrency", "interruption", "tables"),
    ("config",),
    ("distribution",),
    ("index",),
    ("aws",),
    ("stores",),
    ("locks",),
    ("transaction",),
    ("repository",),
    ("operations",),
    ("doctor",),
    ("report_lines",),
    ("session",),
    ("maintenance",),
    ("contents",),
    ("api",),
    ("build_push",),
    ("server",),
    ("build_meta", "command", "hatch", "pdm", "cli"),
    ("__main__",),
)
DOORS = LEVELS[-2]
BEHIND_THE_API = ("session", "doctor", "operations", "transaction", "repository", "locks", "stores", "aws")
BEHIND_OPERATIONS = ("repository", "transaction")
REACH_NO_REPOSITORY = ("build_release", "exclusive")
LEVEL = {name: level for level, names in enumerate(LEVELS) for name in names}

AWS = {"boto3", "botocore", "s3transfer"}
AWS_PARTS = ("aws/", "stores/s3/", "doctor/s3")
MODULES = sorted(path for path in PACKAGE.rglob("*.py") if path != PACKAGE / "__init__.py")


def part_of(path: Path) -> str:
    """The module or package directly below `PACKAGE` that the file belongs to."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


each_part = pytest.mark.parametrize("part", sorted({*map(part_of, MODULES)}))


@functools.cache
def tree_of(path: Path) -> ast.Module:
    """The file's syntax tree; of one file always the same one, so that its statements can be compared."""
    return ast.parse(path.read_text(encoding="utf-8"))


@functools.cache
def imports(path: Path) -> list[tuple[ast.stmt, str]]:
    """Every absolute name that the file imports, wherever the statement stands."""
    return list(_imports(path))


def _imports(path: Path) -> Iterator[tuple[ast.stmt, str]]:
    package = (PACKAGE.name, *path.relative_to(PACKAGE).parts[:-1])
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node, alias.name
        elif isinstance(node, ast.ImportFrom):
            origin = package[: len(package) + 1 - node.level] if node.level else ()
            module = ".".join((*origin, *filter(None, [node.module])))
            if module == PACKAGE.name:
                for alias in node.names:
                    yield node, f"{module}.{alias.name}"
            else:
                yield node, module


def imports_of(part: str) -> Iterator[tuple[Path, ast.stmt, str]]:
    """What each module of a part of the package imports."""
    for path in MODULES:
        if part_of(path) == part:
            for node, name in imports(path):
                yield path, node, name


@each_part
def test_imports_point_down(part: str) -> None:
    assert part in LEVEL, f"{part} has no place in LEVELS"
    for path, node, name in imports_of(part):
        parts = name.split(".")
        if parts[0] != PACKAGE.name or len(parts) == 1 or parts[1].startswith("__") or parts[1] == part:
            continue
        where = f"{path.name}:{node.lineno} imports {name}"
        assert LEVEL[parts[1]] <= LEVEL[part], f"{where}, which lies above"
        assert not (part in DOORS and parts[1] in DOORS), f"{where}: doors do not know one another"


@each_part
def test_only_the_aws_stores_import_botocore_and_only_when_used(part: str) -> None:
    for path, node, name in imports_of(part):
        if name.split(".")[0] in AWS:
            where = path.relative_to(PACKAGE).as_posix()
            assert where.startswith(AWS_PARTS), f"{where}:{node.lineno} imports {name}"
            assert node not in tree_of(path).body, f"{path.name}:{node.lineno} imports {name} with the module"


def test_every_import_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(globals(), "PACKAGE", tmp_path / "p")
    module = tmp_path / "p" / "stores" / "s3.py"
    module.parent.mkdir(parents=True)
    module.write_text(
        "from . import base\nfrom .. import app\nfrom ..cli.a import x\ndef f():\n    import botocore.session\n"
    )
    assert [name for _, name in imports(module)] == ["p.stores", "p.app", "p.cli.a", "botocore.session"]


@each_part
def test_frontends_reach_repositories_through_the_api_and_the_api_through_operations(part: str) -> None:
    behind = BEHIND_THE_API if LEVEL[part] > LEVEL["api"] else BEHIND_OPERATIONS
    if LEVEL[part] <= LEVEL["session"]:
        return
    for path, node, name in imports_of(part):
        parts = name.split(".")
        if parts[0] != PACKAGE.name or len(parts) == 1 or parts[1] not in behind:
            continue
        # Values, such as reports, begin with a capital letter; functions and modules do not.
        names = [alias.name for alias in node.names] if isinstance(node, ast.ImportFrom) else [name]
        reached = [each for each in names if not each[0].isupper() and each not in REACH_NO_REPOSITORY]
        assert not reached, (
            f"{path.name}:{node.lineno} imports {reached} of {name}: call PackageRepository, or an operation"
        )


def needed_by(path: Path) -> set[Path]:
    """The package's files that the imports of the file name, also those within functions."""
    files = set()
    for node, name in imports(path):
        names = [f"{name}.{alias.name}" for alias in node.names] if isinstance(node, ast.ImportFrom) else [name]
        for each in names:
            whole, part = (PACKAGE.parent.joinpath(*one.split(".")) for one in (each, name))
            places = (whole.with_suffix(".py"), whole / "__init__.py", part.with_suffix(".py"), part / "__init__.py")
            files.add(next((place for place in places if place in MODULES), path))
    return files - {path}


def test_no_modules_import_each_other_in_a_circle() -> None:
    left = {path: needed_by(path) for path in MODULES}
    while free := {path for path, needed in left.items() if not needed & left.keys()}:
        left = {path: needed for path, needed in left.items() if path not in free}
    assert not left, sorted(path.relative_to(PACKAGE).as_posix() for path in left)
