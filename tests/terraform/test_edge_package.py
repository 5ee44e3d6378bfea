"""The package of the function at the edge is what the repository holds, and needs nothing else."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.terraform import terraform


def test_the_package_is_what_the_script_builds(tmp_path: Path) -> None:
    script = terraform.FOLDER / "build_edge.py"
    code = f"import runpy, pathlib; runpy.run_path({str(script)!r})['build'](pathlib.Path('built.zip'))"
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=True)
    assert (tmp_path / "built.zip").read_bytes() == terraform.EDGE_PACKAGE.read_bytes(), f"run {script}"
    assert (
        terraform.EDGE_PACKAGE.stat().st_size < 1_000_000
    )  # https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/edge-function-restrictions-all.html
    assert terraform.EDGE_PACKAGE.stat().st_size < 1_000_000


def test_the_package_needs_the_standard_library_alone() -> None:
    probe = "import sys; sys.path.insert(0, sys.argv[1]); import edge; print(edge.__file__)"
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", probe, str(terraform.EDGE_PACKAGE)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip().startswith(str(terraform.EDGE_PACKAGE))
