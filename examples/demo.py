"""The main job on a local folder: build a project, publish it, install it from there.

Needs Python 3.10 or later and nothing else. Everything is made in ``.demo`` at the top of the checkout, afresh each
time.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import venv
from pathlib import Path

HERE = Path(__file__).resolve().parent
CHECKOUT = HERE.parent
DEMO = CHECKOUT / ".demo"
SCRIPTS = "Scripts" if os.name == "nt" else "bin"
IGNORED = shutil.ignore_patterns("__pycache__", "*.egg-info", "build", "dist")


def step(text: str) -> None:
    """Announce what comes next."""
    print(f"\n=== {text}", flush=True)


def run(*command: str | Path, folder: Path = DEMO) -> None:
    """Show a command, then run it; the demonstration ends where one fails."""
    words = [str(word) for word in command]
    shown = [os.path.relpath(words[0], folder), *words[1:]]
    print(f"\n{folder.relative_to(CHECKOUT)}$ {shlex.join(shown)}", flush=True)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("S3PYPI_")}
    if status := subprocess.run(words, cwd=folder, env=environment, check=False).returncode:
        sys.exit(f"\nThe command failed with status {status}.")


def new_environment(name: str) -> Path:
    """Make a virtual environment; its folder of scripts."""
    venv.create(DEMO / name, with_pip=True)
    return DEMO / name / SCRIPTS


def show_folder(folder: Path) -> None:
    """Print the files below ``folder``, with their sizes."""
    print()
    for path in sorted(folder.rglob("*")):
        place = path.relative_to(folder)
        if path.is_file() and not place.parts[0].startswith("."):
            print(f"{path.stat().st_size:>9,}  {place.as_posix()}")


def main() -> None:
    """Run every step."""
    if sys.version_info < (3, 10):
        sys.exit("Python 3.10 or later is needed.")
    shutil.rmtree(DEMO, ignore_errors=True)
    DEMO.mkdir()
    repository, project, source = DEMO / "repository", DEMO / "project", DEMO / "checkout"

    step("A virtual environment with s3pypi-setuptools, which setuptools then finds by itself")
    # Copies, because setuptools builds a project in its own folder.
    shutil.copytree(HERE / "setup-py", project, ignore=IGNORED)
    shutil.copytree(CHECKOUT / "s3pypi_setuptools", source / "s3pypi_setuptools", ignore=IGNORED)
    for name in ("setup.cfg", "pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(CHECKOUT / name, source)
    scripts = new_environment("build")
    pip_install = ("-m", "pip", "--disable-pip-version-check", "install")
    run(scripts / "python", *pip_install, "--quiet", "--upgrade", "setuptools", source)

    step("Build hello-s3pypi, and publish what was built, into a folder")
    run(scripts / "python", "setup.py", "sdist", "bdist_wheel", "s3pypi", "--target", repository, folder=project)

    step("What lies in the repository now")
    show_folder(repository)

    step("Publish the same files once more: nothing to do")
    run(scripts / "s3pypi", "upload", "project/dist/*", "--target", repository)

    step("Another virtual environment installs hello-s3pypi from the repository, and from nowhere else")
    client = new_environment("client")
    run(client / "python", *pip_install, "--isolated", "--index-url", repository.as_uri(), "hello-s3pypi")
    run(client / "hello-s3pypi")
    print(f"\nAll of this lies in {DEMO}; delete it whenever you like.")


if __name__ == "__main__":
    main()
