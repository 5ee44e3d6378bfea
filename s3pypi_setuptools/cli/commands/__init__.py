"""The commands of ``s3pypi``, and the other console scripts, by subject; only the module of the chosen one is imported.

Each is a `Command`: a constant named after it, ``MIGRATE_INDEX`` for ``migrate-index``.
"""

from __future__ import annotations

import importlib
from typing import cast

from ..command import Command

GROUPS: dict[str, dict[str, str]] = {
    "publishing": {
        "upload": "publish distributions; the word upload may be left out",
        "release": "build a project, and publish its distributions",
    },
    "reading": {
        "list": "list the projects, or the files of one",
        "show": "show the details of a project, or of one version",
        "download": "download the files of a version, verified by their hashes",
    },
    "changing": {
        "delete": "delete a version, single files, or a whole project",
        "yank": "mark a version, so that installers avoid it",
        "unyank": "undo yank",
        "status": "show or set a project's status, such as archived",
    },
    "maintenance": {
        "verify": "check that stored files, manifests and pages agree",
        "reindex": "rebuild manifests and pages from the stored files",
        "prune": "delete old releases by rules, and files that are not listed",
    },
    "between repositories": {
        "promote": "list a version in another repository too",
        "mirror": "copy a repository, or what is new in it, to another place",
        "import": "adopt a repository that another tool made",
        "migrate-index": "change which HTML and JSON pages the repository has",
    },
    "the service": {
        "serve": "serve the repository over HTTP, for installers, uploads and people",
        "exec": "run a command, such as pip, that installs from the repository",
        "user": "add, list and remove the users of a service, and give them passwords and tokens",
        "publisher": "let CI jobs upload to a service without a password",
    },
    "lock tables": {
        "locks": "list the locks in the DynamoDB lock table, and who holds them",
        "force-unlock": "remove a lock whose holder is gone",
    },
    "set-up": {
        "init": "make an empty repository",
        "doctor": "check whether publishing to a target works",
        "policy": "print the smallest IAM policy that a use needs",
        "config": "show every setting, its value, and where it came from",
        "completion": "print a script that completes commands in your shell",
    },
}
"""The commands and their summaries, in the groups and order in which help shows them."""

SUBCOMMANDS = {name: summary for group in GROUPS.values() for name, summary in group.items()}
"""The commands of all groups, and their summaries."""

_MODULES = {
    "publishing": ("upload", "release", "s3upload"),
    "reading": ("list", "show", "download"),
    "changing": ("delete", "yank", "unyank", "status"),
    "maintenance": ("verify", "reindex", "migrate-index"),
    "transfer": ("promote", "mirror", "import"),
    "service": ("serve", "exec"),
    "locks": ("locks", "force-unlock"),
    "set_up": ("init", "doctor", "policy", "config", "completion"),
}
"""The modules with several commands; of others, module and command have the same name."""


def load(name: str) -> Command:
    """The command, or the console script, called ``name``."""
    constant = name.replace("-", "_")
    module = next((module for module, names in _MODULES.items() if name in names), constant)
    return cast("Command", getattr(importlib.import_module(f".{module}", __name__), constant.upper()))
