"""The steps of the example's Jenkinsfile, run as Jenkins runs them: by ``sh -xe``."""

from __future__ import annotations

import os
import re
import subprocess
import textwrap
from pathlib import Path

import pytest

from tests.ci.runners import PROJECT, Runner, check_out

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the steps are a POSIX shell's")

JENKINSFILE = (PROJECT / "Jenkinsfile").read_text(encoding="utf-8")
SHELL = ("sh", "-xe", "-c")
BROKEN = """\
from setuptools import Command, setup


class Broken(Command):
    user_options = []

    def initialize_options(self): ...

    def finalize_options(self): ...

    def run(self):
        raise SystemExit("no wheel today")


setup(cmdclass={"bdist_wheel": Broken})
"""


def steps() -> list[str]:
    """The script of each ``sh`` step."""
    found = re.findall(r"\bsh (?:'''(.*?)'''|'([^'\n]*)')", JENKINSFILE, flags=re.DOTALL)
    return [textwrap.dedent(long or short).strip() for long, short in found]


def variables() -> dict[str, str]:
    """The pipeline's ``environment``."""
    [block] = re.findall(r"^    environment \{\n(.*?)^    \}", JENKINSFILE, flags=re.MULTILINE | re.DOTALL)
    return dict(re.findall(r"(\w+) = '([^']*)'", block))


@pytest.fixture
def agent(machine: dict[str, str], tmp_path: Path) -> Runner:
    """An agent that ran the steps of the first stage."""
    runner = Runner(tmp_path / "workspace", {**machine, **variables()})
    runner.folder.mkdir()
    check_out(runner.folder)
    for step in steps()[:-1]:
        assert runner.run(step, SHELL) == 0, runner.output
    return runner


def test_the_file_is_what_the_page_says() -> None:
    assert JENKINSFILE.count("{") == JENKINSFILE.count("}")
    assert JENKINSFILE.count("(") == JENKINSFILE.count(")")
    assert "\\" not in JENKINSFILE, "Groovy would read it otherwise than a shell"
    assert "python setup.py sdist bdist_wheel s3pypi" in steps()[-1]
    assert variables() == {"AWS_DEFAULT_REGION": "eu-central-1", "PUSH_AGAIN_AFTER": "60"}


def test_the_pipeline_builds_and_publishes_pushes_again_and_stops_at_a_broken_build(
    agent: Runner, tmp_path: Path
) -> None:
    folder = tmp_path / "repository"
    publish = steps()[-1]
    assert agent.run(publish, SHELL, S3PYPI_TARGET=str(folder)) == 0, agent.output
    assert (folder / "hello-s3pypi" / "hello_s3pypi-1.0.0-py3-none-any.whl").exists()

    assert agent.run(publish, SHELL, S3PYPI_TARGET=str(folder)) == 0, agent.output
    assert agent.output.count("(same contents, built again)") >= 1, "as Jenkins' Rebuild does"
    assert "sleep" not in agent.output.rpartition("setup.py sdist")[2]

    blocked = tmp_path / "blocked"
    blocked.write_text("no folder yet")
    process = subprocess.Popen(
        [*SHELL, publish],
        cwd=agent.folder,
        env={**agent.environment, "S3PYPI_TARGET": str(blocked / "repository"), "PUSH_AGAIN_AFTER": "2"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    printed = ""
    for line in process.stdout:
        printed += line
        if "sleep 2" in line:
            blocked.unlink()
    assert process.wait(300) == 0, printed
    process.stdout.close()
    assert printed.count("bdist_wheel s3pypi") == 1, "it is built once"
    assert (blocked / "repository" / "hello-s3pypi" / "hello_s3pypi-1.0.0.tar.gz").exists()

    (agent.folder / "setup.py").write_text(BROKEN)
    assert agent.run(publish, SHELL, S3PYPI_TARGET=str(tmp_path / "never")) != 0
    assert "+ sleep" not in agent.output, "what cannot be built is not tried again"
    assert "no wheel today" in agent.output
    assert not (tmp_path / "never").exists()
