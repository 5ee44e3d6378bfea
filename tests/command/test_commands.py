"""``setup.py sdist bdist_wheel s3pypi`` and ``s3upload``, run for real."""

from __future__ import annotations

import os
import re
import shutil
import sys
import time
from pathlib import Path

import pytest

from tests.support.markers import case
from tests.support.programs import Ended, execute, on_terminal

SETUP = "from setuptools import setup\nsetup(name='demo-project', version='1.0', py_modules=['demo']{extra})\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "demo.py").write_text("VALUE = 1\n")
    (folder / "setup.py").write_text(SETUP.format(extra=""))
    return folder


def setup_py(project: Path, *arguments: str) -> Ended:
    done = execute([sys.executable, "setup.py", *arguments], cwd=project)
    assert "Traceback" not in done.stderr
    return done


def chained(project: Path, *options: str) -> Ended:
    """The wheel built by `build` with our command in its options."""
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "-C--build-option=s3pypi"]
    return execute([*build, *(f"-C--build-option={option}" for option in options)], cwd=project)


def published(repository: Path) -> set[str]:
    return {path.name for path in repository.glob("demo-project/demo_project-*") if path.suffix != ".metadata"}


BOTH = {"demo_project-1.0-py3-none-any.whl", "demo_project-1.0.tar.gz"}


def test_what_this_run_built_is_published_and_nothing_else(project: Path, tmp_path: Path) -> None:
    (project / "dist").mkdir()
    (project / "dist" / "demo_project-0.9.tar.gz").write_text("of another day")
    done = setup_py(project, "sdist", "bdist_wheel", "s3pypi", f"--target={tmp_path / 'repo'}")
    assert done.status == 0, done.stderr
    assert published(tmp_path / "repo") == BOTH
    url = (tmp_path / "repo" / "demo-project" / "demo_project-1.0.tar.gz").as_uri()
    assert f"published demo_project-1.0.tar.gz  {url}" in done.stdout.splitlines()


FROM_COMMAND_CLASS = "from s3pypi_setuptools.command import PyPICommand\n"
PLACES = {
    "setup.cfg": ("setup.cfg", "[s3pypi]\ntarget = {target}\nif_exists = skip\n"),
    "beside the service's": ("setup.cfg", "[s3pypi]\ntarget = {target}\nport = 8081\nreserved = acme-*\n"),
    "tool.s3pypi": ("pyproject.toml", '[tool.s3pypi]\ntarget = "{target}"\n'),
    "tool.distutils": ("pyproject.toml", '[tool.distutils.s3pypi]\ntarget = "{target}"\nforce = true\n'),
    "setup()": ("setup.py", SETUP.format(extra=", options={{'s3pypi': {{'target': '{target}', 'force': True}}}}")),
    "cmdclass": (
        "setup.py",
        FROM_COMMAND_CLASS
        + SETUP.format(extra=", cmdclass={{'s3pypi': PyPICommand}}, options={{'s3pypi': {{'target': '{target}'}}}}"),
    ),
}


@pytest.mark.parametrize("place", PLACES)
def test_the_target_from_each_place(project: Path, tmp_path: Path, place: str) -> None:
    filename, text = PLACES[place]
    (project / filename).write_text(text.format(target=(tmp_path / "repo").as_uri()))
    done = setup_py(project, "sdist", "s3pypi")
    assert done.status == 0, done.stderr
    assert published(tmp_path / "repo") == {"demo_project-1.0.tar.gz"}


def test_a_command_under_another_name_has_its_own_options(project: Path, tmp_path: Path) -> None:
    (project / "setup.py").write_text(
        FROM_COMMAND_CLASS
        + SETUP.format(extra=", cmdclass={'release': PyPICommand}, options={'release': {'force': 1}}")
    )
    refused = setup_py(project, "sdist", "release", "--strict", f"--target={tmp_path / 'repo'}")
    assert refused.status == 0, refused.stderr
    assert published(tmp_path / "repo") == {"demo_project-1.0.tar.gz"}


def test_with_none_built_the_dist_folder_has_them(project: Path, tmp_path: Path) -> None:
    setup_py(project, "sdist", "bdist_wheel")
    (project / "dist" / "other-1.0.tar.gz").write_text("another project")
    done = setup_py(project, "s3pypi", f"--target={tmp_path / 'repo'}")
    assert done.status == 0, done.stderr
    assert published(tmp_path / "repo") == BOTH


def test_a_file_mask_chooses_others(project: Path, tmp_path: Path) -> None:
    setup_py(project, "sdist", "bdist_wheel", "--dist-dir=out")
    done = setup_py(project, "s3pypi", f"--target={tmp_path / 'repo'}", "--file-mask=out/*.whl")
    assert done.status == 0, done.stderr
    assert published(tmp_path / "repo") == {"demo_project-1.0-py3-none-any.whl"}


def test_a_dry_run_writes_nothing(project: Path, tmp_path: Path) -> None:
    done = setup_py(project, "sdist", "s3pypi", f"--target={tmp_path / 'repo'}", "--dry-run")
    assert "would publish demo_project-1.0.tar.gz" in done.stdout
    assert not (tmp_path / "repo").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["s3pypi", "--target=/nowhere"], "sdist bdist_wheel s3pypi"),
        (["sdist", "s3pypi"], "target"),
        (["sdist", "s3pypi", "--target=./repo"], "relative path"),
        (["sdist", "s3pypi", "--target=/nowhere", "--force", "--strict"], "strict"),
        (["s3upload", "--target=/nowhere"], "file-mask"),
        (["s3upload", "--file-mask=*.py"], "no target: give --target ("),
        (["s3upload", "--locks-table=x"], "--locks-table not recognized"),
        (["s3upload", "--file-mask=*.zip", "--target=/nowhere"], "*.zip"),
    ],
)
def test_errors_are_one_line_of_setuptools(project: Path, arguments: list[str], said: str) -> None:
    done = setup_py(project, *arguments)
    assert done.status == 1
    last = done.stderr.splitlines()[-1]
    assert last.startswith("error: ")
    assert said in last


def test_a_terminal_gets_what_upload_shows(project: Path, tmp_path: Path) -> None:
    words = [sys.executable, "setup.py", "sdist", "s3pypi", f"--target={tmp_path / 'repo'}"]
    status, output = on_terminal(words, cwd=project, environ={"NO_COLOR": "1"})
    assert status == 0, output
    assert re.search(r"│ demo_project-1\.0\.tar\.gz │ .*│ published │", output)
    install = f"  pip install --index-url {(tmp_path / 'repo').as_uri()} demo-project==1.0"
    assert output.splitlines()[-2:] == ["Install with:", install]
    assert "published demo_project-1.0.tar.gz  file" not in output
    quiet = on_terminal([*words[:2], "-q", *words[2:], "--force"], cwd=project)[1]
    assert "Install with" not in quiet


def test_an_egg_is_not_published_and_said_so(project: Path, tmp_path: Path) -> None:
    target = f"--target={tmp_path / 'repo'}"
    assert setup_py(project, "bdist_wheel").status == 0
    alone = setup_py(project, "bdist_egg", "s3pypi", target)
    assert alone.status == 1
    last = alone.stderr.splitlines()[-1]
    assert re.fullmatch(
        r"error: this run built demo_project-1\.0-py3\.\d+\.egg, and only wheels and sdists can be published: "
        "run 'sdist bdist_wheel s3pypi' together",
        last,
    )
    assert not (tmp_path / "repo").exists(), "what an earlier run built was not asked for"
    beside = setup_py(project, "sdist", "bdist_egg", "s3pypi", target)
    assert beside.status == 0, beside.stderr
    assert published(tmp_path / "repo") == {"demo_project-1.0.tar.gz"}
    assert re.search(r"^s3pypi: warning: demo_project-1\.0-py3\.\d+\.egg is not published: ", beside.stderr, re.M)


@pytest.mark.parametrize("workspace", ["the same", "checked out again"])
@pytest.mark.parametrize(
    "first",
    [["sdist", "bdist_wheel"], case(["sdist"], slow=True), case(["bdist_wheel"], slow=True)],
    ids="+".join,
)
def test_a_rebuild_of_the_same_source_is_present(
    project: Path, tmp_path: Path, first: list[str], workspace: str
) -> None:
    repository = tmp_path / "repo" / "demo-project"
    target = f"--target={repository.parent}"
    fresh = shutil.copytree(project, tmp_path / "other" / "workspace")
    assert setup_py(project, *first, "s3pypi", target).status == 0
    before = {path: path.read_bytes() for path in repository.glob("demo_project-*")}
    again = project
    if workspace != "the same":
        again = fresh
    for path in again.glob("*.py"):
        os.utime(path, (1_700_000_000, 1_700_000_000))
    # Times in a zip archive have steps of two seconds; what setuptools itself writes into a wheel is new each time.
    time.sleep(2.1)

    done = setup_py(again, "sdist", "bdist_wheel", "s3pypi", target)

    assert done.status == 0, done.stderr
    built = {path.name: path.read_bytes() for path in (again / "dist").iterdir()}
    assert all(built.get(path.name) != data for path, data in before.items() if path.suffix != ".metadata")
    said = [line.split()[1] for line in done.stdout.splitlines() if line.endswith(" (same contents, built again)")]
    assert set(said) == {path.name for path in before if path.suffix != ".metadata"}
    assert all(path.read_bytes() == data for path, data in before.items())
    assert published(repository.parent) == BOTH


@pytest.mark.parametrize("name", ["s3pypi", "release"])
def test_other_contents_conflict_unless_forced(project: Path, tmp_path: Path, name: str) -> None:
    if name != "s3pypi":
        (project / "setup.py").write_text(
            FROM_COMMAND_CLASS + SETUP.format(extra=f", cmdclass={{'{name}': PyPICommand}}")
        )
    arguments = ["sdist", name, f"--target={tmp_path / 'repo'}"]
    assert setup_py(project, *arguments).status == 0
    (project / "demo.py").write_text("VALUE = 2\n")
    refused = setup_py(project, *arguments)
    assert refused.status == 1
    line = refused.stderr.splitlines()[-1]
    assert line.startswith("error: demo_project-1.0.tar.gz is published already with other contents")
    assert line.endswith(f": raise the version, or replace it with '{name} --force'")
    assert "replaced demo_project-1.0.tar.gz" in setup_py(project, *arguments, "--force").stdout
    strict = setup_py(project, *arguments, "--strict")
    assert strict.status == 1
    assert "is published already: raise the version" in strict.stderr.splitlines()[-1]


def test_s3upload_stores_any_file(project: Path, tmp_path: Path) -> None:
    done = setup_py(project, "s3upload", "--file-mask=*.py", f"--target={tmp_path / 'files'}")
    assert done.status == 0, done.stderr
    assert {path.name for path in (tmp_path / "files").iterdir()} >= {"demo.py", "setup.py"}
    assert not list((tmp_path / "files").glob("*.html"))


@pytest.mark.parametrize(("target", "status"), [("file", 0), ("relative", 1)])
def test_chained_into_a_pep_517_build(project: Path, tmp_path: Path, target: str, status: int) -> None:
    (project / "pyproject.toml").write_text('[build-system]\nrequires = []\nbuild-backend = "setuptools.build_meta"\n')
    place = (tmp_path / "repo").as_uri() if target == "file" else "./repo"
    done = chained(project, f"--target={place}")
    assert done.status == status, done.stderr
    if status:
        assert "error: command line" in done.stderr + done.stdout
        assert "s3pypi upload dist/*" in done.stderr + done.stdout
    else:
        assert published(tmp_path / "repo") == {"demo_project-1.0-py3-none-any.whl"}


def test_a_conflict_of_a_chained_command_says_how_to_replace(project: Path, tmp_path: Path) -> None:
    (project / "pyproject.toml").write_text('[build-system]\nrequires = []\nbuild-backend = "setuptools.build_meta"\n')
    target = f"--target={(tmp_path / 'repo').as_uri()}"
    assert chained(project, target).status == 0
    (project / "demo.py").write_text("VALUE = 2\n")
    done = chained(project, target)
    output = done.output
    assert done.status == 1
    assert "raise the version, or replace it with -C--build-option=--force" in output
    assert "s3pypi upload" not in output, "which would conflict again"
    assert chained(project, target, "--force").status == 0
