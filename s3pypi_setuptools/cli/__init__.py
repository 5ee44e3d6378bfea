"""The console scripts. Each returns its exit status; what a script does not need is not imported."""

from __future__ import annotations

__all__ = ["main", "pypi_private", "s3upload"]


def main() -> int:
    """The ``s3pypi`` script."""
    from .programs.s3pypi import main as run  # noqa: PLC0415

    return run()


def s3upload() -> int:
    """The ``s3upload`` script."""
    from .programs.s3upload import main as run  # noqa: PLC0415

    return run()


def pypi_private() -> int:
    """The ``pypi-private`` script."""
    from .programs.pypi_private import main as run  # noqa: PLC0415

    return run()
