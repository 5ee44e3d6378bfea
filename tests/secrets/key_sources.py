"""Where the keys of a store may be written: in variables, in files, on the command line."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.secrets.planted import KEY_ID, SECRET_KEY, SSE_KEY, TOKEN

KEYS = {"aws-access-key-id": KEY_ID, "aws-secret-access-key": SECRET_KEY, "aws-session-token": TOKEN}
OF_AWS = {"AWS_ACCESS_KEY_ID": KEY_ID, "AWS_SECRET_ACCESS_KEY": SECRET_KEY, "AWS_SESSION_TOKEN": TOKEN}
SSE = f"SSECustomerAlgorithm=AES256,SSECustomerKey={SSE_KEY}"


@dataclass(frozen=True)
class Given:
    """What a program is given besides the files that were written."""

    arguments: Sequence[str] = ()
    environ: Mapping[str, str] = field(default_factory=dict)


def _profile(folder: Path) -> Given:
    lines = [f"{name.lower()} = {value}" for name, value in OF_AWS.items()]
    return _aws_file(folder, "credentials", ["[planted]", *lines], "AWS_SHARED_CREDENTIALS_FILE")


def _process(folder: Path) -> Given:
    """A program that hands out the keys."""
    answer = (
        f'{{"Version": 1, "AccessKeyId": "{KEY_ID}", "SecretAccessKey": "{SECRET_KEY}", "SessionToken": "{TOKEN}"}}'
    )
    (folder / "answer.json").write_text(answer)
    lines = ["[profile planted]", f"credential_process = cat {folder / 'answer.json'}"]
    return _aws_file(folder, "config", lines, "AWS_CONFIG_FILE")


def _aws_file(folder: Path, name: str, lines: Sequence[str], variable: str) -> Given:
    path = folder / f"aws-{name}"
    path.write_text("\n".join(lines) + "\n")
    return Given(["--profile", "planted"], {variable: str(path)})


def _setup_cfg(folder: Path) -> Given:
    (folder / "setup.cfg").write_text("[s3pypi]\n" + "".join(f"{name} = {value}\n" for name, value in KEYS.items()))
    return Given()


def _pyproject(folder: Path) -> Given:
    lines = [f'{name} = "{value}"' for name, value in KEYS.items()]
    put = f's3-put-args = {{SSECustomerAlgorithm = "AES256", SSECustomerKey = "{SSE_KEY}"}}'
    (folder / "pyproject.toml").write_text("\n".join(["[tool.s3pypi]", *lines, put, ""]))
    return Given()


KEY_SOURCES: Mapping[str, Callable[[Path], Given]] = {
    "environment": lambda folder: Given(environ=OF_AWS),
    "S3PYPI_": lambda folder: Given(environ={f"S3PYPI_{name.upper().replace('-', '_')}": KEYS[name] for name in KEYS}),
    "command line": lambda folder: Given([f"--{name}={value}" for name, value in KEYS.items()]),
    "profile": _profile,
    "credential_process": _process,
    "setup.cfg": _setup_cfg,
    "pyproject.toml": _pyproject,
}
"""Each writes the keys to a source, in the folder if it is a file."""
