"""Says hello from an S3 repository."""

from importlib.metadata import version

__all__ = ["main"]


def main() -> None:
    """Print a greeting with the installed version."""
    print(f"Hello from hello-pyproject {version('hello-pyproject')}!")
