"""Enough of a CI service to run the jobs that the pages show: scripts for real, the service itself in miniature."""

from __future__ import annotations

import os
import re
import shutil
import venv
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tests.support.forked_programs import CHECKOUT
from tests.support.programs import execute

PROJECT = CHECKOUT / "examples" / "setup-py"
BUCKET = "my-company-packages"


def blocks(page: str, language: str) -> list[str]:
    """The page's fenced blocks in ``language``."""
    text = (CHECKOUT / "docs" / page).read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL)


def parsed(text: str) -> dict[str, Any]:
    """YAML, every scalar as the text that it is."""
    document: dict[str, Any] = yaml.load(text, Loader=yaml.BaseLoader)
    return document


@dataclass
class Runner:
    """A machine with a Python of its own, and a folder to work in.

    :param environment: everything in its environment.
    """

    folder: Path
    environment: dict[str, str]
    printed: list[str] = field(default_factory=list)

    def set_up_python(self) -> None:
        """Put a Python with pip first on the path."""
        python = self.folder.parent / f"{self.folder.name}-python"
        venv.create(python, with_pip=True)
        self.environment["PATH"] = os.pathsep.join((str(python / "bin"), self.environment["PATH"]))

    def run(self, script: str, shell: Sequence[str] = ("bash", "-e", "-c"), **environment: str) -> int:
        """The script's exit status; what it printed is kept."""
        done = execute([*shell, script], cwd=self.folder, environ={**self.environment, **environment})
        self.printed.append(done.output)
        return done.status

    @property
    def output(self) -> str:
        """All that was printed."""
        return "".join(self.printed)


def check_out(folder: Path) -> None:
    """The project's files into ``folder``."""
    shutil.copytree(PROJECT, folder, dirs_exist_ok=True)


@dataclass
class GitHub:
    """Runs the jobs of a workflow.

    :param take_role: the variables of whoever takes the role of that ARN, in a job with that environment (GitHub's).
    """

    workflow: dict[str, Any]
    folder: Path
    environment: Mapping[str, str]
    take_role: Callable[[str, str], Mapping[str, str]]

    def job(self, name: str, attempt: int = 1) -> Runner:
        """The machine on which the job ran, each step successfully."""
        job = self.workflow["jobs"][name]
        runner = Runner(self.folder / f"{name}-{attempt}", {**self.environment, **job.get("env", {})})
        runner.folder.mkdir(parents=True)
        for step in job["steps"]:
            if "run" in step:
                assert runner.run(step["run"]) == 0, runner.output
            else:
                self._action(runner, job, step["uses"].partition("@")[0], step.get("with", {}))
        return runner

    def _action(self, runner: Runner, job: dict[str, Any], action: str, inputs: dict[str, str]) -> None:
        match action:
            case "actions/checkout":
                check_out(runner.folder)
            case "actions/setup-python":
                runner.set_up_python()
            case "actions/upload-artifact":
                shutil.copytree(runner.folder / inputs["path"], self.folder / "artifacts" / inputs["name"])
            case "actions/download-artifact":
                shutil.copytree(self.folder / "artifacts" / inputs["name"], runner.folder / inputs["path"])
            case "aws-actions/configure-aws-credentials":
                assert job["permissions"]["id-token"] == "write"
                role = self.take_role(inputs["role-to-assume"], job["environment"])
                runner.environment |= {**role, "AWS_DEFAULT_REGION": inputs["aws-region"]}
            case _:
                raise AssertionError(f"{action} is not known here")


@dataclass
class GitLab:
    """Runs the jobs of a pipeline.

    :param token: a job's token for that audience.
    """

    pipeline: dict[str, Any]
    folder: Path
    environment: Mapping[str, str]
    token: Callable[[str], str]

    def job(self, name: str, attempt: int = 1) -> Runner:
        """The machine on which the job ran, each line of its script successfully."""
        job = self.pipeline[name]
        variables = job.get("variables", {})
        tokens = {name: self.token(wanted["aud"]) for name, wanted in job.get("id_tokens", {}).items()}
        runner = Runner(self.folder / f"{name}-{attempt}", {**self.environment, **variables, **tokens})
        runner.folder.mkdir(parents=True)
        if variables.get("GIT_STRATEGY") != "none":
            check_out(runner.folder)
        runner.set_up_python()  # the image
        artifacts = self.folder / "artifacts"
        if artifacts.exists():
            shutil.copytree(artifacts, runner.folder, dirs_exist_ok=True)
        assert runner.run("\n".join(job["script"])) == 0, runner.output
        for path in job.get("artifacts", {}).get("paths", []):
            shutil.copytree(runner.folder / path, artifacts / path)
        return runner
