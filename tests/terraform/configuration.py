"""Terraform on MiniStack, with the state and the plans of a root module."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.terraform import terraform

MINISTACK = "ministack==1.5.33"
"""Distributions of older releases answer nobody. It needs a botocore and so an environment of its own."""
_OVERRIDE = """\
provider "aws" {
  s3_use_path_style = true
}
"""
"""Buckets of MiniStack have no host names of their own."""


class Configuration:
    """A folder with a root module; the environment says where MiniStack is.

    :param variables: of the root module; `plan` may add to them.
    """

    def __init__(self, folder: Path, **variables: Any) -> None:
        self.folder = folder
        self._plan = folder / "plan"
        (folder / "emulator_override.tf").write_text(_OVERRIDE, encoding="utf-8")
        (folder / "config.auto.tfvars.json").write_text(json.dumps(variables), encoding="utf-8")

    def init(self) -> None:
        terraform.run(self.folder, "init", "-no-color", f"-plugin-dir={terraform.PLUGINS}")

    def plan(self, *options: str, **variables: str) -> dict[str, list[str]]:
        """Make a plan for `apply`: the actions on each address that does not stay as it is."""
        values = [f"-var={name}={value}" for name, value in variables.items()]
        terraform.run(self.folder, "plan", "-no-color", f"-out={self._plan.name}", *options, *values)
        plan = json.loads(terraform.run(self.folder, "show", "-json", self._plan.name))
        actions = {
            change["address"]: change["change"]["actions"]
            for change in plan["resource_changes"]
            if change["mode"] == "managed"
        }
        return {address: each for address, each in actions.items() if each != ["no-op"]}

    def apply(self) -> list[str]:
        """Apply the plan that was made last, or a new one: the addresses in the order in which they were complete."""
        plan = [self._plan.name] if self._plan.exists() else ["-auto-approve"]
        lines = terraform.run(self.folder, "apply", "-json", *plan).splitlines()
        self._plan.unlink(missing_ok=True)
        messages = [json.loads(line) for line in lines]
        return [message["hook"]["resource"]["addr"] for message in messages if message["type"] == "apply_complete"]

    def destroy(self, *options: str) -> None:
        """Delete everything, or what the options name."""
        terraform.run(self.folder, "destroy", "-auto-approve", "-no-color", *options)

    def outputs(self) -> dict[str, Any]:
        """The outputs of the module."""
        return dict(json.loads(terraform.run(self.folder, "output", "-json", "s3pypi")))

    def resources(self) -> dict[str, dict[str, Any]]:
        """The attributes of each resource by its address."""
        state = json.loads(terraform.run(self.folder, "show", "-json"))
        return {resource["address"]: resource["values"] for resource in _resources(state["values"]["root_module"])}


def _resources(module: dict[str, Any]) -> list[dict[str, Any]]:
    """Those of a module and of the modules below it."""
    below = [resource for child in module.get("child_modules", ()) for resource in _resources(child)]
    return [*module.get("resources", ()), *below]
