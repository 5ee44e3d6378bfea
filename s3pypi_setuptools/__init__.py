"""Publish Python packages to S3 straight from the build."""

__all__ = ["__version__"]

__version__ = "1.0.0"
