"""The hatchling build hook, in builds by several tools."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.hatch.conftest import HOOK, SDIST, WHEEL, Project
from tests.support.markers import case
from tests.support.servers import program

ASKED = {"S3PYPI_PUBLISH": "1"}
WHEEL2 = WHEEL.replace("py3", "py2.py3")  # hatchling's default without requires-python


@pytest.fixture(autouse=True)
def hooked(project: Project) -> None:
    project.configure(HOOK, project.target)


def test_a_build_publishes_nothing_unless_it_is_asked(project: Project) -> None:
    done = project.build()
    assert done.status == 0, done.output
    assert len(project.built) == 2
    assert not project.repository.exists()
    assert not done.lines("s3pypi:")


@pytest.mark.parametrize("switch", [ASKED, {"HATCH_BUILD_HOOK_ENABLE_S3PYPI": "1"}])
def test_a_build_that_is_asked_publishes_both_files(project: Project, switch: dict[str, str]) -> None:
    done = project.build(**switch)
    assert done.status == 0, done.output
    assert done.lines("published", SDIST)
    assert project.published == project.built == [WHEEL2, SDIST]
    assert (project.repository / "demo-project" / "index.json").exists()


def test_a_wheel_that_is_built_from_an_sdist_uses_the_settings_of_its_project(project: Project) -> None:
    assert project.build("--sdist").status == 0
    sdist = str(project.folder / "dist" / SDIST)
    done = project.run("pip", "wheel", "--no-build-isolation", "--no-deps", sdist, **ASKED)
    assert done.status == 0, done.output
    assert project.published == []
    uv = [program("uv"), "build", "--wheel", "--no-build-isolation", "--python", sys.executable, sdist]
    done = project.execute(uv, project.folder.parent, **ASKED)
    assert done.status == 0, done.output
    assert project.published == [WHEEL2]


def test_one_target_alone_may_have_the_hook(project: Project) -> None:
    project.configure("[tool.hatch.build.targets.wheel.hooks.s3pypi]\n", project.target)
    assert project.run("hatchling", "build", **ASKED).status == 0
    assert project.published == [WHEEL2]


def test_a_hook_that_is_off_by_default_is_enabled_and_asked_by_one_variable(project: Project) -> None:
    project.configure(HOOK + "enable-by-default = false\n", project.target)
    assert project.run("hatchling", "build", **ASKED).status == 0
    assert project.published == []
    assert project.run("hatchling", "build", HATCH_BUILD_HOOK_ENABLE_S3PYPI="1").status == 0
    assert project.published == [WHEEL2, SDIST]


@pytest.mark.parametrize(
    "arguments", [["install", "."], case(["install", "--dry-run", "."], slow=True), case(["wheel", "."], slow=True)]
)
def test_pip_never_publishes(project: Project, arguments: list[str]) -> None:
    command = [*arguments, "-v", "--no-build-isolation", "--no-deps"]
    if "install" in arguments:
        command += ["--target", str(project.folder / "site")]
    done = project.run("pip", *command, **ASKED)
    assert done.status == 0, done.output
    assert not project.repository.exists()
    [line] = done.lines("s3pypi: not published: ")
    assert "pip builds this" in line


def test_an_editable_build_never_publishes(project: Project) -> None:
    project.configure(HOOK, project.target, '[tool.hatch.build]\ndev-mode-dirs = ["src"]\n')
    uv = [program("uv"), "pip", "install", "--no-build-isolation", "--no-deps", "--python", sys.executable, "-v"]
    done = project.execute([*uv, "--target", str(project.folder / "site"), "--editable", "."], **ASKED)
    assert done.status == 0, done.output
    assert not project.repository.exists()
    assert done.lines("s3pypi: not published: an editable build is for this machine alone")


@pytest.mark.parametrize(
    ("tables", "switch", "expected"),
    [
        pytest.param([HOOK], {}, "no target: ", id="no-target"),
        case([HOOK, "[tool.s3pypi]\ntarget = './repository'\n"], {}, "is a relative path", slow=True, id="relative"),
        case([HOOK, "[tool.s3pypi]\ntargt = '/x'\n"], {}, "did you mean 'target'?", slow=True, id="unknown-setting"),
        pytest.param([HOOK + "target = '/x'\n"], {}, "settings belong in [tool.s3pypi]", id="setting-in-the-hook"),
        pytest.param([HOOK], {"S3PYPI_PUBLISH": "maybe"}, "environment S3PYPI_PUBLISH: ", id="neither-yes-nor-no"),
        case([HOOK], {"S3PYPI_TARGET": "s3://bucket-x"}, "no credentials", slow=True, id="no-credentials"),
    ],
)
def test_a_build_that_cannot_publish_fails_in_one_line_and_keeps_its_file(
    project: Project, tables: list[str], switch: dict[str, str], expected: str
) -> None:
    project.configure(*tables)
    done = project.build("--sdist", **{**ASKED, **switch})
    assert done.status != 0
    [line] = done.lines("s3pypi: error: ")
    assert expected in line
    assert project.built == [SDIST]
    assert not project.repository.exists()


def test_other_bytes_under_a_published_name_fail_the_build(project: Project) -> None:
    assert project.build("--sdist", **ASKED).status == 0
    (project.folder / "src" / "demo_project" / "more.py").write_text("MORE = True\n")
    done = project.build("--sdist", **ASKED)
    assert done.status != 0
    [line] = done.lines("s3pypi: error: ", SDIST)
    assert line.endswith("raise the version, or replace it with S3PYPI_IF_EXISTS=replace")
    assert "upload" not in line, "what was built would conflict again"
    assert done.lines("Backend subprocess exited")


def test_no_secret_of_the_environment_is_shown(project: Project) -> None:
    keys = {"AWS_ACCESS_KEY_ID": "AKIAPLANTED", "AWS_SECRET_ACCESS_KEY": "planted-secret-key"}
    done = project.build(
        "--sdist", **ASKED, **keys, S3PYPI_TARGET="s3://bucket-x", S3PYPI_ENDPOINT_URL="http://127.0.0.1:9"
    )
    assert done.status != 0
    assert done.lines("s3pypi: error: ")
    assert "planted-secret-key" not in done.output


def test_a_build_without_the_hook_imports_next_to_nothing(project: Project) -> None:
    code = "import hatchling.plugin, sys; before = set(sys.modules); import s3pypi_setuptools.hatch; "
    code += "print(*sorted(set(sys.modules) - before))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["s3pypi_setuptools", "s3pypi_setuptools.hatch"]
