"""The main job: build, push, install, with the real tools on real stores."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.end_to_end.conftest import build_and_publish, run_poetry, says_hello
from tests.support.programs import output_of
from tests.support.servers import S3Server, program

NAME = "hello-s3pypi"


def pip_installs(index: str, folder: Path) -> None:
    site = folder / "with-pip"
    command: list[str | Path] = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--no-cache-dir",
        "--target",
        site,
        "--index-url",
        index,
        NAME,
    ]
    output_of(command, cwd=folder)
    says_hello(site)


def uv_installs(index: str, folder: Path, **environment: str) -> None:
    site = folder / "with-uv"
    command: list[str | Path] = [
        program("uv"),
        "pip",
        "install",
        "--target",
        site,
        "--index-url",
        index,
        "--python",
        sys.executable,
    ]
    output_of([*command, NAME], cwd=folder, environ=environment)
    says_hello(site)


def poetry_installs(index: str, folder: Path) -> None:
    consumer = folder / "with-poetry"
    run_poetry("install", consumer, index, f"{NAME}==1.0.0")
    [lock] = [line for line in (consumer / "poetry.lock").read_text().splitlines() if ".whl" in line]
    assert "sha256:" in lock
    [site] = (consumer / ".venv").glob("**/site-packages")
    says_hello(site)


def test_from_a_folder(project: Path, web_folder: tuple[Path, str], tmp_path: Path) -> None:
    folder, url = web_folder
    printed = build_and_publish(project, f"--target={folder}")
    assert f"published hello_s3pypi-1.0.0.tar.gz  {folder.as_uri()}/{NAME}/hello_s3pypi-1.0.0.tar.gz" in printed

    pip_installs(folder.as_uri(), tmp_path)
    uv_installs(folder.as_uri(), tmp_path)
    poetry_installs(url, tmp_path)


def test_from_a_bucket_that_anyone_may_read(
    project: Path, public_bucket: tuple[str, str], s3_env: dict[str, str], tmp_path: Path
) -> None:
    target, url = public_bucket
    printed = build_and_publish(project, f"--target={target}", environment=s3_env)
    assert (
        f"published hello_s3pypi-1.0.0-py3-none-any.whl  {target}/{NAME}/hello_s3pypi-1.0.0-py3-none-any.whl" in printed
    )

    pip_installs(url, tmp_path)
    uv_installs(url, tmp_path)
    poetry_installs(url, tmp_path)


def test_from_a_private_bucket_with_uv(
    project: Path, s3_server: S3Server, s3_bucket: str, s3_env: dict[str, str], tmp_path: Path
) -> None:
    build_and_publish(project, f"--target=s3://{s3_bucket}/simple", environment=s3_env)
    uv_installs(
        f"{s3_server.endpoint_url}/{s3_bucket}/simple/",
        tmp_path,
        UV_S3_ENDPOINT_URL=s3_server.endpoint_url,
        UV_PREVIEW_FEATURES="s3-endpoint",
        **s3_server.environment,
    )
