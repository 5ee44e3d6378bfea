"""Run CloudFront functions in JavaScript engines, with a stand-in for the key-value store.

CloudFront's runtime derives from njs, which lacks much of what node has: code that both run stays within it.

https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/functions-event-structure.html,
https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/functions-custom-methods.html
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

MODULE = Path(__file__).parents[2] / "terraform" / "modules" / "s3pypi"
LARGEST = 10_000
"""Bytes of a function: https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html."""
ENGINES = [
    pytest.param(name, marks=pytest.mark.skipif(shutil.which(name) is None, reason=f"no {name} here, which runs it"))
    for name in ("node", "njs")
]

_STORE = """\
const stored = %s;
function kvs() {
    return {
        exists: async function (key) {
            if (stored === null) {
                throw new Error('Internal error');
            }
            return key in stored;
        },
        get: async function (key, options) {
            if (stored === null || !(key in stored)) {
                throw new Error('KeyNotFound');
            }
            return options && options.format === 'json' ? JSON.parse(stored[key]) : stored[key];
        },
    };
}
export default { kvs };
"""
_DRIVER = """
async function main() {
    const events = %s;
    const answers = [];
    while (answers.length < events.length) {
        const answer = await handler(events[answers.length]);
        answers.push(answer);
    }
    const text = JSON.stringify(answers);
    let written = 0;
    while (written < text.length) {
        console.log(text.slice(written, written + 1000));
        written += 1000;
    }
}
main();
"""
"""Writes the answers in short lines: njs truncates lines at 2,048 characters."""


def code(*names: str) -> str:
    """The code of the function that Terraform makes of these files."""
    return "\n".join((MODULE / name).read_text(encoding="utf-8") for name in names)


def event(uri: str = "/demo/", **headers: str | None) -> dict[str, Any]:
    """A viewer's request; without the headers that are None."""
    return {
        "version": "1.0",
        "context": {
            "distributionDomainName": "d111111abcdef8.cloudfront.net",
            "distributionId": "EDFDVBD6EXAMPLE",
            "eventType": "viewer-request",
            "requestId": "EXAMPLEntjQpEXAMPLE_SG5Z-EXAMPLEPmPfEXAMPLEu3EqEXAMPLE==",
        },
        "viewer": {"ip": "192.0.2.7"},
        "request": {
            "method": "GET",
            "uri": uri,
            "querystring": {},
            "headers": {name: {"value": value} for name, value in headers.items() if value is not None},
            "cookies": {},
        },
    }


def answers(
    engine: str, folder: Path, function: str, events: Sequence[Any], stored: Mapping[str, str] | None = None
) -> list[dict[str, Any]]:
    """What a function answers to events.

    :param stored: the key-value store, which fails if this is None.
    """
    store = _STORE % json.dumps(stored)
    program = folder / "function.mjs"
    program.write_text(function + _DRIVER % json.dumps(events), encoding="utf-8")
    if engine == "node":
        package = folder / "node_modules" / "cloudfront"
        package.mkdir(parents=True)
        (package / "index.mjs").write_text(store, encoding="utf-8")
        (package / "package.json").write_text('{"exports": "./index.mjs"}', encoding="utf-8")
        command = ["node", str(program)]
    else:
        (folder / "cloudfront").write_text(store, encoding="utf-8")
        command = ["njs", "-q", "-p", str(folder), str(program)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, (done.returncode, done.stdout + done.stderr)
    found: list[dict[str, Any]] = json.loads(done.stdout.replace("\n", ""))
    return found
