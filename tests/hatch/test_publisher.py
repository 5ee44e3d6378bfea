"""``hatch publish -p s3pypi``, run for real.

Most tests run it in a fork; `test_the_page_shows_what_is_printed` and the one on a terminal start a Python of its own.
"""

from __future__ import annotations

import gzip
import os
import re
import shutil
import sys
from pathlib import Path

import pytest

from tests.hatch.conftest import SDIST, WHEEL, Project
from tests.support import samples
from tests.support.markers import case
from tests.support.programs import Ended
from tests.support.servers import S3Server

BOTH = [WHEEL, SDIST]
CHECKOUT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def dist(project: Project) -> Path:
    """The project's ``dist``, with an sdist and a wheel in it."""
    folder = project.folder / "dist"
    samples.wheel(folder, "demo-project", "1.0")
    samples.sdist(folder, "demo-project", "1.0")
    return folder


def publish(project: Project, *arguments: str, **environment: str) -> Ended:
    return project.hatch("publish", "-p", "s3pypi", *arguments, **environment)


def test_what_was_built_is_published_and_shown_in_hatchs_way(project: Project) -> None:
    done = publish(project, "-o", f"target={project.repository}")
    assert done.status == 0, done.output
    index = project.repository.as_uri()
    shown = done.output.splitlines()
    for line in (
        f"Publishing to {index}",
        f"dist/{WHEEL} ... published",
        f"dist/{SDIST} ... published",
        "[demo-project]",
        f"{index}/demo-project/{SDIST}",
    ):
        assert line in shown
    assert done.lines(f"pip install --index-url {index}", "demo-project==1.0")
    assert project.published == BOTH

    again = publish(project, "-o", f"target={project.repository}")
    assert again.status == 0, again.output
    assert f"dist/{WHEEL} ... present" in again.output.splitlines()


def test_a_rebuild_is_present(project: Project, dist: Path) -> None:
    assert publish(project, "-o", f"target={project.repository}").status == 0
    sdist = dist / SDIST
    sdist.write_bytes(gzip.compress(gzip.decompress(sdist.read_bytes()), 1, mtime=5))
    again = publish(project, "-o", f"target={project.repository}")
    assert again.status == 0, again.output
    assert f"dist/{SDIST} ... present (same contents, built again)" in again.output.splitlines()
    assert f"dist/{WHEEL} ... present" in again.output.splitlines()


def test_quiet_is_quiet(project: Project) -> None:
    done = project.hatch("-q", "publish", "-p", "s3pypi", "-o", f"target={project.repository}")
    assert (done.status, done.output) == (0, "")
    assert project.published == BOTH


@pytest.mark.parametrize("chosen", [case(f"dist/{WHEEL}", slow=True), "dist/*.whl", case("absolute", slow=True)])
def test_the_artifacts_that_are_given(project: Project, dist: Path, chosen: str) -> None:
    chosen = str(dist / WHEEL) if chosen == "absolute" else chosen
    done = publish(project, "-o", f"target={project.repository}", chosen)
    assert done.status == 0, done.output
    assert project.published == [WHEEL]


@pytest.mark.parametrize(
    ("table", "wheels", "sdists"),
    [
        case('[tool.hatch.build]\ndirectory = "out"\n', "out", "out", slow=True),
        ('[tool.hatch.build.targets.wheel]\ndirectory = "out/wheels"\n', "out/wheels", "dist"),
    ],
)
def test_the_build_directory_that_is_configured(
    project: Project, dist: Path, table: str, wheels: str, sdists: str
) -> None:
    project.configure(table)
    for name, place in ((WHEEL, wheels), (SDIST, sdists)):
        (project.folder / place).mkdir(parents=True, exist_ok=True)
        (dist / name).rename(project.folder / place / name)
    done = publish(project, "-o", f"target={project.repository}")
    assert done.status == 0, done.output
    assert project.published == BOTH
    other = publish(project, "-o", f"target={project.repository}", "-o", "dist-dir=src")
    assert "holds no wheel" in other.output, "a setting of our own comes first"


def test_brackets_in_the_projects_path_are_no_glob(project: Project, tmp_path: Path) -> None:
    project.folder = project.folder.rename(tmp_path / "[project]")
    done = publish(project, "-o", f"target={project.repository}", "dist/*.whl")
    assert done.status == 0, done.output
    assert project.published == [WHEEL]


class TestSettings:
    """Where they come from: -o, the environment, hatch's table, [tool.s3pypi]; the first that gives one wins."""

    def test_the_first_place_that_names_a_target_wins(self, project: Project, tmp_path: Path) -> None:
        def table(name: str, folder: str) -> str:
            return f"[{name}]\ntarget = {str(tmp_path / folder)!r}\n"

        ours, hatchs = table("tool.s3pypi", "by-s3pypi"), table("tool.hatch.publish.s3pypi", "by-hatch")
        environment = {"S3PYPI_TARGET": str(tmp_path / "by-environment")}
        project.configure(ours)
        assert publish(project).status == 0
        project.configure(ours, hatchs)
        assert publish(project).status == 0
        assert publish(project, **environment).status == 0
        assert publish(project, "-o", f"target={tmp_path / 'by-option'}", **environment).status == 0
        for place in ("by-s3pypi", "by-hatch", "by-environment", "by-option"):
            assert (tmp_path / place / "demo-project" / WHEEL).exists(), place

    def test_a_table_of_hatchs_may_give_part_of_them(self, project: Project, dist: Path) -> None:
        project.configure(project.target, '[tool.hatch.publish.s3pypi]\nif-exists = "replace"\n')
        assert publish(project).status == 0
        samples.wheel(dist, "demo-project", "1.0", salt="other")
        done = publish(project)
        assert done.status == 0, done.output
        assert f"dist/{WHEEL} ... replaced" in done.output

    def test_setup_cfg_is_read_as_at_other_doors(self, project: Project) -> None:
        (project.folder / "setup.cfg").write_text(f"[s3pypi]\ntarget = {project.repository}\n")
        assert publish(project).status == 0
        assert project.published == BOTH

    def test_a_named_target_and_flags(self, project: Project, dist: Path) -> None:
        project.configure(f"[tool.s3pypi.targets]\nprod = {str(project.repository)!r}\n")
        assert publish(project, "-o", "target=prod").status == 0
        samples.wheel(dist, "demo-project", "1.0", salt="other")
        assert publish(project, "-o", "target=prod").status == 1
        assert publish(project, "-o", "target=prod", "-o", "force").status == 0

    def test_a_relative_target_begins_at_the_projects_folder(self, project: Project) -> None:
        done = project.hatch("publish", "-p", "s3pypi", "-o", "target=./repository", folder=project.folder / "src")
        assert done.status == 0, done.output
        assert (project.folder / "repository" / "demo-project" / SDIST).exists()

    def test_a_dry_run_writes_nothing(self, project: Project) -> None:
        done = publish(project, "-o", f"target={project.repository}", "-o", "dry-run")
        assert done.status == 0, done.output
        assert f"dist/{WHEEL} ... would publish" in done.output
        assert not project.repository.exists()


class TestDisabled:
    """hatch's own ``disable``."""

    @pytest.fixture(autouse=True)
    def disabled(self, project: Project) -> None:
        project.configure(project.target, "[tool.hatch.publish.s3pypi]\ndisable = true\n")

    @pytest.mark.parametrize("arguments", [[], ["-n"]])
    def test_nothing_is_published_without_a_yes(self, project: Project, arguments: list[str]) -> None:
        assert publish(project, *arguments).status != 0
        assert not project.repository.exists()

    def test_yes_publishes(self, project: Project) -> None:
        assert publish(project, "-y").status == 0
        assert project.published == BOTH


@pytest.mark.parametrize(
    ("tables", "arguments", "expected"),
    [
        pytest.param([], [], "no target: ", id="no-target"),
        case([], [], "give -o target (s3://bucket/prefix", slow=True, id="no-target-option"),
        pytest.param([], ["-o", "targt=./x"], "did you mean 'target'?", id="unknown-option"),
        case(
            [], ["-o", "targt=./x"], "option targt: there is no setting", slow=True, id="unknown-option-as-hatch-has-it"
        ),
        case([], ["-o", "target=./x", "-o", "acl=nobody"], "option acl: must be one of", slow=True, id="bad-option"),
        pytest.param(
            ["[tool.hatch.publish.s3pypi]\ntargt = './x'\n"],
            [],
            "[tool.hatch.publish.s3pypi] (hatch publish options) targt: ",
            id="unknown-key",
        ),
        case([], ["-o", "target=./x", "nothing-here"], "no such file", slow=True, id="no-such-file"),
        pytest.param([], ["-o", "target=./x", "src"], "holds no wheel", id="no-distribution"),
        case([], ["-o", "target=./x", "-o", "dry-run=maybe"], "dry-run: must be", slow=True, id="dry-run"),
        pytest.param([], ["-o", "target=s3://bucket-x"], "no credentials", id="no-credentials"),
    ],
)
def test_what_goes_wrong_is_one_line(project: Project, tables: list[str], arguments: list[str], expected: str) -> None:
    project.configure(*tables)
    done = publish(project, *arguments)
    assert done.status == 1
    [line] = [line for line in done.output.splitlines() if not line.startswith("Publishing to")]
    assert expected in line
    assert "--" not in line, "hatch publish takes no such option"
    assert not (project.folder / "x").exists()


def test_a_conflict_leaves_everything_as_it_is(project: Project, dist: Path) -> None:
    assert publish(project, "-o", f"target={project.repository}").status == 0
    before = (project.repository / "demo-project" / "index.json").read_bytes()
    samples.wheel(dist, "demo-project", "1.0", salt="other")
    done = publish(project, "-o", f"target={project.repository}")
    assert done.status == 1
    assert f"dist/{WHEEL} ... failed" in done.output
    [line] = done.lines("is published already with other contents")
    assert line.endswith("raise the version, or replace it with -o force")
    assert (project.repository / "demo-project" / "index.json").read_bytes() == before


def test_settings_in_hatchs_own_configuration_are_refused(project: Project, own_environment: Path) -> None:
    configuration = own_environment / "hatch.toml"
    configuration.write_text('[publish.s3pypi]\ntarget = "./x"\n')
    done = publish(project, HATCH_CONFIG=str(configuration))
    assert done.status == 1
    [line] = done.lines("[publish.s3pypi] target: ")
    assert "[tool.s3pypi]" in line


def test_no_secret_is_shown(project: Project) -> None:
    done = publish(
        project,
        *("-o", "target=s3://bucket-x", "-o", "endpoint-url=http://127.0.0.1:9"),
        *("-o", "aws-access-key-id=AKIAPLANTED", "-o", "aws-secret-access-key=planted-secret-key"),
    )
    assert done.status == 1
    assert done.lines("aws-secret-access-key comes from command line")
    assert "planted-secret-key" not in done.output


def test_a_bucket(project: Project, s3_server: S3Server, s3_bucket: str) -> None:
    done = publish(project, "-o", f"target=s3://{s3_bucket}/simple", **s3_server.environment)
    assert done.status == 0, done.output
    listed = {f"simple/demo-project/{name}" for name in (*BOTH, "index.html", "index.json")}
    assert listed <= {*s3_server.keys(s3_bucket)}


def test_the_page_shows_what_is_printed(project: Project, s3_server: S3Server, s3_bucket: str, tmp_path: Path) -> None:
    text = (CHECKOUT / "docs" / "hatch.md").read_text(encoding="utf-8")
    [session] = re.findall(r"^```console\n\$ hatch (.*?)^```", text, flags=re.MULTILINE | re.DOTALL)
    command, *shown = session.replace("s3://my-company-packages", f"s3://{s3_bucket}").splitlines()
    project.folder = Path(shutil.copytree(CHECKOUT / "examples" / "hatch", tmp_path / "example"))
    assert project.run("hatchling", "build").status == 0
    as_printed = ["sh", "-c", 'exec "$@" 2>&1', "sh"]  # both streams in one
    hatch = [sys.executable, "-m", "hatch", *command.split()]
    done = project.execute([*as_printed, *hatch], **s3_server.environment)
    assert done.status == 0, done.output
    assert done.output.splitlines()[: len(shown)] == shown


@pytest.mark.skipif(os.name == "nt", reason="pseudo-terminals are POSIX's")
def test_on_a_terminal_a_spinner_says_what_goes_on(project: Project) -> None:
    target = f"target={project.repository}"
    command = [sys.executable, "-m", "hatch", "publish", "-p", "s3pypi", "-o", target]
    script = f"import os, pty, sys; os.chdir({str(project.folder)!r}); sys.exit(pty.spawn({command!r}))"
    # In CI hatch takes no terminal for a person's, and draws nothing.
    done = project.execute([sys.executable, "-c", script], TERM="xterm", COLUMNS="200", CI="")
    assert project.published == BOTH, done.output
    assert done.lines("hashing, 100 %") or done.lines("sending, 100 %")
    assert "published" in done.output
