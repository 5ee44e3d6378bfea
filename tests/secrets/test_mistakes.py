"""Mistakes near a secret: the error says what is wrong, and quotes none of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.secrets.planted import (
    ENCODED_PASSWORD,
    KEY_ID,
    PASSWORD,
    SECRET_KEY,
    SIGNATURE,
    SSE_KEY,
    TOKEN,
    assert_hidden,
)
from tests.support import in_process, samples

URL = f"https://user:{ENCODED_PASSWORD}@127.0.0.1:1/simple"
SIGNED = f"https://bucket.s3.amazonaws.com/p?X-Amz-Credential={quote(KEY_ID)}%2F2026&X-Amz-Signature={SIGNATURE}"
INI = "[{section}]\n{lines}\n"


@dataclass(frozen=True)
class Mistake:
    """What is wrong where.

    :param files: text by path, relative to the working folder; ``~`` is the home folder.
    :param status: what the program ends with.
    :param says: what is part of the error.
    """

    arguments: Sequence[str] = ("config",)
    environ: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    program: str = "s3pypi"
    status: int = 1
    says: str = "error"


def on_command_line(*arguments: str, status: int = 1) -> Mistake:
    return Mistake(("dist", *arguments), status=status)


def variable(name: str, value: str) -> Mistake:
    return Mistake(("dist",), {name: value, "S3PYPI_TARGET": "s3://bucket"} | {name: value})


def file(name: str, text: str) -> Mistake:
    return Mistake(files={name: text})


MISTAKES = {
    "target with keys": on_command_line("-t", f"s3://{KEY_ID}:{SECRET_KEY}@bucket/p"),
    "target with a token alone": on_command_line("-t", f"s3://{TOKEN.replace('/', '-')}@bucket/p"),
    "target without //": on_command_line("-t", f"s3:{KEY_ID}:{SECRET_KEY}@bucket/p"),
    "target of another kind": on_command_line("-t", URL),
    "target that is signed": on_command_line("-t", SIGNED),
    "target and bucket": on_command_line("-t", "s3://bucket", "-b", f"{KEY_ID}:{SECRET_KEY}@bucket"),
    "bucket with keys": on_command_line("-b", f"{KEY_ID}:{SECRET_KEY}@bucket"),
    "endpoint with a password": on_command_line("-t", "s3://bucket", "--endpoint-url", URL),
    "endpoint with a raw password": on_command_line("--endpoint-url", f"https://user:{PASSWORD}@127.0.0.1:1"),
    "endpoint without a scheme": on_command_line("--endpoint-url", f"user:{PASSWORD}@127.0.0.1:1"),
    "public URL with a password": on_command_line("-t", "./repo", "--public-url", URL),
    "public URL that is signed": on_command_line("-t", "./repo", "--public-url", SIGNED),
    "half a pair of keys": on_command_line("-t", "./repo", "--aws-secret-access-key", SECRET_KEY),
    "half a pair, the other": on_command_line("-t", "./repo", "--aws-access-key-id", KEY_ID),
    "token alone": on_command_line("-t", "./repo", "--aws-session-token", TOKEN),
    "misspelt option": Mistake(("list", "--aws-secret-acess-key", SECRET_KEY), status=2),
    "misspelt option with =": on_command_line(f"--aws-session-tokn={TOKEN}", status=2),
    "short option": on_command_line("-t", "./repo", f"-fs{SECRET_KEY}", status=2),
    "misspelt parameter": on_command_line("-t", "s3://b-b", "--s3-put-args", f"SSECustomerKy={SSE_KEY}"),
    "parameter without =": on_command_line("-t", "s3://b-b", "--s3-put-args", f"SSECustomerKey={SSE_KEY},{TOKEN[:20]}"),
    "parameter twice": on_command_line("-t", "s3://b-b", "--s3-put-args", f"SSECustomerKey={SSE_KEY},SSECustomerKey=x"),
    "endpoint of AWS's variable": variable("AWS_ENDPOINT_URL", URL),
    "endpoint of AWS's variable, raw": variable("AWS_ENDPOINT_URL", f"http://user:{PASSWORD} @[host"),
    "proxy with a password": Mistake(
        ("dist", "-t", "s3://bucket", "--endpoint-url", "http://localhost.invalid:1"),
        {"HTTP_PROXY": f"http://user:{ENCODED_PASSWORD}@127.0.0.1:1", "NO_PROXY": "", "AWS_MAX_ATTEMPTS": "1"}
        | {"AWS_ACCESS_KEY_ID": KEY_ID, "AWS_SECRET_ACCESS_KEY": SECRET_KEY},
    ),
    "target variable": variable("S3PYPI_TARGET", f"s3://{KEY_ID}:{SECRET_KEY}@bucket/p"),
    "unknown variable": variable("S3PYPI_AWS_SECRET_KEY", SECRET_KEY),
    "secret with a line break": variable("S3PYPI_AWS_SECRET_ACCESS_KEY", f"{SECRET_KEY}\n{TOKEN}"),
    "flag variable": variable("S3PYPI_NO_SIGN_REQUEST", f"https://user:{PASSWORD}@host"),
    "pyproject.toml, not TOML": file("pyproject.toml", f"[tool.s3pypi]\naws-secret-access-key = {SECRET_KEY}\n"),
    "pyproject.toml, open text": file("pyproject.toml", f'[tool.s3pypi]\naws-secret-access-key = "{SECRET_KEY}\n'),
    "pyproject.toml, twice": file(
        "pyproject.toml", f'[tool.s3pypi]\naws-session-token = "{TOKEN}"\naws-session-token = "{TOKEN}"\n'
    ),
    "pyproject.toml, list": file("pyproject.toml", f'[tool.s3pypi]\naws-secret-access-key = ["{SECRET_KEY}"]\n'),
    "pyproject.toml, misspelt": file("pyproject.toml", f'[tool.s3pypi]\naws-secret-acess-key = "{SECRET_KEY}"\n'),
    "pyproject.toml, target": file("pyproject.toml", f'[tool.s3pypi]\ntarget = "s3://{KEY_ID}:{SECRET_KEY}@b/p"\n'),
    "pyproject.toml, named target": Mistake(
        ("dist", "-t", "prod"),
        files={"pyproject.toml": f'[tool.s3pypi.targets.prod]\ntarget = "s3://{KEY_ID}:{SECRET_KEY}@bucket/p"\n'},
    ),
    "setup.cfg, no setting": file("setup.cfg", f"[s3pypi]\naws_secret_access_key = x\n {SECRET_KEY}\n{TOKEN}\n"),
    "setup.cfg, misspelt": file("setup.cfg", f"[s3pypi]\naws_secret_acess_key = {SECRET_KEY}\n"),
    "setup.cfg, continued": file("setup.cfg", f"[s3pypi]\naws_secret_access_key = {SECRET_KEY}\n  {TOKEN}\n"),
    "setup.cfg, before any section": file("setup.cfg", f"aws_secret_access_key = {SECRET_KEY}\n[s3pypi]\n"),
    "pip.conf, no setting": Mistake(
        ("dist",), files={"~/.pip/pip.conf": f"[global]\n{SIGNATURE}\nindex-url = {SIGNED}\n"}
    ),
    "pip.conf, target": Mistake(
        ("dist",), files={"~/.pip/pip.conf": f"[s3pypi]\ntarget = s3://{KEY_ID}:{SECRET_KEY}@bucket/p\n"}
    ),
    "pip.conf, old target": Mistake(
        ("dist",), files={"~/.pip/pip.conf": f"[ilabs.s3util]\ntarget = https://user:{PASSWORD}@bucket/p\n"}
    ),
    "pip.conf, website": Mistake(
        ("dist",),
        files={
            "~/.pip/pip.conf": f"[global]\nextra-index-url = http://user:{ENCODED_PASSWORD}@bucket.s3-website-eu-west-1"
            f".amazonaws.com/a/../b?X-Amz-Signature={SIGNATURE}\n"
        },
    ),
    "pip.conf, no target": Mistake(("dist",), files={"~/.pip/pip.conf": f"[global]\nindex-url = {URL} {SIGNED}\n"}),
    "index URL variable": Mistake(("dist",), {"PIP_INDEX_URL": URL, "PIP_EXTRA_INDEX_URL": SIGNED}),
    "pypi-private, endpoint": Mistake(
        ("publish", "demo", "1.0"),
        files={"~/.pypi-private.cfg": f"[storage]\ntype = aws-s3\n[aws-s3]\nbucket = bucket\nendpoint = {URL}\n"},
        program="pypi-private",
    ),
    "pypi-private, bucket": Mistake(
        ("publish", "demo", "1.0"),
        files={"~/.pypi-private.cfg": f"[storage]\ntype = aws-s3\n[aws-s3]\nbucket = {KEY_ID}:{SECRET_KEY}@bucket\n"},
        program="pypi-private",
    ),
    "pypi-private, type": Mistake(
        ("publish", "demo", "1.0"),
        files={"~/.pypi-private.cfg": f"[storage]\ntype = s3://{KEY_ID}:{SECRET_KEY}@bucket\n"},
        program="pypi-private",
    ),
    "AWS's file, no setting": Mistake(
        ("dist", "-t", "s3://bucket"),
        files={"~/.aws/credentials": f"[default]\naws_access_key_id\n{KEY_ID}\naws_secret_access_key {SECRET_KEY}\n"},
    ),
    "AWS's file, half": Mistake(
        ("dist", "-t", "s3://bucket"), files={"~/.aws/credentials": f"[default]\naws_access_key_id = {KEY_ID}\n"}
    ),
    "AWS's file, program fails": Mistake(
        ("dist", "-t", "s3://bucket"),
        files={"~/.aws/config": f"[default]\ncredential_process = sh -c 'echo {SECRET_KEY} >&2; exit 3'\n"},
        says="no credentials could be obtained",
    ),
    "AWS's file, program tells no JSON": Mistake(
        ("dist", "-t", "s3://bucket"), files={"~/.aws/config": f"[default]\ncredential_process = echo {SECRET_KEY}\n"},
        says="no credentials could be obtained",
    ),
    "AWS's file, program tells half": Mistake(
        ("dist", "-t", "s3://bucket"),
        files={"~/.aws/config": "[default]\ncredential_process = cat answer.json\n"}
        | {"answer.json": f'{{"Version": 1, "SecretAccessKey": "{SECRET_KEY}"}}'},
    ),
}  # fmt: skip


@pytest.mark.parametrize("mistake", MISTAKES.values(), ids=MISTAKES)
def test_no_error_quotes_a_secret(tmp_path: Path, own_environment: Path, mistake: Mistake) -> None:
    samples.wheel(tmp_path / "dist")
    for name, text in mistake.files.items():
        path = Path(name.replace("~", str(own_environment))) if name.startswith("~") else tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    for options in ([], ["-v"], ["--json"]):
        given = (*mistake.arguments, *([] if mistake.program == "pypi-private" and options == ["--json"] else options))
        said = in_process.run(mistake.program, *given, cwd=tmp_path, environ=mistake.environ)
        assert said.status == mistake.status, said
        assert mistake.says in said.err
        assert_hidden(said.out, said.err)
